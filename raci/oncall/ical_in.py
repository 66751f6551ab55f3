"""Events of a calendar file as shifts of people: each with its times and address, or why not. Pure.

An event names its person by an e-mail address, as attendee or in its title. A time without a
zone is local time of the schedule; a whole day is one from midnight to midnight there.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from raci.oncall.wall_clock import Instant, resolve

MOST_BYTES, MOST_EVENTS = 256 * 1024, 500
ADDRESS = re.compile(r"[A-Z0-9._%+'-]+@[A-Z0-9.-]+\.[A-Z]{2,}", re.I)


@dataclass(frozen=True)
class Event:
    """One event of the file; `problem` says why it cannot be an override."""

    number: int
    title: str
    uid: str = ""
    email: str = ""
    since: datetime | None = None
    until: datetime | None = None
    note: str = ""
    problem: str = ""


class NotACalendarError(ValueError):
    """A file that cannot be read at all; the message is for the person."""


def events(content: bytes, zone: ZoneInfo) -> list[Event]:
    """Return every event of a file; raises NotACalendarError when there is none to read."""
    if len(content) > MOST_BYTES:
        raise NotACalendarError(f"The file is larger than {MOST_BYTES // 1024} KB.")
    try:
        found = [
            one
            for calendar in Calendar.from_ical(content, multiple=True)
            for one in calendar.walk("VEVENT")
        ]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise NotACalendarError("This is not a calendar file (RFC 5545).") from error
    if not found:
        raise NotACalendarError("The file has no event.")
    if len(found) > MOST_EVENTS:
        raise NotACalendarError(f"The file has more than {MOST_EVENTS} events.")
    return [_event(number, one, zone) for number, one in enumerate(found, 1)]


def _event(number: int, raw: Any, zone: ZoneInfo) -> Event:
    title = str(raw.get("SUMMARY", ""))[:120]
    try:
        problem = next(_problems(raw), "")
        if problem:
            return Event(number, title, problem=problem)
        since, until, note = _times(raw, zone)
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError):
        return Event(number, title, problem="Its times cannot be read.")
    if until <= since:
        return Event(number, title, problem="It ends before it begins.")
    return Event(number, title, _uid(raw), _addresses(raw)[0], since, until, note)


def _problems(raw: Any) -> Iterator[str]:
    """Yield what is wrong with an event, whatever its times are."""
    if str(raw.get("STATUS", "")).upper() == "CANCELLED":
        yield "It is cancelled."
    if raw.get("RRULE") or raw.get("RDATE"):
        yield "It repeats. Write each shift as an event of its own, or make a layer."
    if raw.get("DTSTART") is None:
        yield "It does not say when it begins."
    if raw.get("UID") is None:
        yield "It has no UID, so that it could not be found again."
    named = _addresses(raw)
    if not named:
        yield "It names nobody: give an attendee, or an e-mail address in the title."
    if len(named) > 1:
        yield f"It names {len(named)} people. One person has the pager."


def _addresses(raw: Any) -> list[str]:
    """Return the addresses of the attendees, else those in the title, each once."""
    given = raw.get("ATTENDEE") or []
    attendees = given if isinstance(given, list) else [given]
    named = [str(one).lower().removeprefix("mailto:").strip() for one in attendees]
    found = [one for one in named if ADDRESS.fullmatch(one)]
    found = found or [one.lower() for one in ADDRESS.findall(str(raw.get("SUMMARY", "")))]
    return list(dict.fromkeys(found))


def _times(raw: Any, zone: ZoneInfo) -> tuple[datetime, datetime, str]:
    start = raw.decoded("DTSTART")
    since = _instant(start, zone)
    if raw.get("DTEND") is not None:
        until = _instant(raw.decoded("DTEND"), zone)
    elif raw.get("DURATION") is not None:
        until = Instant(since.at + raw.decoded("DURATION"))
    elif isinstance(start, datetime):
        raise ValueError("no end")
    else:
        until = _instant(start + timedelta(days=1), zone)
    return since.at, until.at, " ".join(filter(None, (since.note, until.note)))


def _instant(value: date | datetime, zone: ZoneInfo) -> Instant:
    if not isinstance(value, datetime):
        return resolve(datetime.combine(value, time()), zone)
    if value.tzinfo is None:
        return resolve(value, zone)
    wall, its_zone = value.replace(tzinfo=None), value.tzinfo
    return (
        resolve(wall, its_zone)
        if isinstance(its_zone, ZoneInfo)
        else Instant(value.astimezone(UTC))
    )


def _uid(raw: Any) -> str:
    """Return the name of an event among all files: its UID, and which repetition it is."""
    name = f"{raw.get('UID')}|{raw.get('RECURRENCE-ID') and raw.decoded('RECURRENCE-ID')}"
    return hashlib.sha256(name.encode()).hexdigest()
