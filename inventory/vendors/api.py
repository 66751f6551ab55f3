"""Vendors and agreements over REST: the same actions as the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.rest.api import UnitField
from governance.rest.fields import (
    StrictBody,
    VisibleField,
    choice_filters,
    number_filter,
    text_filter,
)
from governance.rest.resource import Readable
from inventory.vendors import actions
from inventory.vendors.models import Agreement, Vendor
from inventory.vendors.rules import AgreementKind, AgreementState, VendorKind


class VendorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Vendor
        fields = ["ref", "name", "kind", "country", "website", "row_version", "created_at"]


class VendorChange(StrictBody):
    """A merge patch: what is left out stays."""

    name = serializers.CharField(max_length=200, required=False)
    kind = serializers.ChoiceField(list(VendorKind), required=False)
    country = serializers.RegexField("^([A-Z]{2})?$", required=False, allow_blank=True)
    website = serializers.URLField(max_length=200, required=False, allow_blank=True)


class VendorInput(VendorChange):
    """A new vendor."""

    name = serializers.CharField(max_length=200)


class VendorField(VisibleField):
    """A vendor by ref."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Vendor.objects.visible_to, "ref", **options)


class AgreementSerializer(serializers.ModelSerializer):
    vendor: Any = serializers.SlugRelatedField("ref", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields = [
            *("ref", "kind", "title", "vendor", "unit", "our_party", "state", "signed_on"),
            *("effective_from", "expires_on", "ended_on", "notice_days", "document_sha256"),
            *("row_version", "created_at"),
        ]

    @extend_schema_field({"type": "string", "enum": list(AgreementState)})
    def get_state(self, agreement: Agreement) -> str:
        """Return the state today; it is derived, never stored."""
        return agreement.state().value


class AgreementChange(StrictBody):
    """A merge patch: what is left out stays."""

    kind = serializers.ChoiceField(list(AgreementKind), required=False)
    title = serializers.CharField(max_length=200, required=False)
    vendor = VendorField(required=False)
    our_party = serializers.CharField(max_length=200, required=False)
    signed_on = serializers.DateField(required=False, allow_null=True)
    effective_from = serializers.DateField(required=False, allow_null=True)
    expires_on = serializers.DateField(required=False, allow_null=True)
    notice_days = serializers.IntegerField(min_value=0, max_value=3_650, required=False)


class AgreementInput(AgreementChange):
    """A new agreement."""

    kind = serializers.ChoiceField(list(AgreementKind))
    title = serializers.CharField(max_length=200)
    vendor = VendorField()
    unit = UnitField()
    our_party = serializers.CharField(max_length=200)


class SignInput(StrictBody):
    signed_on = serializers.DateField()
    effective_from = serializers.DateField(required=False)


class EndInput(StrictBody):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=2_000)


class VendorViewSet(Readable):
    """Vendors: the organisation's register of who supplies AI."""

    queryset = Vendor.objects.none()
    serializer_class = VendorSerializer
    lookup_field = "ref"
    lookup_value_regex = "VEN-[0-9]{3,12}"
    sorts: ClassVar = ("name",)
    filters: ClassVar = {
        "name": text_filter("name"),
        "country": text_filter("country"),
        **choice_filters("kind", "kind", VendorKind),
    }

    def visible(self, user: User) -> QuerySet[Vendor]:
        """Return the vendors the person sees."""
        return Vendor.objects.visible_to(user)

    @extend_schema(request=VendorInput, responses={201: VendorSerializer})
    def create(self, request: Request) -> Response:
        """Add a vendor."""
        return self.shown(actions.add_vendor(actor=self.person, **self.valid(VendorInput)), 201)

    @extend_schema(request=VendorChange, responses=VendorSerializer)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Change a vendor (JSON merge patch)."""
        vendor, data = self.get_object(), self.valid(VendorChange)
        actions.change_vendor(vendor, actor=self.person, seen=self.seen(vendor), **data)
        return self.shown(self.get_object())


class AgreementViewSet(Readable):
    """Agreements: DPA, BAA and others."""

    queryset = Agreement.objects.none()
    serializer_class = AgreementSerializer
    lookup_field = "ref"
    lookup_value_regex = "AGR-[0-9]{3,12}"
    filters: ClassVar = {
        "vendor": text_filter("vendor__ref"),
        "unit": number_filter("unit"),
        **choice_filters("kind", "kind", AgreementKind),
    }

    def visible(self, user: User) -> QuerySet[Agreement]:
        """Return the agreements the person sees."""
        return Agreement.objects.visible_to(user).select_related("vendor", "unit")

    @extend_schema(request=AgreementInput, responses={201: AgreementSerializer})
    def create(self, request: Request) -> Response:
        """Add an agreement."""
        data = self.valid(AgreementInput)
        return self.shown(actions.add_agreement(actor=self.person, **data), 201)

    @extend_schema(request=AgreementChange, responses=AgreementSerializer)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Change an agreement (JSON merge patch)."""
        agreement, data = self.get_object(), self.valid(AgreementChange)
        seen = self.seen(agreement)
        actions.change_agreement(agreement, actor=self.person, seen=seen, **data)
        return self.shown(self.get_object())

    @extend_schema(request=SignInput, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, ref: str) -> Response:
        """Note that both parties signed."""
        agreement = self.get_object()
        actions.sign(agreement, actor=self.person, **self.valid(SignInput))
        return self.shown(self.get_object())

    @extend_schema(request=EndInput, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, ref: str) -> Response:
        """End it before its last day."""
        agreement = self.get_object()
        actions.end(agreement, actor=self.person, **self.valid(EndInput))
        return self.shown(self.get_object())
