"""Reading incidents: the clock, the steps with their law, who answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml
from django.db.models import QuerySet

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.queries import engine
from governance.incidents import rules
from governance.incidents.law import Law, law_behind, law_of, laws_of
from governance.incidents.models import Incident, IncidentStep
from governance.incidents.rules import Clock, ClockState, Due, Step
from inventory.systems.actions import may_answer, may_edit
from inventory.systems.models import AISystem
from raci.matrices.queries import accountable, accountables

STEPS = Path(__file__).parent / "steps.yaml"
ACTIVITY = "INC-05"  # report a serious incident, inform the provider
CORRECTED, LINK = "corrected", "causal_link"
MOST_RUNNING = 200
WITH = ("system__unit", "system__owner", "doubted_by")


@cache
def all_steps() -> tuple[Step, ...]:
    """Return the steps of the data file; read once in a process."""
    return rules.steps_from(yaml.safe_load(STEPS.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Todo:
    """A step with its law and what was done."""

    step: Step
    citation: str
    duty: str
    done: tuple[IncidentStep, ...]


@dataclass(frozen=True)
class Standing:
    """An incident as lists show it."""

    incident: Incident
    clock: Clock
    law: Law

    @property
    def reports(self) -> bool:
        """Return whether we are the one whom the days of Art. 73 bind."""
        return "provider" in self.law.roles

    @property
    def waits(self) -> bool:
        """Return whether the first report is still to be made, by a day that binds us."""
        return self.reports and self.clock.state in (ClockState.RUNNING, ClockState.OVERDUE)

    @property
    def is_late(self) -> bool:
        """Return whether a report that binds us is overdue."""
        return self.reports and self.clock.state == ClockState.OVERDUE

    @property
    def last_minute(self) -> datetime | None:
        """Return the last minute of the governing deadline, in the incident's zone."""
        due = self.clock.due
        return due.last_moment(self.incident.clock_zone) if due else None


@dataclass(frozen=True)
class OnIncident:
    """All that the page of an incident says."""

    incident: Incident
    clock: Clock
    law: Law
    todos: tuple[Todo, ...]
    steps: tuple[IncidentStep, ...]
    lacks: tuple[str, ...]  # before it can be closed
    accountable: User | None

    @property
    def owed(self) -> bool:
        """Return whether Art. 73 asks for a report by a day."""
        return self.clock.due is not None

    @property
    def reports(self) -> bool:
        """Return whether we are the one whom the days of Art. 73 bind."""
        return "provider" in self.law.roles

    @property
    def is_linked(self) -> bool:
        """Return whether the causal link is established, or reasonably likely, as somebody said."""
        return any(row.kind == LINK for row in self.steps)

    @property
    def corrections(self) -> list[IncidentStep]:
        """Return what was corrected, the newest first."""
        return [row for row in reversed(self.steps) if row.kind == CORRECTED]

    @property
    def law_now(self) -> str:
        """Return whether Art. 73 applied on the day of awareness, in words."""
        return self.law.state_on(self.incident.aware_there.date())


def clock_of(incident: Incident, now: datetime) -> Clock:
    """Return how an incident's report stands."""
    return rules.clock(
        incident.case, engine().pack.deadlines, reported_at=incident.reported_at, now=now
    )


def dues_of(incident: Incident) -> tuple[Due, ...]:
    """Return the deadlines that apply, the governing one first."""
    return rules.dues(incident.case, engine().pack.deadlines)


def on_incident(incident: Incident, now: datetime) -> OnIncident:
    """Return the whole of an incident: a constant number of queries."""
    law, clock = law_of(incident.system), clock_of(incident, now)
    done = tuple(incident.steps.select_related("done_by").prefetch_related("evidence"))
    wanted = rules.steps_for(law.roles, all_steps(), owed=clock.due is not None, sure=law.stated)
    return OnIncident(
        incident=incident,
        clock=clock,
        law=law,
        todos=tuple(_todo(step, done) for step in wanted),
        steps=done,
        lacks=tuple(_lacks(incident, wanted, done, owed=clock.due is not None)),
        accountable=accountable(incident.system, ACTIVITY),
    )


def _lacks(
    incident: Incident, wanted: Iterable[Step], done: Iterable[IncidentStep], *, owed: bool
) -> list[str]:
    kinds = {row.kind for row in done}
    return rules.lacks_before_closing(
        wanted, kinds, owed=owed, sectoral_route=incident.sectoral_route
    )


def _todo(step: Step, done: Iterable[IncidentStep]) -> Todo:
    citation, duty = law_behind(step.law)
    return Todo(step, citation, duty, tuple(row for row in done if row.kind == step.kind))


def running_for(user: User) -> QuerySet[Incident]:
    """Return the visible incidents that run."""
    return Incident.objects.visible_to(user).running()


def running(user: User, now: datetime) -> list[Standing]:
    """Return the visible incidents that run, the nearest deadline first; two queries."""
    rows = running_for(user).select_related(*WITH)
    found = list(rows.order_by("aware_at")[:MOST_RUNNING])
    laws = laws_of(incident.system for incident in found)
    told = [Standing(one, clock_of(one, now), laws[one.system_id]) for one in found]
    return sorted(told, key=urgency)


def urgency(standing: Standing) -> tuple[bool, datetime]:
    """Return the order: what waits for a report by its deadline, then the rest by awareness."""
    due = standing.clock.due
    waits = due is not None and standing.clock.reported_at is None
    return not waits, due.ends_at if due and waits else standing.incident.aware_at


def ended(user: User) -> QuerySet[Incident]:
    """Return the visible incidents that are closed or were found not to be serious."""
    rows = Incident.objects.visible_to(user).exclude(status__in=rules.OPEN_STATUSES)
    return rows.select_related("system__unit").order_by("-ended_at", "-pk")


def may_work_on(user: User, incident: Incident) -> bool:
    """Return whether the person may record steps.

    That is who may change the system, and who is accountable for reporting, as long as the person
    sees the system and has a role that does more than read.
    """
    if may_edit(user, incident.system):
        return True
    answers = accountable(incident.system, ACTIVITY) == user
    return answers and may_answer(user, incident.system)


def concerns(user: User, now: datetime, among: list[Standing] | None = None) -> list[Standing]:
    """Return the running incidents that wait for this person, in a constant number of queries.

    `among` are those the person sees, where they are in hand. The person owns the system, is
    accountable for reporting by its matrix, or signs classifications in its unit.
    """
    found = running(user, now) if among is None else among
    if not found:
        return []
    mine = set(units_with(user, Capability.CLASSIFY).values_list("pk", flat=True))
    answer = accountables((one.incident.system for one in found), ACTIVITY)
    return [
        standing
        for standing in found
        if standing.incident.system.unit_id in mine
        or standing.incident.system.owner_id == user.pk
        or answer.get(standing.incident.system_id) == user
    ]


def reports_due(user: User, now: datetime) -> list[Standing]:
    """Return the visible incidents of which a first report is due, the nearest deadline first."""
    return [standing for standing in running(user, now) if standing.waits]


def incidents_of(system: AISystem, now: datetime) -> list[Standing]:
    """Return a system's incidents, the newest first."""
    law = law_of(system)
    return [
        Standing(incident, clock_of(incident, now), law)
        for incident in system.incidents.order_by("-aware_at", "-pk")
    ]
