"""Working hours and holidays as people type and paste them, and back. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time

from governance.calendars.rules import CalendarError, Window

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to)\s*(\d{1,2})(?:[:.](\d{2}))?")
DAY = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4}))")
SIGNS = " \t,;:–—-"
YEARS = range(2000, 2200)
MOST_HOLIDAYS, LONGEST_NAME = 2_000, 80


def windows_of(text: str) -> tuple[Window, ...]:
    """Return the hours of a day: “09:00–12:30, 13:30–17:00”; nothing is closed.

    24:00 is the end of the day. Raises CalendarError that quotes what it cannot read.
    """
    return tuple(sorted(_window(part.strip()) for part in re.split(r"[,;]", text) if part.strip()))


def _window(text: str) -> Window:
    match = SPAN.fullmatch(text)
    if match is None:
        raise CalendarError(f"“{text[:40]}” is not a time from and to, like 09:00–17:00.")
    hours = [(int(match[at]), int(match[at + 1] or 0)) for at in (1, 3)]
    if hours[1] == (24, 0):
        hours[1] = (0, 0)
    try:
        begin, end = (time(hour, minute) for hour, minute in hours)
    except ValueError as error:
        raise CalendarError(f"“{text[:40]}” has an hour that no clock shows.") from error
    return begin, end


def windows_text(windows: Iterable[Iterable[str]]) -> str:
    """Return stored hours of a day as a person would type them."""
    spans = [(begin, "24:00" if end == "00:00" else end) for begin, end in windows]
    return ", ".join(f"{begin}–{end}" for begin, end in spans)


def holidays_of(text: str) -> dict[date, str]:
    """Return pasted holidays, one a line, by day: “2026-12-25 Christmas Day”, or 25.12.2026.

    Raises CalendarError that names every line that is no day, up to five of them.
    """
    found: dict[date, str] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        if line := line.strip(SIGNS):
            try:
                day, name = _holiday(line)
            except CalendarError as error:
                wrong.append(f"Line {number}: {error}")
            else:
                found[day] = name or found.get(day, "")
    if wrong:
        more = [f"{len(wrong) - 5} more lines are no days either."] if len(wrong) > 5 else []
        raise CalendarError(" ".join(wrong[:5] + more))
    if len(found) > MOST_HOLIDAYS:
        raise CalendarError(f"A calendar keeps up to {MOST_HOLIDAYS} holidays.")
    return dict(sorted(found.items()))


def _holiday(line: str) -> tuple[date, str]:
    match = DAY.match(line)
    if match is None:
        raise CalendarError(f"“{line[:40]}” does not begin with a day like 2026-12-25.")
    year, month, day = (
        int(part) for part in (match.group(1, 2, 3) if match[1] else match.group(6, 5, 4))
    )
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise CalendarError(f"“{match[0]}” is no day of the calendar.") from error
    if found.year not in YEARS:
        raise CalendarError(f"“{match[0]}” is not between 2000 and 2199.")
    return found, " ".join(line[match.end() :].strip(SIGNS).split())[:LONGEST_NAME]


def holidays_text(holidays: Mapping[str, str]) -> str:
    """Return stored holidays as a person would paste them."""
    return "\n".join(f"{day} {name}".strip() for day, name in sorted(holidays.items()))
