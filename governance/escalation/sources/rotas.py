"""Times within the forecast at which nobody is on call."""

from collections.abc import Iterator
from itertools import islice

from governance.escalation.sources.facts import Asking, Fact
from raci.oncall.models import Schedule
from raci.oncall.queries import Roster, rosters
from raci.oncall.roles import roles
from raci.oncall.rules import Gap

TOGETHER = 50  # schedules that are worked out at once


def gaps(asking: Asking) -> Iterator[Fact]:
    """Yield each schedule with its first gap ahead; one that runs began when it began."""
    pks = Schedule.objects.open().order_by("pk").values_list("pk", flat=True).iterator()
    while part := list(islice(pks, TOGETHER)):
        rows = Schedule.objects.filter(pk__in=part).with_plan(asking.now, asking.last_moment)
        for roster in rosters(rows.order_by("pk"), asking.now):
            if gap := _first(roster, asking):
                yield _told(roster, gap)


def _first(roster: Roster, asking: Asking) -> Gap | None:
    running = roster.planned(asking.now)
    if isinstance(running, Gap):
        return running
    return next(iter(roster.gaps(asking.now, asking.kind.horizon_days + 2)), None)


def _told(roster: Roster, gap: Gap) -> Fact:
    schedule = roster.schedule
    return Fact(
        subject=str(schedule.pk),
        title=f"Nobody is on call as {roles()[schedule.role]} in {schedule.unit}",
        unit_id=schedule.unit_id,
        url=schedule.get_absolute_url(),
        due=max(gap.since, schedule.created_at),
        own=gap.away,
    )
