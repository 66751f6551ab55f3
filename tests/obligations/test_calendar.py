"""The calendar behind a secret address."""

import logging
from datetime import date, timedelta

import pytest
from django.core import signing
from django.utils import timezone
from icalendar import Calendar

from governance.accounts.actions import deactivate, revoke
from governance.common.errors import DomainError
from governance.common.logs import JsonFormatter
from governance.incidents.actions import record_step
from governance.incidents.queries import clock_of
from governance.ledger.models import Entry
from governance.obligations import actions
from governance.obligations.calendar_actions import make_calendar_link, revoke_calendar_link
from governance.obligations.models import CalendarLink, Duty
from inventory.systems.actions import change_system
from tests.incidents.conftest import happened
from tests.obligations.conftest import sign_plain, told

TODAY = timezone.localdate()


@pytest.fixture
def token(owner, signed) -> str:
    """The secret of the owner's calendar."""
    return make_calendar_link(actor=owner)


def fetched(client, token):
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def uids(calendar):
    return {str(event["uid"]) for event in calendar.walk("VEVENT")}


def test_the_feed_needs_no_sign_in_and_holds_own_duties_and_days_of_the_law(
    client, token, signed, duty
):
    calendar = fetched(client, token)
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    mine = events[f"duty-{duty.pk}@127.0.0.1"]

    assert f"{mine.decoded('dtstart')}" == "2027-12-02"
    assert mine.decoded("dtend") - mine.decoded("dtstart") == timedelta(days=1)
    assert signed.system.ref in str(mine["summary"])
    assert "2026-08-02 as enacted" in str(mine["description"])
    assert "law-2027-12-02@127.0.0.1" in events


def test_the_headers_keep_it_out_of_shared_caches_and_say_what_it_is(client, token):
    answer = client.get(f"/calendar/{token}.ics")

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=900"
    assert "Set-Cookie" not in answer


def test_only_a_digest_of_the_secret_is_stored(token):
    link = CalendarLink.objects.get()

    assert token not in link.digest
    assert len(link.digest) == 64
    assert token.encode() not in b"".join(bytes(entry.body) for entry in Entry.objects.all())


@pytest.mark.parametrize("wrong", ["x", "0" * 43, "%00", "é" * 20])
def test_any_other_secret_is_not_found(client, token, wrong):
    assert client.get(f"/calendar/{wrong}.ics").status_code in (400, 404)
    assert client.get(f"/calendar/{signing.dumps(wrong)}.ics").status_code == 404


def test_another_address_revokes_the_one_before(client, token, owner):
    second = make_calendar_link(actor=owner)

    assert client.get(f"/calendar/{token}.ics").status_code == 404
    assert client.get(f"/calendar/{second}.ics").status_code == 200
    revoke_calendar_link(actor=owner)
    assert client.get(f"/calendar/{second}.ics").status_code == 404
    with pytest.raises(DomainError):
        revoke_calendar_link(actor=owner)


def test_the_address_of_a_closed_account_is_dead(client, token, owner, administrator):
    deactivate(owner, actor=administrator)

    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_what_the_person_may_not_see_any_more_is_gone_at_the_next_fetch(
    client, token, owner, administrator
):
    assert uids(fetched(client, token))
    revoke(owner.memberships.get(), actor=administrator)

    assert uids(fetched(client, token)) == set()


def test_what_another_answers_for_moves_to_the_other_calendar(
    client, token, owner, officer, system
):
    theirs = make_calendar_link(actor=officer)
    before = uids(fetched(client, token))
    change_system(system, actor=officer, owner=officer)

    assert not any(uid.startswith("duty") for uid in uids(fetched(client, token)))
    assert uids(fetched(client, theirs)) == before


def test_a_duty_keeps_its_uid_when_its_day_moves(client, token, duty, owner):
    actions.plan_check(duty, next_check_on=TODAY + timedelta(days=9), actor=owner)
    calendar = fetched(client, token)
    moved = next(e for e in calendar.walk("VEVENT") if str(e["uid"]).startswith(f"duty-{duty.pk}@"))

    assert moved.decoded("dtstart") == TODAY + timedelta(days=9)


def test_what_does_not_apply_or_ended_has_no_day(client, token, duty, officer, second_officer):
    actions.propose_not_applicable(duty, reason="Not here.", actor=officer)
    actions.approve_not_applicable(duty, actor=second_officer)
    actions.plan_check(duty, next_check_on=TODAY + timedelta(days=9), actor=officer)
    assert f"duty-{duty.pk}@127.0.0.1" not in uids(fetched(client, token))

    second = sign_plain(duty.system, officer, [told("art9", ["provider"])])
    actions.follow(second, actor=officer)
    kept = Duty.objects.get(obligation="art9")
    assert {uid for uid in uids(fetched(client, token)) if uid.startswith("duty")} == {
        f"duty-{kept.pk}@127.0.0.1"
    }


def test_text_is_escaped_and_folded_as_the_standard_says(client, token, owner, officer, system):
    name = "Scorer; with, signs\\ and a name that is long enough to be folded more than once äöü"
    change_system(system, actor=officer, name=name)
    raw = client.get(f"/calendar/{token}.ics").content

    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"\\;" in raw
    summaries = [str(e["summary"]) for e in Calendar.from_ical(raw).walk("VEVENT")]
    assert any(name in summary for summary in summaries)


def test_the_page_shows_a_new_address_once(as_user, owner, client):
    signed_in = as_user(owner)
    made = signed_in.post("/settings/calendar/")
    address = made.context["issued"]

    assert made.status_code == 201
    assert address.startswith("http://testserver/calendar/")
    assert "no-cache" in made["Cache-Control"]
    assert address.encode() not in signed_in.get("/settings/calendar/").content
    assert signed_in.post("/settings/calendar/revoke/").status_code == 302
    assert signed_in.get(address.removeprefix("http://testserver")).status_code == 404


def test_the_feed_takes_the_same_number_of_queries_for_one_and_for_many(
    client, token, officer, owner, claims, django_assert_max_num_queries
):
    from tests.factories import make_system

    with django_assert_max_num_queries(20) as few:
        client.get(f"/calendar/{token}.ics")
    for at in range(4):
        one = make_system(actor=officer, unit=claims, name=f"S{at}", owner=owner)
        actions.follow(sign_plain(one, officer, [told("art9", ["provider"])]), actor=officer)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(f"/calendar/{token}.ics")


def test_every_event_has_what_the_standard_asks_for(client, token):
    calendar = fetched(client, token)
    events = calendar.walk("VEVENT")
    found = [str(event["uid"]) for event in events]

    assert [str(calendar[name]) for name in ("version", "method", "calscale")] == [
        "2.0",
        "PUBLISH",
        "GREGORIAN",
    ]
    assert str(calendar["x-wr-calname"]) == str(calendar["name"]) == "Muster: obligations"
    assert "refresh-interval" in calendar
    assert len(found) == len(set(found)) > 0
    for event in events:
        assert event.decoded("dtstamp").utcoffset() == timedelta(0)
        assert event["url"].to_ical().startswith(b"http")
    assert calendar.errors == []


def test_a_second_fetch_has_the_same_events_but_for_their_stamps(client, token):
    def told():
        raw = client.get(f"/calendar/{token}.ics").content
        return [line for line in raw.split(b"\r\n") if not line.startswith(b"DTSTAMP")]

    assert told() == told()


def test_line_ends_commas_and_semicolons_stay_in_one_value(client, token, duty):
    text = "One;\ntwo, three\r\nBEGIN:VEVENT \\n äöü" + " long" * 40
    Duty.objects.filter(pk=duty.pk).update(told=duty.told | {"duty": text})
    raw = client.get(f"/calendar/{token}.ics").content
    events = {str(e["uid"]): e for e in Calendar.from_ical(raw).walk("VEVENT")}

    assert str(events[f"duty-{duty.pk}@127.0.0.1"]["description"]).startswith("One;\ntwo, three\n")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode()  # no letter is cut in two by a fold


def reports_in(client, person):
    calendar = fetched(client, make_calendar_link(actor=person))
    events = calendar.walk("VEVENT")
    return [event for event in events if str(event["uid"]).startswith("incident-")]


def test_a_report_that_is_due_stands_at_its_moment_with_reminders(client, officer, owner, system):
    change_system(system, actor=officer, our_roles=["provider"])
    zone, title = "America/New_York", "Turned away; by a field, twice"
    incident = happened(system, owner, zone=zone, title=title)
    (event,) = reports_in(client, owner)

    assert event.decoded("dtend") == clock_of(incident, timezone.now()).due.ends_at
    assert event["dtend"].to_ical().endswith(b"Z")
    assert "Report by 23:59 E" in str(event["summary"])
    assert title in str(event["summary"])
    assert [alarm["trigger"].to_ical() for alarm in event.walk("VALARM")] == [b"-P3D", b"-P1D"]

    record_step(incident, kind="initial_report", done_at=timezone.now(), authority="A", actor=owner)
    assert reports_in(client, owner) == []


def test_only_whom_an_incident_concerns_has_it_in_the_calendar(
    client, officer, owner, system, auditor, stranger
):
    change_system(system, actor=officer, our_roles=["provider"])
    happened(system, owner)

    told = {
        person: len(reports_in(client, person)) for person in (owner, officer, auditor, stranger)
    }
    assert told == {owner: 1, officer: 1, auditor: 0, stranger: 0}


def test_the_days_of_a_provider_are_not_those_of_a_deployer(client, officer, owner, system):
    change_system(system, actor=officer, our_roles=["deployer"])
    happened(system, owner)

    assert reports_in(client, owner) == []


def test_no_log_tells_a_secret(token):
    said = logging.LogRecord(
        "django.request", logging.WARNING, "", 1, "Not Found: %s", (f"/calendar/{token}.ics",), None
    )
    line = JsonFormatter().format(said)

    assert token not in line
    assert "/calendar/…" in line


def test_a_check_at_the_end_of_time_breaks_no_page_and_no_calendar(
    client, token, duty, owner, as_user
):
    actions.plan_check(duty, next_check_on=date.max, actor=owner)
    assert fetched(client, token)

    here, system = duty.get_absolute_url(), duty.system.get_absolute_url()
    for url in ("/", "/obligations/", "/obligations/?view=timeline", here, f"{here}plan/", system):
        assert as_user(owner).get(url).status_code == 200, url


def test_what_is_told_in_a_calendar_cannot_begin_a_line_of_its_own(
    client, token, duty, owner, officer
):
    forged = "Scorer\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Forged"
    change_system(duty.system, name=forged, actor=officer)
    summaries = {str(event["summary"]) for event in fetched(client, token).walk("VEVENT")}

    assert "Forged" not in summaries
    assert any("Forged" in summary for summary in summaries)
