"""Months on the calendar. Pure."""

from calendar import monthrange
from datetime import datetime


def months_later(at: datetime, months: int) -> datetime:
    """Return the same moment of the month so many months later, or the month's last day."""
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
