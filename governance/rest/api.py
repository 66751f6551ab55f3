"""Business units over REST. They live here because accounts lies below the conventions."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts import unit_actions
from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.rest.fields import StrictBody, VisibleField, number_filter, text_filter
from governance.rest.resource import Readable


@extend_schema_field({"type": "integer", "minimum": 1})
class UnitField(VisibleField):
    """A business unit the caller sees, by id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(visible_units, **options)


class UnitSerializer(serializers.ModelSerializer):
    class Meta:
        model = BusinessUnit
        fields = ["id", "name", "parent", "path", "external_key", "row_version"]


class UnitInput(StrictBody):
    name = serializers.CharField(max_length=200)
    parent = UnitField()  # type: ignore[assignment]  # Field.parent is DRF's own
    external_key = serializers.CharField(max_length=200, required=False)


class UnitChange(StrictBody):
    name = serializers.CharField(max_length=200)


class UnitViewSet(Readable):
    """The tree of business units."""

    queryset = BusinessUnit.objects.none()
    serializer_class = UnitSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)
    filters: ClassVar = {"parent": number_filter("parent"), "name": text_filter("name")}

    def visible(self, user: User) -> QuerySet[BusinessUnit]:
        """Return the units in which the person has a role, and those below."""
        return visible_units(user)

    @extend_schema(request=UnitInput, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        """Add a unit below another."""
        return self.shown(unit_actions.add_unit(actor=self.person, **self.valid(UnitInput)), 201)

    @extend_schema(request=UnitChange, responses=UnitSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a unit."""
        unit = self.get_object()
        data = self.valid(UnitChange)  # before If-Match: RFC 9110, 13.2.1
        unit_actions.rename_unit(unit, actor=self.person, seen=self.seen(unit), **data)
        return self.shown(unit)
