"""The clocks of plans: all time, or that of the working hours of a unit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from governance.calendars.clock import wall_days
from governance.calendars.rules import BusinessCalendar
from governance.escalation.rules import Clock, ClockKind


@dataclass(frozen=True)
class RoundTheClock:
    """All time counts; days stand at the same wall time of a zone."""

    zone: ZoneInfo

    def add(self, start: datetime, minutes: int) -> datetime:
        """Return the moment so many minutes later."""
        return start + timedelta(minutes=minutes)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same wall time so many days later."""
        return wall_days(start, days, self.zone)

    def wall_days(self, at: datetime, days: int) -> datetime:
        """Return the same wall time so many days later, or earlier."""
        return wall_days(at, days, self.zone)

    def between(self, start: datetime, end: datetime) -> int:
        """Return the minutes between."""
        return max(0, int((end - start).total_seconds() // 60))


@dataclass(frozen=True)
class WorkingHours:
    """Only the time in which a calendar is open counts."""

    calendar: BusinessCalendar

    def add(self, start: datetime, minutes: int) -> datetime:
        """Return the moment so many open minutes later."""
        return self.calendar.add(start, minutes)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the moment so many working days later."""
        return self.calendar.add_days(start, days)

    def wall_days(self, at: datetime, days: int) -> datetime:
        """Return the same wall time so many days of the calendar later, or the next opening."""
        return self.calendar.opens(wall_days(at, days, self.calendar.clock))

    def between(self, start: datetime, end: datetime) -> int:
        """Return how many open minutes lie between: the most that end no later."""
        if end <= start:
            return 0
        least, most = 0, int((end - start).total_seconds() // 60) + 1
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (middle, most) if self.add(start, middle) <= end else (least, middle)
        return most if self.add(start, most) <= end else least


def clock_of(kind: ClockKind, calendar: BusinessCalendar) -> Clock:
    """Return the clock of a kind, with the working hours of a unit for the business one."""
    return WorkingHours(calendar) if kind == ClockKind.BUSINESS else RoundTheClock(calendar.clock)
