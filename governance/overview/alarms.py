"""Incidents that wait for a person, as lines of Today."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from governance.accounts.models import User
from governance.incidents.queries import Standing, concerns
from governance.incidents.rules import ClockState
from governance.overview.needs import Need

WAITING = (ClockState.RUNNING, ClockState.OVERDUE)


def incident_needs(user: User, now: datetime) -> Iterable[Need]:
    """Yield the running incidents that concern the person, each with its clock."""
    for standing in concerns(user, now):
        yield _need(standing)


def _need(standing: Standing) -> Need:
    incident, clock = standing.incident, standing.clock
    waits = clock.state in WAITING and clock.reported_at is None
    return Need(
        icon="triangle-alert",
        title=_title(standing, waits=waits),
        action="Open",
        url=incident.get_absolute_url(),
        subject=incident.system.name,
        note=f"{incident.ref}: {incident.title}",
        tier=standing.law.tier,
        has_tier=True,
        due=_day(clock.due.ends_at) if waits and standing.reports and clock.due else None,
        since=incident.aware_at,
    )


def _title(standing: Standing, *, waits: bool) -> str:
    if standing.incident.doubted_by_id:
        return "Agree or not: said not to be serious"
    if not waits:
        return "Finish the serious incident"
    if not standing.reports:
        return "Inform the provider of the serious incident"
    return f"Report the serious incident, {standing.clock.words}"


def _day(ends_at: datetime) -> date:
    return timezone.localdate(ends_at - timedelta(minutes=1))
