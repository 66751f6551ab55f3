"""Agreements: the end of their term, and the last day on which notice can be given."""

from collections.abc import Iterator

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.urls import reverse

from governance.common.dates import short_day
from governance.escalation.sources.facts import CHUNK, Asking, Fact
from inventory.vendors.models import Agreement

NOTICE = ExpressionWrapper(F("expires_on") - F("notice_days"), output_field=DateField())


def ends(asking: Asking) -> Iterator[Fact]:
    """Yield signed agreements whose last day is near or past, and that nothing replaced."""
    rows = _live(asking).filter(expires_on__lte=asking.last_day)
    for row in rows.iterator(CHUNK):
        day = short_day(row.expires_on) if row.expires_on else ""
        yield Fact(
            subject=row.ref,
            title=f"{row.kind} {row.ref} with {row.vendor.name} ends on {day}",
            unit_id=row.unit_id,
            url=reverse("vendors:agreement", args=[row.ref]),
            due=row.expires_on,
        )


def notices(asking: Asking) -> Iterator[Fact]:
    """Yield agreements whose last day to give notice is near, or past while they still run."""
    rows = _live(asking).filter(notice_days__gt=0, expires_on__gte=asking.today)
    rows = rows.annotate(notice_on=NOTICE).filter(notice_on__lte=asking.last_day)
    for row in rows.iterator(CHUNK):
        day = short_day(row.notice_on)
        yield Fact(
            subject=row.ref,
            title=f"Notice about {row.kind} {row.ref} with {row.vendor.name} by {day}",
            unit_id=row.unit_id,
            url=reverse("vendors:agreement", args=[row.ref]),
            due=row.notice_on,
        )


def _live(asking: Asking) -> QuerySet[Agreement]:
    """Return the agreements that were signed, end, and are neither ended nor replaced."""
    longer = Q(expires_on__isnull=True) | Q(expires_on__gt=OuterRef("expires_on"))
    same = {"vendor": OuterRef("vendor"), "unit": OuterRef("unit"), "kind": OuterRef("kind")}
    signed = {"signed_on__lte": asking.today, "effective_from__isnull": False}
    runs = Q(ended_on__isnull=True) | Q(ended_on__gt=asking.today)
    after = Agreement.objects.filter(longer, runs, **same, **signed)
    rows = Agreement.objects.filter(runs, expires_on__isnull=False, **signed)
    return rows.filter(~Exists(after)).select_related("vendor").order_by()
