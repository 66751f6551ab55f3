"""Vendors, and the agreements with them."""

from datetime import date

from django.db import models
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from governance.accounts.access import live_memberships, visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from inventory.vendors.rules import AgreementKind, AgreementState, VendorKind, notice_by, state_on


class VendorQuerySet(models.QuerySet["Vendor"]):
    """Vendors are the organisation's: whoever has a role reads the whole register."""

    def visible_to(self, user: User) -> QuerySet["Vendor"]:
        """Return all vendors for a person with any live role, else none."""
        return self if live_memberships(user).exists() else self.none()


class Vendor(models.Model):
    """Somebody who supplies AI, or the data and services it runs on."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # VEN-001
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=choices(VendorKind), default=VendorKind.VENDOR)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1 alpha-2
    website = models.URLField(blank=True)
    row_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VendorQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(VendorKind)), name="vendor_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"), name="vendor_country_iso"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the vendor's page."""
        return reverse("vendors:vendor", args=[self.ref])


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Agreements are read where they are kept, and in the units below."""

    def visible_to(self, user: User) -> QuerySet["Agreement"]:
        """Return agreements of the units a person sees, and of the units above those."""
        above = visible_units(user).annotate(
            ancestor=models.Func(
                F("path"), function="unnest", output_field=models.BigIntegerField()
            )
        )
        return self.filter(unit__in=above.values("ancestor"))


class Agreement(models.Model):
    """A contract about data or service: DPA, BAA and others."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # AGR-001
    kind = models.CharField(max_length=20, choices=choices(AgreementKind))
    title = models.CharField(max_length=200)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="agreements")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="agreements")
    our_party = models.CharField(max_length=200)  # the legal entity that signs for us
    signed_on = models.DateField(null=True, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)  # last day in force; empty: evergreen
    ended_on = models.DateField(null=True, blank=True)
    notice_days = models.PositiveIntegerField(default=0)
    document = models.FileField(upload_to="agreements/", blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    row_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["expires_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(AgreementKind)), name="agreement_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(expires_on__gte=F("effective_from")),
                name="agreement_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(document="") | ~Q(document_sha256=""), name="agreement_document_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} with {self.vendor}"

    def get_absolute_url(self) -> str:
        """Return the address of the agreement's page."""
        return reverse("vendors:agreement", args=[self.ref])

    @property
    def notice_by(self) -> date | None:
        """Return the last day on which notice can be given."""
        return notice_by(self.expires_on, self.notice_days)

    def state(self, day: date | None = None) -> AgreementState:
        """Return the state on a day, today by default."""
        return state_on(
            day or timezone.localdate(),
            signed_on=self.signed_on,
            effective_from=self.effective_from,
            expires_on=self.expires_on,
            notice_days=self.notice_days,
            ended_on=self.ended_on,
        )
