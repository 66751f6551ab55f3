"""Policies over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.calendars.models import Calendar
from governance.escalation.models import Policy, PolicyLevel
from governance.escalation.plans import LevelWish
from governance.escalation.policy_actions import PolicyWish, save_policy
from governance.escalation.rules import DELAYS, MOST_LOOPS, ClockKind, Expiry, target_problem
from governance.notices.rules import Channel, Severity
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, VisibleField, choice_filters, number_filter
from governance.rest.resource import Readable

TARGET = (
    "responsible, owner, deputy, manager, accountable, fallback, role:CISO, activity:CHG-01:A, "
    "person:12, schedule:3 or authority:stop-system"
)
MOST_LEVELS, MOST_TARGETS = 10, 20
LONGEST_TARGET = 26  # of the ids of rows, whose numbers have at most 18 digits


class EscalationPolicyLevelSerializer(serializers.ModelSerializer):
    channels = serializers.ListField(child=serializers.ChoiceField(list(Channel)))

    class Meta:
        model = PolicyLevel
        fields = ["position", "delay", "targets", "channels"]


class EscalationPolicySerializer(serializers.ModelSerializer):
    levels = EscalationPolicyLevelSerializer(many=True, read_only=True)

    class Meta:
        model = Policy
        fields = [
            *("id", "name", "unit", "severity", "clock", "calendar", "loops", "ack", "levels"),
            *("retired_at", "row_version"),
        ]


class TargetField(serializers.CharField):
    """Who is told, as a target."""

    def to_internal_value(self, data: Any) -> str:
        """Return the target; refuse what means nobody."""
        text = super().to_internal_value(data)
        if problem := target_problem(text):
            raise serializers.ValidationError(f"{problem} It is one of {TARGET}.")
        return str(text)


class EscalationPolicyLevelInput(StrictBody):
    """One level: minutes before the next, who is told, by which channels."""

    delay = serializers.IntegerField(min_value=DELAYS[0], max_value=DELAYS[1])
    targets = serializers.ListField(
        child=TargetField(max_length=LONGEST_TARGET),
        min_length=1,
        max_length=MOST_TARGETS,
        help_text=TARGET,
    )
    channels = serializers.ListField(
        child=serializers.ChoiceField(list(Channel)), min_length=1, max_length=len(Channel)
    )


class EscalationPolicyChange(StrictBody):
    """What a policy is to be; what is left out stays as it is. Its unit never changes."""

    name = serializers.CharField(max_length=120, required=False)
    severity = serializers.ChoiceField(["", *Severity], required=False)
    clock = serializers.ChoiceField(list(ClockKind), required=False)
    calendar = VisibleField(
        lambda user: Calendar.objects.visible_to(user), required=False, allow_null=True
    )
    loops = serializers.IntegerField(min_value=0, max_value=MOST_LOOPS, required=False)
    ack = serializers.ChoiceField(["", *Expiry], required=False)
    levels = serializers.ListField(
        child=EscalationPolicyLevelInput(), min_length=1, max_length=MOST_LEVELS, required=False
    )


class EscalationPolicyInput(EscalationPolicyChange):
    """A new policy."""

    name = serializers.CharField(max_length=120)
    unit = UnitField()
    levels = serializers.ListField(
        child=EscalationPolicyLevelInput(), min_length=1, max_length=MOST_LEVELS
    )


class EscalationPolicyViewSet(Readable):
    """By which levels items climb where their kind has no steps of its own."""

    queryset = Policy.objects.none()
    serializer_class = EscalationPolicySerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)
    filters: ClassVar = {
        "unit": number_filter("unit"),
        **choice_filters("severity", "severity", Severity),
    }

    def visible(self, user: User) -> QuerySet[Policy]:
        """Return the policies of the units that the person sees, those out of force too."""
        return Policy.objects.visible_to(user).select_related("unit").prefetch_related("levels")

    @extend_schema(request=EscalationPolicyInput, responses={201: EscalationPolicySerializer})
    def create(self, request: Request) -> Response:
        """Make a policy; it serves what begins from now on."""
        data = self.valid(EscalationPolicyInput)
        made = save_policy(None, actor=self.person, wish=_wish(data))
        return self.shown(self.get_queryset().get(pk=made.pk), 201)

    @extend_schema(request=EscalationPolicyChange, responses=EscalationPolicySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a policy; runs that began keep what it was."""
        row, data = self.get_object(), self.valid(EscalationPolicyChange)
        seen = self.seen(row)
        save_policy(row, actor=self.person, wish=_wish(_stored(row) | data), seen=seen)
        return self.shown(self.get_queryset().get(pk=row.pk))


def _stored(row: Policy) -> dict[str, Any]:
    names = ("name", "unit", "severity", "clock", "calendar", "loops", "ack")
    found = {name: getattr(row, name) for name in names}
    levels = EscalationPolicyLevelSerializer(row.levels.all(), many=True).data
    return found | {"levels": levels}


def _wish(data: dict[str, Any]) -> PolicyWish:
    severity, ack = data.get("severity"), data.get("ack")
    return PolicyWish(
        name=data["name"],
        unit=data["unit"],
        severity=Severity(severity) if severity else None,
        clock=ClockKind(data.get("clock", ClockKind.BUSINESS)),
        calendar=data.get("calendar"),
        loops=data.get("loops", 0),
        ack=Expiry(ack) if ack else None,
        levels=tuple(_level(level) for level in data["levels"]),
    )


def _level(data: dict[str, Any]) -> LevelWish:
    channels = tuple(dict.fromkeys(Channel(one) for one in data["channels"]))
    return LevelWish(data["delay"], tuple(dict.fromkeys(data["targets"])), channels)
