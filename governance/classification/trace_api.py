"""How a trace looks over REST. It describes only: what is sent is the trace as it stands."""

from drf_spectacular.helpers import lazy_serializer
from rest_framework import serializers

CONDITION = "governance.classification.trace_api.TraceConditionSerializer"
TRUTH = "null where it is not settled"


class TraceAnswerSerializer(serializers.Serializer):
    """A fact that the trace asks about."""

    ask = serializers.CharField()
    answer = serializers.JSONField(allow_null=True)
    words = serializers.CharField()
    given = serializers.BooleanField()


class TraceExceptionSerializer(serializers.Serializer):
    """What keeps a rule from firing where its condition holds."""

    exception = serializers.CharField()
    question = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields with the condition of the exception."""
        return super().get_fields() | {"when": lazy_serializer(CONDITION)()}


class TraceConditionSerializer(serializers.Serializer):
    """A node: all, any or not of others, a rule, or a fact with the answer it waits for."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields of every kind of node; a node has those of its kind."""
        text = {name: serializers.CharField(required=False) for name in
                ("tier", "rule", "title", "confidence", "absent", "fact")}  # fmt: skip
        lists = {name: serializers.ListField(child=serializers.CharField(), required=False)
                 for name in ("citation", "applied", "in")}  # fmt: skip
        nodes = {name: lazy_serializer(CONDITION)(many=True, required=False)
                 for name in ("all", "any")}  # fmt: skip
        inner = {name: lazy_serializer(CONDITION)(required=False) for name in ("not", "when")}
        own = {
            "truth": serializers.BooleanField(allow_null=True, help_text=TRUTH),
            "again": serializers.BooleanField(required=False, help_text="told elsewhere in full"),
            "unless": TraceExceptionSerializer(many=True, required=False),
            "is": serializers.JSONField(required=False),
            "over": serializers.FloatField(required=False),
        }
        return own | text | lists | nodes | inner


class TraceChangeSerializer(serializers.Serializer):
    """Other answers to a fact, and what they would change."""

    fact = serializers.CharField()
    answer = serializers.JSONField(allow_null=True)
    instead = serializers.ListField(child=serializers.JSONField(allow_null=True))
    tier = serializers.CharField()
    tier_enacted = serializers.CharField()
    possible_tiers = serializers.ListField(child=serializers.CharField())
    gained = serializers.ListField(child=serializers.CharField(), required=False)
    lost = serializers.ListField(child=serializers.CharField(), required=False)
    moved = serializers.ListField(child=serializers.CharField(), required=False)
    dates = serializers.DictField(child=serializers.DateField(allow_null=True), required=False)


class TraceSerializer(serializers.Serializer):
    """The way to a result: steps in order, rules beside them, answers, what would change it.

    Empty for a classification signed before traces were kept.
    """

    text = serializers.ChoiceField(choices=["amended", "enacted"], required=False)
    steps = TraceConditionSerializer(many=True, required=False)
    also = TraceConditionSerializer(many=True, required=False)
    facts = serializers.DictField(child=TraceAnswerSerializer(), required=False)
    otherwise = TraceChangeSerializer(many=True, required=False)
