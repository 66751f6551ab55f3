"""Incidents over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.evidence.models import EvidenceItem
from governance.incidents import actions
from governance.incidents.models import Incident, IncidentStep
from governance.incidents.queries import CORRECTED, all_steps, clock_of
from governance.incidents.rules import Clock, ClockState, Effect, IncidentStatus, Regime
from governance.rest.fields import (
    StrictBody,
    VisibleField,
    choice_filters,
    text_filter,
    time_filters,
)
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField, SystemField

EVIDENCE_REF = {"type": "string", "pattern": "^EV-[0-9]{3,12}$"}


class DueSerializer(serializers.Serializer):
    """A deadline that applies."""

    id = serializers.CharField()
    days = serializers.IntegerField()
    trigger = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())
    ends_at = serializers.DateTimeField(help_text="the first moment after its last day")


class ClockSerializer(serializers.Serializer):
    """How the report stands now; the governing deadline comes first."""

    state = serializers.ChoiceField(choices=list(ClockState))
    words = serializers.CharField()
    dues = DueSerializer(many=True)


@extend_schema_field(EVIDENCE_REF)
class EvidenceField(VisibleField):
    """Evidence the caller sees, by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(EvidenceItem.objects.visible_to, "ref", **options)


class StepSerializer(serializers.ModelSerializer):
    kind = serializers.ChoiceField(choices=[*(step.kind for step in all_steps()), CORRECTED])
    done_by = PersonField(read_only=True)
    evidence: Any = serializers.SlugRelatedField("ref", many=True, read_only=True)
    changes: Any = serializers.DictField(read_only=True)

    class Meta:
        model = IncidentStep
        fields = [
            *("kind", "done_at", "done_by", "authority", "number", "note", "changes"),
            *("evidence", "recorded_at"),
        ]


class IncidentSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    registered_by = PersonField(read_only=True)
    doubted_by = PersonField(read_only=True)
    ended_by = PersonField(read_only=True)
    clock = serializers.SerializerMethodField()
    steps = StepSerializer(many=True, read_only=True)

    class Meta:
        model = Incident
        fields = [
            *("ref", "system", "title", "description", "effects", "widespread", "regime"),
            *("sectoral_route", "occurred_from", "occurred_until", "aware_at", "zone", "status"),
            *("reported_at", "doubted_by", "doubted_at", "doubted_because", "ended_at"),
            *("ended_by", "registered_by", "registered_at", "clock", "steps"),
        ]

    @extend_schema_field(ClockSerializer)
    def get_clock(self, incident: Incident) -> dict[str, Any]:
        """Return how the report stands now."""
        clock: Clock = clock_of(incident, timezone.now())
        return dict(ClockSerializer(clock).data)


class Telling(StrictBody):
    """What happened; moments carry their offset, days are counted in `zone`."""

    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=10_000, required=False)
    effects = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Effect)), required=False, max_length=20
    )
    widespread = serializers.BooleanField(required=False)
    regime = serializers.ChoiceField(choices=list(Regime), required=False)
    sectoral_route = serializers.CharField(max_length=2_000, required=False, allow_blank=True)
    occurred_from = serializers.DateTimeField(required=False, allow_null=True)
    occurred_until = serializers.DateTimeField(required=False, allow_null=True)
    aware_at = serializers.DateTimeField(required=False)
    zone = serializers.CharField(max_length=64, required=False)


class IncidentInput(Telling):
    """A new incident."""

    system = SystemField()
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=10_000)
    aware_at = serializers.DateTimeField()


class CorrectionInput(Telling):
    """What is to be said instead, and why."""

    reason = serializers.CharField(max_length=10_000)


class StepInput(StrictBody):
    """A step that was done."""

    kind = serializers.ChoiceField(choices=[step.kind for step in all_steps()])
    done_at = serializers.DateTimeField()
    authority = serializers.CharField(max_length=200, required=False, allow_blank=True)
    number = serializers.CharField(max_length=100, required=False, allow_blank=True)
    note = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    evidence = serializers.ListField(child=EvidenceField(), required=False, max_length=20)


class ReasonInput(StrictBody):
    """Why."""

    reason = serializers.CharField(max_length=10_000)


class NoInput(StrictBody):
    """Nothing but the request itself."""


class IncidentViewSet(Readable):
    """Serious incidents of Art. 73 with their clock; a verb is an address of its own."""

    queryset = Incident.objects.none()
    serializer_class = IncidentSerializer
    lookup_field = "ref"
    lookup_value_regex = "INC-[0-9]{3,12}"
    decisions: ClassVar = frozenset({"agree", "keep"})
    sorts: ClassVar = ("aware_at",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        **choice_filters("status", "status", IncidentStatus),
        **time_filters("aware_at"),
    }

    def visible(self, user: User) -> QuerySet[Incident]:
        """Return the incidents of systems the person sees."""
        people = ("registered_by", "doubted_by", "ended_by")
        rows = Incident.objects.visible_to(user).select_related("system__unit", *people)
        return rows.prefetch_related("steps__done_by", "steps__evidence")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one incident, whole each time: its clock moves while nobody changes it."""
        return self.shown(self.get_object())

    @extend_schema(request=IncidentInput, responses={201: IncidentSerializer})
    def create(self, request: Request) -> Response:
        """Register an incident; its clock runs from `aware_at`."""
        given = self.valid(IncidentInput)
        made = actions.register_incident(given.pop("system"), actor=self.person, **given)
        return self.shown(self.get_queryset().get(pk=made.pk), 201)

    @extend_schema(request=CorrectionInput, responses=IncidentSerializer)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Correct what it says, with the reason; the deadline follows."""
        incident = self.get_object()
        seen = self.seen(incident)
        given = self.valid(CorrectionInput)
        actions.correct_incident(incident, actor=self.person, seen=seen, **given)
        return self.shown(self.get_object())

    @extend_schema(request=StepInput, responses={201: IncidentSerializer})
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, ref: str) -> Response:
        """Record a step that was done; a report meets the clock."""
        actions.record_step(self.get_object(), actor=self.person, **self.valid(StepInput))
        return self.shown(self.get_object(), 201)

    @extend_schema(request=ReasonInput, responses=IncidentSerializer)
    @action(detail=True, methods=["post"], url_path="not-serious")
    def doubt(self, request: Request, ref: str) -> Response:
        """Assess it as not serious; a second person decides."""
        return self._done(actions.doubt_incident, ReasonInput)

    @extend_schema(request=NoInput, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, ref: str) -> Response:
        """Agree, as a second person, that it is not serious."""
        return self._done(actions.agree_not_serious, NoInput)

    @extend_schema(request=ReasonInput, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, ref: str) -> Response:
        """Refuse the assessment that it is not serious."""
        return self._done(actions.keep_serious, ReasonInput)

    @extend_schema(request=ReasonInput, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """Close it; 409 names what is missing."""
        return self._done(actions.close_incident, ReasonInput)

    def _done(self, act: Any, body: type[StrictBody]) -> Response:
        act(self.get_object(), actor=self.person, **self.valid(body))
        return self.shown(self.get_object())
