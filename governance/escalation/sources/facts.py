"""What a reader finds, what it is asked with, and how a fact becomes something due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from governance.calendars.clock import moment_at, wall_days
from governance.calendars.queries import Calendars
from governance.calendars.rules import BusinessCalendar
from governance.escalation.kinds import Kind
from governance.escalation.rules import Due
from governance.escalation.sources.people import People
from inventory.systems.models import AISystem

CHUNK = 2_000  # rows that a reader holds at once
LONGEST_TITLE = 300
NOWHERE = "-"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of a kind, as the tables say it."""

    subject: str  # tells it from all others of its kind: AGR-001
    title: str
    unit_id: int
    url: str
    due: datetime | date | None = None  # None: `since` and as long as the kind lasts
    since: datetime | None = None  # None: when it is first told of
    own: tuple[int, ...] = ()  # people whom the thing itself names
    system_id: int | None = None
    system_ref: str = NOWHERE
    tier: str = ""
    activity: str = ""  # another than the kind's
    legal_clock_ends: datetime | None = None


def of_system(system: AISystem) -> dict[str, Any]:
    """Return what a fact about a system says of it."""
    return {"unit_id": system.unit_id, "system_id": system.pk, "system_ref": system.ref}


def owner_of(system: AISystem) -> tuple[int, ...]:
    """Return the owner of a system, if it has one."""
    return (system.owner_id,) if system.owner_id else ()


@dataclass(frozen=True)
class Where:
    """The working hours and the people of all units, loaded once for all readers."""

    now: datetime
    people: People
    calendars: Calendars
    hour: time

    def calendar(self, unit: int) -> BusinessCalendar:
        """Return the working hours of a unit."""
        return self.calendars.of(self.people.path(unit))


@dataclass(frozen=True)
class Asking:
    """What a reader is asked: for one kind, at one moment."""

    kind: Kind
    where: Where

    @property
    def now(self) -> datetime:
        """Return the moment."""
        return self.where.now

    @cached_property
    def today(self) -> date:
        """Return the day of the organisation, by which day-long ends are read."""
        return self.now.astimezone(self.where.calendars.default.clock).date()

    @cached_property
    def last_day(self) -> date:
        """Return the last day that is told of: two more than the kind needs, for all zones."""
        return self.today + timedelta(days=self.kind.horizon_days + 2)

    @cached_property
    def last_moment(self) -> datetime:
        """Return the last moment that is told of."""
        return self.now + timedelta(days=self.kind.horizon_days + 2)

    def began_by(self, days: int) -> datetime:
        """Return the latest beginning of what lasts so many days and is told of now."""
        return self.last_moment - timedelta(days=days)

    def due_of(self, fact: Fact) -> Due | None:
        """Return a fact as something due; None while it is too far ahead to be told of."""
        calendar = self.where.calendar(fact.unit_id)
        due_at = self._due_at(fact, calendar)
        told_from = wall_days(due_at, -self.kind.horizon_days, calendar.clock)
        if self.kind.horizon_days and calendar.opens(told_from) > self.now:
            return None
        path = self.where.people.path(fact.unit_id)
        return Due(
            key=f"{fact.system_ref}:{self.kind.code}:{fact.subject}",
            kind=self.kind.code,
            title=fact.title[:LONGEST_TITLE],
            unit_id=fact.unit_id,
            system_id=fact.system_id,
            url=fact.url,
            due_at=due_at,
            since=fact.since or told_from,
            severity=self.kind.severity,
            whom=self.where.people.responsible(self.kind.responsible, fact.own, path),
            legal_clock_ends=fact.legal_clock_ends,
            activity=fact.activity or self.kind.activity,
        )

    def _due_at(self, fact: Fact, calendar: BusinessCalendar) -> datetime:
        if isinstance(fact.due, datetime):
            return fact.due
        if fact.due is not None:
            return moment_at(datetime.combine(fact.due, self.where.hour), calendar.clock).at
        lasts = self.kind.time_of(fact.tier)
        if fact.since is None or lasts is None:
            raise LookupError(f"{self.kind.code} {fact.subject} has neither a due date nor a time.")
        return lasts.after(fact.since, calendar)


Reader = Callable[[Asking], Iterator[Fact]]
