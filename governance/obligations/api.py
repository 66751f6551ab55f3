"""Duties over REST: the same derived states and the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.evidence.models import EvidenceItem
from governance.obligations import actions
from governance.obligations.answering import Answering, answered_by
from governance.obligations.models import Duty, DutyQuerySet, Proof
from governance.obligations.rules import DutyState, DutyStatus
from governance.rest.fields import (
    StrictBody,
    VisibleField,
    choice_filters,
    number_filter,
    text_filter,
)
from governance.rest.filters import Filter
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField, SystemField

DAY = {"type": ["string", "null"], "format": "date"}
DAYS = {
    "type": "object",
    "required": ["enacted", "amended"],
    "properties": {"enacted": DAY, "amended": DAY, "amended_formal": DAY},
}


EVIDENCE_REF = {"type": "string", "pattern": "^EV-[0-9]{3,12}$"}


@extend_schema_field(EVIDENCE_REF)
class EvidenceField(VisibleField):
    """A piece of evidence the caller sees, by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(EvidenceItem.objects.visible_to, "ref", **options)


class ObligationSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    duty = serializers.CharField(source="text", read_only=True)
    citation = serializers.SerializerMethodField()
    applies_from = serializers.SerializerMethodField()
    disputed = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    accountable = serializers.SerializerMethodField()
    accountable_because = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    due_on = serializers.DateField(source="day_due", read_only=True, allow_null=True)
    next_check_on = serializers.DateField(source="check_on", read_only=True, allow_null=True)
    assessment: Any = serializers.SlugRelatedField("number", read_only=True)
    ended_by: Any = serializers.SlugRelatedField("number", read_only=True, allow_null=True)
    proposed_by = PersonField(read_only=True, allow_null=True)
    approved_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Duty
        fields = [
            *("id", "system", "role", "obligation", "duty", "article", "citation"),
            *("applies_from", "disputed", "state", "status", "due_on", "next_check_on"),
            *("waits_for", "reason", "proposed_by", "approved_by", "approved_at"),
            *("accountable", "accountable_because", "evidence", "assessment", "ended_by"),
            "row_version",
        ]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_citation(self, duty: Duty) -> list[str]:
        """Return the articles the duty rests on."""
        return list(duty.told["citation"])

    @extend_schema_field(DAYS)
    def get_applies_from(self, duty: Duty) -> dict[str, str | None]:
        """Return the first days of application by text; they are never one."""
        return dict(duty.told["applies_from"])

    def get_disputed(self, duty: Duty) -> bool:
        """Return whether the first day of application is disputed."""
        return bool(duty.told["disputed"])

    @extend_schema_field({"type": "string", "enum": list(DutyState)})
    def get_state(self, duty: Duty) -> str:
        """Return the state today; it is derived, never stored."""
        return duty.state_on(timezone.localdate()).value

    @extend_schema_field({"type": ["string", "null"], "format": "email"})
    def get_accountable(self, duty: Duty) -> str | None:
        """Return who answers for the duty, by address; null for a gap."""
        person = self._answer(duty).person
        return person.email if person else None

    def get_accountable_because(self, duty: Duty) -> str:
        """Return why it is that person."""
        why: str = self._answer(duty).why
        return why

    @extend_schema_field({"type": "array", "items": EVIDENCE_REF})
    def get_evidence(self, duty: Duty) -> list[str]:
        """Return the evidence that stands behind it, by ref; not what was taken away."""
        return [proof.item.ref for proof in duty.proofs.all()]

    def _answer(self, duty: Duty) -> Any:
        answering: Answering = self.context["answering"]
        return answering.answer(duty.system_id, duty.obligation)


class WaitInput(StrictBody):
    waits_for = serializers.CharField(max_length=200)


class MeetInput(StrictBody):
    next_check_on = serializers.DateField()


class DutyReasonInput(StrictBody):
    reason = serializers.CharField(max_length=10_000)


class BecauseInput(StrictBody):
    because = serializers.CharField(max_length=10_000)


class ProofInput(StrictBody):
    item = EvidenceField()


class DetachInput(ProofInput):
    reason = serializers.CharField(max_length=2_000)


class NewProof(StrictBody):
    """What new evidence about the system shows, and until when it counts."""

    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    observed_from = serializers.DateField(required=False)
    observed_until = serializers.DateField(required=False)
    valid_until = serializers.DateField(required=False)


class LinkProof(NewProof):
    """A link and what it shows."""

    link = serializers.RegexField("^https://[^ ]+$", max_length=2_000)


class FileProof(NewProof):
    """A file and what it shows."""

    upload = serializers.FileField(max_length=200)


class CheckInput(StrictBody):
    """The next day on which somebody looks at the duty; null takes it off."""

    next_check_on = serializers.DateField(allow_null=True)


class ObligationViewSet(Readable):
    """Duties that signed classifications ask for, one for each system, role and obligation."""

    queryset = Duty.objects.none()
    serializer_class = ObligationSerializer
    lookup_value_regex = "[0-9]{1,18}"
    decisions: ClassVar = frozenset({"approve", "refuse"})
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        "unit": number_filter(search="in_unit"),
        "role": text_filter("role"),
        "obligation": text_filter("obligation"),
        "article": text_filter("article"),
        "accountable": text_filter(search="answered"),
        "state": Filter(serializers.ChoiceField(list(DutyState)), search="in_state"),
        **choice_filters("status", "status", DutyStatus),
        "due_on__gte": Filter(serializers.DateField(), "due_on__gte"),
        "due_on__lt": Filter(serializers.DateField(), "due_on__lt"),
    }

    def visible(self, user: User) -> QuerySet[Duty]:
        """Return the duties of systems the person sees, those that ended too."""
        rows = Duty.objects.visible_to(user).with_state(timezone.localdate())
        related = ("system__unit", "assessment", "ended_by", "proposed_by", "approved_by")
        proofs = Prefetch("proofs", Proof.objects.attached().select_related("item"))
        return rows.select_related(*related).prefetch_related(proofs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one duty, whole each time: state and who answers move while nobody changes it."""
        return self.shown(self.get_object())

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the serializer, with who answers for the duties it shows."""
        shown = args[0] if kwargs.get("many") else args[:1]
        answering = Answering(duty.system_id for duty in shown)
        kwargs["context"] = {**self.get_serializer_context(), "answering": answering}
        return self.serializer_class(*args, **kwargs)

    def in_state(self, rows: DutyQuerySet, state: str) -> QuerySet[Duty]:
        """Return the duties that are in a state today."""
        return rows.in_state(DutyState(state), timezone.localdate())

    def in_unit(self, rows: QuerySet[Duty], unit: int) -> QuerySet[Duty]:
        """Return the duties of a unit and all below it."""
        return rows.filter(system__unit__path__contains=[unit])

    def answered(self, rows: QuerySet[Duty], email: str) -> QuerySet[Duty]:
        """Return the duties for which a person answers."""
        person = User.objects.filter(email=email.lower()).first()
        return rows.filter(answered_by(person)) if person else rows.none()

    @extend_schema(request=CheckInput, responses=ObligationSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Choose the next day on which somebody looks at it."""
        duty, data = self.get_object(), self.valid(CheckInput)
        actions.plan_check(duty, actor=self.person, seen=self.seen(duty), **data)
        return self.shown(self.get_object())

    @extend_schema(request=None, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Say that somebody works on it."""
        return self._say(actions.start_duty)

    @extend_schema(request=WaitInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def wait(self, request: Request, pk: str) -> Response:
        """Say for whom or what it waits."""
        return self._say(actions.let_wait, WaitInput)

    @extend_schema(request=MeetInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def meet(self, request: Request, pk: str) -> Response:
        """Say that it is met; 409 without evidence that counts today."""
        return self._say(actions.meet_duty, MeetInput)

    @extend_schema(request=DutyReasonInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Say that it does not apply here; another person has to agree."""
        return self._say(actions.propose_not_applicable, DutyReasonInput)

    @extend_schema(request=None, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Agree that it does not apply; never the person who proposed it."""
        return self._say(actions.approve_not_applicable)

    @extend_schema(request=BecauseInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Disagree: it does apply, and is open again."""
        return self._say(actions.refuse_not_applicable, BecauseInput)

    @extend_schema(request=BecauseInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take back what was said of it."""
        return self._say(actions.reopen_duty, BecauseInput)

    @extend_schema(request=ProofInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def evidence(self, request: Request, pk: str) -> Response:
        """Put a piece of the system's evidence behind it; twice is once."""
        return self._say(actions.show_evidence, ProofInput)

    @extend_schema(request=LinkProof, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def attach(self, request: Request, pk: str) -> Response:
        """Keep a link about the system and put it behind the duty; files come to `upload/`."""
        return self._say(actions.attach_evidence, LinkProof)

    @extend_schema(request={"multipart/form-data": FileProof}, responses=ObligationSerializer)
    @action(detail=True, methods=["post"], parser_classes=(MultiPartParser,))
    def upload(self, request: Request, pk: str) -> Response:
        """Keep a file about the system and put it behind the duty."""
        return self._say(actions.attach_evidence, FileProof)

    @extend_schema(request=DetachInput, responses=ObligationSerializer)
    @action(detail=True, methods=["post"])
    def detach(self, request: Request, pk: str) -> Response:
        """Take evidence away from it; met without any other that counts, it is missing."""
        return self._say(actions.detach_evidence, DetachInput)

    def _say(self, act: Any, body: type[StrictBody] | None = None) -> Response:
        """Run an action on the duty; an If-Match that comes along is held against its ETag."""
        duty = self.get_object()
        data = self.valid(body) if body else {}
        if "If-Match" in self.request.headers:
            self.seen(duty)
        act(duty, actor=self.person, **data)
        return self.shown(self.get_object())
