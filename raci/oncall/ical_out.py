"""Shifts as iCalendar (RFC 5545) behind a secret address: one's own, or those of a schedule."""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from raci.oncall.coverage import shifts
from raci.oncall.link_actions import link_digest
from raci.oncall.models import OnCallLink, Schedule
from raci.oncall.queries import Roster, rosters
from raci.oncall.roles import roles
from raci.oncall.rules import Answer, Shift
from raci.oncall.words import STEPS, why

PAST, AHEAD = timedelta(days=7), timedelta(days=90)
MOST_SCHEDULES = 50


def link_behind(token: str) -> OnCallLink | None:
    """Return what a secret opens; nothing for one revoked, unknown or of a closed account.

    The secret itself is compared nowhere: its digest is looked up, and compared in constant time.
    """
    digest = link_digest(token)
    rows = OnCallLink.objects.filter(digest=digest).select_related("user", "schedule")
    link = rows.first()
    if link is None or not hmac.compare_digest(link.digest, digest):
        return None
    alive = link.revoked_at is None and link.user.is_active
    return link if alive else None


def feed(link: OnCallLink, now: datetime) -> bytes:
    """Return the calendar of a link: what its maker may see at this moment, and no more."""
    calendar = Calendar()
    calendar.add("prodid", "-//Muster//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = link.schedule.name if link.schedule else f"on call, {link.user.name}"
    calendar.add("x-wr-calname", f"Muster: {name}")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    rows = Schedule.objects.visible_to(link.user).open()
    if link.schedule_id:
        rows = rows.filter(pk=link.schedule_id)
    chosen = rows.with_plan(now - PAST, now + AHEAD).order_by("pk")[:MOST_SCHEDULES]
    for roster in rosters(chosen, now):
        for one in _shown(roster, link, now):
            calendar.add_component(_event(roster, one, now))
    return bytes(calendar.to_ical())


def _shown(roster: Roster, link: OnCallLink, now: datetime) -> Iterator[Answer]:
    """Yield all shifts and gaps of a schedule's link, of a personal one its person's shifts."""
    begins = roster.planned(now - PAST).since  # whole, so that its UID stays the same
    for one in shifts(roster.plan, begins, now + AHEAD):
        is_mine = isinstance(one, Shift) and one.person == link.user_id
        is_past_gap = not isinstance(one, Shift) and one.until <= now
        if is_mine or (link.schedule_id and not is_past_gap):
            yield one


def _event(roster: Roster, one: Answer, now: datetime) -> Event:
    schedule = roster.schedule
    role = roles().get(schedule.role, schedule.role)
    event = Event()
    host = urlsplit(settings.BASE_URL).hostname
    event.add("uid", f"oncall-{schedule.pk}-{one.since:%Y%m%dT%H%M%S}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", one.since)
    event.add("dtend", one.until)
    if isinstance(one, Shift):
        person = roster.person(one.person)
        event.add("summary", f"{person}: {schedule.name}")
        event.add("description", f"{role}. {STEPS[one.through]}. {one.note}".strip())
        if person:
            event.add("attendee", f"mailto:{person.email}", parameters={"CN": person.name})
    else:
        event.add("summary", f"Nobody on call: {schedule.name}")
        event.add("description", why(one, roster.names))
    event.add("url", f"{settings.BASE_URL}{schedule.get_absolute_url()}")
    return event
