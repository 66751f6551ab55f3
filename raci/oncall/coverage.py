"""Who is on call at an instant, the shifts of an interval, and its gaps. Pure."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from raci.oncall.rotation import EARLIEST, LATEST, span, turn
from raci.oncall.rules import (
    FORECAST_DAYS,
    Answer,
    Gap,
    Layer,
    Override,
    Plan,
    Reason,
    Shift,
    Through,
)
from raci.oncall.wall_clock import resolve

SEARCH = timedelta(days=100)  # how far the beginning and the end of a shift are looked for
MOST_PIECES = 20_000  # of one interval


@dataclass
class _Stretch:
    """The time around an instant in which nothing changes, narrowed piece by piece."""

    since: datetime = EARLIEST
    until: datetime = LATEST

    def narrow(self, since: datetime, until: datetime) -> None:
        self.since, self.until = max(self.since, since), min(self.until, until)


@dataclass(frozen=True)
class _Asked:
    """What one layer said: somebody, or why nobody."""

    person: int | None
    reason: Reason = Reason.NO_LAYERS
    through: Through = Through.LAYER
    source: int = 0
    note: str = ""


def on_call(plan: Plan, at: datetime) -> Answer:
    """Return who is on call at an instant, since when and until when; or the gap."""
    here = piece(plan, at)
    until, goes_on = _end(plan, here, at + SEARCH)
    return replace(here, since=_begin(plan, here, at - SEARCH), until=until, goes_on=goes_on)


def on_call_local(plan: Plan, local: datetime) -> Answer:
    """Return who is on call at a naive local time of the schedule, with a note about that time."""
    instant = resolve(local, plan.clock)
    found = on_call(plan, instant.at)
    return replace(found, note=" ".join(filter(None, (instant.note, found.note))))


def shifts(plan: Plan, since: datetime, until: datetime) -> Iterator[Answer]:
    """Yield shifts and gaps that tile the interval, in order and without overlap."""
    current: Answer | None = None
    for found in _pieces(plan, since, until):
        if current is not None and _same(current, found):
            current = replace(current, until=found.until)
            continue
        if current is not None:
            yield current
        current = found
    if current is not None:
        yield current


def gaps(plan: Plan, since: datetime, days: int = FORECAST_DAYS) -> list[Gap]:
    """Return the times within so many days at which nobody is on call."""
    found = shifts(plan, since, since + timedelta(days=days))
    return [answer for answer in found if isinstance(answer, Gap)]


def piece(plan: Plan, at: datetime) -> Answer:
    """Return the answer at an instant, with the stretch around it in which nothing changes."""
    stretch = _Stretch()
    number = bisect_right(plan.edges, at)
    before = plan.edges[number - 1] if number else EARLIEST
    after = plan.edges[number] if number < len(plan.edges) else LATEST
    stretch.narrow(before, after)
    away = {one.person for one in plan.absences if one.since <= at < one.until}
    missed: list[int] = []
    for override in plan.newest_overrides:
        if _counts(override, at):
            if override.person not in away:
                kind = Through.OVERRIDE
                return Shift(override.person, stretch.since, stretch.until, kind, override.id)
            missed.append(override.person)
    asked = [_ask(plan, layer, at, stretch) for layer in plan.latest_first if _counts(layer, at)]
    for said in asked:
        if said.person is not None and said.person not in away:
            note = said.note
            return Shift(said.person, stretch.since, stretch.until, said.through, said.source, note)
    missed += [said.person for said in asked if said.person is not None]
    return Gap(stretch.since, stretch.until, _why(asked, missed), tuple(sorted(set(missed))))


def _counts(row: Layer | Override, at: datetime) -> bool:
    has_begun = row.since is None or row.since <= at
    return has_begun and (row.until is None or at < row.until)


def _ask(plan: Plan, layer: Layer, at: datetime, stretch: _Stretch) -> _Asked:
    """Return whom a layer names after swaps, and narrow the stretch by its next change."""
    mine, hours = turn(layer, at, plan.clock), span(layer, at, plan.clock)
    stretch.narrow(mine.since, mine.until)
    stretch.narrow(hours.since, hours.until)
    if mine.person is None:
        reason = Reason.NO_PEOPLE if mine.has_begun else Reason.NOT_BEGUN
        return _Asked(None, reason)
    if not hours.counts:
        return _Asked(None, Reason.OUTSIDE_HOURS)
    said = _Asked(mine.person, Reason.AWAY, Through.LAYER, layer.id, mine.note)
    for swap in plan.swaps_in_order:
        if swap.giver == said.person and swap.since <= at < swap.until:
            said = _Asked(swap.taker, Reason.AWAY, Through.SWAP, swap.id)
    return said


def _why(asked: list[_Asked], missed: list[int]) -> Reason:
    """Return the reason that is nearest to somebody being there."""
    if missed:
        return Reason.AWAY
    given = {said.reason for said in asked}
    order = (Reason.OUTSIDE_HOURS, Reason.NOT_BEGUN, Reason.NO_PEOPLE)
    return next((reason for reason in order if reason in given), Reason.NO_LAYERS)


def _pieces(plan: Plan, since: datetime, until: datetime) -> Iterator[Answer]:
    at = since
    for _ in range(MOST_PIECES):
        if at >= until:
            return
        found = piece(plan, at)
        ends = min(found.until, until)
        yield replace(found, since=at, until=ends)
        at = ends
    raise ValueError("The interval has too many shifts; ask for a shorter one.")


def _same(one: Answer, other: Answer) -> bool:
    """Return whether two neighbours are one shift, or one gap."""
    if isinstance(one, Shift) and isinstance(other, Shift):
        mine = (one.person, one.through, one.source)
        return mine == (other.person, other.through, other.source)
    if isinstance(one, Gap) and isinstance(other, Gap):
        return (one.reason, one.away) == (other.reason, other.away)
    return False


def _end(plan: Plan, here: Answer, limit: datetime) -> tuple[datetime, bool]:
    until = here.until
    while until < limit:
        following = piece(plan, until)
        if not _same(here, following):
            return until, False
        until = following.until
    return min(until, limit), True


def _begin(plan: Plan, here: Answer, limit: datetime) -> datetime:
    since = here.since
    while since > limit:
        before = piece(plan, since - timedelta(microseconds=1))
        if not _same(here, before):
            return since
        since = before.since
    return max(since, limit)
