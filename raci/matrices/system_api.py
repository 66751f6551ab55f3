"""Who answers for a system, over REST: at any moment, and what the rules find."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.calendars.clock import Moment, is_zone, moment_at
from governance.rest.fields import StrictBody
from governance.rest.resource import Resource
from inventory.systems.models import AISystem
from raci.matrices.asking import ask
from raci.matrices.catalogue import catalogue
from raci.matrices.checking import findings
from raci.matrices.models import Matrix
from raci.matrices.resolution import Answer, Through
from raci.matrices.serializers import FindingSerializer

WALL = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$"


class OnCallQuery(StrictBody):
    """An activity and a moment; a time without an offset is of a clock in `zone`."""

    activity = serializers.ChoiceField(choices=list(catalogue().activities), required=True)
    at = serializers.RegexField(WALL, required=False, help_text="now, when left out")
    zone = serializers.CharField(max_length=64, required=False, help_text="like Europe/Berlin")

    def validate_zone(self, name: str) -> str:
        """Return the zone; refuse one that there is not."""
        if not is_zone(name):
            raise serializers.ValidationError("There is no such time zone.")
        return name

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the query with its moment; refuse times that no calendar has."""
        try:
            data["moment"] = _moment(data.get("at"), data.get("zone", ""))
        except (ValueError, OverflowError) as error:
            raise serializers.ValidationError({"at": ["There is no such time."]}) from error
        return data


def _moment(text: str | None, zone: str) -> Moment:
    if not text:
        return Moment(timezone.now())
    given = datetime.fromisoformat(text)
    if given.tzinfo:
        return Moment(given)
    return moment_at(given, ZoneInfo(zone) if zone else timezone.get_default_timezone())


class FoundSerializer(serializers.Serializer):
    """A person, by name and e-mail address."""

    name = serializers.CharField()
    email = serializers.CharField()


class WhoSerializer(serializers.Serializer):
    """Who it is, or the named gap; accountability does not move with a delegation."""

    system = serializers.CharField()
    activity = serializers.CharField()
    at = serializers.DateTimeField()
    note = serializers.CharField(help_text="about a time that a clock skips or shows twice")
    person = FoundSerializer(allow_null=True)
    through = serializers.ChoiceField(choices=list(Through))
    acting_for = serializers.CharField()
    level = serializers.IntegerField()
    accountable = FoundSerializer(allow_null=True)
    steps = serializers.ListField(child=serializers.CharField())
    gap = serializers.CharField()


class ValidationSerializer(serializers.Serializer):
    """What the rules find in the matrix in force, else in the draft."""

    system = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="null: there is no matrix")
    status = serializers.CharField()
    error_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()
    findings = FindingSerializer(many=True)


class AnsweringViewSet(Resource):
    """Who answers for one system, by its ref."""

    queryset = AISystem.objects.none()
    lookup_field = "ref"
    lookup_value_regex = "AIS-[0-9]{3,12}"

    def visible(self, user: User) -> QuerySet[AISystem]:
        """Return the systems the person sees."""
        return AISystem.objects.visible_to(user).select_related("unit", "owner")

    @extend_schema(parameters=[OnCallQuery], responses=WhoSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="on-call", pagination_class=None)
    def on_call(self, request: Request, ref: str) -> Response:
        """Return who does, or decides, an activity at any moment, and through which step."""
        system = get_object_or_404(self.get_queryset(), ref=ref)
        query = OnCallQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        moment: Moment = query.validated_data["moment"]
        answer = ask(system, query.validated_data["activity"], moment.at)
        return Response(WhoSerializer(_shown(system, answer, moment)).data)

    @extend_schema(responses=ValidationSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="raci/validation", pagination_class=None)
    def validation(self, request: Request, ref: str) -> Response:
        """Return what all rules find today in the matrix in force, else in the draft."""
        system = get_object_or_404(self.get_queryset(), ref=ref)
        rows = Matrix.objects.with_grid().current().filter(system=system)
        matrix = rows.order_by("status").first()  # active before draft
        found = findings(matrix) if matrix else []
        errors = sum(item.is_error for item in found)
        body = {
            "system": system.ref,
            "version": matrix.version if matrix else None,
            "status": matrix.status if matrix else "none",
            "error_count": errors,
            "warning_count": len(found) - errors,
            "findings": found,
        }
        return Response(ValidationSerializer(body).data)


def _shown(system: AISystem, answer: Answer, moment: Moment) -> dict[str, Any]:
    fields = ("activity", "at", "person", "through", "acting_for", "level", "accountable")
    told = {name: getattr(answer, name) for name in (*fields, "steps", "gap")}
    return {"system": system.ref, "note": moment.note, **told}
