"""Absences ahead during which nobody stands in for what the person has to do (R09)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q
from django.urls import reverse

from governance.escalation.sources.facts import CHUNK, Asking, Fact
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage
from raci.matrices.models import Party
from raci.matrices.queries import OWNER_ROLE
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE
from raci.people.models import Absence, Delegation, RoleHolder
from raci.people.rules import DelegationStatus, Rank

TOGETHER = 500
WORKING = [*ACCOUNTABLE, *RESPONSIBLE]


@dataclass(frozen=True)
class Task:
    """What somebody has to do in a unit, and in which roles; a deputy of one of them stands in."""

    unit: int
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Cover:
    """Who has to do what, who acts for them, and who stands in, in a part of the absences."""

    tasks: Mapping[int, list[Task]]
    mandates: Mapping[int, list[Delegation]]
    deputies: Mapping[tuple[int, str], list[RoleHolder]]
    away: Mapping[int, list[Absence]]
    paths: Mapping[int, Any]
    now: datetime

    def lacks(self, absence: Absence) -> bool:
        """Return whether something of the person's has nobody while they are away."""
        tasks = self.tasks.get(absence.person_id, ())
        if not tasks or any(map(self._spans(absence), self.mandates.get(absence.person_id, ()))):
            return False
        return not all(self._stands_in(task, absence) for task in tasks)

    def _spans(self, absence: Absence) -> Any:
        start = max(absence.starts_at, self.now)

        def spans(row: Delegation) -> bool:
            whole = row.starts_at <= start and row.ends_at >= absence.ends_at
            return whole and self._is_there(row.taker_id, absence)

        return spans

    def _stands_in(self, task: Task, absence: Absence) -> bool:
        seats = (
            seat
            for unit in self.paths.get(task.unit, ())
            for role in task.roles
            for seat in self.deputies.get((unit, role), ())
        )
        return any(
            seat.person_id != absence.person_id
            and seat.since <= max(absence.starts_at, self.now)
            and (seat.until is None or seat.until >= absence.ends_at)
            and self._is_there(seat.person_id, absence)
            for seat in seats
        )

    def _is_there(self, person: int, absence: Absence) -> bool:
        return not any(
            row.starts_at < absence.ends_at and row.ends_at > absence.starts_at
            for row in self.away.get(person, ())
        )


def uncovered(asking: Asking) -> Iterator[Fact]:
    """Yield absences that run or begin soon and leave something without anybody."""
    rows = Absence.objects.filter(
        ends_at__gt=asking.now,
        starts_at__lte=asking.last_moment,
        cancelled_at__isnull=True,
        person__is_active=True,
    )
    found = rows.select_related("person").order_by("pk").iterator(CHUNK)
    while part := list(islice(found, TOGETHER)):
        cover = _cover_of(part, asking)
        for row in part:
            if cover.lacks(row):
                yield _told(row, cover.tasks[row.person_id])


def _told(row: Absence, tasks: Iterable[Task]) -> Fact:
    return Fact(
        subject=str(row.pk),
        title=f"Nobody stands in while {row.person.name} is away",
        unit_id=next(iter(tasks)).unit,
        url=reverse("raci:cover"),
        due=row.starts_at,
        since=row.entered_at,
        own=(row.person_id,),
    )


def _cover_of(part: Iterable[Absence], asking: Asking) -> Cover:
    persons = {row.person_id for row in part}
    given = Delegation.objects.filter(
        giver__in=persons,
        status=DelegationStatus.ACCEPTED,
        activities=[],
        ends_at__gt=asking.now,
        taker__is_active=True,
    )
    seats = RoleHolder.objects.filter(rank=Rank.DEPUTY, person__is_active=True)
    alive = seats.filter(Q(until__isnull=True) | Q(until__gt=asking.now))
    away = Absence.objects.filter(ends_at__gt=asking.now, cancelled_at__isnull=True)
    return Cover(
        tasks=_tasks(persons, asking.now),
        mandates=_by(given.order_by(), lambda row: row.giver_id),
        deputies=_by(alive.order_by(), lambda row: (row.unit_id, row.role)),
        away=_by(away.order_by(), lambda row: row.person_id),
        paths=asking.where.people.paths,
        now=asking.now,
    )


def _by(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _tasks(persons: set[int], now: datetime) -> dict[int, list[Task]]:
    """Return what people hold, own, and are named for in matrices in force."""
    found: dict[int, list[Task]] = {}
    seats = RoleHolder.objects.at(now).filter(person__in=persons, rank=Rank.PRIMARY).order_by("pk")
    for person, unit, role in seats.values_list("person_id", "unit_id", "role"):
        found.setdefault(person, []).append(Task(unit, (role,)))
    owned = AISystem.objects.filter(owner__in=persons).exclude(stage=Stage.RETIRED).order_by()
    for person, unit in owned.values_list("owner_id", "unit_id").distinct():
        found.setdefault(person, []).append(Task(unit, (OWNER_ROLE,)))
    for row in _columns(persons):
        roles, system, unit = row["roles"], row["matrix__system__unit_id"], row["matrix__unit_id"]
        found.setdefault(row["person_id"], []).append(Task(system or unit, tuple(roles)))
    return found


def _columns(persons: set[int]) -> Any:
    rows = Party.objects.filter(
        person__in=persons,
        matrix__status=MatrixStatus.ACTIVE,
        assignments__letter__in=WORKING,
    ).exclude(matrix__system__stage=Stage.RETIRED)
    columns = ("person_id", "roles", "matrix__system__unit_id", "matrix__unit_id")
    return rows.order_by().values(*columns).distinct()
