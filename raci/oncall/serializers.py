"""The shapes of schedules in the API."""

import re
from datetime import datetime, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.rest.api import UnitField
from governance.rest.fields import StrictBody
from inventory.systems.serializers import PersonField
from raci.oncall.models import Handover, Layer, Override, Schedule, Swap
from raci.oncall.queries import Roster
from raci.oncall.roles import roles
from raci.oncall.rules import Answer, Every, Shift, Through
from raci.oncall.wall_clock import zone_of
from raci.oncall.words import why

CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
CLOCK_SCHEMA = {"type": "string", "pattern": CLOCK}
LONGEST = timedelta(days=92)  # of a list of shifts
YEARS = range(2000, 2200)


@extend_schema_field(CLOCK_SCHEMA)
class ClockField(serializers.TimeField):
    """A local time of the schedule's zone, to the minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **options)

    def to_internal_value(self, value: Any) -> Any:
        """Return the time; refuse what is not written as 09:00."""
        if not isinstance(value, str) or not re.fullmatch(CLOCK, value):
            self.fail("invalid", format="09:00")
        return super().to_internal_value(value)


@extend_schema_field({"type": ["string", "null"], "pattern": CLOCK})
class HourField(ClockField):
    """A local time, or none."""


class InstantField(serializers.DateTimeField):
    """A moment of a year that schedules know."""

    def to_internal_value(self, value: Any) -> Any:
        """Return the moment; refuse far years, where calendars end."""
        found = super().to_internal_value(value)
        if isinstance(found, datetime) and found.year not in YEARS:
            raise serializers.ValidationError("A year from 2000 to 2199.")
        return found


class LayerSerializer(serializers.ModelSerializer):
    people = serializers.SerializerMethodField()
    handover_at = ClockField(read_only=True)
    begins = HourField(read_only=True, allow_null=True)
    ends = HourField(read_only=True, allow_null=True)

    class Meta:
        model = Layer
        fields = [
            *("id", "name", "position", "people", "unit", "every", "starts_on", "handover_at"),
            *("weekdays", "begins", "ends", "since", "until"),
        ]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "email"}})
    def get_people(self, layer: Layer) -> list[str]:
        """Return the addresses of the people in turn."""
        return [member.person.email for member in layer.members.all()]


class OverrideSerializer(serializers.ModelSerializer):
    person = PersonField(read_only=True)

    class Meta:
        model = Override
        fields = ["id", "person", "since", "until", "reason", "withdrawn_at"]


class SwapSerializer(serializers.ModelSerializer):
    giver = PersonField(read_only=True)
    taker = PersonField(read_only=True)

    class Meta:
        model = Swap
        fields = [
            *("id", "giver", "taker", "since", "until", "back_since", "back_until", "reason"),
            *("status", "accepted_at", "ended_at"),
        ]


class HandoverSerializer(serializers.ModelSerializer):
    incoming = PersonField(read_only=True)

    class Meta:
        model = Handover
        fields = ["id", "incoming", "shift_since", "confirmed_at", "note"]


class ScheduleSerializer(serializers.ModelSerializer):
    layers = LayerSerializer(many=True, read_only=True)
    overrides = OverrideSerializer(many=True, read_only=True)
    swaps = SwapSerializer(many=True, read_only=True)
    handovers = HandoverSerializer(many=True, read_only=True)

    class Meta:
        model = Schedule
        fields = [
            *("id", "unit", "role", "name", "zone", "confirms", "created_at", "closed_at"),
            *("layers", "overrides", "swaps", "handovers", "row_version"),
        ]


class ShiftSerializer(serializers.Serializer):
    """Somebody on call without a break, or a gap with its reason."""

    person = serializers.EmailField(allow_null=True)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    through = serializers.ChoiceField(choices=[*Through, ""])
    gap = serializers.CharField(help_text="why nobody is on call; empty for a shift")
    note = serializers.CharField(help_text="about a time that the clocks skip or show twice")


class NowSerializer(serializers.Serializer):
    """Who has the pager, and who has to confirm before it passes on."""

    holder = ShiftSerializer()
    waits_for = serializers.EmailField(allow_null=True)


def shift_of(roster: Roster, one: Answer) -> dict[str, Any]:
    """Return a shift or a gap as the API tells it."""
    person = roster.person(one.person) if isinstance(one, Shift) else None
    return {
        "person": person.email if person else None,
        "since": one.since,
        "until": one.until,
        "through": one.through if isinstance(one, Shift) else "",
        "gap": "" if isinstance(one, Shift) else why(one, roster.names),
        "note": one.note,
    }


# --- what comes in ---------------------------------------------------------------------------
class ScheduleInput(StrictBody):
    unit = UnitField()
    role = serializers.ChoiceField(choices=list(roles()))
    name = serializers.CharField(max_length=120)
    zone = serializers.CharField(max_length=64, help_text="like Europe/Berlin")
    confirms = serializers.BooleanField(required=False)

    def validate_zone(self, zone: str) -> str:
        """Return the zone; refuse one that does not exist."""
        try:
            zone_of(zone)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        return zone


class ScheduleChange(StrictBody):
    name = serializers.CharField(max_length=120)
    confirms = serializers.BooleanField()


def row_id(*, required: bool = True) -> serializers.IntegerField:
    """Return a field for the id of a row."""
    return serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=required)


class LayerInput(StrictBody):
    """A layer above the others, or in the place of the one that it replaces."""

    name = serializers.CharField(max_length=120)
    people = serializers.ListField(child=PersonField(), allow_empty=False, max_length=50)
    starts_on = serializers.DateField()
    handover_at = ClockField()
    unit = serializers.ChoiceField(choices=list(Every), required=False)
    every = serializers.IntegerField(min_value=1, max_value=999, required=False)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, max_length=7
    )
    begins = HourField(required=False, allow_null=True)
    ends = HourField(required=False, allow_null=True)
    replaces = row_id(required=False)

    def validate_starts_on(self, day: Any) -> Any:
        """Return the day; refuse far years, where calendars end."""
        if day.year not in YEARS:
            raise serializers.ValidationError("A year from 2000 to 2199.")
        return day


class LayerEnd(StrictBody):
    layer = row_id()


class OverrideInput(StrictBody):
    person = PersonField()
    since = InstantField()
    until = InstantField()
    reason = serializers.CharField(max_length=200, required=False)


class OverrideEnd(StrictBody):
    override = row_id()


class SwapInput(StrictBody):
    """Who stands in for the caller, and the time the caller takes in return."""

    taker = PersonField()
    since = InstantField()
    until = InstantField()
    back_since = InstantField(required=False)
    back_until = InstantField(required=False)
    reason = serializers.CharField(max_length=200, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the swap; of the time in return both ends, or none."""
        if ("back_since" in data) != ("back_until" in data):
            raise serializers.ValidationError("Give both times in return, or none.")
        return data


class SwapAnswer(StrictBody):
    swap = row_id()
    answer = serializers.ChoiceField(choices=["accept", "refuse", "withdraw"])


class ConfirmInput(StrictBody):
    note = serializers.CharField(max_length=2_000, required=False)


class IntervalQuery(StrictBody):
    """From one moment to another; at most 92 days."""

    def get_fields(self) -> dict[str, Any]:
        """Return `from` and `to`; the first is a word of Python's own."""
        return {"from": InstantField(), "to": InstantField()}

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the interval; refuse an empty or too long one."""
        if not timedelta(0) < data["to"] - data["from"] <= LONGEST:
            raise serializers.ValidationError({"to": ["After `from`, by 92 days at most."]})
        return data


class GapsQuery(StrictBody):
    """From when on (now), and for how many days (28)."""

    def get_fields(self) -> dict[str, Any]:
        """Return `from` and `days`."""
        days = serializers.IntegerField(required=False, min_value=1, max_value=92)
        return {"from": InstantField(required=False), "days": days}


class MomentQuery(StrictBody):
    at = InstantField(required=False, help_text="now, when left out")
