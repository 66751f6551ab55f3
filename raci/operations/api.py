"""The AI Ops function over REST: the same actions as the pages."""

from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, number_filter
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField
from raci.oncall.models import Schedule
from raci.operations import actions
from raci.operations.actions import FunctionWish
from raci.operations.models import AIOpsFunction, FunctionDuty
from raci.operations.queries import findings_of
from raci.operations.rules import OpsDuty
from raci.people.vocabulary import vocabulary


class FunctionDutySerializer(serializers.ModelSerializer):
    """Who does a duty: a person, or whoever holds a role."""

    person = PersonField(read_only=True, allow_null=True)

    class Meta:
        model = FunctionDuty
        fields = ["duty", "person", "role"]


class FunctionSerializer(serializers.ModelSerializer):
    lead = PersonField(read_only=True)
    members = serializers.SerializerMethodField()
    duties = FunctionDutySerializer(many=True, read_only=True)

    class Meta:
        model = AIOpsFunction
        fields = [
            *("id", "unit", "lead", "members", "set_up_on", "hours", "schedule"),
            *("charter_title", "charter_link", "duties", "created_at", "row_version"),
        ]

    def get_members(self, function: AIOpsFunction) -> list[str]:
        """Return the members' addresses."""
        return [row.person.email for row in function.members.all()]


class FunctionDutyInput(StrictBody):
    """A duty with a person, or with a role."""

    duty = serializers.ChoiceField(list(OpsDuty))
    person = PersonField(required=False)
    role = serializers.ChoiceField(list(vocabulary().roles), required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body; raises ValidationError unless it names exactly one of the two."""
        if ("person" in data) == ("role" in data):
            raise serializers.ValidationError("Give a person, or a role.")
        return data


class FunctionBody(StrictBody):
    """All of a function; what is left out is empty."""

    lead = PersonField()
    members = serializers.ListField(child=PersonField(), default=list, max_length=200)
    set_up_on = serializers.DateField()
    hours = serializers.CharField(max_length=200)
    schedule = serializers.PrimaryKeyRelatedField(
        queryset=Schedule.objects.filter(closed_at__isnull=True), required=False, allow_null=True
    )
    charter_title = serializers.CharField(max_length=200, default="", allow_blank=True)
    charter_link = serializers.URLField(max_length=2_000, default="", allow_blank=True)
    duties = FunctionDutyInput(many=True, default=list)


class FunctionInput(FunctionBody):
    """A function, and the unit it is of."""

    unit = UnitField()


class OpsFindingSerializer(serializers.Serializer):
    """What is wrong with a function, why, and how to mend it."""

    code = serializers.CharField()
    severity = serializers.CharField(source="weight")
    reason = serializers.CharField()
    fix = serializers.CharField()


class FunctionViewSet(Readable):
    """Who runs the AI systems of a unit and all below it."""

    queryset = AIOpsFunction.objects.none()
    serializer_class = FunctionSerializer
    lookup_value_regex = "[0-9]{1,18}"
    filters: ClassVar = {"unit": number_filter("unit")}

    def visible(self, user: User) -> QuerySet[AIOpsFunction]:
        """Return the functions that serve what the person sees."""
        return AIOpsFunction.objects.visible_to(user).with_people()

    @extend_schema(request=FunctionInput, responses={201: FunctionSerializer})
    def create(self, request: Request) -> Response:
        """Set up the function of a unit."""
        data = self.valid(FunctionInput)
        unit = data.pop("unit")
        function = actions.set_up(unit, actor=self.person, wish=_wish(data))
        return self._fresh(function, 201)

    @extend_schema(request=FunctionBody, responses=FunctionSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Write what is given; duties and members are given whole."""
        function, data = self.get_object(), self.valid(FunctionBody, partial=True)
        seen, wish = self.seen(function), _wish(data, actions.wish_of(function))
        actions.change_function(function, actor=self.person, wish=wish, seen=seen)
        return self._fresh(function)

    @extend_schema(responses=OpsFindingSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def findings(self, request: Request, pk: str) -> Response:
        """Return what is wrong with the function today; an error closes the gate to production."""
        found = findings_of(self.get_object())
        return Response(OpsFindingSerializer(found, many=True).data)

    def _fresh(self, function: AIOpsFunction, status: int = 200) -> Response:
        return self.shown(self.get_queryset().get(pk=function.pk), status)


def _wish(data: dict[str, Any], before: FunctionWish | None = None) -> FunctionWish:
    if "members" in data:
        data["members"] = tuple(data["members"])
    if "duties" in data:
        data["duties"] = {
            OpsDuty(row["duty"]): row["person"] if "person" in row else row["role"]
            for row in data["duties"]
        }
    return replace(before, **data) if before else FunctionWish(**data)
