"""Reads over vendors and agreements: lists with their filters, expiring first."""

from datetime import date

from django.core.files.base import File
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Greatest
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from inventory.vendors.documents import sha256_of
from inventory.vendors.models import Agreement, Vendor
from inventory.vendors.rules import LEAST_WARNING_DAYS, AgreementState

S = AgreementState


class AlteredError(DomainError):
    """The stored document is no longer the one that was attached."""

    code = "altered"


def agreements_of(user: User) -> QuerySet[Agreement]:
    """Return the agreements a person reads, those that run out first, then by last day.

    Each has `derived`, its state today as SQL; the same rule as `Agreement.state`.
    """
    order = Case(
        When(derived=S.EXPIRING, then=0),
        When(derived=S.EXPIRED, then=1),
        When(derived=S.ENDED, then=3),
        default=2,
        output_field=IntegerField(),
    )
    return (
        Agreement.objects.visible_to(user)
        .select_related("vendor", "unit")
        .annotate(derived=derived_state())
        .order_by(order, F("expires_on").asc(nulls_last=True), "pk")
    )


def derived_state() -> Case:
    """Return the state of an agreement today as an SQL expression."""
    today = timezone.localdate()
    warned = Greatest(Value(LEAST_WARNING_DAYS), F("notice_days") + 30)
    return Case(
        When(ended_on__lte=today, then=Value(S.ENDED)),
        When(Q(signed_on__isnull=True) | Q(signed_on__gt=today), then=Value(S.DRAFT)),
        When(Q(effective_from__isnull=True) | Q(effective_from__gt=today), then=Value(S.SIGNED)),
        When(expires_on__lt=today, then=Value(S.EXPIRED)),
        When(expires_on__lte=_later(today, warned), then=Value(S.EXPIRING)),
        default=Value(S.IN_FORCE),
        output_field=CharField(),
    )


def _later(day: date, days: Greatest) -> Func:
    start = Cast(Value(day), DateField())
    return Func(
        start, days, template="(%(expressions)s)", arg_joiner=" + ", output_field=DateField()
    )


def vendors_of(user: User) -> QuerySet[Vendor]:
    """Return the vendors a person reads, each with how many agreements the person reads."""
    seen = Q(agreements__in=Agreement.objects.visible_to(user).values("pk"))
    return (
        Vendor.objects.visible_to(user)
        .annotate(agreement_count=Count("agreements", filter=seen))
        .order_by("name", "pk")
    )


def read_document(agreement: Agreement) -> File:
    """Return the document of an agreement, opened at its start, once its SHA-256 fits.

    Raises AlteredError when the storage holds another content than was attached, or none.
    """
    try:
        stored = agreement.document.storage.open(str(agreement.document.name), "rb")
    except FileNotFoundError as error:
        raise AlteredError(f"The document of {agreement.ref} is gone from the storage.") from error
    if sha256_of(stored.chunks()) != agreement.document_sha256:
        stored.close()
        raise AlteredError(
            f"The stored document of {agreement.ref} is not the one that was attached. "
            "Tell an administrator; attach it again from your own copy."
        )
    stored.seek(0)
    return stored
