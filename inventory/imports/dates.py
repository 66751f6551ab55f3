"""Dates in four styles, read only when they can mean one day. Pure."""

import re
from datetime import date
from enum import StrEnum

MONTHS = "january february march april may june july august september october november december"
MONTH_NUMBER = {
    spelling: number
    for number, month in enumerate(MONTHS.split(), start=1)
    for spelling in (month, month[:3])
} | {"sept": 9}
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]+)\.?,?[ -](\d{4})")
MONTH_DAY = re.compile(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
FIRST_YEAR, LAST_YEAR = 1950, 2100
SPREADSHEET_ZERO = date(1899, 12, 30)


class DateStyle(StrEnum):
    """What 3/4/2024 means: declared by the mapping, never guessed."""

    ISO = "iso"  # nothing: only 2024-03-04 and dates with a month's name
    US = "us"  # month first
    EU = "eu"  # day first


def parse_date(text: str, style: DateStyle) -> date:
    """Return the day a cell names.

    2024-03-04 and 4 March 2024 are read under every style, 4.3.2024 too (day first), 3/4/2024
    only where the style says which comes first. Raises ValueError, worded for the person.
    """
    parts = _parts(text.strip(), style)
    if parts is None:
        raise ValueError(f"“{_short(text)}” is not a full date")
    try:
        day = date(*parts)
    except ValueError:
        raise ValueError(f"“{_short(text)}” is not a day of the calendar") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(_year_reason(text, day))
    return day


def _year_reason(text: str, day: date) -> str:
    """Return why a year is refused; a bare year typed into a date column shows as July 1905."""
    number = (day - SPREADSHEET_ZERO).days
    if FIRST_YEAR <= number <= LAST_YEAR:
        return f"“{text}” is day {number} of a spreadsheet; was only the year {number} meant?"
    return f"the year of “{_short(text)}” is not from {FIRST_YEAR} to {LAST_YEAR}"


def _parts(text: str, style: DateStyle) -> tuple[int, int, int] | None:
    if found := ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := DOTS.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := SLASHES.fullmatch(text):
        return _slashes(found, text, style)
    if (found := DAY_MONTH.fullmatch(text)) and found[2].lower() in MONTH_NUMBER:
        return int(found[3]), MONTH_NUMBER[found[2].lower()], int(found[1])
    if (found := MONTH_DAY.fullmatch(text)) and found[1].lower() in MONTH_NUMBER:
        return int(found[3]), MONTH_NUMBER[found[1].lower()], int(found[2])
    return None


def _slashes(found: re.Match[str], text: str, style: DateStyle) -> tuple[int, int, int]:
    if style == DateStyle.ISO:
        raise ValueError(f"“{text}” may mean two days; the mapping must say dates: us or eu")
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    return (year, first, second) if style == DateStyle.US else (year, second, first)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
