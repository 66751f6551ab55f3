"""Business time: minutes and days that count only while a calendar is open. Pure.

A calendar opens on weekdays in local windows, and not on its holidays. A window is half open:
at its end the calendar is closed, so what falls on an end falls on the next opening. On a night
when the clocks change a window is as long as the night makes it; a day that a zone left out has
none. Sources of the numbers: domain rules on reminders (Friday 16:50 plus 30 minutes with 09–17
is Monday 09:20).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import takewhile
from zoneinfo import ZoneInfo

from governance.calendars.clock import is_zone, moment_at

MINUTE, DAY, ZERO = timedelta(minutes=1), timedelta(days=1), timedelta(0)
MIDNIGHT = time(0)  # as an end: the end of the day
WORKDAYS = range(5)
Window = tuple[time, time]
DEFAULT_WINDOWS: Mapping[int, tuple[Window, ...]] = {
    day: ((time(9), time(17)),) for day in WORKDAYS
}


class CalendarError(ValueError):
    """A calendar that cannot be; the message is worded for the person who typed it."""


@dataclass(frozen=True)
class BusinessCalendar:
    """When a place works: windows by weekday (Monday is 0) on the wall clock of its zone."""

    zone: str
    windows: Mapping[int, tuple[Window, ...]]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not is_zone(self.zone):
            raise CalendarError(f"“{self.zone[:60]}” is not a time zone.")
        if not any(self.windows.values()):
            raise CalendarError("A calendar needs at least one window: it would never be open.")
        for weekday, windows in self.windows.items():
            _refuse(weekday, windows)

    @cached_property
    def clock(self) -> ZoneInfo:
        """Return the zone."""
        return ZoneInfo(self.zone)

    def is_open(self, at: datetime) -> bool:
        """Return whether the moment is business time."""
        moment = at.astimezone(UTC)
        return any(begin <= moment < end for begin, end in self._spans(self._day(at)))

    def opens(self, at: datetime) -> datetime:
        """Return the first open moment at or after another, in UTC."""
        return self.add(at, 0)

    def add(self, start: datetime, minutes: int) -> datetime:
        """Return the moment, in UTC, by which that many business minutes have passed.

        It is always an open one: what would be the end of a window is the next opening.
        Raises ValueError for negative minutes.
        """
        if minutes < 0:
            raise ValueError("Business minutes are added, never taken away.")
        left, moment = minutes * MINUTE, start.astimezone(UTC)
        for begin, end in self._spans_from(self._day(start)):
            begin = max(begin, moment)
            if begin < end:
                if left < end - begin:
                    return begin + left
                left -= end - begin
        raise AssertionError("A calendar with a window opens again.")  # pragma: no cover

    def between(self, start: datetime, end: datetime) -> int:
        """Return the whole business minutes from one moment until another, none backwards."""
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        days = takewhile(lambda day: day <= self._day(end), _days_from(self._day(start)))
        spans = (span for day in days for span in self._spans(day))
        parts = (min(until, last) - max(begin, first) for begin, until in spans)
        return sum((part for part in parts if part > ZERO), ZERO) // MINUTE

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the moment that many business days after the first opening at or after a start.

        It stands at the same wall time, clipped into the windows of its day: what is before a
        window waits for it, what is after the last one is its last minute.
        Raises ValueError for negative days.
        """
        if days < 0:
            raise ValueError("Business days are added, never taken away.")
        opening = self.opens(start)
        wall = opening.astimezone(self.clock).replace(tzinfo=None)
        working = (day for day in _days_from(wall.date()) if self._spans(day))
        for _ in range(days):
            next(working)
        day = next(working)
        wanted = moment_at(datetime.combine(day, wall.time()), self.clock).at
        return _clip(wanted, self._spans(day))

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.clock).date()

    def _spans_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for later in _days_from(day):
            yield from self._spans(later)

    @cached_property
    def _known(self) -> dict[date, list[tuple[datetime, datetime]]]:
        """Return the days that were asked for: a sweep asks for the same few a thousand times."""
        return {}

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the windows of a local day as moments, without those that the clock leaves out."""
        if day not in self._known:
            self._known[day] = self._windows_on(day)
        return self._known[day]

    def _windows_on(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.holidays:
            return []
        found = [
            (self._moment(day, begin), self._moment(day if end != MIDNIGHT else day + DAY, end))
            for begin, end in self.windows.get(day.weekday(), ())
        ]
        return [(begin, end) for begin, end in found if begin < end]

    def _moment(self, day: date, wall: time) -> datetime:
        return moment_at(datetime.combine(day, wall), self.clock).at


def _refuse(weekday: int, windows: tuple[Window, ...]) -> None:
    if weekday not in range(7):
        raise CalendarError("Weekdays are 0, Monday, to 6, Sunday.")
    reached = time(0)
    for at, (begin, end) in enumerate(windows):
        if begin >= end != MIDNIGHT:
            raise CalendarError(f"{begin:%H:%M} to {end:%H:%M} ends before it begins.")
        if at and (begin < reached or reached == MIDNIGHT):
            raise CalendarError(f"The window from {begin:%H:%M} begins before another has ended.")
        reached = end


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += DAY


def _clip(wanted: datetime, spans: list[tuple[datetime, datetime]]) -> datetime:
    for begin, end in spans:
        if wanted < end:
            return max(wanted, begin)
    return spans[-1][1] - MINUTE
