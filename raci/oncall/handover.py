"""Who really has the pager: the incoming person confirms, else the outgoing one stays. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from raci.oncall.coverage import on_call
from raci.oncall.rules import OVERLAP, Answer, Plan, Shift

MOST_HANDOVERS = 12  # that nobody confirmed, looked back over
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Confirmation:
    """Somebody said "I have the pager" at an instant."""

    person: int
    at: datetime


@dataclass(frozen=True)
class Held:
    """Who is on call with confirmations counted.

    `planned` is what the schedule says, `holder` is who has the pager; `waits_for` is the person
    who has to confirm before it passes on, `beside` is who is reachable too for the overlap.
    """

    planned: Answer
    holder: Shift | None
    waits_for: int | None = None
    beside: int | None = None


def held(plan: Plan, at: datetime, confirmations: Iterable[Confirmation]) -> Held:
    """Return who has the pager at an instant that has come; what is to come goes as planned.

    Somebody who is away does not keep it: then the incoming person has it unconfirmed.
    """
    given = [one for one in confirmations if one.at <= at]
    planned = on_call(plan, at)
    if not isinstance(planned, Shift):
        return Held(planned, None)
    before = outgoing(plan, planned)
    if before is None or _has_confirmed(given, planned):
        return Held(planned, planned, beside=_overlapping(before, planned, at))
    keeper = _keeper(plan, planned, given, at)
    if keeper is None or keeper.person == planned.person:
        return Held(planned, planned)
    return Held(planned, keeper, waits_for=planned.person, beside=planned.person)


def outgoing(plan: Plan, shift: Shift) -> Shift | None:
    """Return the shift of another person that ends where this one begins."""
    since = shift.since
    for _ in range(MOST_HANDOVERS):
        before = on_call(plan, since - MOMENT)
        if not isinstance(before, Shift):
            return None
        if before.person != shift.person:
            return before
        if before.since >= since:
            return None
        since = before.since
    return None


def _keeper(plan: Plan, planned: Shift, given: list[Confirmation], at: datetime) -> Shift | None:
    """Return the last shift before whose person confirmed, or took over from nobody."""
    away = {one.person for one in plan.absences if one.since <= at < one.until}
    here = planned
    for _ in range(MOST_HANDOVERS):
        before = outgoing(plan, here)
        if before is None:
            return None if here is planned or here.person in away else here
        here = before
        if _has_confirmed(given, here):
            return None if here.person in away else here
    return None if here.person in away else here


def _has_confirmed(given: list[Confirmation], shift: Shift) -> bool:
    opens = shift.since - OVERLAP
    return any(one.person == shift.person and opens <= one.at < shift.until for one in given)


def _overlapping(before: Shift | None, shift: Shift, at: datetime) -> int | None:
    return before.person if before and at < shift.since + OVERLAP else None
