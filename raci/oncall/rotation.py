"""Whose turn it is in a layer, and between which instants nothing changes about it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from raci.oncall.rules import Layer
from raci.oncall.wall_clock import Instant, local_of, resolve

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE = 16  # days: a weekly window whose only hour is skipped leaves two weeks between


@dataclass(frozen=True)
class Turn:
    """The person whose turn it is, or nobody, from one instant to another."""

    person: int | None
    since: datetime
    until: datetime
    note: str = ""
    has_begun: bool = True


@dataclass(frozen=True)
class Span:
    """Whether a layer counts, from one instant to another."""

    counts: bool
    since: datetime
    until: datetime


def turn(layer: Layer, at: datetime, zone: ZoneInfo) -> Turn:
    """Return whose turn it is by the rotation alone.

    Handovers stay at their local time: each is a whole number of steps on the wall clock after
    the first. One that falls into a skipped hour happens when the clocks have jumped.
    """
    if not layer.people:
        return Turn(None, EARLIEST, LATEST)
    number = (local_of(at, zone) - layer.starts) // layer.step
    if number < 1 and at < (first := _handover(layer, 0, zone).at):
        return Turn(None, EARLIEST, first, has_begun=False)
    number = max(0, number)
    begun, following = _handover(layer, number, zone), _handover(layer, number + 1, zone)
    while begun.at > at:  # the local time went back meanwhile
        number -= 1
        begun, following = _handover(layer, number, zone), begun
    while following.at <= at:
        number += 1
        begun, following = following, _handover(layer, number + 1, zone)
    person = layer.people[number % len(layer.people)]
    return Turn(person, begun.at, following.at, begun.note)


def _handover(layer: Layer, number: int, zone: ZoneInfo) -> Instant:
    return resolve(layer.starts + number * layer.step, zone)


def span(layer: Layer, at: datetime, zone: ZoneInfo) -> Span:
    """Return whether the layer's hours and weekdays count at an instant, and for how long."""
    if not layer.is_restricted:
        return Span(True, EARLIEST, LATEST)
    today = local_of(at, zone).date()
    before = _near(layer, today, range(1, -BEFORE - 1, -1), zone)
    begun = next((window for window in before if window[0] <= at), (EARLIEST, EARLIEST))
    if at < begun[1]:
        return Span(True, *begun)
    after = _near(layer, today, range(-1, BEFORE + 1), zone)
    return Span(False, begun[1], next((opened for opened, _ in after if opened > at), LATEST))


def _near(
    layer: Layer, today: date, offsets: Iterable[int], zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the layer's windows that begin so many days after a day."""
    begins, ends = layer.begins or time(), layer.ends or time()
    for offset in offsets:
        day = today + offset * DAY
        if day.weekday() in layer.weekdays:
            last = day if ends > begins else day + DAY
            opened = resolve(datetime.combine(day, begins), zone).at
            closed = resolve(datetime.combine(last, ends), zone).at
            if opened < closed:  # the only hour of a window may be the one that is skipped
                yield opened, closed
