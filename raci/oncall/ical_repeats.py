"""Events that repeat (RRULE, RDATE, EXDATE, RECURRENCE-ID) as single shifts, up to a horizon. Pure.

A shift repeats by the wall clock of its own zone: 09:00 stays 09:00 when the clocks change, and
so does its end. What is not understood is refused in words; nothing is guessed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from icalendar import vRecur

from raci.oncall.wall_clock import Instant, resolve

HORIZON = timedelta(days=180)  # so far ahead repeats are written out
OLDEST = timedelta(days=3_660)  # a series that began earlier takes too long to count
MOST_REPEATS = 500
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYYEARDAY"}
PARTS |= {"BYWEEKNO", "BYMONTH", "BYSETPOS"}
INSTEAD = "Write each shift as an event of its own, or make a layer."


class RepeatError(ValueError):
    """A repetition that is not understood; the message is for the person."""


@dataclass(frozen=True)
class Times:
    """When one event is: its start as the file has it, both instants, and notes on the clock."""

    start: date | datetime
    since: datetime
    until: datetime
    note: str = ""


def repeats(raw: Any) -> bool:
    """Return whether an event stands for several."""
    return any(raw.get(name) for name in ("RRULE", "RDATE", "EXRULE"))


def instant(value: date | datetime, zone: ZoneInfo) -> Instant:
    """Return the moment of a value of a file; without a zone it is local time of the schedule."""
    wall, its_zone = _wall(value, zone)
    return _moment(wall, its_zone)


def times_of(raw: Any, zone: ZoneInfo) -> Times:
    """Return when an event is the first time; raises ValueError for one that never ends."""
    start = raw.decoded("DTSTART")
    since = instant(start, zone)
    if raw.get("DTEND") is not None:
        until = instant(raw.decoded("DTEND"), zone)
    elif raw.get("DURATION") is not None:
        until = Instant(since.at + raw.decoded("DURATION"))
    elif isinstance(start, datetime):
        raise ValueError("no end")
    else:
        until = instant(start + timedelta(days=1), zone)
    return Times(start, since.at, until.at, _notes(since, until))


def occurrences(raw: Any, zone: ZoneInfo, now: datetime) -> Iterator[Times]:
    """Yield each time of an event that repeats which is not over, up to the horizon.

    Raises RepeatError for a rule that is not understood, or that goes on too often.
    """
    first = times_of(raw, zone)
    wall, its_zone = _wall(first.start, zone)
    if now - first.since > OLDEST:
        raise RepeatError(f"It repeats since {first.since:%Y}: begin the series anew, more lately.")
    end = _end_of(raw, first, zone)
    skipped = _skipped(raw, zone)
    count = 0
    for start in sorted(
        {*_by_rule(raw, wall, its_zone, now), *_by_date(raw, wall, zone, its_zone)}
    ):
        since = _moment(start, its_zone)
        if since.at > now + HORIZON:
            return
        until = end(start, since)
        if until.at <= now or since.at in skipped or start.date() in skipped:
            continue
        count += 1
        if count > MOST_REPEATS:
            raise RepeatError(f"It comes more than {MOST_REPEATS} times in half a year. {INSTEAD}")
        yield Times(start, since.at, until.at, _notes(since, until))


# --- rules and dates ------------------------------------------------------------------------
def _by_rule(raw: Any, wall: datetime, zone: tzinfo, now: datetime) -> list[datetime]:
    """Return the wall-clock starts that the rule gives, up to the horizon."""
    if raw.get("EXRULE"):
        raise RepeatError(f"It leaves dates out by a rule (EXRULE). {INSTEAD}")
    given = raw.get("RRULE")
    if not given:
        return [wall]
    if isinstance(given, list):
        raise RepeatError(f"It repeats by more than one rule. {INSTEAD}")
    last = (now + HORIZON + timedelta(days=1)).replace(tzinfo=None)
    found = list(_rule(given, wall, zone, last))
    if found and found[0] != wall:
        raise RepeatError("Its first day is not one of its own rule. Let it begin on one.")
    return found


def _rule(given: Any, wall: datetime, zone: tzinfo, last: datetime) -> Iterator[datetime]:
    """Return what a rule gives over naive wall-clock times, ended by the horizon at the latest.

    The end is always set: a rule that never matches would be followed to the year 9999.
    """
    _check(given)
    until = min([last, *(_until(value, wall, zone) for value in given.get("UNTIL", []))])
    parts = {name: value for name, value in given.items() if name not in ("COUNT", "UNTIL")}
    text = vRecur(parts).to_ical().decode()  # type: ignore[no-untyped-call]
    try:
        found = rrulestr(text, dtstart=wall)
        assert isinstance(found, rrule)  # noqa: S101 - one rule, no set
        return islice(found.replace(until=until), next(iter(given.get("COUNT", [])), None))
    except (ValueError, TypeError) as error:
        raise RepeatError(f"Its rule “{text[:80]}” makes no sense. {INSTEAD}") from error


def _check(given: Any) -> None:
    """Raise RepeatError for a rule that is not understood."""
    if not isinstance(given, vRecur) or not given.get("FREQ"):
        raise RepeatError(f"Its rule cannot be read. {INSTEAD}")
    frequency = str(given["FREQ"][0])
    if frequency not in FREQUENCIES:
        raise RepeatError("It repeats within a day. A shift repeats daily at the most.")
    if unknown := sorted({str(name).upper() for name in given} - PARTS):
        raise RepeatError(f"Its rule has {', '.join(unknown)}, which is not understood. {INSTEAD}")
    if given.get("COUNT") and given.get("UNTIL"):
        raise RepeatError("Its rule ends twice: by a count (COUNT) and by a day (UNTIL). Keep one.")
    if any(value < 1 for name in ("INTERVAL", "COUNT") for value in given.get(name, [])):
        raise RepeatError("Its rule counts by zero.")


def _until(value: date | datetime, wall: datetime, zone: tzinfo) -> datetime:
    """Return the last wall-clock start that a rule allows; a day counts to its end."""
    if not isinstance(value, datetime):
        return datetime.combine(value, wall.time())
    return value if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)


def _by_date(raw: Any, wall: datetime, zone: ZoneInfo, its_zone: tzinfo) -> Iterator[datetime]:
    """Yield the wall-clock starts that are added one by one."""
    for value in _dates(raw, "RDATE"):
        if isinstance(value, tuple):
            raise RepeatError(f"It is added at times with another length (PERIOD). {INSTEAD}")
        if not isinstance(value, datetime):
            yield datetime.combine(value, wall.time())
        elif value.tzinfo is None:
            yield value
        else:
            yield value.astimezone(its_zone).replace(tzinfo=None)


def _dates(raw: Any, name: str) -> list[Any]:
    given = raw.get(name) or []
    lists = given if isinstance(given, list) else [given]
    return [one.dt for dates in lists for one in dates.dts]


def _skipped(raw: Any, zone: ZoneInfo) -> set[date | datetime]:
    """Return what is left out: moments, and whole days of the event's own calendar."""
    return {
        instant(value, zone).at if isinstance(value, datetime) else value
        for value in _dates(raw, "EXDATE")
    }


# --- wall clocks ----------------------------------------------------------------------------
def _wall(value: date | datetime, zone: ZoneInfo) -> tuple[datetime, tzinfo]:
    """Return what the clock on the wall shows, and where that wall is."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time()), zone
    return value.replace(tzinfo=None), value.tzinfo or zone


def _moment(wall: datetime, zone: tzinfo) -> Instant:
    if isinstance(zone, ZoneInfo):
        return resolve(wall, zone)
    return Instant(wall.replace(tzinfo=zone).astimezone(UTC))


def _end_of(raw: Any, first: Times, zone: ZoneInfo) -> Callable[[datetime, Instant], Instant]:
    """Return when a repetition ends, as a function of its start: at the first one's wall clock."""
    wall, its_zone = _wall(first.start, zone)
    exact = first.until - first.since
    by_clock = first.until.astimezone(its_zone).replace(tzinfo=None) - wall
    is_exact = raw.get("DTEND") is None and raw.get("DURATION") is not None and exact.seconds

    def end(start: datetime, since: Instant) -> Instant:
        return Instant(since.at + exact) if is_exact else _moment(start + by_clock, its_zone)

    return end


def _notes(*moments: Instant) -> str:
    return " ".join(filter(None, (moment.note for moment in moments)))
