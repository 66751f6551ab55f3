"""Keeping working hours: whoever assigns or configures in the unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from governance.accounts.access import may, require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.calendars.models import Calendar
from governance.calendars.rules import BusinessCalendar, CalendarError, Window
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import record


@dataclass(frozen=True)
class Hours:
    """What a calendar is to be: its name, its zone, when it opens, when it does not."""

    name: str
    time_zone: str
    windows: Mapping[int, tuple[Window, ...]]
    holidays: Mapping[date, str]


@transaction.atomic
def save_calendar(
    unit: BusinessUnit, *, actor: User, hours: Hours, seen: int | None = None
) -> Calendar:
    """Return the unit's working hours, made or changed; `seen` is the version that was read.

    Raises PermissionDenied unless the actor assigns or configures in the unit, DomainError for
    hours that never open or an unknown zone, StaleError when they are newer than `seen`, or
    when somebody made them meanwhile.
    """
    require_keeping(actor, unit)
    fields = _fields(hours)
    row = Calendar.objects.filter(unit=unit).first()
    if row is None or seen is None:
        return _make(unit, actor, fields)
    changes = {
        name: {"from": getattr(row, name), "to": value}
        for name, value in fields.items()
        if getattr(row, name) != value
    }
    if changes:
        change(row, seen=seen, **fields)
        data = {"name": row.name, "changes": changes}
        record("hours.saved", subject=row, actor=actor, data=data, unit=unit.pk)
    return row


def require_keeping(user: User, unit: BusinessUnit) -> None:
    """Raise PermissionDenied unless the person assigns or configures in the unit."""
    if not may(user, Capability.ASSIGN, unit):
        require(user, Capability.CONFIGURE, unit)


def _make(unit: BusinessUnit, actor: User, fields: dict[str, Any]) -> Calendar:
    try:
        with transaction.atomic():
            row = Calendar.objects.create(unit=unit, **fields)
    except IntegrityError as error:
        raise DomainError(f"{unit} has working hours already. Change those.") from error
    record("hours.saved", subject=row, actor=actor, data=fields, unit=unit.pk)
    return row


def _fields(hours: Hours) -> dict[str, Any]:
    try:
        BusinessCalendar(hours.time_zone, hours.windows, frozenset(hours.holidays))
    except CalendarError as error:
        raise DomainError(str(error)) from error
    windows = {
        str(day): [[f"{begin:%H:%M}", f"{end:%H:%M}"] for begin, end in spans]
        for day, spans in sorted(hours.windows.items())
        if spans
    }
    days = {day.isoformat(): name for day, name in sorted(hours.holidays.items())}
    return {
        "name": hours.name,
        "time_zone": hours.time_zone,
        "windows": windows,
        "holidays": days,
    }


@transaction.atomic
def drop_calendar(calendar: Calendar, *, actor: User) -> None:
    """Take a unit's working hours away: from now on those of the unit above count.

    Raises DomainError while something still counts in them by name.
    """
    require_keeping(actor, calendar.unit)
    data = {"name": calendar.name, "time_zone": calendar.time_zone, "windows": calendar.windows}
    record("hours.dropped", subject=calendar, actor=actor, data=data, unit=calendar.unit_id)
    try:
        Calendar.objects.filter(pk=calendar.pk).delete()
    except ProtectedError as error:
        raise DomainError(f"{calendar} is in use by a policy. Change that first.") from error
