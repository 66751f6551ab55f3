"""Reading schedules: who is on call for a role, which unit's schedule says so, the gaps ahead.

`for_roles(units)` reads once, in a constant number of queries; what it returns is asked as often
as one likes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from raci.oncall import rules
from raci.oncall.coverage import SEARCH, gaps, on_call_local
from raci.oncall.coverage import on_call as planned_at
from raci.oncall.handover import Confirmation, Held, held
from raci.oncall.models import Layer, Member, Schedule, Swap
from raci.oncall.rotation import LATEST
from raci.oncall.rules import (
    FORECAST_DAYS,
    OVERLAP,
    Absence,
    Answer,
    Gap,
    Plan,
    Reason,
    Shift,
    SwapStatus,
)
from raci.people import models as entered


@dataclass(frozen=True)
class Roster:
    """A schedule ready to be asked: its plan, its people, what they confirmed."""

    schedule: Schedule
    plan: Plan
    people: Mapping[int, User]
    confirmations: tuple[Confirmation, ...]
    now: datetime

    def planned(self, at: datetime) -> Answer:
        """Return who is on call by the schedule alone."""
        return planned_at(self.plan, at)

    def planned_local(self, local: datetime) -> Answer:
        """Return who is on call at a naive local time of the schedule, with a note about it."""
        return on_call_local(self.plan, local)

    def held(self, at: datetime) -> Held:
        """Return who has the pager; unconfirmed handovers count up to now only."""
        if at > self.now or not self.schedule.confirms:
            planned = self.planned(at)
            return Held(planned, planned if isinstance(planned, Shift) else None)
        return held(self.plan, at, self.confirmations)

    def gaps(self, start: datetime, days: int = FORECAST_DAYS) -> list[Gap]:
        """Return when nobody is on call in so many days."""
        return gaps(self.plan, start, days)

    @property
    def names(self) -> dict[int, str]:
        """Return the names of its people."""
        return {pk: person.name for pk, person in self.people.items()}

    def person(self, pk: int | None) -> User | None:
        """Return one of its people."""
        return self.people.get(pk) if pk is not None else None


@dataclass(frozen=True)
class Found:
    """Who is on call for a role and a unit, and the schedule that says so."""

    roster: Roster
    held: Held

    @property
    def person(self) -> User | None:
        """Return who has the pager; nobody in a gap."""
        return self.roster.person(self.held.holder.person) if self.held.holder else None


@dataclass(frozen=True)
class Lookup:
    """The schedules at and above some units."""

    rosters: Mapping[tuple[str, int], tuple[Roster, ...]]  # by role and unit

    def roster(self, role: str, unit: BusinessUnit, at: datetime) -> Roster | None:
        """Return the schedule of the nearest unit upward that had one at the moment."""
        for pk in reversed(unit.path):
            for roster in self.rosters.get((role, pk), ()):
                if _was_open(roster.schedule, at):
                    return roster
        return None

    def on_call(self, role: str, unit: BusinessUnit, at: datetime) -> Found | None:
        """Return who is on call; None where no schedule serves the role."""
        roster = self.roster(role, unit, at)
        return Found(roster, roster.held(at)) if roster else None

    def coverage_gaps(
        self, role: str, unit: BusinessUnit, start: datetime, days: int = FORECAST_DAYS
    ) -> list[Gap]:
        """Return when nobody is on call; without a schedule that is the whole time."""
        roster = self.roster(role, unit, start)
        if roster is None:
            return [Gap(start, start + timedelta(days=days), Reason.NO_SCHEDULE)]
        return roster.gaps(start, days)


def _was_open(schedule: Schedule, at: datetime) -> bool:
    is_made = schedule.created_at <= at
    return is_made and (schedule.closed_at is None or at < schedule.closed_at)


def for_roles(
    units: Iterable[BusinessUnit], *, since: datetime | None = None, days: int = FORECAST_DAYS
) -> Lookup:
    """Return the schedules that serve these units, for questions from `since` (now) on."""
    now = timezone.now()
    start = min(since or now, now)
    paths = {pk for unit in units for pk in unit.path}
    rows = Schedule.objects.filter(unit__in=paths).order_by("-created_at", "-pk")
    alive = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=start))
    found: dict[tuple[str, int], tuple[Roster, ...]] = {}
    for roster in rosters(alive.with_plan(start, now + timedelta(days=days)), now, start):
        key = (roster.schedule.role, roster.schedule.unit_id)
        found[key] = (*found.get(key, ()), roster)
    return Lookup(found)


def on_call(role: str, unit: BusinessUnit, at: datetime) -> Found | None:
    """Return who is on call in a role for a unit at any moment; None without a schedule."""
    return for_roles([unit], since=at).on_call(role, unit, at)


def coverage_gaps(
    role: str, unit: BusinessUnit, start: datetime, days: int = FORECAST_DAYS
) -> list[Gap]:
    """Return when nobody is on call in a role for a unit."""
    return for_roles([unit], since=start, days=days).coverage_gaps(role, unit, start, days)


def rosters(
    schedules: Iterable[Schedule], now: datetime, since: datetime | None = None
) -> list[Roster]:
    """Return schedules that were read `with_plan()` ready to be asked, from `since` (now) on."""
    rows = list(schedules)
    people = {row.pk: _people(row) for row in rows}
    everybody = {user.pk: user for known in people.values() for user in known.values()}
    away = absences_of(everybody, now, since or now)
    return [_roster(row, people[row.pk], away, now) for row in rows]


def roster_of(schedule: Schedule, since: datetime | None = None) -> Roster:
    """Return one schedule ready to be asked about the time from `since` (now) on."""
    now = timezone.now()
    start = min(since or now, now)
    until = max(since or now, now) + timedelta(days=FORECAST_DAYS)
    return rosters(Schedule.objects.filter(pk=schedule.pk).with_plan(start, until), now, start)[0]


def takes_part(user: User, schedule: Schedule) -> bool:
    """Return whether somebody is in a layer of the schedule today."""
    rows = Member.objects.filter(layer__schedule=schedule, layer__until__isnull=True)
    return rows.filter(person=user).exists()


def shift_to_confirm(roster: Roster, user: User) -> Shift | None:
    """Return the person's shift that runs, or begins within the overlap."""
    for at in (roster.now, roster.now + OVERLAP):
        answer = roster.planned(at)
        if isinstance(answer, Shift) and answer.person == user.pk:
            return answer
    return None


def absences_of(people: Mapping[int, User], now: datetime, since: datetime) -> list[Absence]:
    """Return when these people are away; whoever has left is, from now on.

    An absence that was cancelled lasted until then.
    """
    rows = entered.Absence.objects.filter(person__in=people, ends_at__gt=since - SEARCH)
    found = [
        Absence(row.person_id, row.starts_at, _ends(row.ends_at, row.cancelled_at)) for row in rows
    ]
    left = [Absence(pk, now, LATEST) for pk, user in people.items() if not user.is_active]
    return [one for one in found if one.since < one.until] + left


def _roster(
    schedule: Schedule, people: Mapping[int, User], away: Iterable[Absence], now: datetime
) -> Roster:
    plan = Plan(
        zone=schedule.zone,
        layers=tuple(_layer(row) for row in schedule.layers.all()),
        overrides=_overrides(schedule),
        swaps=tuple(
            one
            for row in schedule.swaps.all()
            if row.accepted_at
            for one in _swaps(row, row.accepted_at)
        ),
        absences=tuple(one for one in away if one.person in people),
    )
    given = tuple(
        Confirmation(row.incoming_id, row.confirmed_at) for row in schedule.handovers.all()
    )
    return Roster(schedule, plan, people, given, now)


def _people(schedule: Schedule) -> dict[int, User]:
    found = [member.person for layer in schedule.layers.all() for member in layer.members.all()]
    found += [row.person for row in schedule.overrides.all()]
    found += [person for row in schedule.swaps.all() for person in (row.giver, row.taker)]
    found += [row.incoming for row in schedule.handovers.all()]
    return {person.pk: person for person in found}


def _layer(row: Layer) -> rules.Layer:
    return rules.Layer(
        id=row.pk,
        position=row.position,
        people=tuple(member.person_id for member in row.members.all()),
        starts=datetime.combine(row.starts_on, row.handover_at),
        every=row.every,
        unit=rules.Every(row.unit),
        weekdays=frozenset(row.weekdays) or rules.ALL_WEEK,
        begins=row.begins,
        ends=row.ends,
        since=row.since,
        until=row.until,
    )


def _overrides(schedule: Schedule) -> tuple[rules.Override, ...]:
    """Return the overrides as far as they counted: one taken back counts until then."""
    rows = [(row, _ends(row.until, row.withdrawn_at)) for row in schedule.overrides.all()]
    return tuple(
        rules.Override(row.pk, row.person_id, row.since, until)
        for row, until in rows
        if row.since < until
    )


def _swaps(row: Swap, accepted: datetime) -> list[rules.Swap]:
    """Return both directions of an accepted swap, from its acceptance to its end."""
    ends = row.ended_at if row.status == SwapStatus.WITHDRAWN else None
    both = [(row.giver_id, row.taker_id, row.since, row.until)]
    if row.back_since and row.back_until:
        both.append((row.taker_id, row.giver_id, row.back_since, row.back_until))
    found = [
        rules.Swap(row.pk, giver, taker, max(since, accepted), _ends(until, ends))
        for giver, taker, since, until in both
    ]
    return [one for one in found if one.since < one.until]


def _ends(until: datetime, stopped: datetime | None) -> datetime:
    return min(until, stopped) if stopped else until
