"""What people stated by hand, and what they set aside, over REST."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.crosswalk import actions, statement_actions
from governance.crosswalk.models import NotApplicable, Statement
from governance.crosswalk.rules import Framework
from governance.crosswalk.statement_actions import Content, Subject
from governance.rest.fields import StrictBody, text_filter, time_filters
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField, SystemField

CODE = "^C[0-9]{2}$"


class StatementSerializer(serializers.ModelSerializer):
    """What somebody stated shows a control; without a system it is about all of them."""

    ref = serializers.CharField(read_only=True)
    system = SystemField(read_only=True, allow_null=True)
    signed_by = PersonField(read_only=True)

    class Meta:
        model = Statement
        fields = [
            *("id", "ref", "control", "system", "said", "file_name", "content_type"),
            *("size_bytes", "sha256", "link", "signed_by", "signed_at", "review_on"),
            *("withdrawn_at", "withdrawn_because"),
        ]


class StatementInput(StrictBody):
    """What is in place for a control, the link that shows it, and when to look again."""

    control = serializers.RegexField(CODE)
    system = SystemField(required=False)
    said = serializers.CharField(max_length=2_000)
    link = serializers.RegexField("^https://[^ ]+$", max_length=2_000)
    review_on = serializers.DateField()


class StatementWithdrawal(StrictBody):
    """Why the statement counts no more."""

    reason = serializers.CharField(max_length=2_000)


class StatementViewSet(Readable):
    """Statements by hand on what shows a control: kept as signed, withdrawn, never deleted."""

    queryset = Statement.objects.none()
    serializer_class = StatementSerializer
    lookup_value_regex = "[0-9]{1,18}"
    decisions: ClassVar = frozenset({"create"})  # it is a signature
    sorts: ClassVar = ("signed_at",)
    filters: ClassVar = {
        "control": text_filter("control"),
        "system": text_filter("system__ref"),
        **time_filters("signed_at"),
    }

    def visible(self, user: User) -> QuerySet[Statement]:
        """Return the statements the person may see."""
        return Statement.objects.visible_to(user).select_related("system__unit", "signed_by")

    @extend_schema(request=StatementInput, responses={201: StatementSerializer})
    def create(self, request: Request) -> Response:
        """Sign what shows a control, with a link; a file is added on the page."""
        given = self.valid(StatementInput)
        about = Subject(given["control"], given.get("system"))
        said = {"said": given["said"], "review_on": given["review_on"]}
        content = Content(link=given["link"])
        row = statement_actions.state(about, actor=self.person, content=content, **said)
        return self.shown(self.get_queryset().get(pk=row.pk), 201)

    @extend_schema(request=StatementWithdrawal, responses=StatementSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Let it count no more; it stays readable."""
        row = self.get_object()
        given = self.valid(StatementWithdrawal)
        statement_actions.withdraw_statement(row, actor=self.person, **given)
        return self.shown(self.get_object())


class SetAsideSerializer(serializers.ModelSerializer):
    """That a control does not apply: in a framework or all, for a system or all."""

    system = SystemField(read_only=True, allow_null=True)
    set_by = PersonField(read_only=True)
    agreed_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = NotApplicable
        fields = [
            *("id", "control", "framework", "system", "reason", "set_by", "set_at", "until"),
            *("agreed_by", "agreed_at", "withdrawn_at"),
        ]


class SetAsideInput(StrictBody):
    """Which control does not apply, why, and until when."""

    control = serializers.RegexField(CODE)
    framework = serializers.ChoiceField(choices=list(Framework), required=False)
    system = SystemField(required=False)
    reason = serializers.CharField(max_length=2_000)
    until = serializers.DateField()


class SetAsideVerb(StrictBody):
    """Nothing but the request itself."""


class SetAsideViewSet(Readable):
    """Controls that do not apply, by one who proposed it and another who agreed."""

    queryset = NotApplicable.objects.none()
    serializer_class = SetAsideSerializer
    lookup_value_regex = "[0-9]{1,18}"
    decisions: ClassVar = frozenset({"agree"})
    sorts: ClassVar = ("set_at",)
    filters: ClassVar = {
        "control": text_filter("control"),
        "system": text_filter("system__ref"),
        **time_filters("set_at"),
    }

    def visible(self, user: User) -> QuerySet[NotApplicable]:
        """Return what was set aside about systems the person sees, and about all."""
        people = ("set_by", "agreed_by")
        return NotApplicable.objects.visible_to(user).select_related("system__unit", *people)

    @extend_schema(request=SetAsideInput, responses={201: SetAsideSerializer})
    def create(self, request: Request) -> Response:
        """Propose that a control does not apply; it counts once a second person agreed."""
        given = self.valid(SetAsideInput)
        named = given.get("framework")
        framework = Framework(named) if named else None
        aside = actions.Aside(given["control"], framework, given.get("system"))
        why = {"reason": given["reason"], "until": given["until"]}
        row = actions.set_aside(aside, actor=self.person, **why)
        return self.shown(self.get_queryset().get(pk=row.pk), 201)

    @extend_schema(request=SetAsideVerb, responses=SetAsideSerializer)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """Agree, as the second person."""
        row = self.get_object()
        self.valid(SetAsideVerb)
        actions.agree(row, actor=self.person)
        return self.shown(self.get_object())

    @extend_schema(request=SetAsideVerb, responses=SetAsideSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Let the control apply again, or take the proposal back."""
        row = self.get_object()
        self.valid(SetAsideVerb)
        actions.withdraw(row, actor=self.person)
        return self.shown(self.get_object())
