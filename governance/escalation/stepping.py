"""One step of many items: what came due, who is told, and what comes next. Writes nothing.

All is decided from what was read for the batch; `step_actions` writes it in one transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from governance.common.canonical import digest
from governance.escalation.freezing import Clocks, Policies, freeze, plans_of
from governance.escalation.gathering import reach_of
from governance.escalation.ladder import Climb, Course, Place, climb
from governance.escalation.links import new_link
from governance.escalation.models import AckLink, Event, Item
from governance.escalation.reaching import Reach, Reached
from governance.escalation.rules import EventKind, ItemStatus, Plan, Step, status_of
from governance.escalation.saying import event_for, said_of, why_told, wish_for
from governance.notices.actions import Wish
from governance.notices.models import Endpoint
from governance.notices.queries import endpoints_for
from governance.notices.rules import Channel, Severity

S, E = ItemStatus, EventKind
TO_PEOPLE = (Channel.APP, Channel.EMAIL)
HELD = {S.ACKNOWLEDGED: "acknowledged", S.SNOOZED: "snoozed"}


@dataclass
class Batch:
    """Items whose next step is due, with all that decides it, and what is to be written."""

    items: Sequence[Item]
    plans: dict[int, Plan]
    reach: Reach
    clocks: Clocks
    endpoints: Sequence[Endpoint]
    now: datetime
    events: list[Event] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    links: list[AckLink] = field(default_factory=list)
    passed: int = 0
    empty: dict[tuple[int, tuple[str, ...]], list[Item]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def run(self) -> None:
        """Take every item one step further."""
        for item in self.items:
            self._step(item)
        self._tell_administrators()

    def _step(self, item: Item) -> None:
        held = HELD.get(S(item.status), "")
        place = self._released(item)
        course = self.clocks.course(item, self.plans[item.plan_id])
        if place is None:
            place = course.first(self.now)
            if place.at > self.now:
                self._set(item, place, S.OPEN, 0)
                return
        place, passed = course.latest(place, self.now)
        self._pass_over(item, course, passed, held)
        self._remember(item, course)
        found = climb(course, place, partial(self._people, item, course), self.now)
        self._tell(item, course, found)

    def _released(self, item: Item) -> Place | None:
        """Let go of an item that was held; None where a new run begins."""
        if item.status == S.ACKNOWLEDGED:
            self._note(item, E.ACK_EXPIRED, {"by": item.acked_by_id})
            item.acked_by, item.acked_at, item.ack_until = None, None, None
        if item.status == S.SNOOZED:
            self._note(item, E.WOKEN, {"by": item.snoozed_by_id})
            item.snoozed_by, item.snoozed_until, item.snooze_reason = None, None, ""
            item.run, item.people = item.run + 1, {}
            self._plan_anew(item)
            return None
        assert item.next_step_at is not None  # noqa: S101 - by the claim
        return Place(item.loop, item.position, item.next_step_at)

    def _plan_anew(self, item: Item) -> None:
        """Begin a run by the policy as it is now; planned steps stay what they are."""
        if self.plans[item.plan_id].is_planned:
            return
        plan, item.policy = Policies().plan(item.unit.path, Severity(item.severity))
        (row,) = freeze([plan]).values()
        item.plan, self.plans[row.pk] = row, plan

    def _pass_over(self, item: Item, course: Course, passed: Sequence[Place], held: str) -> None:
        for place in passed:
            step = course.plan.steps[place.position]
            why = held or "nobody looked in time"
            told = {"step": step.code, "why": why, "was_due": place.at.isoformat()}
            self._note(item, E.SUPPRESSED if held else E.SKIPPED, told, place.loop, step.level)
        self.passed += len(passed)

    def _remember(self, item: Item, course: Course) -> None:
        """Keep who stands behind every level when a run of a policy begins."""
        if course.plan.is_planned or item.people:
            return
        item.people = {
            step.code: [one.as_data() for one in self.reach.reach(item, step)]
            for step in course.plan.steps
        }

    def _people(self, item: Item, course: Course, step: Step) -> list[Reached]:
        """Return who is told by a step: as when the run began, as far as they are there."""
        kept = item.people.get(step.code, []) if not course.plan.is_planned else []
        there = [
            Reached(self.reach.by_id(one["person"]), one["target"], one["through"], one["for"])
            for one in kept
            if self.reach.is_there(one["person"])
        ]
        return there or self.reach.reach(item, step)

    def _tell(self, item: Item, course: Course, found: Climb[Reached]) -> None:
        step, place = found.step, found.place
        for empty in found.empty:
            self._note(item, E.SKIPPED, {"step": empty.code, "why": "nobody"}, place.loop)
            self.empty[item.unit_id, empty.targets].append(item)
        self.passed += len(found.empty)
        people = list(found.people) or self.reach.fallback(item)
        level = step.level if step else item.level
        self._note_climb(item, step, place, level)
        item.level, item.status = level, status_of(step)
        self._wish(item, step, place, people)
        self._note_step(item, step, place, people)
        item.told = sorted({*item.told, *(one.person.pk for one in people)})
        self._set(item, course.after(place, self.now), status_of(step), level)

    def _note_climb(self, item: Item, step: Step | None, place: Place, level: int) -> None:
        if step is None:
            self._note(item, E.UNHANDLED, {"again": item.status == S.UNHANDLED}, place.loop)
        elif level < item.level and place.loop:
            self._note(item, E.LOOPED, {"loop": place.loop}, place.loop, level)
        elif level > max(1, item.level):
            self._note(item, E.ESCALATED, {"from": item.level, "to": level}, place.loop, level)

    def _note_step(
        self, item: Item, step: Step | None, place: Place, people: Sequence[Reached]
    ) -> None:
        told = {
            "step": step.code if step else "fallback",
            "number": place.position + 1,
            "plan": item.plan_id,
            "channels": list(step.channels if step else TO_PEOPLE),
            "targets": [one.as_data() for one in people],
        }
        self._note(item, E.STEP_STARTED, told, place.loop, item.level)

    def _wish(self, item: Item, step: Step | None, place: Place, people: Sequence[Reached]) -> None:
        channels = step.channels if step else TO_PEOPLE
        key = (place.position + 1, place.loop)
        for one in people:
            said = said_of(item, step, why_told(one.target, one.through), self.now)
            for channel in channels:
                if channel == Channel.WEBHOOK:
                    continue
                link = self._link(item, one) if channel == Channel.EMAIL else ""
                wish = wish_for(item, one.person, channel, key=key, said=said | {"ack_url": link})
                self.wishes.append(wish)
        said = said_of(item, step, "", self.now)
        self.wishes += [
            event_for(item, endpoint, key=key, said=said, level=item.level)
            for endpoint in self.endpoints
        ]

    def _link(self, item: Item, one: Reached) -> str:
        link, path = new_link(item, one.person, self.now)
        self.links.append(link)
        return path

    def _set(self, item: Item, place: Place, status: ItemStatus, level: int) -> None:
        item.loop, item.position, item.next_step_at = place.loop, place.position, place.at
        item.status, item.level = status, level
        item.row_version += 1

    def _note(
        self, item: Item, kind: EventKind, data: Mapping[str, Any], loop: int = 0, level: int = 0
    ) -> None:
        event = Event(item=item, kind=kind, at=self.now, run=item.run, loop=loop, data=dict(data))
        event.level = level or item.level
        self.events.append(event)

    def _tell_administrators(self) -> None:
        """Tell administrators where nobody could be reached, once a day for each place."""
        for (unit, targets), items in self.empty.items():
            where = digest([unit, list(targets), self.now.date().isoformat()])[:16]
            refs = ", ".join(item.ref for item in items[:5])
            more = f" and {len(items) - 5} more" if len(items) > 5 else ""
            lines = (
                f"For {items[0].unit.name} nobody stands behind: {', '.join(targets)}.",
                f"{refs}{more} went on to whoever comes next.",
            )
            for key in self.reach.administrators:
                for channel in TO_PEOPLE:
                    wish = Wish(
                        item=f"nobody:{where}",
                        step=0,
                        loop=0,
                        channel=channel,
                        severity=Severity.HIGH,
                        subject=f"Nobody can be reached in {items[0].unit.name}",
                        lines=lines,
                        url=items[0].url,
                        person=self.reach.users[key],
                        kind="escalation.nobody",
                    )
                    self.wishes.append(wish)


def batch_of(items: Sequence[Item], now: datetime) -> Batch:
    """Return items ready for their step; they come with unit, system and its owner."""
    plans = dict(plans_of(items))
    reach = reach_of(items, plans.values(), now)
    return Batch(items, plans, reach, Clocks(), endpoints_for("escalation.stepped"), now)
