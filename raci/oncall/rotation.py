"""Whose turn it is in a layer, and between which instants nothing changes about it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from raci.oncall.rules import Layer
from raci.oncall.wall_clock import Instant, local_of, resolve

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


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
    first = _handover(layer, 0, zone)
    if not layer.people:
        return Turn(None, EARLIEST, LATEST)
    if at < first.at:
        return Turn(None, EARLIEST, first.at, has_begun=False)
    number = max(0, (local_of(at, zone) - layer.starts) // layer.step)
    while _handover(layer, number, zone).at > at:  # the local time went back meanwhile
        number -= 1
    while (following := _handover(layer, number + 1, zone)).at <= at:
        number += 1
    begun = _handover(layer, number, zone)
    person = layer.people[number % len(layer.people)]
    return Turn(person, begun.at, following.at, begun.note)


def _handover(layer: Layer, number: int, zone: ZoneInfo) -> Instant:
    return resolve(layer.starts + number * layer.step, zone)


def span(layer: Layer, at: datetime, zone: ZoneInfo) -> Span:
    """Return whether the layer's hours and weekdays count at an instant, and for how long."""
    if not layer.is_restricted:
        return Span(True, EARLIEST, LATEST)
    ended = EARLIEST
    for begins, ends in _windows(layer, local_of(at, zone), zone):
        if at < begins:
            return Span(False, ended, begins)
        if at < ends:
            return Span(True, begins, ends)
        ended = max(ended, ends)
    return Span(False, ended, LATEST)


def _windows(layer: Layer, around: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the layer's windows from some days before a local time to some days after it."""
    begins, ends = layer.begins or time(), layer.ends or time()
    for offset in range(-9, 10):
        day = around.date() + offset * DAY
        if day.weekday() in layer.weekdays:
            last = day if ends > begins else day + DAY
            opened = resolve(datetime.combine(day, begins), zone).at
            closed = resolve(datetime.combine(last, ends), zone).at
            if opened < closed:  # the only hour of a window may be the one that is skipped
                yield opened, closed
