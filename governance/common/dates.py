"""Days and moments in words, with the exact form beside them."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

SOON_DAYS = 7
WORDS_UP_TO = 365  # days; beyond that a date says more than words


def day_of(value: date | datetime) -> date:
    """Return the calendar day of a day or a moment, in the zone of the page."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def short_day(day: date) -> str:
    """Return a day as 2 December 2027."""
    return f"{day.day} {day:%B %Y}"


def exact(value: date | datetime) -> str:
    """Return a day or moment so exactly that nobody asks back."""
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{moment:%A} {short_day(moment)}, {moment:%H:%M:%S %Z}".strip()
    return f"{value:%A} {short_day(value)}"


def due_words(day: date, today: date) -> str:
    """Return when something is due, seen from today: in 3 days, 2 days late."""
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "1 day late"}
    if days in near:
        return near[days]
    if abs(days) > WORDS_UP_TO:
        return short_day(day)
    return f"{_span(-days)} late" if days < 0 else f"in {_span(days)}"


def due_class(day: date, today: date) -> str:
    """Return the style of a due day: over, soon or nothing."""
    if day < today:
        return "due-over"
    return "due-soon" if day - today <= timedelta(days=SOON_DAYS) else ""


def past_words(value: date | datetime, now: datetime) -> str:
    """Return how long ago something was: 14 minutes ago, yesterday, 3 weeks ago."""
    days = (day_of(now) - day_of(value)).days
    if abs(days) > WORDS_UP_TO:
        return short_day(day_of(value))
    if days < 0:
        return due_words(day_of(value), day_of(now))
    if days == 0:
        return _today_words(value, now)
    return "yesterday" if days == 1 else f"{_span(days)} ago"


def _today_words(value: date | datetime, now: datetime) -> str:
    if not isinstance(value, datetime):
        return "today"
    if (now - value).total_seconds() < 60:
        return "just now"
    return f"{timesince(value, now, depth=1)} ago".replace("\xa0", " ")


def _span(days: int) -> str:
    """Return a number of days, weeks or months, rounded down, as a reader would say it."""
    if days < 14:
        return f"{days} day{'s' if days != 1 else ''}"
    if days < 60:
        return f"{days // 7} weeks"
    return f"{days * 12 // 365} month{'s' if days * 12 // 365 != 1 else ''}"
