"""Wall-clock times in a zone as moments: also the ones that a clock skips or shows twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Moment:
    """A moment, and what is to be said about the clock that showed it."""

    at: datetime  # UTC
    note: str = ""


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    return name in available_timezones()


def moment_at(wall: datetime, zone: ZoneInfo) -> Moment:
    """Return the moment at which a clock in the zone shows a time (naive).

    A time that the clock skips becomes the end of the gap; of one that it shows twice the
    first counts. Both are said in the note.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return Moment(first)
    if first < second:
        return Moment(first, f"{wall:%H:%M} comes twice that night; the first one counts.")
    end = _change_between(second, first, zone)
    shown = end.astimezone(zone)
    return Moment(end, f"{wall:%H:%M} does not exist that night; {shown:%H:%M} is meant.")


def wall_days(at: datetime, days: int, zone: ZoneInfo, wall: time | None = None) -> datetime:
    """Return the moment some calendar days after another, or before, as the zone's wall shows it.

    The wall time stays as it is, or becomes `wall`: “30 days before, at 09:00”.
    """
    shown = at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return moment_at(shown if wall is None else datetime.combine(shown.date(), wall), zone).at


def _change_between(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two at which the zone's clock is put forward."""
    before = early.astimezone(zone).utcoffset()
    while late - early > SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
