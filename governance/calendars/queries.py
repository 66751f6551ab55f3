"""Which calendar serves a unit."""

from collections.abc import Sequence

from django.conf import settings

from governance.accounts.models import BusinessUnit
from governance.calendars.models import Calendar
from governance.calendars.rules import DEFAULT_WINDOWS, BusinessCalendar


def default_calendar() -> BusinessCalendar:
    """Return the installation's own: Monday to Friday, 9 to 17, in its zone."""
    return BusinessCalendar(settings.TIME_ZONE, DEFAULT_WINDOWS)


def calendar_of(unit: BusinessUnit) -> BusinessCalendar:
    """Return the working hours of the nearest unit upwards, else the installation's."""
    rows = {row.unit_id: row for row in Calendar.objects.filter(unit__in=unit.path)}
    found = next((rows[pk] for pk in reversed(unit.path) if pk in rows), None)
    return found.as_rules() if found else default_calendar()


class Calendars:
    """All calendars in one query, for a sweep over many units."""

    def __init__(self) -> None:
        self.default = default_calendar()
        self.by_unit = {row.unit_id: row.as_rules() for row in Calendar.objects.all()}

    def of(self, path: Sequence[int]) -> BusinessCalendar:
        """Return the calendar of a unit by its path, root first."""
        found = (self.by_unit[pk] for pk in reversed(path) if pk in self.by_unit)
        return next(found, self.default)
