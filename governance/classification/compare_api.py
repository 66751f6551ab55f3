"""The shape of a difference between two classifications over REST."""

from typing import Any

from rest_framework import serializers

from governance.classification.compare import diff
from governance.classification.compare_words import sentences
from governance.classification.models import Assessment
from governance.classification.queries import engine, on_system, side_now, side_of

NOW = "now"
PARTS = (
    "is_empty", "tier", "tier_enacted", "exemption", "pack", "as_of", "answers", "rules",
    "exceptions", "roles", "duties", "moved",
)  # fmt: skip


class TurnedSerializer(serializers.Serializer):
    """One value on either side."""

    before = serializers.CharField()
    after = serializers.CharField()


class AnswerSerializer(TurnedSerializer):
    """A question with the answer on either side, in words."""

    fact = serializers.CharField()
    ask = serializers.CharField()


class NamedSerializer(serializers.Serializer):
    """A rule, an exception, a role or a duty."""

    id = serializers.CharField()
    words = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())


class BothSerializer(serializers.Serializer):
    """What only the second has, and what only the first had."""

    gained = NamedSerializer(many=True)
    lost = NamedSerializer(many=True)


class MovedSerializer(NamedSerializer):
    """A duty, or with an empty id the tier itself, on another day."""

    text = serializers.CharField(help_text="as amended, as enacted, or by the letter")
    before = serializers.DateField(allow_null=True)
    after = serializers.DateField(allow_null=True)


class DifferenceSerializer(serializers.Serializer):
    """Everything in which the second classification is another than the first."""

    is_empty = serializers.BooleanField()
    words = serializers.ListField(
        child=serializers.CharField(), help_text="against now only: what changed, in sentences"
    )
    tier = TurnedSerializer()
    tier_enacted = TurnedSerializer()
    exemption = TurnedSerializer()
    pack = TurnedSerializer()
    as_of = TurnedSerializer()
    answers = AnswerSerializer(many=True)
    rules = BothSerializer()
    exceptions = BothSerializer()
    roles = BothSerializer()
    duties = BothSerializer()
    moved = MovedSerializer(many=True)


def difference(signed: Assessment, other: Assessment | None) -> dict[str, Any]:
    """Return how another signed classification, or without one what holds now, differs."""
    now = side_of(other) if other else side_now(on_system(signed.system).provisional)
    found = diff(side_of(signed), now, engine().pack.facts)
    told = [] if other else list(sentences(found))
    parts = {name: getattr(found, name) for name in PARTS}
    return dict(DifferenceSerializer(parts | {"words": told}).data)
