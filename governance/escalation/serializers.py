"""The shapes of items and policies in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.escalation.history import Line, timelines
from governance.escalation.models import Item
from governance.escalation.rules import EventKind
from governance.notices.queries import Told
from governance.notices.rules import Channel, NoticeState
from governance.rest.fields import StrictBody
from inventory.systems.serializers import PersonField

LONGEST = 500
EMAILS = {"type": "array", "items": {"type": "string", "format": "email"}}


class NoticeToldSerializer(serializers.Serializer):
    """Who was told by which channel, and with what result."""

    person = serializers.CharField(help_text="empty for an endpoint")
    endpoint = serializers.CharField(help_text="empty for a person")
    channel = serializers.ChoiceField(list(Channel))
    state = serializers.ChoiceField(list(NoticeState))
    at = serializers.DateTimeField(help_text="when it was told, or from when on it may go")
    attempts = serializers.IntegerField()
    message_id = serializers.CharField()
    result = serializers.CharField()


class EscalationEventSerializer(serializers.Serializer):
    """One thing that happened to an item."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(list(EventKind))
    words = serializers.CharField()
    actor = serializers.EmailField(allow_null=True, help_text="null: the clock")
    told = NoticeToldSerializer(many=True)


def as_event(line: Line) -> dict[str, Any]:
    """Return one line of a timeline as the API has it."""
    return {
        "at": line.at,
        "kind": line.kind.value,
        "words": line.words,
        "actor": line.actor.email if line.actor else None,
        "told": [_told(one) for one in line.told],
    }


def _told(one: Told) -> dict[str, Any]:
    names = ("person", "endpoint", "channel", "at", "attempts", "message_id", "result")
    return {name: getattr(one, name) for name in names} | {"state": one.state.value}


class EscalationSerializer(serializers.ModelSerializer):
    ref = serializers.CharField(read_only=True)
    system: Any = serializers.SlugRelatedField("ref", read_only=True, allow_null=True)
    responsible = serializers.SerializerMethodField()
    plan: Any = serializers.CharField(source="plan.data.code", read_only=True)
    acked_by = PersonField(read_only=True, allow_null=True)
    snoozed_by = PersonField(read_only=True, allow_null=True)
    reassigned_to = PersonField(read_only=True, allow_null=True)
    resolved_by = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = Item
        fields = [
            *("id", "ref", "key", "kind", "title", "url", "unit", "system", "severity"),
            *("activity", "due_at", "since", "legal_clock_ends", "responsible", "count"),
            *("status", "level", "run", "loop", "next_step_at", "opened_at", "plan", "policy"),
            *("acked_by", "acked_at", "ack_until", "snoozed_by", "snoozed_until"),
            *("snooze_reason", "reassigned_to", "resolved_at", "resolved_by", "resolution"),
            "row_version",
        ]

    @extend_schema_field(EMAILS)
    def get_responsible(self, item: Item) -> list[str]:
        """Return who is directly responsible, by address, the first first."""
        emails: dict[int, str] = self.context["emails"]
        return [emails[pk] for pk in item.whom if pk in emails]


class EscalationDetailSerializer(EscalationSerializer):
    timeline = serializers.SerializerMethodField()

    class Meta(EscalationSerializer.Meta):
        fields = [*EscalationSerializer.Meta.fields, "timeline"]

    @extend_schema_field(EscalationEventSerializer(many=True))
    def get_timeline(self, item: Item) -> list[dict[str, Any]]:
        """Return what happened to it, the oldest first."""
        lines = [as_event(line) for line in timelines([item])[item.pk]]
        return list(EscalationEventSerializer(lines, many=True).data)


class AcknowledgeInput(StrictBody):
    """Until when the acknowledgement holds; the usual time without it."""

    until = serializers.DateTimeField(required=False)


class SnoozeInput(StrictBody):
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=LONGEST)


class ReassignInput(StrictBody):
    to = PersonField()
    reason = serializers.CharField(max_length=LONGEST)


class EscalationReasonInput(StrictBody):
    reason = serializers.CharField(max_length=LONGEST)
