"""Answers over REST: what is written, and what stands beside them."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.classification.answering import notes_of
from governance.classification.models import FactRequest
from governance.classification.saying import Said, Why
from governance.evidence.models import EvidenceItem
from governance.rest.fields import StrictBody, VisibleField
from inventory.systems.models import AISystem
from inventory.systems.serializers import PersonField

MOST = 500  # facts or pieces of evidence in one request
LONGEST = 2_000


@extend_schema_field({"type": "string", "pattern": "^EV-[0-9]{3,12}$"})
class ItemField(VisibleField):
    """A piece of evidence the caller sees, by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(EvidenceItem.objects.visible_to, "ref", **options)


def _sentence(help_text: str = "") -> serializers.CharField:
    return serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST, help_text=help_text
    )


class WhyInput(StrictBody):
    """What makes you say so, for one fact."""

    because = _sentence()
    evidence = serializers.ListField(child=ItemField(), required=False, max_length=MOST)


class AskInput(StrictBody):
    """Whom to ask where an answer is null; without it the owner, within a week."""

    person = PersonField()
    due_on = serializers.DateField(required=False)
    note = _sentence()


class FactsChange(StrictBody):
    """Answers to write; null says “not sure”, `cleared` takes answers back."""

    facts = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)
    cleared = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=MOST
    )
    because = _sentence("what makes you say so; kept with each fact of this request")
    evidence = serializers.ListField(
        child=ItemField(), required=False, max_length=MOST, help_text="what shows it, by ref"
    )
    each = serializers.DictField(
        child=WhyInput(), required=False, help_text="the same for single facts, in its place"
    )
    ask = AskInput(required=False)


def said_in(data: Mapping[str, Any]) -> Said | None:
    """Return what a request says beside its answers, None where it says nothing."""
    if not {"because", "evidence", "each", "ask"} & data.keys():
        return None
    ask, whole = data.get("ask", {}), _why(data)
    return Said(
        whole.because,
        whole.evidence,
        asked=ask.get("person"),
        due_on=ask.get("due_on"),
        note=ask.get("note", "").strip(),
        each={fact: _why(why) for fact, why in data.get("each", {}).items()},
    )


def _why(data: Mapping[str, Any]) -> Why:
    return Why(data.get("because", "").strip(), tuple(dict.fromkeys(data.get("evidence", ()))))


class AskedSerializer(serializers.Serializer):
    """A question that waits for a person."""

    fact = serializers.CharField()
    person = serializers.EmailField(source="asked.email")
    due_on = serializers.DateField()
    note = serializers.CharField()


class ToldSerializer(serializers.Serializer):
    """An answer as it was signed: in words, with its author, reason and evidence."""

    fact = serializers.CharField()
    ask = serializers.CharField()
    answer = serializers.CharField()
    because = serializers.CharField(required=False)
    evidence = serializers.ListField(child=serializers.DictField(), required=False)
    by = serializers.CharField(required=False)
    at = serializers.DateTimeField(required=False)


def beside_answers(system: AISystem) -> dict[str, Any]:
    """Return what stands beside the answers of a system: reasons, evidence, who is asked."""
    notes = notes_of(system)
    shown = {fact: [item.ref for item in note.evidence.all()] for fact, note in notes.items()}
    waiting = FactRequest.objects.waiting().filter(system=system).select_related("asked")
    return {
        "because": {fact: note.because for fact, note in notes.items() if note.because},
        "evidence": {fact: refs for fact, refs in shown.items() if refs},
        "asked": AskedSerializer(waiting, many=True).data,
    }
