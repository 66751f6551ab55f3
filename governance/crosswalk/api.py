"""Frameworks over REST: how many controls are shown, and one framework control by control."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.crosswalk.packing import told_coverage, told_head, told_mapping
from governance.crosswalk.queries import Survey, survey
from governance.crosswalk.reading import catalogue
from governance.crosswalk.rules import Control, Framework, State, Strength
from governance.crosswalk.wishes import Wish, keys_for
from governance.rest.fields import StrictBody
from governance.rest.resource import Resource
from inventory.systems.models import AISystem

KINDS = "|".join(Framework)
KEY = OpenApiParameter("framework", str, OpenApiParameter.PATH, enum=list(Framework))
ASKED = [
    OpenApiParameter("unit", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}),
    OpenApiParameter("system", {"type": "string", "pattern": "^AIS-[0-9]{3,12}$"}),
]


class CrosswalkQuery(StrictBody):
    """Which systems count: those of a unit and below it, or one."""

    unit = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    system = serializers.RegexField("^AIS-[0-9]{3,12}$", required=False)


class CrosswalkLawSerializer(serializers.Serializer):
    """Which text of a law or standard counts, and of when."""

    title = serializers.CharField()
    edition = serializers.CharField()
    as_of = serializers.CharField()
    version = serializers.CharField()


class CrosswalkCountsSerializer(serializers.Serializer):
    """How many controls are in each state; stale ones are not present."""

    applicable = serializers.IntegerField()
    present = serializers.IntegerField()
    present_in_part = serializers.IntegerField(help_text="of those present")
    stale = serializers.IntegerField()
    missing = serializers.IntegerField()
    not_applicable = serializers.IntegerField()


class CrosswalkMappingSerializer(serializers.Serializer):
    """Which mapping of controls was read."""

    version = serializers.CharField()
    dated = serializers.DateField()
    sha256 = serializers.CharField()
    sealed = serializers.BooleanField(help_text="whether the files are those that were sealed")


class FrameworkSerializer(serializers.Serializer):
    """One framework over the systems that count."""

    framework = serializers.ChoiceField(choices=list(Framework))
    name = serializers.CharField()
    law = CrosswalkLawSerializer()
    counts = CrosswalkCountsSerializer()


class FrameworksSerializer(serializers.Serializer):
    """All frameworks; their figures are never added up."""

    items = FrameworkSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    mapping = CrosswalkMappingSerializer()
    warning = serializers.CharField()


class AppliesFromSerializer(serializers.Serializer):
    """From when a clause applies, by the way a system is high-risk."""

    route = serializers.CharField(allow_blank=True)
    day = serializers.DateField()


class ClauseSerializer(serializers.Serializer):
    """A clause that a control concerns."""

    ref = serializers.CharField()
    strength = serializers.ChoiceField(choices=list(Strength))
    note = serializers.CharField(allow_blank=True)
    applies_from = AppliesFromSerializer(many=True)


class WhyNotSerializer(serializers.Serializer):
    """Why a control does not apply, and to which systems."""

    because = serializers.CharField()
    systems = serializers.ListField(child=serializers.CharField())


class ControlSerializer(serializers.Serializer):
    """Where a control stands over the systems that count."""

    control = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=list(State))
    in_part = serializers.BooleanField()
    refs = ClauseSerializer(many=True)
    applies_to = serializers.IntegerField(help_text="systems")
    present = serializers.IntegerField(help_text="systems")
    stale = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    not_applicable = WhyNotSerializer(many=True)
    lacks = serializers.CharField(allow_blank=True, help_text="what is not recorded here")
    mapping_changed = serializers.CharField(
        allow_blank=True, help_text="since somebody looked through the mapping: review it"
    )
    by_hand_alone = serializers.BooleanField(help_text="only a statement by hand can show it")


class CoverageSerializer(FrameworkSerializer):
    """One framework, control by control."""

    controls = ControlSerializer(many=True)
    mapping = CrosswalkMappingSerializer()
    warning = serializers.CharField()


ONE_ANSWER = forced_singular_serializer(FrameworksSerializer)  # type: ignore[no-untyped-call]


class FrameworkViewSet(Resource):
    """What in the registry shows the controls of five frameworks. A mapping is not compliance."""

    queryset = AISystem.objects.none()
    serializer_class = FrameworkSerializer
    lookup_field = "framework"
    lookup_value_regex = KINDS
    filter_backends: Any = ()  # its parameters say which systems count
    http_method_names = ["get", "head", "options"]

    def visible(self, user: User) -> QuerySet[AISystem]:
        """Return the systems the person sees."""
        return AISystem.objects.visible_to(user)

    @extend_schema(parameters=ASKED, responses=ONE_ANSWER)
    def list(self, request: Request) -> Response:
        """Return every framework with its own counts."""
        told = self._survey(request)
        items = [told_head(told.coverage(framework)) for framework in Framework]
        return self._answer(FrameworksSerializer, {"items": items, "next_cursor": None})

    @extend_schema(parameters=[KEY, *ASKED], responses=CoverageSerializer)
    @action(detail=True, methods=["get"])
    def coverage(self, request: Request, framework: str) -> Response:
        """Return one framework, control by control."""
        key = Framework(framework)
        told = self._survey(request, catalogue().of(key))
        found = told_coverage(told.coverage(key), told)
        return self._answer(CoverageSerializer, found)

    def _survey(self, request: Request, controls: Iterable[Control] | None = None) -> Survey:
        asked = CrosswalkQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        chosen = {name: str(value) for name, value in asked.validated_data.items()}
        return survey(keys_for(self.person, Wish(chosen)), controls=controls)

    def _answer(self, shape: type[serializers.Serializer], told: dict[str, Any]) -> Response:
        return Response(shape(told | told_mapping()).data)
