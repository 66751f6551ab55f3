"""Who gets packs, what is asked about them, their end: over REST, the actions of the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.audit_packs import question_actions, sharing_actions
from governance.audit_packs.api_fields import SomebodyInput
from governance.audit_packs.models import EvidencePack, PackRecipient
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.question_queries import with_answers
from governance.audit_packs.sharing_queries import standing, visible_recipients
from governance.audit_packs.sharing_rules import MOST_LETTERS
from governance.rest.fields import StrictBody, VisibleField, text_filter, time_filters
from governance.rest.resource import Readable, Resource
from inventory.systems.serializers import PersonField, SystemField

ID = "[0-9]{1,18}"
PACK_REF = "EP-[0-9]{3,12}"


@extend_schema_field({"type": "string", "pattern": f"^{PACK_REF}$"})
class PackField(VisibleField):
    """A pack the caller sees, by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(EvidencePack.objects.visible_to, "ref", **options)


class PackRecipientSerializer(serializers.ModelSerializer):
    pack = PackField(read_only=True)
    person = PersonField(read_only=True, allow_null=True)
    given_by = PersonField(read_only=True)

    class Meta:
        model = PackRecipient
        fields = [
            *("id", "pack", "person", "name", "email", "until", "given_by", "given_at"),
            "ended_at",
        ]


class PackRecipientInput(SomebodyInput):
    """Who gets a sealed pack until a day: a person by address, or a name and an address."""

    pack = PackField()
    until = serializers.DateField()


class PackRecipientViewSet(Readable):
    """Who got which pack, and until when."""

    queryset = PackRecipient.objects.none()
    serializer_class = PackRecipientSerializer
    lookup_value_regex = ID
    filters: ClassVar = {"pack": text_filter("pack__ref"), **time_filters("given_at")}

    def visible(self, user: User) -> QuerySet[PackRecipient]:
        """Return the recipients of packs whose every unit the person sees, and their own."""
        return visible_recipients(user).select_related("pack", "person", "given_by")

    @extend_schema(request=PackRecipientInput, responses={201: PackRecipientSerializer})
    def create(self, request: Request) -> Response:
        """Give a sealed pack to somebody until a day; who has an account is told."""
        data = self.valid(PackRecipientInput)
        made = sharing_actions.share(
            data["pack"], to=data["to"], until=data["until"], actor=self.person
        )
        return self.shown(made, 201)

    @extend_schema(request=None, responses=PackRecipientSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Take the pack back; that they had it stays on record."""
        row = self.get_object()
        sharing_actions.unshare(row, actor=self.person)
        return self.shown(row)


class PackAnswerSerializer(serializers.ModelSerializer):
    by = PersonField(read_only=True)

    class Meta:
        model = PackAnswer
        fields = ["id", "text", "by", "at"]


class PackQuestionSerializer(serializers.ModelSerializer):
    ref = serializers.CharField(read_only=True)
    pack = PackField(read_only=True)
    system = SystemField(read_only=True, allow_null=True)
    asked_by = PersonField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)
    answers = PackAnswerSerializer(many=True, read_only=True)

    class Meta:
        model = PackQuestion
        fields = [
            *("id", "ref", "pack", "system", "entry", "text", "asked_by", "asked_at"),
            *("due_at", "answers"),
        ]


class PackQuestionInput(StrictBody):
    """A question about a sealed pack, or a system or an entry in it."""

    pack = PackField()
    text = serializers.CharField(max_length=MOST_LETTERS)
    system = serializers.RegexField("^AIS-[0-9]{3,12}$", required=False, help_text="In the pack.")
    entry = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body with the system: one of the pack, which tells of it to who has it."""
        pack, ref = data["pack"], data.pop("system", None)
        if ref is None:
            return data
        if (system := pack.systems.filter(ref=ref).first()) is None:
            raise serializers.ValidationError({"system": f"{ref} is not in {pack}."})
        return data | {"system": system}


class PackAnswerInput(StrictBody):
    """An answer, on the record."""

    text = serializers.CharField(max_length=MOST_LETTERS)


class PackQuestionViewSet(Readable):
    """What was asked about packs, and what was answered."""

    queryset = PackQuestion.objects.none()
    serializer_class = PackQuestionSerializer
    lookup_value_regex = ID
    filters: ClassVar = {"pack": text_filter("pack__ref"), **time_filters("asked_at")}

    def visible(self, user: User) -> QuerySet[PackQuestion]:
        """Return the questions about packs that the person sees."""
        rows = with_answers(PackQuestion.objects.visible_to(user))
        return rows.select_related("pack__unit", "pack__requested_by", "system__owner")

    @extend_schema(request=PackQuestionInput, responses={201: PackQuestionSerializer})
    def create(self, request: Request) -> Response:
        """Ask on the record; who answers for the pack is told."""
        made = question_actions.ask(actor=self.person, **self.valid(PackQuestionInput))
        return self.shown(made, 201)

    @extend_schema(request=PackAnswerInput, responses={201: PackQuestionSerializer})
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, pk: str) -> Response:
        """Answer on the record, also once more; who asked is told."""
        question = self.get_object()
        question_actions.answer(
            question, text=self.valid(PackAnswerInput)["text"], actor=self.person
        )
        return self.shown(self.get_object(), 201)


class PackEndSerializer(serializers.ModelSerializer):
    """Until when a pack is handed out, and whether it was withdrawn."""

    expires_on = serializers.SerializerMethodField()
    withdrawn_at = serializers.SerializerMethodField()
    withdrawn_because = serializers.SerializerMethodField()

    class Meta:
        model = EvidencePack
        fields = ["ref", "expires_on", "withdrawn_at", "withdrawn_because"]

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_expires_on(self, pack: EvidencePack) -> str | None:
        """Return the last day as text, null before the pack is sealed."""
        day = standing(pack).expires_on
        return day.isoformat() if day else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_withdrawn_at(self, pack: EvidencePack) -> Any:
        """Return when it was withdrawn, null when it was not."""
        withdrawal = standing(pack).withdrawal
        return serializers.DateTimeField().to_representation(withdrawal.at) if withdrawal else None

    @extend_schema_field(serializers.CharField())
    def get_withdrawn_because(self, pack: EvidencePack) -> str:
        """Return the reason, empty when it was not withdrawn."""
        withdrawal = standing(pack).withdrawal
        return withdrawal.reason if withdrawal else ""


class LastDayInput(StrictBody):
    """The last day on which a pack is handed out."""

    on = serializers.DateField()


class WithdrawalInput(StrictBody):
    """Why a pack is not to be relied on any more."""

    reason = serializers.CharField(max_length=MOST_LETTERS)


class PackEndViewSet(Resource):
    """The end of handing a pack out: its last day, its withdrawal."""

    queryset = EvidencePack.objects.none()
    serializer_class = PackEndSerializer
    lookup_field = "ref"
    lookup_value_regex = PACK_REF
    decisions: ClassVar = frozenset({"withdraw"})

    def visible(self, user: User) -> QuerySet[EvidencePack]:
        """Return the packs that the person sees."""
        return EvidencePack.objects.visible_to(user).select_related("expiry", "withdrawal")

    @extend_schema(responses=PackEndSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def end(self, request: Request, ref: str) -> Response:
        """Return until when the pack is handed out, and whether it was withdrawn."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=LastDayInput, responses=PackEndSerializer)
    @action(detail=True, methods=["post"], url_path="last-day")
    def last_day(self, request: Request, ref: str) -> Response:
        """Set the last day on which the pack is handed out."""
        pack = self.get_object()
        sharing_actions.set_expiry(pack, on=self.valid(LastDayInput)["on"], actor=self.person)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=WithdrawalInput, responses=PackEndSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Withdraw the pack with a reason; nobody downloads it from then on."""
        pack = self.get_object()
        reason = self.valid(WithdrawalInput)["reason"]
        sharing_actions.withdraw(pack, reason=reason, actor=self.person)
        return Response(self.get_serializer(self.get_object()).data)
