"""What people do with items that climb: acknowledge, snooze, hand over, resolve, open again.

Each locks its row first, so that a sweep or another person at the same moment comes before or
after it, never between. A sweep does not wait for them: it passes over what is locked.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.common.errors import DomainError, TransitionError
from governance.common.states import change
from governance.escalation.freezing import Clocks, Policies, freeze
from governance.escalation.ladder import Course, Place
from governance.escalation.models import Event, FrozenPlan, Item
from governance.escalation.queries import database_now, may_handle
from governance.escalation.rules import (
    EventKind,
    ItemStatus,
    Plan,
    ack_ends,
    expiry_of,
    snooze_ends,
)
from governance.escalation.saying import said_of, wish_for
from governance.ledger.actions import Personal, record
from governance.notices.actions import tell, withdraw
from governance.notices.rules import Severity

S = ItemStatus
NOBODY_HOLDS: dict[str, Any] = {
    "acked_by": None,
    "acked_at": None,
    "ack_until": None,
    "snoozed_by": None,
    "snoozed_until": None,
    "snooze_reason": "",
}


@transaction.atomic
def acknowledge(
    item: Item, *, actor: User, until: datetime | None = None, seen: int | None = None
) -> None:
    """Say that one works on it: it climbs no further until then, and from the next level after.

    Without `until` it holds as long as its plan lets it. Raises PermissionDenied for whom it is
    not about, TransitionError when it is resolved, DomainError for a time that is past or too far.
    """
    held = _hold(item, actor)
    longest = held.longest_ack
    ends = until or longest
    if not held.at < ends <= longest:
        raise DomainError(
            f"It can be acknowledged until {longest:%d %B %Y, %H:%M} UTC; for longer, snooze it."
        )
    place = held.course.ack_until(held.place, ends)
    said = {"acked_by": actor, "acked_at": held.at, "ack_until": ends, "next_step_at": place.at}
    change(item, seen=seen, **NOBODY_HOLDS | said, status=S.ACKNOWLEDGED)
    withdraw(item.notice_keys, why="Somebody acknowledged it before the mail went.")
    _note(item, EventKind.ACKED, actor, held.at, {"until": ends.isoformat()})
    _record("item.acknowledged", item, actor, {"until": ends.isoformat()})


@transaction.atomic
def snooze(
    item: Item, *, actor: User, until: datetime, reason: str, seen: int | None = None
) -> None:
    """Let it be silent until a moment, with the reason; then it begins to climb again.

    What is not due yet sleeps until it is due at most, what is overdue for as long as its
    severity lets it.
    """
    held = _hold(item, actor)
    why = _reason(reason, "Say why it can wait: an auditor will read it.")
    longest = snooze_ends(Severity(item.severity), held.at, item.due_at)
    if not held.at < until <= longest:
        raise DomainError(f"It can be silent until {longest:%d %B %Y, %H:%M} UTC at most.")
    said = {"snoozed_by": actor, "snoozed_until": until, "snooze_reason": why}
    change(item, seen=seen, **NOBODY_HOLDS | said, status=S.SNOOZED, next_step_at=until)
    told = {"until": until.isoformat(), "reason": why}
    withdraw(item.notice_keys, why="Somebody snoozed it before the mail went.")
    _note(item, EventKind.SNOOZED, actor, held.at, told)
    _record("item.snoozed", item, actor, told)


@transaction.atomic
def reassign(item: Item, *, actor: User, to: User, reason: str, seen: int | None = None) -> None:
    """Hand it to somebody else, who is told at once; it climbs from them, by a run of its own."""
    held = _hold(item, actor)
    why = _reason(reason, "Say why it is theirs.")
    _check_taker(item, to)
    plan, policy = _plan_anew(item, held.plan)
    course = Clocks().course(item, plan.plan)
    place = _from_the_taker(course, held)
    said = {
        "whom": [to.pk],
        "reassigned_to": to,
        "told": sorted({*item.told, to.pk}),
        "run": item.run + 1,
        "plan": plan,
        "policy": policy,
        "people": {},
        "level": 1,
        "status": S.NOTIFIED,
        "loop": place.loop,
        "position": place.position,
        "next_step_at": place.at,
    }
    change(item, seen=seen, **NOBODY_HOLDS | said)
    told = {"to": to.pk, "reason": why}
    withdraw(item.notice_keys, why="It was handed to somebody before the mail went.")
    _note(item, EventKind.REASSIGNED, actor, held.at, told)
    _tell_taker(item, to, plan.plan, held.at)
    _record("item.reassigned", item, actor, {"to": Personal(to.name), "reason": why})


@transaction.atomic
def resolve(item: Item, *, actor: User, reason: str, seen: int | None = None) -> None:
    """Say that it is done and how; nobody is told of it any more."""
    held = _hold(item, actor)
    why = _reason(reason, "Say what was done.")
    said = {"resolved_at": held.at, "resolved_by": actor, "resolution": why, "next_step_at": None}
    change(item, seen=seen, **NOBODY_HOLDS | said, status=S.RESOLVED)
    withdraw(item.notice_keys, why="It was resolved before the mail went.")
    _note(item, EventKind.RESOLVED, actor, held.at, {"reason": why})
    _record("item.resolved", item, actor, {"reason": why})


@transaction.atomic
def reopen(item: Item, *, actor: User, reason: str, seen: int | None = None) -> None:
    """Take back that it is done, with the reason; it begins to climb again.

    Raises TransitionError when it is open, or when the same came up again meanwhile.
    """
    why = _reason(reason, "Say why it is not done.")
    row = _locked(item, actor)
    if row.status != S.RESOLVED:
        raise TransitionError(f"{row.ref} is open: there is nothing to open again.")
    if Item.objects.open().filter(key=row.key).exists():
        raise TransitionError(f"The same as {row.ref} came up again and is open already.")
    now = database_now()
    plan, policy = _plan_anew(row, row.plan.plan)
    row.begun_at = now
    place = Clocks().course(row, plan.plan).first(now)
    said = {
        "status": S.OPEN,
        "level": 0,
        "run": row.run + 1,
        "plan": plan,
        "policy": policy,
        "people": {},
        "begun_at": now,
        "loop": place.loop,
        "position": place.position,
        "next_step_at": place.at,
        "resolved_at": None,
        "resolved_by": None,
        "resolution": "",
    }
    change(item, seen=seen, **said)
    _note(item, EventKind.REOPENED, actor, now, {"reason": why})
    _record("item.reopened", item, actor, {"reason": why})


class _Held:
    """An open item that is locked, with what decides when its next step comes."""

    def __init__(self, row: Item) -> None:
        self.row = row
        self.at = database_now()
        self.plan = row.plan.plan
        self.clocks = Clocks()
        self.course: Course = self.clocks.course(row, self.plan)

    @property
    def place(self) -> Place:
        """Return the next step, at its own moment also while the item is held."""
        row, at = self.row, self.row.next_step_at or self.at
        if self.plan.is_planned and row.position < len(self.plan.steps):
            at = self.course.moment(row.position)
        return Place(row.loop, row.position, at)

    @property
    def longest_ack(self) -> datetime:
        """Return until when an acknowledgement made now holds."""
        expiry = expiry_of(self.plan, Severity(self.row.severity))
        return ack_ends(expiry, self.at, self.clocks.business(self.row.unit.path))


def _hold(item: Item, actor: User) -> _Held:
    """Lock an open item and read it again; refuse for whom it is not about."""
    row = _locked(item, actor)
    if row.status == S.RESOLVED:
        raise TransitionError(f"{row.ref} is resolved already.")
    return _Held(row)


def _locked(item: Item, actor: User) -> Item:
    rows = Item.objects.select_related("unit", "system", "plan")
    row = rows.select_for_update(of=("self",)).get(pk=item.pk)
    if not may_handle(actor, row):
        raise PermissionDenied("Only who is told of it, or who answers in its unit, can do this.")
    item.refresh_from_db()
    return row


def _reason(text: str, words: str) -> str:
    if not text.strip():
        raise DomainError(words)
    return text.strip()[:500]


def _check_taker(item: Item, to: User) -> None:
    if not to.is_active or to.is_service:
        raise DomainError(f"{to.name} cannot be told: the account is closed, or no person's.")
    if item.whom == [to.pk]:
        raise DomainError(f"It is {to.name}'s already.")
    if not visible_units(to).filter(pk=item.unit_id).exists():
        raise DomainError(f"{to.name} sees nothing of {item.unit}, and so cannot take it.")


def _plan_anew(item: Item, plan: Plan) -> tuple[FrozenPlan, Any]:
    """Return the plan of a new run: the policy as it is now, or the same planned steps."""
    if plan.is_planned:
        return item.plan, None
    chosen, policy = Policies().plan(item.unit.path, Severity(item.severity))
    (row,) = freeze([chosen]).values()
    return row, policy


def _from_the_taker(course: Course, held: _Held) -> Place:
    """Return the step after the one to whom it was handed; they get time to answer."""
    if not course.plan.is_planned:
        return course.after(Place(0, 0, held.at), held.at)
    return course.ack_until(held.place, held.longest_ack)


def _tell_taker(item: Item, to: User, plan: Plan, at: datetime) -> None:
    said = said_of(item, plan.steps[0], "It was handed to you.", at)
    channels = plan.steps[0].channels
    people = [one for one in channels if one != "webhook"]
    tell([wish_for(item, to, one, key=(0, 0), said=said) for one in people], at=at)
    told = {"person": to.pk, "channels": people}
    _note(item, EventKind.NOTIFICATION, None, at, told)


def _note(
    item: Item, kind: EventKind, actor: User | None, at: datetime, data: dict[str, Any]
) -> None:
    Event.objects.create(
        item=item,
        kind=kind,
        at=at,
        run=item.run,
        loop=item.loop,
        level=item.level,
        actor=actor,
        data=data,
    )


def _record(action: str, item: Item, actor: User, data: dict[str, Any]) -> None:
    record(action, subject=item, actor=actor, data={"title": item.title} | data, unit=item.unit_id)
