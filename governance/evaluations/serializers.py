"""The shapes of suites, runs and comparisons in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.evaluations.criteria import Comparator, CriterionError, criteria_from
from governance.evaluations.models import CaseResult, Run, Suite
from governance.evaluations.queries import failures
from governance.evaluations.readers.report import MOST_METRICS
from governance.evaluations.rules import (
    LONGEST_KEY,
    LONGEST_SLICE,
    MOST_CASES,
    MOST_SLICES_OF_A_CASE,
    SuiteKind,
)
from governance.evaluations.statistics import Change
from governance.rest.fields import StrictBody
from inventory.systems.models import ModelVersion
from inventory.systems.serializers import PersonField, SystemField

NUMBER = {"type": "string", "pattern": "^-?[0-9]{1,12}([.][0-9]{1,30})?$"}
SHA256 = "^[0-9a-f]{64}$"
SUITE_KEY = "^[a-z0-9][a-z0-9-]{0,79}$"
CASE = {
    "type": "object",
    "required": ["key", "passed"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        "passed": {"type": ["boolean", "null"], "description": "null: skipped, not counted"},
        "score": {**NUMBER, "type": ["string", "number", "null"]},
        "slices": {
            "type": "array",
            "maxItems": MOST_SLICES_OF_A_CASE,
            "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_SLICE},
        },
        "message": {"type": "string"},
    },
}


@extend_schema_field({"type": "array", "minItems": 1, "maxItems": MOST_CASES, "items": CASE})
class CasesField(serializers.Field):
    """The cases of a run, as they came: the reader of runs looks at each."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list."""
        if not isinstance(data, list):
            raise serializers.ValidationError("A run has a list of cases.")
        return data


@extend_schema_field(
    {"type": "object", "maxProperties": MOST_METRICS, "additionalProperties": NUMBER}
)
class MetricsField(serializers.Field):
    """Metrics by name; numbers are text, so none changes on its way."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return the metrics."""
        is_fit = isinstance(data, dict) and all(isinstance(one, str) for one in data.values())
        if not is_fit:
            raise serializers.ValidationError('Metrics are names with numbers as text: "0.012".')
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        """Return the metrics."""
        return value


class CriterionInput(StrictBody):
    """One thing a suite asks."""

    metric = serializers.CharField(max_length=120)
    comparator = serializers.ChoiceField(list(Comparator))
    value = serializers.CharField(max_length=30, required=False, allow_null=True)
    margin = serializers.CharField(max_length=30, required=False, allow_null=True)
    hard = serializers.BooleanField(required=False, default=True)


class SuiteInput(StrictBody):
    """A suite as it is to be; what is left out stays as it is."""

    system = SystemField()
    key = serializers.RegexField(SUITE_KEY, max_length=80)
    kind = serializers.ChoiceField(list(SuiteKind), required=False)
    title = serializers.CharField(max_length=200, required=False)
    criteria = CriterionInput(many=True, required=False)
    reason = serializers.CharField(max_length=2_000, required=False)
    seen = serializers.IntegerField(min_value=0, max_value=10**6, required=False)

    def validate_criteria(self, rows: list[dict[str, Any]]) -> Any:
        """Return the criteria as the rules know them."""
        try:
            return criteria_from(rows)
        except CriterionError as error:
            raise serializers.ValidationError(str(error)) from error


class SuiteSerializer(serializers.ModelSerializer):
    system = SystemField(read_only=True)
    criteria: Any = CriterionInput(many=True, read_only=True)
    added_by = PersonField(read_only=True)

    class Meta:
        model = Suite
        fields = [
            *("id", "system", "key", "revision", "title", "kind", "cases", "cases_digest"),
            *("criteria", "reason", "added_by", "added_at"),
        ]


class RunAbout(StrictBody):
    """Which version ran which suite, when, and who says so.

    `kind` makes a suite that is not there yet; `revise` says that its list of cases changed.
    """

    system = SystemField()
    digest = serializers.RegexField(SHA256)
    version = serializers.CharField(max_length=40, required=False)
    suite = serializers.RegexField(SUITE_KEY, max_length=80)
    kind = serializers.ChoiceField(list(SuiteKind), required=False)
    revise = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=2_000, required=False)
    produced_by = serializers.CharField(max_length=200)
    tool = serializers.CharField(max_length=100, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Put the version in place of its label; without one, the digest names it."""
        rows = ModelVersion.objects.filter(system=data["system"]).select_related("system__unit")
        name = "version" if "version" in data else "digest"
        asked = {"label": data["version"]} if "version" in data else {"digest": data["digest"]}
        version = rows.filter(**asked).first()
        if version is None:
            said = f"{data['system'].ref} has no version with this {name}."
            raise serializers.ValidationError({name: [said]})
        return {**data, "version": version}


class RunInput(RunAbout):
    """A run with its cases."""

    observed_from = serializers.DateTimeField()
    observed_until = serializers.DateTimeField()
    metrics = MetricsField(required=False)
    cases = CasesField()


class RunFileInput(RunAbout):
    """A run as CSV or JUnit XML; the period may be left out when the file says it."""

    observed_from = serializers.DateTimeField(required=False)
    observed_until = serializers.DateTimeField(required=False)
    upload = serializers.FileField(max_length=200)


class FailureSerializer(serializers.Serializer):
    """A criterion that is not met."""

    metric = serializers.CharField()
    words = serializers.CharField()
    hard = serializers.BooleanField()


class SliceTotalsSerializer(serializers.Serializer):
    """What the cases of a slice add up to."""

    name = serializers.CharField()
    n = serializers.IntegerField()
    passed = serializers.IntegerField()
    mean_score = serializers.CharField(allow_null=True)


class RunSerializer(serializers.ModelSerializer):
    system = SystemField(source="version.system", read_only=True)
    version: Any = serializers.CharField(source="version.label", read_only=True)
    suite: Any = serializers.CharField(source="suite.key", read_only=True)
    suite_revision = serializers.IntegerField(source="suite.revision", read_only=True)
    kind = serializers.ChoiceField(list(SuiteKind), source="suite.kind", read_only=True)
    metrics: Any = MetricsField(read_only=True)
    slices = SliceTotalsSerializer(many=True, read_only=True)
    failures = serializers.SerializerMethodField()
    added_by = PersonField(read_only=True)

    class Meta:
        model = Run
        fields = [
            *("ref", "system", "version", "digest_of_version", "suite", "suite_revision", "kind"),
            *("observed_from", "observed_until", "produced_by", "tool", "source", "sha256"),
            *("file_name", "size_bytes", "passed", "failed", "skipped", "metrics", "slices"),
            *("failures", "added_by", "added_at", "withdrawn_at", "withdrawn_because"),
        ]

    @extend_schema_field(FailureSerializer(many=True))
    def get_failures(self, run: Run) -> Any:
        """Return the criteria the run does not meet; margins need a comparison."""
        return FailureSerializer(failures(run), many=True).data


class CaseResultSerializer(serializers.ModelSerializer):
    run: Any = serializers.CharField(source="run.ref", read_only=True)

    class Meta:
        model = CaseResult
        fields = ["id", "run", "key", "passed", "score", "slices", "message"]


class IntervalSerializer(serializers.Serializer):
    """Where the true difference lies, in percentage points, with 95 % confidence."""

    low = serializers.CharField()
    high = serializers.CharField()


class DifferenceSerializer(serializers.Serializer):
    """How the cases of two runs went, and what that shows."""

    n = serializers.IntegerField()
    both = serializers.IntegerField()
    only_before = serializers.IntegerField()
    only_after = serializers.IntegerField()
    neither = serializers.IntegerField()
    p_value = serializers.CharField(help_text="McNemar's exact test, two-sided")
    delta_points = serializers.CharField()
    interval = IntervalSerializer()
    state = serializers.ChoiceField(list(Change))
    is_regression = serializers.BooleanField()


class SliceDifferenceSerializer(DifferenceSerializer):
    """What the cases of one slice show."""

    name = serializers.CharField()


class ComparisonSerializer(DifferenceSerializer):
    """What a run and its baseline show together."""

    run = serializers.CharField()
    baseline = serializers.CharField()
    mean_score_delta = serializers.CharField(allow_null=True)
    is_equal_or_better = serializers.BooleanField()
    slices = SliceDifferenceSerializer(many=True)
    failures = FailureSerializer(many=True)


COMPARED = (
    *("n", "both", "only_before", "only_after", "neither", "p_value", "delta_points", "interval"),
    *("state", "is_regression", "mean_score_delta", "is_equal_or_better", "slices"),
)
