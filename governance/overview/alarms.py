"""Incidents that wait for a person, as lines of Today, and their deadlines among the dates."""

from collections.abc import Iterable
from datetime import date

from governance.incidents.queries import Standing
from governance.overview.ahead import Ahead
from governance.overview.needs import Need


def incident_needs(concerning: Iterable[Standing], today: date) -> Iterable[Need]:
    """Yield the running incidents that concern a person, each with its clock."""
    for standing in concerning:
        yield _need(standing, today)


def incident_dates(seen: Iterable[Standing], today: date) -> Iterable[Ahead]:
    """Yield the days by which reports of incidents are due; those that are overdue too."""
    for standing in seen:
        minute = standing.last_minute
        if not standing.waits or minute is None or standing.clock.due is None:
            continue
        article = standing.clock.due.citation[0]
        yield Ahead(
            _day(standing, today),
            f"{'Report overdue' if standing.is_late else 'Report'}: {standing.incident.title}",
            f"{standing.incident.ref}, {article}, until {minute:%d %B, %H:%M %Z}",
            standing.incident.get_absolute_url(),
            is_late=standing.is_late,
        )


def _need(standing: Standing, today: date) -> Need:
    incident = standing.incident
    return Need(
        icon="triangle-alert",
        title=_title(standing),
        action="Open",
        url=incident.get_absolute_url(),
        subject=incident.system.name,
        note=f"{incident.ref}: {incident.title}",
        tier=standing.law.tier,
        has_tier=True,
        due=_day(standing, today) if standing.waits and standing.clock.due else None,
        since=incident.aware_at,
        is_late=standing.is_late,
    )


def _title(standing: Standing) -> str:
    clock = standing.clock
    if standing.incident.doubted_by_id:
        return "Agree or not: said not to be serious"
    if clock.reported_at or clock.due is None:
        return "Finish the serious incident"
    if not standing.reports:
        return "Inform the provider of the serious incident"
    return f"Report the serious incident, {clock.words}"


def _day(standing: Standing, today: date) -> date:
    """Return the last day in the incident's zone; beside a reader's day the clock itself decides.

    Where days begin earlier or later than here, what runs is never shown as past, and what is
    over never as still ahead.
    """
    minute = standing.last_minute
    last = minute.date() if minute else today
    return min(last, today) if standing.is_late else max(last, today)
