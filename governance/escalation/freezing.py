"""Keeping a plan as it is when a run begins, and finding the one that a run begins by."""

from collections.abc import Iterable, Mapping, Sequence

from governance.calendars.models import Calendar
from governance.calendars.queries import Calendars
from governance.common.canonical import digest
from governance.common.errors import DomainError
from governance.escalation.clocks import WorkingHours, clock_of
from governance.escalation.ladder import Course, Times
from governance.escalation.models import FrozenPlan, Item, Policy
from governance.escalation.plans import LevelWish, policy_plan, usual_plan
from governance.escalation.rules import Clock, ClockKind, Due, Expiry, Plan
from governance.notices.rules import Channel, Severity


def freeze(plans: Iterable[Plan]) -> dict[str, FrozenPlan]:
    """Return the kept rows of plans by digest; runs of the same plan share one."""
    wanted = {digest_of(plan): plan for plan in plans}
    if wrong := next(filter(None, (plan.problem() for plan in wanted.values())), ""):
        raise DomainError(wrong)
    rows = [FrozenPlan(digest=key, data=plan.as_data()) for key, plan in wanted.items()]
    FrozenPlan.objects.bulk_create(rows, ignore_conflicts=True)
    return {row.digest: row for row in FrozenPlan.objects.filter(digest__in=wanted)}


def digest_of(plan: Plan) -> str:
    """Return what a plan is known by: the same for the same steps."""
    return digest(plan.as_data())


class Policies:
    """All policies in force, read once; the nearest unit upward decides, then the severity."""

    def __init__(self) -> None:
        rows = Policy.objects.active().prefetch_related("levels")
        self.by_place = {(row.unit_id, row.severity): row for row in rows}

    def of(self, path: Sequence[int], severity: Severity) -> Policy | None:
        """Return the policy that serves items of a severity in a unit; None: the usual levels."""
        for unit in reversed(path):
            for wanted in (severity, ""):
                if found := self.by_place.get((unit, wanted)):
                    return found
        return None

    def of_due(
        self, due: Due, plan: Plan | None, path: Sequence[int]
    ) -> tuple[Plan, Policy | None]:
        """Return the plan of a kind, or, where it has none, that of the policy which serves."""
        return (plan, None) if plan else self.plan(path, due.severity)

    def plan(self, path: Sequence[int], severity: Severity) -> tuple[Plan, Policy | None]:
        """Return the plan of a run that begins now, and the policy it is made of."""
        policy = self.of(path, severity)
        return (plan_of(policy), policy) if policy else (usual_plan(severity), None)


def plan_of(policy: Policy) -> Plan:
    """Return the plan of a policy as it is now."""
    levels = (
        LevelWish(row.delay, tuple(row.targets), tuple(Channel(one) for one in row.channels))
        for row in policy.levels.all()
    )
    return policy_plan(
        levels,
        code=f"policy {policy.pk}",
        loops=policy.loops,
        clock=ClockKind(policy.clock),
        ack=Expiry(policy.ack) if policy.ack else None,
        policy={
            "id": policy.pk,
            "name": policy.name,
            "version": policy.row_version,
            "calendar": policy.calendar_id,
        },
    )


class Clocks:
    """The clocks of plans in all units, read once."""

    def __init__(self) -> None:
        self.calendars = Calendars()
        self.chosen: dict[int, WorkingHours] | None = None

    def of(self, plan: Plan, path: Sequence[int]) -> Clock:
        """Return the clock of a run: the policy's own working hours, or those of the unit."""
        chosen = plan.policy.get("calendar")
        if chosen is None or plan.clock != ClockKind.BUSINESS:
            return clock_of(plan.clock, self.calendars.of(path))
        if self.chosen is None:
            rows = Calendar.objects.all()
            self.chosen = {row.pk: WorkingHours(row.as_rules()) for row in rows}
        return self.chosen.get(int(chosen)) or self.business(path)

    def business(self, path: Sequence[int]) -> WorkingHours:
        """Return the working hours of a unit."""
        return WorkingHours(self.calendars.of(path))

    def course(self, item: Item, plan: Plan) -> Course:
        """Return the course of an item that came with its unit."""
        times = Times(item.due_at, item.since, item.begun_at)
        return Course(plan, times, self.of(plan, item.unit.path))


def plans_of(items: Iterable[Item]) -> Mapping[int, Plan]:
    """Return the plans of items by the id of the kept row, each parsed once."""
    rows = FrozenPlan.objects.in_bulk({item.plan_id for item in items})
    return {pk: row.plan for pk, row in rows.items()}
