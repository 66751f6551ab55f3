"""Moments as a person reads them, near ones by the clock: today 14:30, tomorrow 09:00."""

from datetime import date, datetime

from django.utils import timezone


def local_day(at: datetime) -> date:
    """Return the day of a moment in the zone of the pages."""
    return timezone.localtime(at).date()


def clock_words(at: datetime | None, now: datetime) -> str:
    """Return a moment with its time: today 14:30, tomorrow 09:00, 25 November 09:00."""
    if at is None:
        return "a time that is not set"
    local, today = timezone.localtime(at), local_day(now)
    days = (local.date() - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if days in near:
        return f"{near[days]} {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%B}{year}, {local:%H:%M}"
