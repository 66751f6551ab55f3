"""Opening items from what falls due, in batches, and resolving those that are done.

One opens at a time: the lock is held until the transaction ends, so that a key opens once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from governance.accounts.models import BusinessUnit, User
from governance.escalation.freezing import Clocks, Policies, digest_of, freeze
from governance.escalation.models import Event, Item, Policy
from governance.escalation.queries import database_now
from governance.escalation.rules import Due, EventKind, ItemStatus, Plan
from governance.ledger.actions import Actor, record
from governance.ledger.rules import CLOCK
from governance.notices.actions import withdraw

OPENING_LOCK = 0x4D55_4553  # "MUES"
AT_ONCE = 2_000
TOLD_FIELDS = (
    *("title", "url", "severity", "due_at", "since", "activity", "legal_clock_ends", "whom"),
    *("unit_id", "system_id", "count"),
)
ANEW_FIELDS = (
    *("status", "level", "run", "people", "begun_at", "loop", "position", "next_step_at"),
    *("plan_id", "policy_id", "acked_by_id", "acked_at", "ack_until"),
    *("snoozed_by_id", "snoozed_until", "snooze_reason"),
)
S = ItemStatus


@dataclass(frozen=True)
class Opened:
    """What came of telling what falls due."""

    opened: int = 0
    absorbed: int = 0  # came up again while they were open
    changed: int = 0


@transaction.atomic
def open_items(
    dues: Iterable[Due],
    *,
    plans: Mapping[str, Plan | None],
    actor: Actor = CLOCK,
    at: datetime | None = None,
) -> Opened:
    """Open an item for each key that has none open; those that are open absorb what is told.

    A later `since` is the same thing come up again: it is counted. What else is told anew is
    written down, and a new due date begins a new run. Told twice changes nothing. `plans` are
    the plans by kind; without one the policy of the unit decides.
    """
    _one_at_a_time()
    now = at or database_now()
    wanted = {due.key: due for due in dues}
    rows = Item.objects.open().filter(key__in=wanted).select_for_update().order_by("pk")
    known = {item.key: item for item in rows}
    opening = _Opening(wanted.values(), plans, now)
    made = opening.make([due for key, due in wanted.items() if key not in known])
    touched = [opening.take(item, wanted[key]) for key, item in known.items()]
    written = [event for event in touched if event is not None]
    _write(event.item for event in written)
    Event.objects.bulk_create(written, batch_size=AT_ONCE)
    absorbed = sum(event.kind == EventKind.ABSORBED for event in written)
    _record_batch("items.opened", made, actor)
    _record_batch("items.changed", [event.item for event in written], actor)
    return Opened(len(made), absorbed, len(written) - absorbed)


@transaction.atomic
def resolve_items(
    items: Iterable[Item], *, actor: Actor = CLOCK, reason: str, at: datetime | None = None
) -> int:
    """Resolve those of the items that are open, because what they were about is done."""
    pks = [item.pk for item in items]
    rows = Item.objects.open().filter(pk__in=pks).select_for_update().order_by("pk")
    found = list(rows)
    now = at or database_now()
    person = actor if isinstance(actor, User) else None
    for item in found:
        _let_go(item)
        item.status, item.next_step_at = S.RESOLVED, None
        item.resolved_at, item.resolved_by, item.resolution = now, person, reason[:500]
        item.row_version += 1
    fields = [*ANEW_FIELDS, "resolved_at", "resolved_by", "resolution", "row_version"]
    Item.objects.bulk_update(found, _names(fields), batch_size=500)
    keys = [key for item in found for key in item.notice_keys]
    withdraw(keys, why="It was resolved before the mail went.")
    data = {"reason": reason}
    events = [_event(item, EventKind.RESOLVED, now, data, person) for item in found]
    Event.objects.bulk_create(events, batch_size=AT_ONCE)
    _record_batch("items.resolved", found, actor, {"reason": reason})
    return len(found)


class _Opening:
    """All that is read once to open many items."""

    def __init__(
        self, dues: Iterable[Due], plans: Mapping[str, Plan | None], now: datetime
    ) -> None:
        self.now, self.plans = now, plans
        self.clocks, self.policies = Clocks(), Policies()
        self.units = BusinessUnit.objects.in_bulk({due.unit_id for due in dues})

    def make(self, dues: Sequence[Due]) -> list[Item]:
        """Open new items."""
        chosen = {due.key: self._plan(due) for due in dues}
        kept = freeze(plan for plan, _ in chosen.values())
        by_plan = {plan: kept[digest_of(plan)] for plan in {p for p, _ in chosen.values()}}
        made = []
        for due in dues:
            plan, policy = chosen[due.key]
            item = Item(key=due.key, kind=due.kind, opened_at=self.now, policy=policy)
            item.plan = by_plan[plan]
            self._tell(item, due)
            self._begin(item, plan)
            made.append(item)
        Item.objects.bulk_create(made, batch_size=AT_ONCE)
        Event.objects.bulk_create(
            [_event(item, EventKind.CREATED, self.now, {"plan": item.plan_id}) for item in made],
            batch_size=AT_ONCE,
        )
        return made

    def take(self, item: Item, due: Due) -> Event | None:
        """Let an open item absorb what is told of it; return what that was, if anything."""
        before = _told(item)
        came_again, moved = due.since > item.since, due.due_at != item.due_at
        self._tell(item, due)
        if before == _told(item):
            return None
        item.count += came_again
        item.row_version += 1
        if moved:
            item.run += 1
            _let_go(item)
            plan, item.policy = self._plan(due)
            (item.plan,) = freeze([plan]).values()
            self._begin(item, plan)
        kind = EventKind.ABSORBED if came_again else EventKind.CHANGED
        after = _told(item)
        changes = {
            name: [before[name], after[name]] for name in after if after[name] != before[name]
        }
        return _event(item, kind, self.now, {"changes": changes, "count": item.count})

    def _plan(self, due: Due) -> tuple[Plan, Policy | None]:
        path = self.units[due.unit_id].path
        return self.policies.of_due(due, self.plans.get(due.kind), path)

    def _tell(self, item: Item, due: Due) -> None:
        """Write what a source tells; who was handed an item keeps it."""
        item.unit, item.system_id = self.units[due.unit_id], due.system_id
        item.title, item.url = due.title[:300], due.url[:300]
        item.severity, item.activity = due.severity, due.activity
        item.due_at, item.since = due.due_at, max(due.since, item.since or due.since)
        item.legal_clock_ends = due.legal_clock_ends
        if item.reassigned_to_id is None:
            item.whom = list(due.whom)

    def _begin(self, item: Item, plan: Plan) -> None:
        item.begun_at, item.people, item.level, item.status = self.now, {}, 0, S.OPEN
        place = self.clocks.course(item, plan).first(self.now)
        item.loop, item.position, item.next_step_at = place.loop, place.position, place.at


def _told(item: Item) -> dict[str, Any]:
    """Return what sources tell of an item, as JSON."""
    told = {name: getattr(item, name) for name in TOLD_FIELDS if name != "count"}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
    }


def _let_go(item: Item) -> None:
    item.acked_by, item.acked_at, item.ack_until = None, None, None
    item.snoozed_by, item.snoozed_until, item.snooze_reason = None, None, ""


def _write(items: Iterable[Item]) -> None:
    fields = _names([*TOLD_FIELDS, *ANEW_FIELDS, "row_version"])
    Item.objects.bulk_update(list(items), fields, batch_size=500)


def _names(columns: Iterable[str]) -> list[str]:
    return [name.removesuffix("_id") for name in columns]


def _event(
    item: Item, kind: EventKind, at: datetime, data: dict[str, Any], actor: User | None = None
) -> Event:
    return Event(
        item=item, kind=kind, at=at, run=item.run, level=item.level, actor=actor, data=data
    )


def _record_batch(
    action: str, items: Sequence[Item], actor: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Write one entry for each batch: how many, and which."""
    for start in range(0, len(items), AT_ONCE):
        part = items[start : start + AT_ONCE]
        told = {"count": len(part), "items": [item.pk for item in part]} | dict(data or {})
        record(action, subject=part[0], actor=actor, data=told)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [OPENING_LOCK])
