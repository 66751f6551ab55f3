"""Facts and signed classifications over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.classification import actions
from governance.classification.answers_api import (
    AskedSerializer,
    FactsChange,
    ToldSerializer,
    beside_answers,
    said_in,
)
from governance.classification.compare_api import NOW, DifferenceSerializer, difference
from governance.classification.deciding import as_published
from governance.classification.first import look
from governance.classification.models import Assessment
from governance.classification.queries import STALE, engine, on_system, provisional
from governance.classification.rules import Tier
from governance.classification.trace_api import TraceSerializer
from governance.rest.fields import StrictBody, choice_filters, text_filter, time_filters
from governance.rest.resource import Readable, Resource
from inventory.systems.models import AISystem
from inventory.systems.serializers import SystemField


class AssessmentSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    signed_by: Any = serializers.SlugRelatedField("name", read_only=True)
    result: Any = serializers.DictField(read_only=True)
    facts: Any = serializers.DictField(read_only=True)
    stale: Any = serializers.SerializerMethodField(
        help_text="where one is read: in what it is not of today, in words; null in lists"
    )

    answers: Any = serializers.SerializerMethodField(
        help_text="where one is read: every answer with its reason; null in lists"
    )

    class Meta:
        model = Assessment
        fields = [
            *("id", "system", "number", "tier", "tier_enacted", "facts", "facts_digest"),
            *("pack_version", "result", "signed_by", "reason", "signed_at", "superseded_at"),
            *("stale", "answers"),
        ]

    @extend_schema_field(ToldSerializer(many=True, allow_null=True))
    def get_answers(self, assessment: Assessment) -> list[dict[str, Any]] | None:
        """Return what was answered, by whom and why; null in a list."""
        return assessment.answers if self._is_read else None

    @property
    def _is_read(self) -> bool:
        view = self.context.get("view")
        return view is not None and view.action == "retrieve"

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_stale(self, assessment: Assessment) -> list[str] | None:
        """Return the words, none for one that nobody has to sign again, null in a list."""
        if not self._is_read:
            return None
        gaps = () if assessment.superseded_at else on_system(assessment.system).gaps
        return [gap.words for gap in gaps if gap.kind in STALE]


class WordsSerializer(serializers.Serializer):
    """Words that led to a suggestion, as they stand in the text."""

    field = serializers.ChoiceField(choices=["name", "purpose", "outputs", "topic"])
    words = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class SuggestionSerializer(serializers.Serializer):
    """A rule worth reading first."""

    rule = serializers.CharField()
    title = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())
    strength = serializers.IntegerField(min_value=1, max_value=100)
    because = WordsSerializer(many=True, source="hits")
    softened_by = WordsSerializer(many=True)


class ClassificationSerializer(serializers.Serializer):
    """What the facts say now, and what was signed."""

    system = serializers.CharField()
    tier = serializers.CharField(help_text="of the signed classification, or unclassified")
    provisional_tier = serializers.CharField(help_text="what the facts say now; nobody signed it")
    facts = serializers.DictField()
    unsure = serializers.ListField(child=serializers.CharField())
    possible_tiers = serializers.ListField(child=serializers.CharField())
    open_questions = serializers.ListField(
        child=serializers.CharField(), help_text="facts that can still change it, by weight"
    )
    because = serializers.DictField(
        child=serializers.CharField(), help_text="what made somebody say so, by fact"
    )
    evidence = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="what shows it, refs by fact",
    )
    asked = AskedSerializer(many=True, help_text="questions put to people that wait")
    facts_digest = serializers.CharField()
    pack_version = serializers.CharField()
    gaps = serializers.ListField(child=serializers.CharField())
    result = serializers.DictField()
    look_first = SuggestionSerializer(
        many=True, help_text="rules that words of its texts point to; never answers"
    )


class ClassificationSignInput(StrictBody):
    """The digest and the pack version of the result that was read."""

    reason = serializers.CharField(max_length=10_000)
    facts_digest = serializers.RegexField("^[0-9a-f]{64}$")
    pack_version = serializers.CharField(max_length=64)


class AssessmentViewSet(Readable):
    """Signed classifications. They are frozen."""

    queryset = Assessment.objects.none()
    serializer_class = AssessmentSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("signed_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        **choice_filters("tier", "tier", Tier),
        **time_filters("signed_at"),
    }

    def visible(self, user: User) -> QuerySet[Assessment]:
        """Return the assessments of systems the person sees."""
        return Assessment.objects.visible_to(user).select_related("system", "signed_by")

    @extend_schema(responses=TraceSerializer)
    @action(detail=True, methods=["get"])
    def trace(self, request: Request, pk: str) -> Response:
        """Return the way to the result as it was signed."""
        row = self.get_object()
        return Response(as_published(row.trace))

    @extend_schema(responses=DifferenceSerializer, filters=False)
    @action(
        detail=True,
        methods=["get"],
        pagination_class=None,
        url_path="compare/(?P<other>[0-9]{1,18}|now)",
    )
    def compare(self, request: Request, pk: str, other: str) -> Response:
        """Say in what another signed classification of the system, or now, differs."""
        signed = self.get_object()
        rows = self.get_queryset().filter(system=signed.system)
        found = None if other == NOW else get_object_or_404(rows, pk=other)
        return Response(difference(signed, found))


class ClassificationViewSet(Resource):
    """The facts of one system and what they say now, by the system's ref."""

    queryset = AISystem.objects.none()
    serializer_class = ClassificationSerializer
    lookup_field = "ref"
    lookup_value_regex = "AIS-[0-9]{3,12}"
    decisions: ClassVar = frozenset({"sign"})

    def visible(self, user: User) -> QuerySet[AISystem]:
        """Return the systems the person sees."""
        return AISystem.objects.visible_to(user).select_related("unit", "owner")

    def retrieve(self, request: Request, ref: str) -> Response:
        """Return facts, provisional result and gaps."""
        return self._answer(self.get_object())

    @extend_schema(request=FactsChange, responses=ClassificationSerializer)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Answer facts."""
        system, data = self.get_object(), self.valid(FactsChange)
        version = on_system(system).provisional.facts.row_version
        self.match(f'"{system.pk}-{version}"')
        actions.answer_facts(
            system,
            facts=data.get("facts", {}),
            cleared=data.get("cleared", ()),
            actor=self.person,
            seen=version,
            said=said_in(data),
        )
        return self._answer(system)

    @extend_schema(request=ClassificationSignInput, responses={201: AssessmentSerializer})
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, ref: str) -> Response:
        """Sign the result that was read; it is frozen and supersedes the one before."""
        return Response(AssessmentSerializer(self.signed()).data, status=201)

    def signed(self) -> Assessment:
        """Return what the request signs, signed."""
        system = self.get_object()
        return actions.sign_classification(
            system, actor=self.person, **self.valid(ClassificationSignInput)
        )

    @extend_schema(responses=TraceSerializer)
    @action(detail=True, methods=["get"])
    def trace(self, request: Request, ref: str) -> Response:
        """Return the way to what the facts say now."""
        return Response(as_published(provisional(self.get_object()).trace))

    def _answer(self, system: AISystem) -> Response:
        now = on_system(system)
        facts, result = now.provisional.facts, now.provisional.result
        body = {
            "system": system.ref,
            "tier": now.tier,
            "provisional_tier": str(now.provisional.classification.tier),
            "facts": dict(facts.values),
            "unsure": list(facts.unsure),
            "possible_tiers": result["possible_tiers"],
            "open_questions": result["open_questions"],
            **beside_answers(system),
            "facts_digest": facts.digest,
            "pack_version": engine().pack.version,
            "gaps": [gap.words for gap in now.gaps],
            "result": result,
            "look_first": SuggestionSerializer(look(system).suggestions, many=True).data,
        }
        return Response(body, headers={"ETag": f'"{system.pk}-{facts.row_version}"'})
