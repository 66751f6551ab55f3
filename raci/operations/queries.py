"""The function that serves a unit, and what is wrong with it today."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Min
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from governance.incidents.models import Incident
from inventory.systems.models import AISystem
from raci.oncall.queries import roster_of
from raci.operations import rules
from raci.operations.models import AIOpsFunction, FunctionDuty
from raci.operations.rules import WORDS, OpsDuty, OpsFinding, Seen
from raci.people.models import RoleHolder
from raci.people.rules import Rank
from raci.people.vocabulary import vocabulary


@dataclass(frozen=True)
class DutyLine:
    """A duty, who has it, and who that is today."""

    words: str
    given: str  # the person, or the role in words; empty for nobody
    person: User | None


def function_of(unit: BusinessUnit) -> AIOpsFunction | None:
    """Return the function that serves a unit: the nearest at or above it."""
    depth = {pk: at for at, pk in enumerate(unit.path)}
    rows = AIOpsFunction.objects.filter(unit__in=unit.path).with_people()
    return max(rows, key=lambda row: depth[row.unit_id], default=None)


def findings_for(unit: BusinessUnit) -> list[OpsFinding]:
    """Return what is wrong with the function that serves a unit; that there is none is an error."""
    return findings_of(function_of(unit))


def findings_of(function: AIOpsFunction | None) -> list[OpsFinding]:
    """Return what is wrong with a function (loaded with its people) today."""
    return rules.findings(_seen(function) if function else None)


def _seen(function: AIOpsFunction) -> Seen:
    schedule = function.schedule
    is_open = schedule is not None and schedule.closed_at is None
    gaps = roster_of(schedule).gaps(timezone.now()) if schedule and is_open else []
    below = AISystem.objects.filter(unit__path__contains=[function.unit_id])
    return Seen(
        lead=function.lead.name if _is_there(function.lead) else "",
        members_gone=tuple(
            row.person.name for row in function.members.all() if not _is_there(row.person)
        ),
        duties={
            OpsDuty(row.duty): (person.name if (person := _person(row, function.unit)) else "")
            for row in function.duties.all()
        },
        schedule=schedule.name if schedule and is_open else "",
        gaps=len(gaps),
        charter=function.charter_title,
        since=function.set_up_on,
        first_incident=_first_incident(function),
        first_use=below.aggregate(first=Min("live_since"))["first"],
    )


def _first_incident(function: AIOpsFunction) -> date | None:
    rows = Incident.objects.filter(system__unit__path__contains=[function.unit_id])
    began = Coalesce(F("occurred_from"), F("aware_at"))
    found: date | None = rows.aggregate(first=Min(TruncDate(began)))["first"]
    return found


def _is_there(person: User) -> bool:
    return person.is_active and not person.is_service


def _person(row: FunctionDuty, unit: BusinessUnit) -> User | None:
    """Return who does a duty today: the person named, or the role's holder, if they are here."""
    if row.person:
        return row.person if _is_there(row.person) else None
    depth = {pk: at for at, pk in enumerate(unit.path)}
    seats = RoleHolder.objects.now().filter(
        unit__in=unit.path, role=row.role, rank=Rank.PRIMARY, person__is_active=True
    )
    nearest = max(
        seats.select_related("person"), key=lambda seat: depth[seat.unit_id], default=None
    )
    return nearest.person if nearest else None


def duty_lines(function: AIOpsFunction) -> list[DutyLine]:
    """Return the four duties in their order, each with who does it today."""
    rows = {row.duty: row for row in function.duties.all()}
    lines = []
    for duty in OpsDuty:
        row = rows.get(duty)
        given = str(row.person or vocabulary().roles.get(row.role, row.role)) if row else ""
        lines.append(DutyLine(WORDS[duty], given, _person(row, function.unit) if row else None))
    return lines
