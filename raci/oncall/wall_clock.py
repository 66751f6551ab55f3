"""Time zones by name, and local wall-clock times as instants. Pure."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from governance.calendars.clock import Moment, moment_at

Instant = Moment
resolve = moment_at  # also in nights with an hour too few or too many, with a note about it


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; raises ValueError, worded for the person who typed it."""
    try:
        if "/" in name or name == "UTC":  # not "Factory", "localtime", "posixrules"
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ValueError(f"“{name[:60]}” is not a time zone. Write one like Europe/Berlin, or UTC.")


def local_of(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock on the wall shows at an instant."""
    return at.astimezone(zone).replace(tzinfo=None)
