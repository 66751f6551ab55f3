"""The shapes of systems and versions in the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.accounts.models import User
from governance.rest.api import UnitField
from governance.rest.fields import StrictBody, VisibleField
from inventory.systems.models import AISystem
from inventory.systems.rules import Architecture, DataCategory, OurRole, People, Stage
from inventory.vendors.models import Agreement, Vendor

REF = {"type": "string", "pattern": "^[A-Z]{2,3}-[0-9]{3,12}$"}


def active_people(user: User) -> QuerySet[User]:
    """Return the people who can own a system."""
    return User.objects.filter(is_active=True, is_service=False)


@extend_schema_field({"type": "string", "format": "email"})
class PersonField(VisibleField):
    """A person by e-mail address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(active_people, "email", **options)


@extend_schema_field({"type": ["string", "null"], "format": "email"})
class OwnerField(PersonField):
    """A person by e-mail address, or nobody."""


@extend_schema_field(REF)
class SystemField(VisibleField):
    """A system the caller sees, by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(AISystem.objects.visible_to, "ref", **options)


@extend_schema_field({"type": ["string", "null"], "pattern": "^VEN-[0-9]{3,12}$"})
class VendorField(VisibleField):
    """A vendor by ref, or none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Vendor.objects.visible_to, "ref", **options)


@extend_schema_field(REF)
class AgreementField(VisibleField):
    """An agreement the caller sees, by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Agreement.objects.visible_to, "ref", **options)


class SystemSerializer(serializers.ModelSerializer):
    owner = OwnerField(read_only=True)
    vendor = VendorField(read_only=True)
    agreements: Any = serializers.SlugRelatedField("ref", many=True, read_only=True)

    class Meta:
        model = AISystem
        fields = [
            *("id", "ref", "name", "intended_purpose", "outputs", "unit", "owner", "our_roles"),
            *("stage", "vendor", "architecture", "data_categories", "people_affected"),
            *("countries", "initiated_on", "live_since", "retired_on", "impact_flags"),
            *("agreements", "origin", "source", "external_key", "source_facts"),
            *("distinct_because", "row_version", "created_at", "changed_at"),
        ]


def choices_of(enum: Any) -> serializers.ListField:
    """Return a list field over an enum."""
    child = serializers.ChoiceField(choices=list(enum))
    return serializers.ListField(child=child, required=False, max_length=len(enum))


class SystemChange(StrictBody):
    """A merge patch: what is left out stays."""

    name = serializers.CharField(max_length=400, required=False)
    intended_purpose = serializers.CharField(max_length=10_000, allow_blank=True, required=False)
    outputs = serializers.CharField(max_length=10_000, allow_blank=True, required=False)
    unit = UnitField(required=False)
    owner = OwnerField(required=False, allow_null=True)
    our_roles = choices_of(OurRole)
    stage = serializers.ChoiceField(
        [stage.value for stage in Stage if stage != Stage.RETIRED], required=False
    )
    vendor = VendorField(required=False, allow_null=True)
    architecture = serializers.ChoiceField(list(Architecture), required=False)
    data_categories = choices_of(DataCategory)
    people_affected = choices_of(People)
    countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"), required=False, max_length=250
    )
    initiated_on = serializers.DateField(required=False, allow_null=True)
    live_since = serializers.DateField(required=False, allow_null=True)


class SystemInput(SystemChange):
    """A new system. `distinct_because` says why it is none of the look-alikes."""

    name = serializers.CharField(max_length=400)
    unit = UnitField()
    distinct_because = serializers.CharField(max_length=2_000, required=False)
    source: Any = serializers.CharField(max_length=100, required=False)
    external_key = serializers.CharField(max_length=300, required=False)


class RetireInput(StrictBody):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=2_000)


class AgreementLink(StrictBody):
    agreement = AgreementField()


class PersonInput(StrictBody):
    person = PersonField()
