"""Shifts as a calendar behind a secret address, and calendar files as overrides."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from icalendar import Calendar

from governance.accounts.actions import deactivate
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from raci.oncall import actions
from raci.oncall.ical_in import NotACalendarError, events
from raci.oncall.import_actions import import_overrides, next_steps
from raci.oncall.link_actions import make_link, revoke_link
from raci.oncall.models import OnCallLink, Override
from tests.oncall.conftest import wish

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fetched(client, token: str):
    answer = client.get(f"/calendar/on-call/{token}.ics")
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def file(*bodies: str) -> bytes:
    """Return a calendar file of events; their UIDs count from 1."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for number, body in enumerate(bodies, 1):
        uid = "" if "UID:" in body else f"UID:{number}@x\r\n"
        rows.append(f"BEGIN:VEVENT\r\n{uid}{body}\r\nEND:VEVENT")
    return "\r\n".join([*rows, "END:VCALENDAR", ""]).encode()


def ahead(days: int, hour: int = 9) -> str:
    return f"{timezone.now() + timedelta(days=days):%Y%m%d}T{hour:02}0000Z"


def shift(email: str, days: int = 3) -> str:
    who = f"ATTENDEE:mailto:{email}"
    return f"SUMMARY:Cover\r\n{who}\r\nDTSTART:{ahead(days)}\r\nDTEND:{ahead(days + 1)}"


def test_ones_own_calendar_holds_ones_own_shifts_only(client, manned, owner):
    found = fetched(client, make_link(actor=owner))

    assert len(found) > 30
    assert {str(one["summary"]) for one in found} == {"Mira Rossi: Night watch"}


def test_the_calendar_of_a_schedule_holds_all_shifts_and_gaps(client, schedule, officer, owner):
    actions.put_layer(schedule, actor=officer, wish=wish(owner, weekdays=range(5)))
    found = fetched(client, make_link(actor=officer, schedule=schedule))
    titles = {str(one["summary"]) for one in found}

    assert titles == {"Mira Rossi: Night watch", "Nobody on call: Night watch"}


def test_an_event_keeps_its_name_from_day_to_day(client, manned, owner):
    token = make_link(actor=owner)
    first = [str(one["uid"]) for one in fetched(client, token)]

    assert len(set(first)) == len(first)
    assert [str(one["uid"]) for one in fetched(client, token)] == first


def test_a_revoked_replaced_or_made_up_address_opens_nothing(client, manned, owner):
    first, second = make_link(actor=owner), make_link(actor=owner)
    assert client.get(f"/calendar/on-call/{first}.ics").status_code == 404
    assert client.get(f"/calendar/on-call/{second}.ics").status_code == 200
    revoke_link(actor=owner)
    assert client.get(f"/calendar/on-call/{second}.ics").status_code == 404
    assert client.get("/calendar/on-call/nothing.ics").status_code == 404
    with pytest.raises(DomainError):
        revoke_link(actor=owner)


def test_a_closed_account_has_no_calendar(client, manned, owner, administrator):
    token = make_link(actor=owner)
    deactivate(owner, actor=administrator)

    assert client.get(f"/calendar/on-call/{token}.ics").status_code == 404


def test_only_a_digest_of_the_secret_is_stored(owner):
    token = make_link(actor=owner)

    assert token not in OnCallLink.objects.get().digest
    assert token.encode() not in b"".join(bytes(entry.body) for entry in Entry.objects.all())


def test_the_page_shows_a_new_address_once(as_user, owner, manned):
    client = as_user(owner)
    for address in ("/raci/on-call/calendar/", f"/raci/on-call/{manned.pk}/calendar/"):
        made = client.post(address)
        assert made.status_code == 201
        assert "/calendar/on-call/" in made.content.decode()
        assert "/calendar/on-call/" not in client.get(address).content.decode()
        client.post(address, {"revoke": "1"})
    assert OnCallLink.objects.filter(revoked_at=None).count() == 0


def test_a_time_without_a_zone_is_that_of_the_schedule_and_a_whole_day_is_one_there():
    floating = "SUMMARY:ana@x.example\r\nDTSTART:20270328T023000\r\nDTEND:20270328T090000"
    whole = "SUMMARY:ana@x.example\r\nDTSTART;VALUE=DATE:20271204"
    first, second = events(file(floating, whole), BERLIN, NOW)

    assert first.since == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert "02:30 does not exist" in first.note
    assert second.since == datetime(2027, 12, 3, 23, tzinfo=UTC)
    assert second.until == datetime(2027, 12, 4, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("SUMMARY:Nobody\r\nDTSTART:20270101T090000Z", "It names nobody"),
        ("SUMMARY:a@x.example b@x.example\r\nDTSTART:20270101T090000Z", "It names 2 people"),
        ("SUMMARY:a@x.example", "does not say when it begins"),
        ("SUMMARY:a@x.example\r\nDTSTART:20270101T090000Z", "times cannot be read"),
        (
            "SUMMARY:a@x.example\r\nDTSTART:20270102T090000Z\r\nDTEND:20270101T090000Z",
            "ends before it begins",
        ),
        ("STATUS:CANCELLED\r\nSUMMARY:a@x.example\r\nDTSTART:20270101T090000Z", "cancelled"),
        ("SUMMARY:a@x.example\r\nDTSTART:yesterday\r\nDTEND:20270101T090000Z", "cannot be read"),
    ],
)
def test_each_event_that_cannot_be_an_override_says_why(body, problem):
    (found,) = events(file(body), BERLIN, NOW)

    assert problem in found.problem


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"\xff" * 50]
)
def test_what_is_no_calendar_is_refused_in_words(content):
    with pytest.raises(NotACalendarError):
        events(content, BERLIN, NOW)


def test_a_file_becomes_overrides_once_and_a_changed_event_replaces_its_own(
    manned, officer, owner, ops_lead
):
    first = file(shift(owner.email), shift("nobody@x.example"), shift(owner.email, days=-9))
    assert [one.does for one in next_steps(manned, first)] == ["new", "problem", "problem"]
    assert import_overrides(manned, actor=officer, content=first) == 1
    assert next(one.does for one in next_steps(manned, first)) == "same"
    changed = file(shift(ops_lead.email))
    assert [one.does for one in next_steps(manned, changed)] == ["changed"]
    import_overrides(manned, actor=officer, content=changed)

    alive = Override.objects.filter(withdrawn_at=None)
    assert [one.person for one in alive] == [ops_lead]
    with pytest.raises(DomainError, match="would change anything"):
        import_overrides(manned, actor=officer, content=changed)


def test_the_page_shows_what_a_file_would_do_before_it_does_it(as_user, officer, owner, manned):
    client, address = as_user(officer), f"/raci/on-call/{manned.pk}/import/"
    upload = SimpleUploadedFile("rota.ics", file(shift(owner.email), "SUMMARY:Lunch"))
    shown = client.post(address, {"file": upload})
    text = shown.content.decode()

    assert "Put 1 override in place" in text
    assert "does not say when it begins" in text
    assert not Override.objects.exists()
    client.post(f"{address}apply/", {"text": shown.context["text"]})
    assert Override.objects.get().person == owner


def test_a_file_that_is_none_is_told_above_the_form(as_user, officer, manned):
    client, address = as_user(officer), f"/raci/on-call/{manned.pk}/import/"

    assert client.post(address, {"text": "hello"}).status_code == 422
    assert client.post(address, {}).status_code == 422
    assert client.post(f"{address}apply/", {"text": "hello"}).status_code == 302


def test_who_may_not_assign_imports_nothing(as_user, owner, manned):
    client, address = as_user(owner), f"/raci/on-call/{manned.pk}/import/"

    assert client.get(address).status_code == 403
    assert client.post(f"{address}apply/", {"text": file(shift(owner.email))}).status_code == 403
