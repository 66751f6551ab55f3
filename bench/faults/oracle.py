"""When a wall clock shows a time, found by looking at every minute: no part of the product."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
STEP = timedelta(hours=6)


def shown_first(zone: str, day: date, wall: time) -> datetime:
    """Return the first minute at which the zone's clock shows a time, or is past it that day.

    So a time that does not exist becomes the next one that does, and of two the first counts.
    """
    wanted = datetime.combine(day, wall)
    about = wanted - (wanted.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta())
    moment = about.replace(tzinfo=UTC) - timedelta(hours=4)
    while moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wanted:
        moment += MINUTE
    return moment


def seen_at(moment: datetime, begin: datetime) -> datetime:
    """Return the first look at or after a moment, with one every six hours from `begin`."""
    steps = -((begin - moment) // STEP)
    return begin + steps * STEP
