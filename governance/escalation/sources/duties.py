"""Obligations: what applies and is open, what must be checked again, and its evidence."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.urls import reverse

from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system, owner_of
from governance.evidence.models import EvidenceItem
from governance.obligations.answering import table
from governance.obligations.models import Duty, Proof
from governance.obligations.rules import OPEN, DutyStatus
from inventory.systems.rules import Stage

COLUMNS = (
    *("pk", "obligation", "told__citation__0", "changed_at", "day"),
    *("system_id", "system__ref", "system__name", "system__unit_id", "system__owner_id"),
)


def due(asking: Asking) -> Iterator[Fact]:
    """Yield obligations that nobody has met, also those whose evidence counts no more."""
    rows = _living(asking).filter(Q(status__in=OPEN) | Q(status=DutyStatus.MET, is_proven=False))
    day = Case(When(status=DutyStatus.MET, then=F("applies_on")), default=F("due_on"))
    yield from _told(rows.annotate(day=day), asking.last_day, "{} for {} falls due")


def checks(asking: Asking) -> Iterator[Fact]:
    """Yield met obligations by the day of their next check."""
    rows = _living(asking).filter(status=DutyStatus.MET, is_proven=True)
    yield from _told(
        rows.annotate(day=F("next_check_on")), asking.last_day, "Check {} for {} again"
    )


def exemptions(asking: Asking) -> Iterator[Fact]:
    """Yield obligations that somebody said do not apply, until somebody else agrees."""
    rows = _living(asking).filter(status=DutyStatus.PROPOSED, changed_at__isnull=False)
    yield from _told(rows.annotate(day=F("due_on")), None, "Does {} not apply to {}? Decide.")


def _living(asking: Asking) -> Any:
    return Duty.objects.applying().living().with_state(asking.today).order_by()


def _told(rows: Any, last_day: date | None, words: str) -> Iterator[Fact]:
    """Yield duties due by a day; without one, those that have a time from their last change."""
    near = rows.filter(day__lte=last_day) if last_day else rows
    found = near.values_list(*COLUMNS, named=True)
    for row in found.iterator(CHUNK):
        citation = row.told__citation__0 or row.obligation
        yield Fact(
            subject=str(row.pk),
            title=words.format(citation, row.system__name),
            unit_id=row.system__unit_id,
            url=reverse("obligations:duty", args=[row.pk]),
            due=row.day if last_day else None,
            since=None if last_day else row.changed_at,
            own=(row.system__owner_id,) if row.system__owner_id else (),
            system_id=row.system_id,
            system_ref=row.system__ref,
            activity=table().activities(row.obligation)[0] if last_day else "",
        )


def evidence(asking: Asking) -> Iterator[Fact]:
    """Yield evidence that somebody relies on and that ends; its last day is the last word."""
    relied = Proof.objects.attached().filter(item=OuterRef("pk"), duty__ended_by__isnull=True)
    rows = EvidenceItem.objects.filter(
        Exists(relied),
        withdrawn_at__isnull=True,
        valid_until__gte=asking.today,
        valid_until__lte=asking.last_day,
    )
    living = rows.exclude(system__stage=Stage.RETIRED).select_related("system").order_by()
    for row in living.iterator(CHUNK):
        yield Fact(
            subject=row.ref,
            title=f"{row.ref}, {row.title}, ends",
            url=row.get_absolute_url(),
            due=row.valid_until,
            own=(*owner_of(row.system), row.added_by_id),
            **of_system(row.system),
        )
