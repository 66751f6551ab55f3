"""Bringing the open items in line with what the tables say: open, re-plan, resolve by itself.

One at a time, in short transactions: a run that was killed is taken up by the next one, because
what is open already absorbs what is told again. What was seen is kept in a table of the session,
so that a million facts need no more memory than a thousand.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from governance.escalation.kinds import Kind, kinds
from governance.escalation.models import Item
from governance.escalation.open_actions import open_items, resolve_items
from governance.escalation.rules import ClockKind, Due, ItemStatus
from governance.escalation.sources import due_of, where

LOCK = 0x4D55_5243  # "MURC"
AT_ONCE = 1_000
SEEN = "CREATE TEMP TABLE IF NOT EXISTS escalation_seen (key varchar(255) PRIMARY KEY)"
SEE = "INSERT INTO escalation_seen SELECT unnest(%s::varchar[]) ON CONFLICT DO NOTHING"
IS_SEEN = "EXISTS (SELECT 1 FROM escalation_seen seen WHERE seen.key = escalation_item.key)"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconciled:
    """What a look at all tables changed."""

    found: int = 0
    opened: int = 0
    changed: int = 0
    resolved: int = 0
    failed: tuple[str, ...] = ()  # kinds whose reader did not get through; nothing of them resolves


def reconcile(now: datetime, *, only: Iterable[Kind] | None = None) -> Reconciled | None:
    """Open, re-plan and resolve items after what the tables say; None when another does it."""
    wanted = list(kinds().by_code.values() if only is None else only)
    with _alone() as mine:
        if not mine:
            return None
        place, total = where(now), Reconciled()
        for kind in wanted:
            try:
                total = _of_kind(kind, due_of(kind, place), total, now)
            except Exception:  # one reader that fails must not silence the others
                log.exception("The reader of %s failed.", kind.code)
                total = replace(total, failed=(*total.failed, kind.code))
        return total


def urgent() -> list[Kind]:
    """Return the kinds that count round the clock, and are looked for more often."""
    return [one for one in kinds().by_code.values() if one.plan.clock == ClockKind.ALWAYS]


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the lock of this session; a process that dies lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (mine,) = cursor.fetchone() or (False,)
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _of_kind(kind: Kind, dues: Iterator[Due], total: Reconciled, now: datetime) -> Reconciled:
    _forget()
    found, opened, changed = 0, 0, 0
    while part := list(islice(dues, AT_ONCE)):
        found += len(part)
        with connection.cursor() as cursor:
            cursor.execute(SEE, [[due.key for due in part]])
        result = open_items(_not_settled(part), plans={kind.code: kind.plan}, at=now)
        opened += result.opened
        changed += result.changed + result.absorbed
    return replace(
        total,
        found=total.found + found,
        opened=total.opened + opened,
        changed=total.changed + changed,
        resolved=total.resolved + _resolve_gone(kind, now),
    )


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        cursor.execute("TRUNCATE escalation_seen")


def _not_settled(part: Sequence[Due]) -> list[Due]:
    """Return what nobody resolved by hand for this very date; that stays resolved."""
    rows = Item.objects.filter(
        key__in=[due.key for due in part],
        status=ItemStatus.RESOLVED,
        resolved_by__isnull=False,
    )
    settled = set(rows.order_by().values_list("key", "due_at"))
    return [due for due in part if (due.key, due.due_at) not in settled]


def _resolve_gone(kind: Kind, now: datetime) -> int:
    """Resolve the open items of a kind that its reader did not find any more."""
    gone = (
        Item.objects.open()
        .filter(kind=kind.code)
        .exclude(
            RawSQL(IS_SEEN, [], output_field=BooleanField())  # noqa: S611 - no value of anybody
        )
    )
    resolved = 0
    while part := list(gone.order_by("pk")[:AT_ONCE]):
        resolved += resolve_items(part, reason=kind.resolves, at=now)
    return resolved
