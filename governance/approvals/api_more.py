"""Evidence, findings, conditions, freezes and weights over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.approvals import around_actions, evidence_actions, finding_actions
from governance.approvals.api_bodies import DIGEST, ColleagueField, VersionField
from governance.approvals.kinds import evidence_table
from governance.approvals.models import Condition, Finding, Freeze, Materiality, ReleaseEvidence
from governance.approvals.situation import Basis
from governance.evidence.models import EvidenceItem
from governance.rest.fields import (
    StrictBody,
    VisibleField,
    number_filter,
    text_filter,
)
from governance.rest.resource import Readable
from inventory.systems.models import AISystem
from inventory.systems.serializers import PersonField

ATTESTED = [key for key, kind in evidence_table().kinds.items() if kind.basis == Basis.ATTESTED]
ID = "[0-9]{1,18}"


class ProofSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="version.system.ref", read_only=True)
    author = PersonField(read_only=True, allow_null=True)
    added_by = PersonField(read_only=True)

    class Meta:
        model = ReleaseEvidence
        fields = [
            *("id", "system", "version", "kind", "item", "statement", "not_applicable", "sha256"),
            *("produced_by", "author", "observed_from", "observed_until", "digest_of_version"),
            *("valid_days", "added_by", "added_at", "replaced_at", "replaced_because"),
        ]


class ReleaseProofInput(StrictBody):
    """An item of evidence about one version: a file of the system's evidence, or a statement."""

    version = VersionField()
    kind = serializers.ChoiceField(ATTESTED)
    produced_by = serializers.CharField(max_length=200)
    item = VisibleField(EvidenceItem.objects.visible_to, slug_field="ref", required=False)
    statement = serializers.CharField(max_length=10_000, required=False)
    author = ColleagueField(required=False)
    observed_from = serializers.DateField(required=False)
    observed_until = serializers.DateField(required=False)
    not_applicable = serializers.BooleanField(required=False)
    digest = serializers.RegexField(DIGEST, required=False)


class ReleaseBecauseInput(StrictBody):
    reason = serializers.CharField(max_length=2_000)


class ProofViewSet(Readable):
    """Evidence of versions: added in place of what was there, taken away with a reason."""

    queryset = ReleaseEvidence.objects.none()
    serializer_class = ProofSerializer
    lookup_value_regex = ID
    filters: ClassVar = {
        "version": number_filter("version"),
        "system": text_filter("version__system__ref"),
        "kind": text_filter("kind"),
    }

    def visible(self, user: User) -> QuerySet[ReleaseEvidence]:
        """Return the evidence of versions of systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        rows = ReleaseEvidence.objects.filter(version__system__in=seen)
        return rows.select_related("version__system__unit", "author", "added_by", "item")

    @extend_schema(request=ReleaseProofInput, responses={201: ProofSerializer})
    def create(self, request: Request) -> Response:
        """Add evidence about exactly this version."""
        return self.shown(
            evidence_actions.add_proof(actor=self.person, **self.valid(ReleaseProofInput)), 201
        )

    @extend_schema(request=ReleaseBecauseInput, responses=ProofSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Let evidence count no more."""
        proof = self.get_object()
        evidence_actions.withdraw_proof(proof, actor=self.person, **self.valid(ReleaseBecauseInput))
        return self.shown(self.get_object())


class ReleaseFindingSerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="system.ref", read_only=True)
    release: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="ref", read_only=True
    )
    closed_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Finding
        fields = [
            *("id", "system", "release", "kind", "severity", "words", "opened_at"),
            *("accepted_at", "closed_at", "closed_by", "closed_because"),
        ]


class FindingViewSet(Readable):
    """Findings about what runs or is to run."""

    queryset = Finding.objects.none()
    serializer_class = ReleaseFindingSerializer
    lookup_value_regex = ID
    decisions: ClassVar = frozenset({"accept", "close"})
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "kind": text_filter("kind"),
    }

    def visible(self, user: User) -> QuerySet[Finding]:
        """Return the findings about systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        rows = Finding.objects.filter(system__in=seen)
        return rows.select_related("system__unit", "release__version", "closed_by")

    @extend_schema(request=ReleaseBecauseInput, responses=ReleaseFindingSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept what an evaluation found."""
        finding = self.get_object()
        said = self.valid(ReleaseBecauseInput)
        finding_actions.accept_finding(finding, actor=self.person, **said)
        return self.shown(self.get_object())

    @extend_schema(request=ReleaseBecauseInput, responses=ReleaseFindingSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close a finding with how it ended."""
        finding = self.get_object()
        said = self.valid(ReleaseBecauseInput)
        finding_actions.close_finding(finding, actor=self.person, **said)
        return self.shown(self.get_object())


class ConditionSerializer(serializers.ModelSerializer):
    release: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="ref", read_only=True
    )
    owner = PersonField(read_only=True)
    set_by = PersonField(read_only=True)
    met_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Condition
        fields = [
            *("id", "release", "text", "owner", "due_on", "blocking", "set_by", "set_at"),
            *("met_at", "met_by", "met_how"),
        ]


class MetInput(StrictBody):
    how = serializers.CharField(max_length=2_000)


class ConditionViewSet(Readable):
    """Conditions of approvals."""

    queryset = Condition.objects.none()
    serializer_class = ConditionSerializer
    lookup_value_regex = ID
    filters: ClassVar = {"release": text_filter("release__ref")}

    def visible(self, user: User) -> QuerySet[Condition]:
        """Return the conditions of releases of systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        rows = Condition.objects.filter(release__system__in=seen)
        return rows.select_related("release", "owner", "set_by", "met_by")

    @extend_schema(request=MetInput, responses=ConditionSerializer)
    @action(detail=True, methods=["post"])
    def meet(self, request: Request, pk: str) -> Response:
        """Say how a condition was met."""
        condition = self.get_object()
        evidence_actions.meet_condition(condition, actor=self.person, **self.valid(MetInput))
        return self.shown(self.get_object())


class FreezeSerializer(serializers.ModelSerializer):
    set_by = PersonField(read_only=True)

    class Meta:
        model = Freeze
        fields = ["id", "unit", "reason", "begins_at", "ends_at", "set_by", "set_at", "lifted_at"]


class FreezeInput(StrictBody):
    unit = VisibleField(visible_units)
    reason = serializers.CharField(max_length=200)
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class FreezeViewSet(Readable):
    """Times in which nothing goes live in a unit and below it."""

    queryset = Freeze.objects.none()
    serializer_class = FreezeSerializer
    lookup_value_regex = ID
    filters: ClassVar = {"unit": number_filter("unit")}

    def visible(self, user: User) -> QuerySet[Freeze]:
        """Return the freezes of units the person sees."""
        units: QuerySet[BusinessUnit] = visible_units(user)
        return Freeze.objects.filter(unit__in=units.values("pk")).select_related("unit", "set_by")

    @extend_schema(request=FreezeInput, responses={201: FreezeSerializer})
    def create(self, request: Request) -> Response:
        """Set a freeze."""
        said = self.valid(FreezeInput)
        return self.shown(around_actions.set_freeze(actor=self.person, **said), 201)

    @extend_schema(request=None, responses=FreezeSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """End a freeze before its time."""
        around_actions.lift_freeze(self.get_object(), actor=self.person)
        return self.shown(self.get_object())


class MaterialitySerializer(serializers.ModelSerializer):
    system = serializers.CharField(source="system.ref", read_only=True)
    said_by = PersonField(read_only=True)

    class Meta:
        model = Materiality
        fields = ["id", "system", "exposure", "purpose", "reason", "said_by", "said_at"]


class MaterialityInput(StrictBody):
    system = VisibleField(AISystem.objects.visible_to, slug_field="ref")
    exposure = serializers.IntegerField(min_value=1, max_value=3)
    purpose = serializers.IntegerField(min_value=1, max_value=3)
    reason = serializers.CharField(max_length=2_000)


class MaterialityViewSet(Readable):
    """What systems weigh: exposure times purpose, as somebody said it; the last one counts."""

    queryset = Materiality.objects.none()
    serializer_class = MaterialitySerializer
    lookup_value_regex = ID
    filters: ClassVar = {"system": text_filter("system__ref")}

    def visible(self, user: User) -> QuerySet[Materiality]:
        """Return what was said of systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        return Materiality.objects.filter(system__in=seen).select_related("system", "said_by")

    @extend_schema(request=MaterialityInput, responses={201: MaterialitySerializer})
    def create(self, request: Request) -> Response:
        """Say what a system weighs."""
        said: dict[str, Any] = self.valid(MaterialityInput)
        return self.shown(around_actions.say_materiality(actor=self.person, **said), 201)
