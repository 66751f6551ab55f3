"""Calendar files as overrides: what a file would do, and doing it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from raci.oncall.actions import note
from raci.oncall.cover_actions import LONGEST, add_override, withdraw_override
from raci.oncall.guards import require_open
from raci.oncall.ical_in import Event, events
from raci.oncall.models import Override, Schedule
from raci.oncall.wall_clock import zone_of


@dataclass(frozen=True)
class Planned:
    """One event and what it would do: new, changed, same, or a problem."""

    event: Event
    does: str
    person: User | None = None
    replaces: Override | None = None
    problem: str = ""

    @property
    def acts(self) -> bool:
        """Return whether it changes something."""
        return self.does in ("new", "changed")


def next_steps(schedule: Schedule, content: bytes) -> list[Planned]:
    """Return what a file would do, event by event; raises NotACalendarError."""
    now = timezone.now()
    found = events(content, zone_of(schedule.zone), now)
    people = {
        user.email.lower(): user
        for user in User.objects.filter(
            email__in={one.email for one in found}, is_active=True, is_service=False
        )
    }
    live = schedule.overrides.filter(withdrawn_at__isnull=True).select_related("person", "schedule")
    known = {row.uid: row for row in live.exclude(uid="")}
    seen, planned = set[str](), []
    for event in found:
        twice = bool(event.uid) and event.uid in seen
        seen.add(event.uid)
        problem = "The file has it twice." if twice else _problem(event, people, now)
        if problem:
            planned.append(Planned(event, "problem", problem=problem))
        else:
            planned.append(_plan(event, people[event.email], known.get(event.uid)))
    return planned


def _problem(event: Event, people: dict[str, User], now: datetime) -> str:
    if event.problem:
        return event.problem
    if event.email not in people:
        return f"Nobody here has the address {event.email}."
    if event.since is None or event.until is None or event.until <= now:
        return "It is over. Who was on call then cannot be changed any more."
    return "It lasts longer than a year." if event.until - event.since > LONGEST else ""


def _plan(event: Event, person: User, before: Override | None) -> Planned:
    if before is None:
        return Planned(event, "new", person)
    begun = event.since is not None and event.since <= before.since <= before.made_at
    is_same = before.person == person and before.until == event.until
    if is_same and (before.since == event.since or begun):
        return Planned(event, "same", person, before)
    return Planned(event, "changed", person, before)


@transaction.atomic
def import_overrides(schedule: Schedule, *, actor: User, content: bytes) -> int:
    """Put the events of a file in place as overrides, all or none; return how many changed.

    An event imported before is changed in place when it says something else now. Events with a
    problem are left out. Raises DomainError when nothing is left to do.
    """
    require_open(schedule, actor)
    steps = [one for one in next_steps(schedule, content) if one.acts]
    if not steps:
        raise DomainError("No event of this file would change anything.")
    _carry_out(schedule, actor, steps)
    note("oncall.imported", schedule, actor, {"count": len(steps)})
    return len(steps)


def _carry_out(schedule: Schedule, actor: User, steps: Iterable[Planned]) -> None:
    for one in steps:
        if one.replaces:
            withdraw_override(one.replaces, actor=actor)
        event = one.event
        if one.person and event.since and event.until:
            schedule.refresh_from_db()
            add_override(
                schedule,
                actor=actor,
                person=one.person,
                times=(event.since, event.until),
                reason=event.title,
                uid=event.uid,
            )
