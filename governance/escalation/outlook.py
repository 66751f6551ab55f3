"""The plan of an item as lines to read: what was told, where it stands, what comes next.

Beside the people whom a run began with stand those whom the same step would find today, where
they are others; beside the plan of a run stands the policy as it is now, where it changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.escalation.freezing import Clocks, Policies, digest_of
from governance.escalation.gathering import reach_of
from governance.escalation.ladder import Course, Place
from governance.escalation.models import Event, Item
from governance.escalation.names import names_of
from governance.escalation.page import names_by_id
from governance.escalation.reaching import Reach
from governance.escalation.rules import OPEN_STATUSES, EventKind, ItemStatus, Plan
from governance.escalation.wording import (
    channels_words,
    listed,
    plan_words,
    step_title,
    targets_words,
)
from governance.notices.rules import Severity

PAST, NOW, NEXT, LATER, PASSED = "past", "now", "next", "later", "passed"
STANDS = {
    PAST: "done",
    NOW: "here it stands",
    NEXT: "next",
    LATER: "not yet",
    PASSED: "passed over",
}


@dataclass(frozen=True)
class PlanLine:
    """One step of a plan: when it comes, whom it means, who that is, and where it stands."""

    title: str
    whom: str
    how: str
    state: str
    at: datetime | None
    people: str
    others_today: str = ""

    @property
    def stands(self) -> str:
        """Return where the step stands, in words."""
        return STANDS[self.state]

    @property
    def has_nobody(self) -> bool:
        """Return whether the step would find nobody today."""
        return not self.people and self.state in (NEXT, LATER)


@dataclass(frozen=True)
class Outlook:
    """The steps of a run, how it runs, and what is other today than when it began."""

    lines: list[PlanLine]
    words: str
    name: str
    changed: str = ""  # what is other today, in words
    today: Sequence[PlanLine] = ()  # the levels of the policy as it is today, where other


def outlook(item: Item, now: datetime) -> Outlook:
    """Return the plan of an item with its past, its present and what comes next."""
    plan = item.plan.plan
    course = Clocks().course(item, plan)
    reach = reach_of([item], [plan], now)
    run = _Run(item, plan, course, reach)
    changed, today = ("", []) if item.status == ItemStatus.RESOLVED else _as_of_today(item, now)
    return Outlook(
        lines=[run.line(position) for position in range(len(plan.steps))],
        words=plan_words(plan),
        name=str(plan.policy.get("name", "")),
        changed=changed,
        today=today,
    )


def preview(item: Item, plan: Plan, now: datetime) -> list[PlanLine]:
    """Return who would be told when, if an item began to climb by a plan at this moment.

    The item need not be stored.
    """
    course = Clocks().course(item, plan)
    reach = reach_of([item], [plan], now)
    names = names_of(plan)
    place, found = course.first(now), []
    for position, step in enumerate(plan.steps):
        people = [one.person.name for one in reach.reach(item, step)]
        found.append(
            PlanLine(
                title=step_title(plan, position),
                whom=targets_words(step.targets, names),
                how=channels_words(step.channels),
                state=NEXT if position == 0 else LATER,
                at=place.at,
                people=listed(people),
            )
        )
        place = course.after(place, place.at)
    return found


class _Run:
    """The run of an item that its lines are drawn of."""

    def __init__(self, item: Item, plan: Plan, course: Course, reach: Reach) -> None:
        self.item, self.plan, self.course, self.reach = item, plan, course, reach
        self.names = names_of(plan)
        self.started = _started(item)
        self.last = max((event.pk for event in self.started.values()), default=0)
        self.moments = self._moments()
        found = [one for kept in item.people.values() for one in kept]
        found += [one for event in self.started.values() for one in event.data["targets"]]
        self.people = names_by_id(int(one["person"]) for one in found)

    def _moments(self) -> dict[int, datetime]:
        """Return when the steps that lie ahead come, if nobody answers."""
        item, steps = self.item, self.plan.steps
        if self.plan.is_planned:
            return {position: self.course.moment(position) for position in range(len(steps))}
        if item.next_step_at is None:
            return {}
        place, found = Place(item.loop, item.position, item.next_step_at), {}
        while place.position < len(steps) and place.loop == item.loop:
            found[place.position] = place.at
            place = self.course.after(place, place.at)
        return found

    def line(self, position: int) -> PlanLine:
        """Return one step: told, or with who it would find."""
        step = self.plan.steps[position]
        event = self.started.get(step.code)
        today = [one.person.name for one in self.reach.reach(self.item, step)]
        first = event.data["targets"] if event else self.item.people.get(step.code, ())
        names = [self.people[int(one["person"])] for one in first]
        is_other = bool(names) and not event and set(names) != set(today)
        return PlanLine(
            title=step_title(self.plan, position),
            whom=targets_words(step.targets, self.names),
            how=channels_words(step.channels),
            state=self._state(position, event),
            at=event.at if event else self.moments.get(position),
            people=listed(names or ([] if event else today)),
            others_today=(listed(today) or "nobody") if is_other else "",
        )

    def _state(self, position: int, event: Event | None) -> str:
        """Return where a step stands: told, passed over, here, next or later."""
        item = self.item
        is_open = item.status in OPEN_STATUSES
        if event is not None and not (is_open and item.loop > event.loop):
            return NOW if is_open and event.pk == self.last else PAST
        if position < item.position:
            return PAST if event else PASSED
        return NEXT if is_open and position == item.position else LATER


def _started(item: Item) -> dict[str, Event]:
    """Return the last start of each step in this run, by its code."""
    rows = Event.objects.filter(item=item, run=item.run, kind=EventKind.STEP_STARTED)
    return {str(row.data["step"]): row for row in rows.order_by("pk")}


def _as_of_today(item: Item, now: datetime) -> tuple[str, list[PlanLine]]:
    """Return what is other today than when the run began: the policy, in words and as lines."""
    plan = item.plan.plan
    if plan.is_planned:
        return "", []
    today, policy = Policies().plan(item.unit.path, Severity(item.severity))
    if digest_of(today) == item.plan.digest:
        return "", []
    name = f"“{policy.name}”" if policy else "the usual levels"
    began = plan.policy.get("name")
    by = f"“{began}” as it was then" if began else "the usual levels"
    words = f"This run began by {by} and keeps to it. Today a run would begin by {name}."
    return words, preview(item, today, now)
