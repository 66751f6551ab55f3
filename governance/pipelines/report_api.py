"""What runs, as it is reported: which model answers, and how well."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.approvals.lifecycle import Environment
from governance.pipelines import rollback_actions as rollbacks
from governance.pipelines.echo import Reported, Verdict
from governance.pipelines.echo_actions import report_observation
from governance.pipelines.models import Breach, MetricPoint, Observation, RollbackRule
from governance.pipelines.rollback import Action, Comparator, Decided, Point, Rule
from governance.rest.fields import StrictBody, VisibleField, choice_filters, text_filter
from governance.rest.resource import Readable, Resource
from inventory.systems.models import AISystem

MOST_POINTS = 500
MOST_COUNT = 2**31 - 1
METRIC = r"^[A-Za-z0-9_.:/-]{1,80}$"


class SystemRefField(VisibleField):
    """A system that the caller sees, by its ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(AISystem.objects.visible_to, "ref", **options)


class PlaceInput(StrictBody):
    """A place of a system: an environment, and a task where it has several."""

    system = SystemRefField()
    environment = serializers.ChoiceField(choices=list(Environment))
    task = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class ObservationSerializer(serializers.ModelSerializer):
    system: Any = serializers.SlugRelatedField("ref", read_only=True)
    release: Any = serializers.SlugRelatedField("ref", read_only=True, allow_null=True)

    class Meta:
        model = Observation
        fields = [
            *("id", "system", "release", "environment", "task", "digest", "model_id"),
            *("fingerprint", "tasks", "observed_from", "observed_until", "verdict", "words"),
            "reported_at",
        ]


class ObservationInput(PlaceInput):
    """What replies said of the model, over some tasks."""

    digest = serializers.RegexField(r"^([0-9a-f]{64})?$", required=False, default="")
    model_id = serializers.CharField(max_length=300)
    fingerprint = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default=""
    )
    tasks = serializers.IntegerField(min_value=0, max_value=MOST_COUNT)
    observed_from = serializers.DateTimeField()
    observed_until = serializers.DateTimeField()


class ObservationViewSet(Readable):
    """Which model answered, as the provider's replies said."""

    queryset = Observation.objects.none()
    serializer_class = ObservationSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("observed_until",)
    filters: ClassVar = {
        "system": text_filter("system__ref"),
        **choice_filters("verdict", "verdict", Verdict),
        **choice_filters("environment", "environment", Environment),
    }

    def visible(self, user: User) -> QuerySet[Observation]:
        """Return the observations of systems the person sees."""
        return Observation.objects.visible_to(user).select_related("system", "release")

    @extend_schema(request=ObservationInput, responses={201: ObservationSerializer})
    def create(self, request: Request) -> Response:
        """Report which model answered; another than approved opens a finding."""
        data = self.valid(ObservationInput)
        names = ("model_id", "tasks", "fingerprint", "digest")
        reported = Reported(**{name: data.pop(name) for name in names})
        row = report_observation(data.pop("system"), reported, actor=self.person, **data)
        return self.shown(row, 201)


class MetricPointInput(StrictBody):
    metric = serializers.RegexField(METRIC)
    at = serializers.DateTimeField()
    value = serializers.DecimalField(max_digits=20, decimal_places=6)
    samples = serializers.IntegerField(min_value=1, max_value=MOST_COUNT)


class MetricPointsInput(PlaceInput):
    """Measurements of what runs in a place; each the mean of some samples."""

    points: Any = serializers.ListField(
        child=MetricPointInput(), min_length=1, max_length=MOST_POINTS
    )


class MetricPointsAnswer(serializers.Serializer):
    count = serializers.IntegerField()


class MetricPointViewSet(Resource):
    """Measurements that rollback rules look at. Kept for eight days."""

    queryset = MetricPoint.objects.none()
    serializer_class = MetricPointsAnswer

    def visible(self, user: User) -> QuerySet[MetricPoint]:
        """Return none: measurements go in, and are not read back."""
        return MetricPoint.objects.none()

    @extend_schema(request=MetricPointsInput, responses={201: MetricPointsAnswer})
    def create(self, request: Request) -> Response:
        """Add measurements; one of the same metric and moment is known already."""
        data = self.valid(MetricPointsInput)
        points = [
            (one["metric"], Point(one["at"], one["value"], one["samples"]))
            for one in data.pop("points")
        ]
        system = data.pop("system")
        count = rollbacks.add_points(system, points, actor=self.person, **data)
        return Response({"count": count}, status=201)


class RollbackRuleSerializer(serializers.ModelSerializer):
    system: Any = serializers.SlugRelatedField("ref", read_only=True)

    class Meta:
        model = RollbackRule
        fields = [
            *("id", "system", "environment", "task", "metric", "comparator", "value"),
            *("window_minutes", "min_samples", "action", "made_at", "ended_at", "row_version"),
        ]


class RollbackRuleInput(PlaceInput):
    """When a metric is bad enough, and what then happens."""

    metric = serializers.RegexField(METRIC)
    comparator = serializers.ChoiceField(choices=list(Comparator))
    value = serializers.DecimalField(max_digits=20, decimal_places=6)
    window_minutes = serializers.IntegerField(min_value=1, max_value=10_080)
    min_samples = serializers.IntegerField(min_value=1, max_value=MOST_COUNT)
    action = serializers.ChoiceField(choices=list(Action))


class RollbackRuleViewSet(Readable):
    """Rules that call somebody when what runs is bad enough, or go back by themselves."""

    queryset = RollbackRule.objects.none()
    serializer_class = RollbackRuleSerializer
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar = {"system": text_filter("system__ref")}

    def visible(self, user: User) -> QuerySet[RollbackRule]:
        """Return the rules of systems the person sees."""
        return RollbackRule.objects.visible_to(user).select_related("system__unit")

    @extend_schema(request=RollbackRuleInput, responses={201: RollbackRuleSerializer})
    def create(self, request: Request) -> Response:
        """Set a rule."""
        data = self.valid(RollbackRuleInput)
        place = {name: data.pop(name) for name in ("system", "environment", "task")}
        rule = Rule(
            metric=data["metric"],
            comparator=Comparator(data["comparator"]),
            value=data["value"],
            window=timedelta(minutes=data["window_minutes"]),
            min_samples=data["min_samples"],
            action=Action(data["action"]),
        )
        row = rollbacks.set_rule(place.pop("system"), rule, actor=self.person, **place)
        return self.shown(row, 201)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """End a rule; what it led to stays."""
        row = self.get_object()
        rollbacks.end_rule(row, actor=self.person, seen=self.seen(row))
        return Response(status=204)


class BreachSerializer(serializers.ModelSerializer):
    system: Any = serializers.CharField(source="rule.system.ref", read_only=True)
    release: Any = serializers.SlugRelatedField("ref", read_only=True)
    seconds_to_decide = serializers.SerializerMethodField()

    class Meta:
        model = Breach
        fields = [
            *("id", "rule", "system", "release", "value", "samples", "since", "until"),
            *("opened_at", "decision", "decided_at", "reason", "refusal", "seconds_to_decide"),
            "row_version",
        ]

    def get_seconds_to_decide(self, row: Breach) -> int | None:
        """Return how long it took."""
        return int(row.latency.total_seconds()) if row.latency else None


class BreachDecisionInput(StrictBody):
    decision = serializers.ChoiceField(choices=[Decided.ROLL_BACK, Decided.KEEP])
    reason = serializers.CharField(max_length=2_000)


class BreachViewSet(Readable):
    """Rules that were broken, and what was decided."""

    queryset = Breach.objects.none()
    serializer_class = BreachSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("opened_at",)
    filters: ClassVar = {
        "system": text_filter("rule__system__ref"),
        **choice_filters("decision", "decision", Decided),
    }
    decisions: ClassVar = frozenset({"decide"})

    def visible(self, user: User) -> QuerySet[Breach]:
        """Return the breaches in systems the person sees."""
        return Breach.objects.visible_to(user).select_related("rule__system__unit", "release")

    @extend_schema(request=BreachDecisionInput, responses=BreachSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Roll back, or keep what runs."""
        row, data = self.get_object(), self.valid(BreachDecisionInput)
        choice = Decided(data["decision"])
        rollbacks.decide(row, actor=self.person, choice=choice, reason=data["reason"])
        return self.shown(self.get_object())
