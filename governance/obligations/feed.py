"""A person's days as iCalendar (RFC 5545): reports of incidents, own duties, days of the law."""

import hmac
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Alarm, Calendar, Event, vDuration

from governance.accounts.models import User
from governance.classification.signed import LegalDay, legal_days
from governance.incidents.queries import Standing, concerns
from governance.obligations.answering import answered_by
from governance.obligations.calendar_actions import calendar_digest
from governance.obligations.models import CalendarLink, Duty
from governance.obligations.queries import Line, lines
from governance.obligations.rules import DutyState

PAST_DAYS = 90
MOST_DUTIES = 500
REFRESH = timedelta(hours=1)
ALARMS = (timedelta(days=3), timedelta(days=1))  # before a report has to be made
DONE = (DutyState.NOT_APPLICABLE, DutyState.ENDED)
MARK = {DutyState.MISSING: "Missing", DutyState.MET: "Check again"}


def person_behind(token: str) -> User | None:
    """Return whose calendar a secret opens; nobody for one revoked, unknown or of a closed account.

    The secret itself is compared nowhere: its digest is looked up, and compared in constant time.
    """
    digest = calendar_digest(token)
    link = CalendarLink.objects.filter(digest=digest).select_related("user").first()
    if link is None or not hmac.compare_digest(link.digest, digest):
        return None
    alive = link.revoked_at is None and link.user.is_active
    return link.user if alive else None


def feed(user: User, now: datetime) -> bytes:
    """Return the calendar of a person: what the person may see at this moment, and no more."""
    today = now.date()
    calendar = Calendar()
    calendar.add("prodid", "-//Muster//Obligations//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):  # RFC 7986, and what programs read before it
        calendar.add(name, "Muster: obligations")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for standing in reports_to_make(user, now):
        calendar.add_component(_report_event(standing, now))
    for line in own_lines(user, today):
        calendar.add_component(_duty_event(line, now))
    for day in days_of_law(user, today):
        calendar.add_component(_law_event(day, now))
    return bytes(calendar.to_ical())


def reports_to_make(user: User, now: datetime) -> list[Standing]:
    """Return the incidents that concern the person and wait for a first report by a day."""
    return [standing for standing in concerns(user, now) if standing.waits]


def own_lines(user: User, today: date) -> list[Line]:
    """Return the duties with a day for which the person answers, soonest first."""
    mine = Duty.objects.visible_to(user).applying().living().filter(answered_by(user))
    dated = mine.filter(due_on__gte=today - timedelta(days=PAST_DAYS))
    found = lines(dated.soonest_first(), 0, today, most=MOST_DUTIES)
    return [line for line in found if line.state not in DONE]


def days_of_law(user: User, today: date) -> list[LegalDay]:
    """Return the days of the amended text from which a system that the person sees has duties."""
    since = today - timedelta(days=PAST_DAYS)
    return [day for day in legal_days(user, since=since) if day.systems]


def _report_event(standing: Standing, now: datetime) -> Event:
    """Return the last hour for a report, at its moment: other than a day, it has a time."""
    incident, due = standing.incident, standing.clock.due
    assert due is not None  # noqa: S101 - reports_to_make
    minute = due.last_moment(incident.clock_zone)
    said = "Report overdue" if standing.is_late else "Report"
    told = [
        f"{due.days} days, {due.citation[0]}: until {minute:%d %B %Y, %H:%M %Z}.",
        f"{incident.system.ref} {incident.system.name}.",
        "An incomplete first report is allowed, Art. 73(5).",
    ]
    event = _stamped(f"incident-{incident.pk}", now)
    event.add("dtstart", due.ends_at - timedelta(hours=1))
    event.add("dtend", due.ends_at)
    event.add("summary", f"{said} by {minute:%H:%M %Z}: {incident.ref} {incident.title}")
    event.add("description", "\n".join(told))
    event.add("url", f"{settings.BASE_URL}{incident.get_absolute_url()}")
    event.add("sequence", incident.row_version)
    for before in ALARMS:
        event.add_component(_alarm(before, str(event["summary"])))
    return event


def _alarm(before: timedelta, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", words)
    return alarm


def _duty_event(line: Line, now: datetime) -> Event:
    duty = line.duty
    said = MARK.get(line.state, line.state.value.replace("_", " ").capitalize())
    told = [
        duty.text,
        f"As {duty.role.replace('_', ' ')}. {said}.",
        _dates(duty),
        f"You answer for it: {line.answer.why}.",
    ]
    event = _event(f"duty-{duty.pk}", duty.day_due or now.date(), now)
    if duty.changed_at:
        event.add("last-modified", duty.changed_at)
    event.add("summary", f"{duty.citation} {duty.system.ref} {duty.system.name}: {said.lower()}")
    event.add("description", "\n".join(told))
    event.add("url", f"{settings.BASE_URL}{duty.get_absolute_url()}")
    event.add("sequence", duty.row_version)
    return event


def _dates(duty: Duty) -> str:
    """Return both days of application in words; they are never one."""
    days = duty.told["applies_from"]
    told = f"Applies from {days.get('amended') or 'no day'} as amended, "
    told += f"{days.get('enacted') or 'no day'} as enacted"
    formal = days.get("amended_formal")
    return f"{told}, {formal} by the letter of Art 113 (disputed)." if formal else f"{told}."


def _law_event(day: LegalDay, now: datetime) -> Event:
    event = _event(f"law-{day.day.isoformat()}", day.day, now)
    event.add("summary", f"EU AI Act as amended: {day.applies}")
    count = f"{day.systems:,} system{'' if day.systems == 1 else 's'} you see"
    event.add("description", f"Duties of {count} begin on this day.")
    event.add("url", f"{settings.BASE_URL}/obligations/?view=timeline")
    return event


def _event(name: str, day: date, now: datetime) -> Event:
    """Return an all-day event."""
    event = _stamped(name, now)
    event.add("dtstart", day)
    if day < date.max:  # without an end it lasts a day all the same (RFC 5545, 3.6.1)
        event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _stamped(name: str, now: datetime) -> Event:
    """Return an event whose UID stays the same for ever; its stamp is when it was written."""
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", now)
    return event
