"""The bell, the notices, how one is told, and the endpoints, as pages."""

from datetime import time

import pytest

from governance.ledger.models import Entry
from governance.notices.actions import tell
from governance.notices.delivery import deliver_webhooks
from governance.notices.endpoint_actions import ping_endpoint
from governance.notices.models import Endpoint, Notice, Preferences
from governance.notices.rules import Channel
from tests.notices.conftest import NOON


@pytest.fixture
def told(wish, owner, officer) -> list[Notice]:
    """Two notices of the owner, and one of the officer."""
    wishes = [wish(channel=Channel.APP, step=n) for n in (1, 2)]
    tell([*wishes, wish(channel=Channel.APP, step=3, person=officer)], at=NOON)
    return list(Notice.objects.order_by("pk"))


def test_the_bell_counts_what_is_unread(told, owner, as_user):
    client = as_user(owner)
    assert b'aria-label="Notices, 2 unread"' in client.get("/").content

    client.post(f"/notices/{told[0].pk}/read/")
    assert b'aria-label="Notices, 1 unread"' in client.get("/").content


def test_a_person_reads_ones_own_notices_only(told, owner, officer, as_user):
    assert as_user(owner).get("/notices/").content.count(b"The agreement AGR-012 ends") >= 2
    foreign = Notice.objects.get(person=officer)

    assert as_user(owner).post(f"/notices/{foreign.pk}/read/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_opening_a_notice_reads_it_and_leads_to_what_it_is_about(told, owner, as_user):
    answer = as_user(owner).post(f"/notices/{told[0].pk}/read/", {"open": "1"})
    told[0].refresh_from_db()

    assert (answer.status_code, answer["Location"]) == (302, "/agreements/AGR-012/")
    assert told[0].read_at


def test_a_notice_never_leads_out_of_the_house(wish, owner, as_user):
    tell([wish(channel=Channel.APP, url="//evil.example/")], at=NOON)
    answer = as_user(owner).post(f"/notices/{Notice.objects.get().pk}/read/", {"open": "1"})

    assert answer["Location"] == "/notices/"


def test_marking_all_leaves_what_came_after_the_page_was_read(told, wish, owner, as_user):
    tell([wish(channel=Channel.APP, step=9)], at=NOON)
    as_user(owner).post("/notices/read/", {"upto": str(told[-1].pk)})

    assert Notice.objects.visible_to(owner).unread().get().step == 9


def test_a_person_chooses_quiet_hours(owner, as_user):
    form = {"quiet_from": "22:00", "quiet_until": "07:00", "zone": "Europe/Berlin"}
    answer = as_user(owner).post("/settings/notices/", form | {"row_version": 1})
    chosen = Preferences.objects.get(person=owner)

    assert answer.status_code == 302
    assert (chosen.quiet_from, chosen.zone, chosen.by_email) == (time(22), "Europe/Berlin", False)
    assert Entry.objects.filter(action="notices.chosen").count() == 1


@pytest.mark.parametrize(
    ("quiet", "words"),
    [
        ({"quiet_from": "22:00"}, b"Give both times, or neither"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, b"Give another time than the first"),
        ({"zone": "Mars/Olympus"}, b"Select a valid choice"),
    ],
)
def test_quiet_hours_that_cannot_be_are_refused(quiet, words, owner, as_user):
    form = {"zone": "UTC", "by_email": "on", "row_version": 1}
    answer = as_user(owner).post("/settings/notices/", form | quiet)

    assert answer.status_code == 422
    assert words in answer.content
    assert not Preferences.objects.exists()


def test_a_secret_is_shown_once(administrator, as_user):
    client = as_user(administrator)
    form = {"name": "Tickets", "url": "http://127.0.0.1:9/", "events": "clock.*, waiver.ended"}
    answer = client.post("/settings/webhooks/", form)
    row = Endpoint.objects.get()

    assert answer.status_code == 201
    assert b"whsec_" in answer.content
    assert row.events == ["clock.*", "waiver.ended"]
    for path in ("/settings/webhooks/", row.get_absolute_url()):
        assert b"whsec_" not in client.get(path).content
    assert b"whsec_" in client.post(f"{row.get_absolute_url()}rotate/").content


def test_endpoints_are_for_administrators(endpoint, officer, as_user):
    client = as_user(officer)

    assert client.get("/settings/webhooks/").status_code == 403
    assert client.get(endpoint[0].get_absolute_url()).status_code == 404
    assert client.post(f"{endpoint[0].get_absolute_url()}rotate/").status_code == 404


def test_the_log_shows_each_try_and_sends_an_event_again(
    endpoint, receiver, administrator, as_user
):
    receiver.reply = lambda sink: (500 if len(sink.requests) == 1 else 204, {})
    ping_endpoint(endpoint[0], actor=administrator)
    deliver_webhooks()
    client, path = as_user(administrator), endpoint[0].get_absolute_url()
    assert b"Answered 500." in client.get(path).content

    Notice.objects.update(status="dead")
    notice = Notice.objects.get()
    assert client.post(f"{path}replay/", {"notice": notice.pk}).status_code == 302
    deliver_webhooks()
    assert b"taken with 204" in client.get(path).content


def test_an_address_with_another_scheme_is_refused(administrator, as_user):
    form = {"name": "Tickets", "url": "file:///etc/passwd", "events": ""}
    answer = as_user(administrator).post("/settings/webhooks/", form)

    assert answer.status_code == 422
    assert not Endpoint.objects.exists()
