"""Loading what `who()` looks at: the matrices systems had, their people, the schedules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from inventory.systems.models import AISystem
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Assignment, Matrix, Party
from raci.matrices.queries import OWNER_ROLE
from raci.matrices.resolution import Answer, Column, Duty, Subject, Version, World, who
from raci.matrices.schemes import Letter
from raci.oncall.coverage import shifts
from raci.oncall.queries import Found, Roster, for_roles
from raci.oncall.rules import FORECAST_DAYS, Gap, Reason, Shift
from raci.oncall.rules import Answer as Planned
from raci.people.queries import cover_of
from raci.people.rules import Path, grouped

WHY_NOBODY = {
    Reason.NO_SCHEDULE: "no schedule serves it",
    Reason.NO_LAYERS: "it has no layer",
    Reason.NO_PEOPLE: "its layers have no people",
    Reason.NOT_BEGUN: "its rotation has not begun",
    Reason.OUTSIDE_HOURS: "the time is outside its hours",
    Reason.AWAY: "whoever would be is away",
}


@dataclass(frozen=True)
class Asked:
    """Systems with all that decides who answers, loaded once."""

    world: World
    subjects: Mapping[int, Subject]

    def who(self, system: int, code: str, at: datetime) -> Answer:
        """Return who it is for one of the systems, by its id."""
        return who(code, self.subjects[system], at, self.world)


def asked_about(systems: Iterable[AISystem], *, since: datetime | None = None) -> Asked:
    """Return what answers for these systems from a moment (now) on, in a dozen queries.

    The systems come with their unit and owner.
    """
    rows = list(systems)
    history = _History(row.pk for row in rows)
    named = history.people | {row.owner_id for row in rows if row.owner_id}
    units = {pk for row in rows for pk in row.unit.path}
    pagers = Pagers([row.unit for row in rows], since)
    activities, words = catalogue().activities, catalogue().roles
    world = World(cover_of(units, named), activities, words, pagers, OWNER_ROLE)
    return Asked(world, {row.pk: _subject(row, history) for row in rows})


def _subject(row: AISystem, history: "_History") -> Subject:
    owner = row.owner.handle if row.owner else ""
    return Subject(row.ref, tuple(row.unit.path), owner, history.of(row.pk))


class _History:
    """The matrices that were in force in some systems, with their letters; four queries."""

    def __init__(self, systems: Iterable[int]) -> None:
        matrices = Matrix.objects.filter(system__in=list(systems), activated_at__isnull=False)
        parties = Party.objects.filter(matrix__in=matrices.order_by()).order_by()
        keys = dict(
            User.objects.filter(raci_columns__in=parties).values_list("pk", "handle").distinct()
        )
        self.people = set(keys)
        self.columns = {
            pk: Column(label, keys.get(person or 0, ""), tuple(roles))
            for pk, label, person, roles in parties.values_list("pk", "label", "person", "roles")
        }
        letters = Assignment.objects.filter(matrix__in=matrices.order_by()).order_by()
        self.letters = grouped(
            letters.values_list("matrix", "activity", "party", "letter"), lambda row: row[0]
        )
        told = matrices.order_by("activated_at", "version")
        self.matrices = grouped(
            told.values_list("system", "pk", "version", "activated_at"), lambda row: row[0]
        )

    def of(self, system: int) -> tuple[Version, ...]:
        """Return the matrices a system had in force, the first first."""
        return tuple(
            Version(number, at, self._rows(pk))
            for _, pk, number, at in self.matrices.get(system, ())
            if at is not None
        )

    def _rows(self, matrix: int) -> dict[str, tuple[tuple[Column, Letter], ...]]:
        by_code = grouped(self.letters.get(matrix, ()), lambda row: row[1])
        return {
            code: tuple((self.columns[party], Letter(letter)) for _, _, party, letter in rows)
            for code, rows in by_code.items()
        }


class Pagers:
    """Who is on call by the schedules of some units, as `who()` asks it."""

    def __init__(self, units: list[BusinessUnit], since: datetime | None) -> None:
        self.lookup = for_roles(units, since=since)
        self.roles = {role for role, _ in self.lookup.rosters}
        self.units = {tuple(unit.path): unit for unit in units}
        self.known: dict[int, list[Planned]] = {}

    def gaps(self, role: str, unit: BusinessUnit, at: datetime) -> list[Gap]:
        """Return when nobody is on call in a role for a unit in the next 28 days."""
        roster = self.lookup.roster(role, unit, at)
        if roster is None:
            return self.lookup.coverage_gaps(role, unit, at)
        return [one for one in self._ahead(roster, at) if isinstance(one, Gap)]

    def shares(self, at: datetime) -> dict[str, float]:
        """Return the part of the next 28 days' hours that each person is on call, 1.0 for all."""
        times: dict[str, list[tuple[datetime, datetime]]] = {}
        for rosters in self.lookup.rosters.values():
            for roster in rosters:
                for one in self._ahead(roster, at) if not roster.schedule.closed_at else ():
                    person = roster.person(one.person) if isinstance(one, Shift) else None
                    if person:
                        times.setdefault(person.handle, []).append((one.since, one.until))
        window = timedelta(days=FORECAST_DAYS)
        return {person: _length(spans, at, at + window) / window for person, spans in times.items()}

    def _ahead(self, roster: Roster, at: datetime) -> list[Planned]:
        """Return the shifts and gaps of a schedule in the next 28 days, looked up once."""
        key = roster.schedule.pk
        if key not in self.known:
            self.known[key] = list(shifts(roster.plan, at, at + timedelta(days=FORECAST_DAYS)))
        return self.known[key]

    def __call__(self, role: str, path: Path, at: datetime) -> Duty | None:
        unit = self.units.get(tuple(path)) if role in self.roles else None
        found = self.lookup.on_call(role, unit, at) if unit else None
        return _duty(found) if found else None


def _length(
    spans: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> timedelta:
    """Return how long at least one of the spans holds within a window."""
    total, reached = timedelta(0), since
    for start, end in sorted(spans):
        begun, ended = max(start, reached), min(end, until)
        if ended > begun:
            total, reached = total + (ended - begun), ended
    return total


def _duty(found: Found) -> Duty:
    name = found.roster.schedule.name
    if found.person:
        return Duty(found.person.handle, f"On call by {name}.")
    planned = found.held.planned
    why = WHY_NOBODY[planned.reason] if isinstance(planned, Gap) else "nobody has the pager"
    return Duty("", f"Nobody is on call by {name}: {why}.")


def ask(system: AISystem, code: str, at: datetime | None = None) -> Answer:
    """Return who does or decides an activity of a system at a moment (now)."""
    moment = at or timezone.now()
    return asked_about([system], since=moment).who(system.pk, code, moment)
