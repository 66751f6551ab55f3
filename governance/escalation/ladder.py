"""How an item climbs: which step comes when, what is passed over, and that it never ends. Pure.

A place is the next thing to happen to an item. Places of a run only grow, so that each step
comes at most once a loop. Past the last step of the last loop is the end, where nobody answered;
it comes again until somebody does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from governance.escalation.rules import Base, Clock, Plan, Span, Step

P = TypeVar("P")


@dataclass(frozen=True, order=True)
class Place:
    """The next step of a run: in which loop, which one, and when."""

    loop: int
    position: int
    at: datetime


@dataclass(frozen=True)
class Times:
    """From what the steps of a plan count."""

    due_at: datetime
    since: datetime
    begun_at: datetime

    @property
    def overdue_from(self) -> datetime:
        """Return from when overdue days count: what is found overdue begins with its owner."""
        return max(self.due_at, self.begun_at)


@dataclass(frozen=True)
class Course:
    """A plan with all that decides when its steps come."""

    plan: Plan
    times: Times
    clock: Clock

    def moment(self, position: int) -> datetime:
        """Return when a planned step comes."""
        offset = self.plan.steps[position].offset
        assert offset is not None  # noqa: S101 - only of planned steps
        if offset.span == Span.PERCENT:
            whole = self.clock.between(self.times.since, self.times.due_at)
            return self.clock.add(self.times.since, whole * offset.number // 100)
        base = self._base(offset.base, offset.number)
        if offset.span == Span.MINUTES:
            return self.clock.add(base, offset.number)
        if offset.span == Span.BUSINESS_DAYS:
            return self.clock.add_days(base, offset.number)
        return self.clock.wall_days(base, offset.number)

    def _base(self, base: Base, number: int) -> datetime:
        if base == Base.SINCE:
            return self.times.since
        return self.times.overdue_from if number >= 0 else self.times.due_at

    def first(self, now: datetime) -> Place:
        """Return where a run begins: at once, or with the step that came last."""
        if not self.plan.is_planned:
            return Place(0, 0, now)
        moments = [self.moment(position) for position in range(len(self.plan.steps))]
        begun = [position for position, at in enumerate(moments) if at <= now]
        position = max(begun, default=0)
        return Place(0, position, moments[position])

    def after(self, place: Place, told_at: datetime) -> Place:
        """Return what comes after a place that was told at a moment."""
        last = len(self.plan.steps)
        if place.position >= last:
            return Place(place.loop + 1, last, self._again(told_at))
        position = place.position + 1
        if self.plan.is_planned:
            return self._planned(place.loop, position, told_at)
        at = self.clock.add(told_at, self.plan.steps[place.position].wait)
        if position < last:
            return Place(place.loop, position, at)
        if place.loop < self.plan.loops:
            return Place(place.loop + 1, 0, at)
        return Place(place.loop, last, at)

    def _planned(self, loop: int, position: int, told_at: datetime) -> Place:
        if position < len(self.plan.steps):
            return Place(loop, position, self.moment(position))
        return Place(loop, position, self._again(told_at))

    def _again(self, told_at: datetime) -> datetime:
        return self.clock.wall_days(told_at, self.plan.again_days)

    def is_end(self, place: Place) -> bool:
        """Return whether all steps were told and nobody answered."""
        return place.position >= len(self.plan.steps)

    def latest(self, place: Place, now: datetime) -> tuple[Place, tuple[Place, ...]]:
        """Return the step that is due last, and those passed over because nobody told them.

        The end is not reached by time that went by unseen: the last level is told first.
        """
        passed: list[Place] = []
        while not self.is_end(place):
            following = self.after(place, place.at)
            if self.is_end(following) or following.at > now:
                break
            passed.append(place)
            place = following
        return place, tuple(passed)

    def ack_until(self, place: Place, until: datetime) -> Place:
        """Return the place held back by an acknowledgement, after which it climbs again."""
        if self.plan.is_planned:
            return replace(place, at=max(place.at, until))
        return replace(place, at=until)


@dataclass(frozen=True)
class Climb(Generic[P]):
    """Where a step found somebody; whom it passed over because nobody is there."""

    place: Place
    step: Step | None  # None: the end
    people: Sequence[P]
    empty: tuple[Step, ...] = ()


def climb(
    course: Course, place: Place, reach: Callable[[Step], Sequence[P]], now: datetime
) -> Climb[P]:
    """Return the first step from a place on that reaches somebody; else the end, at once."""
    if course.is_end(place):
        return Climb(place, None, ())
    if course.plan.is_planned:
        return _instead(course, place, reach)
    empty: list[Step] = []
    while not course.is_end(place) and len(empty) < len(course.plan.steps):
        step = course.plan.steps[place.position]
        if people := reach(step):
            return Climb(place, step, people, tuple(empty))
        empty.append(step)
        place = replace(course.after(place, now), at=now)
    end = Place(course.plan.loops, len(course.plan.steps), now)
    return Climb(end, None, (), tuple(empty))


def _instead(course: Course, place: Place, reach: Callable[[Step], Sequence[P]]) -> Climb[P]:
    """Return a planned step told to its own people, or to those of the next level above."""
    steps = course.plan.steps[place.position :]
    empty: list[Step] = []
    for step in steps:
        if empty and step.level <= empty[-1].level:
            continue
        if people := reach(step):
            return Climb(place, step, people, tuple(empty))
        empty.append(step)
    return Climb(place, None, (), tuple(empty))
