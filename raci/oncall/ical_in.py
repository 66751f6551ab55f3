"""Events of a calendar file as shifts of people: each with its times and address, or why not. Pure.

An event names its person by an e-mail address, as attendee or in its title. A time without a
zone is local time of the schedule; a whole day is one from midnight to midnight there. An event
that repeats is each of its shifts in the time ahead, but for those that the file moves or drops.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from raci.oncall.ical_repeats import RepeatError, Times, instant, occurrences, repeats, times_of

MOST_BYTES, MOST_EVENTS = 256 * 1024, 500
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, KeyError)
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


def events(content: bytes, zone: ZoneInfo, now: datetime) -> list[Event]:
    """Return every event of a file; raises NotACalendarError when there is none to read.

    Of one that repeats these are the shifts from `now` to the horizon.
    """
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
    return _written_out(found, zone, now)


def _written_out(found: list[Any], zone: ZoneInfo, now: datetime) -> list[Event]:
    moved = _moved(found, zone)
    events: list[Event] = []
    for number, one in enumerate(found, 1):
        events += (
            _series(number, one, zone, now, moved)
            if repeats(one)
            else [_event(number, one, zone, in_series=_name(one) in moved)]
        )
        if len(events) > MOST_EVENTS:
            raise NotACalendarError(
                f"The file comes to more than {MOST_EVENTS} shifts in the half year ahead."
            )
    return events


def _moved(found: Iterable[Any], zone: ZoneInfo) -> dict[str, set[datetime]]:
    """Return by series which of its times the file tells apart: moved, given away or cancelled."""
    moved: dict[str, set[datetime]] = {_name(one): set() for one in found if repeats(one)}
    for one in found:
        if one.get("RECURRENCE-ID") is not None and _name(one) in moved:
            with suppress(ValueError, TypeError, AttributeError, OverflowError):
                moved[_name(one)].add(instant(one.decoded("RECURRENCE-ID"), zone).at)
    return moved


def _series(
    number: int, raw: Any, zone: ZoneInfo, now: datetime, moved: dict[str, set[datetime]]
) -> list[Event]:
    """Return the shifts of an event that repeats; one with a problem when it cannot be read."""
    title = _title(raw)
    if problem := next(_problems(raw), ""):
        return [Event(number, title, problem=problem)]
    try:
        times = list(occurrences(raw, zone, now))
    except RepeatError as refusal:
        return [Event(number, title, problem=str(refusal))]
    except UNREADABLE:
        return [Event(number, title, problem="Its times cannot be read.")]
    found = [
        _shift(number, raw, one, _uid(raw, one.since))
        for one in times
        if one.since not in moved[_name(raw)]
    ]
    if not times:
        return [
            Event(number, title, problem="None of its repetitions lies in the half year ahead.")
        ]
    return found


def _event(number: int, raw: Any, zone: ZoneInfo, *, in_series: bool = False) -> Event:
    """Return a single event, or one time of a series that is told apart."""
    if problem := next(_problems(raw), ""):
        return Event(number, _title(raw), problem=problem)
    try:
        which = raw.get("RECURRENCE-ID") and raw.decoded("RECURRENCE-ID")
        uid = _uid(raw, instant(which, zone).at if which and in_series else which)
        return _shift(number, raw, times_of(raw, zone), uid)
    except UNREADABLE:
        return Event(number, _title(raw), problem="Its times cannot be read.")


def _shift(number: int, raw: Any, times: Times, uid: str) -> Event:
    if times.until <= times.since:
        return Event(number, _title(raw), problem="It ends before it begins.")
    who = _addresses(raw)[0]
    return Event(number, _title(raw), uid, who, times.since, times.until, times.note)


def _problems(raw: Any) -> Iterator[str]:
    """Yield what is wrong with an event, whatever its times are."""
    if str(raw.get("STATUS", "")).upper() == "CANCELLED":
        yield "It is cancelled."
    which = raw.get("RECURRENCE-ID")
    if which is not None and str(which.params.get("RANGE", "")).upper() == "THISANDFUTURE":
        yield "It changes this shift and all later ones. End the series there and begin another."
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


def _title(raw: Any) -> str:
    return str(raw.get("SUMMARY", ""))[:120]


def _name(raw: Any) -> str:
    return str(raw.get("UID"))


def _uid(raw: Any, which: date | datetime | None) -> str:
    """Return the name of an event among all files: its UID, and which repetition it is."""
    name = f"{raw.get('UID')}|{which}"
    return hashlib.sha256(name.encode()).hexdigest()
