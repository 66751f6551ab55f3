"""How long something has from a moment on: days, working days or months. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from governance.calendars.clock import moment_at, wall_days
from governance.calendars.rules import BusinessCalendar


class Unit(StrEnum):
    """In what a time is given."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


@dataclass(frozen=True)
class Lasts:
    """A time of so many days, working days or months."""

    number: int
    unit: Unit

    def after(self, since: datetime, calendar: BusinessCalendar) -> datetime:
        """Return the moment so long after another, at the same wall time of the calendar's zone.

        A month has as many days as it has: half a year after 31 August is the last of February.
        """
        if self.unit == Unit.BUSINESS_DAYS:
            return calendar.add_days(since, self.number)
        if self.unit == Unit.DAYS:
            return wall_days(since, self.number, calendar.clock)
        wall = since.astimezone(calendar.clock).replace(tzinfo=None)
        months = wall.month - 1 + self.number
        year, month = wall.year + months // 12, months % 12 + 1
        day = min(wall.day, monthrange(year, month)[1])
        return moment_at(wall.replace(year=year, month=month, day=day), calendar.clock).at

    @property
    def least_days(self) -> int:
        """Return how many days of the calendar pass in it at least."""
        return self.number * 28 if self.unit == Unit.MONTHS else self.number

    def __str__(self) -> str:
        return f"{self.number} {self.unit.value.replace('_', ' ')}"
