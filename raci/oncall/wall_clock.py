"""Local wall-clock times as instants, also in nights with an hour too few or too many. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Instant:
    """A moment in UTC, and what is to say about the local time it was made from."""

    at: datetime
    note: str = ""


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; raises ValueError, worded for the person who typed it."""
    try:
        if "/" in name or name == "UTC":  # not "Factory", "localtime", "posixrules"
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ValueError(f"“{name[:60]}” is not a time zone. Write one like Europe/Berlin, or UTC.")


def resolve(local: datetime, zone: ZoneInfo) -> Instant:
    """Return the instant of a naive local time.

    A time that the clocks skip is the end of the gap: 02:30 on the last Sunday of March is 03:00
    in Berlin (zoneinfo alone would silently say 03:30). One that happens twice is the first.
    """
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return Instant(first.astimezone(UTC))
    if _exists(local, first):
        said = f"{local:%H:%M} happens twice on {local:%Y-%m-%d}; the first counts."
        return Instant(first.astimezone(UTC), said)
    at = _change(second.astimezone(UTC), first.astimezone(UTC), zone)
    until = at.astimezone(zone)
    said = f"{local:%H:%M} does not exist on {local:%Y-%m-%d}; it counts as {until:%H:%M}."
    return Instant(at, said)


def local_of(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock on the wall shows at an instant."""
    return at.astimezone(zone).replace(tzinfo=None)


def _exists(local: datetime, aware: datetime) -> bool:
    zone = aware.tzinfo
    return aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the second in which the clocks jump, between two instants around it."""
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
