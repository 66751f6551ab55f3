"""Webhooks as a real program on this machine receives them."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from governance.ledger.models import Entry
from governance.notices import transport
from governance.notices.actions import tell
from governance.notices.delivery import deliver_webhooks
from governance.notices.endpoint_actions import (
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    ping_endpoint,
    replay,
    rotate_secret,
)
from governance.notices.models import Delivery, Endpoint, Notice
from governance.notices.queries import endpoints_for
from governance.notices.rules import WEBHOOK_TRIES, Channel, NoticeState
from tests.notices.conftest import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(wish, endpoint):
    """Return a function that makes a wish for the endpoint."""

    def make(**over):
        usual = {"endpoint": endpoint[0], "channel": Channel.WEBHOOK}
        return wish(person=None, **(usual | over))

    return make


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify a delivery as a receiver does, out of the words of the specification alone."""
    content = b".".join(
        [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    given = headers["webhook-signature"].encode().split()
    return any(hmac.compare_digest(wanted, one) for one in given)


def test_an_event_is_signed_and_thin(event, endpoint, receiver):
    tell([event(kind="clock.reset", data={"system": "AIS-001"})], at=NOON)
    deliver_webhooks(NOON)
    ((headers, body),) = receiver.requests
    told, said = Notice.objects.get(), json.loads(body)

    assert is_signed(endpoint[1], headers, body)
    assert not is_signed(endpoint[1], headers, body + b" ")
    assert not is_signed(endpoint[1], headers | {"webhook-id": "msg_other"}, body)
    assert (said["type"], said["data"]["system"]) == ("clock.reset", "AIS-001")
    assert said["data"]["url"].endswith("/agreements/AGR-012/")
    assert "lines" not in said["data"]
    assert told.message_id == headers["webhook-id"] == said["data"]["id"]
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert told.status == NoticeState.SENT


def test_every_try_has_the_same_id_and_body_and_its_own_time(event, receiver):
    receiver.reply = lambda sink: (500 if len(sink.requests) < 3 else 200, {})
    tell([event()], at=NOON)
    at = NOON
    for wait in (timedelta(0), timedelta(seconds=7), 7 * MINUTE):
        at += wait
        deliver_webhooks(at)
    ids = {headers["webhook-id"] for headers, _ in receiver.requests}
    stamps = [headers["webhook-timestamp"] for headers, _ in receiver.requests]

    assert len(receiver.requests) == 3
    assert len(ids) == len({body for _, body in receiver.requests}) == 1
    assert len(set(stamps)) == 3
    assert Notice.objects.get().status == NoticeState.SENT
    assert Endpoint.objects.get().failures == 0


def test_while_the_secret_is_changed_both_sign(event, endpoint, receiver, administrator):
    row, old = endpoint
    new = rotate_secret(row, actor=administrator)
    Endpoint.objects.update(old_until=NOON + MINUTE)
    tell([event()], at=NOON)
    deliver_webhooks(NOON)
    headers, body = receiver.requests[0]
    assert is_signed(old, headers, body)
    assert is_signed(new, headers, body)

    tell([event(step=2)], at=NOON)
    deliver_webhooks(NOON + MINUTE)
    headers, body = receiver.requests[1]
    assert not is_signed(old, headers, body)
    assert is_signed(new, headers, body)


def test_secrets_are_not_in_the_database(endpoint):
    row, secret = endpoint
    raw = base64.b64decode(secret.removeprefix("whsec_"))

    assert len(raw) >= 24
    assert raw not in bytes(Endpoint.objects.get(pk=row.pk).secret)
    assert secret not in json.dumps([bytes(entry.body).decode() for entry in Entry.objects.all()])


def test_gone_disables_at_once_and_the_owner_is_told_once(event, receiver, administrator):
    receiver.reply = lambda _: (410, {})
    tell([event(step=n) for n in range(20)], at=NOON)
    for minutes in range(5):
        deliver_webhooks(NOON + minutes * MINUTE)
    row = Endpoint.objects.get()

    assert (len(receiver.requests), row.disabled_reason) == (1, "It answered 410 Gone.")
    assert set(Notice.objects.filter(endpoint=row).values_list("status", flat=True)) == {"dead"}
    assert Notice.objects.visible_to(administrator).count() == 1
    assert Notice.objects.filter(person=administrator, channel="email").count() == 1

    receiver.reply = lambda _: (204, {})
    enable_endpoint(row, actor=administrator)
    pks = Notice.objects.filter(endpoint=row).values_list("pk", flat=True)
    assert replay(row, actor=administrator, notices=pks) == 20
    deliver_webhooks()
    assert len(receiver.requests) == 21
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 20


def test_one_that_fails_the_whole_schedule_is_disabled_and_the_owner_told_once(
    event, receiver, administrator
):
    receiver.reply = lambda _: (500, {})
    tell([event(step=n) for n in range(3)], at=NOON)
    at = NOON
    for wait in [timedelta(0), *WEBHOOK_TRIES]:
        at += wait * 1.3
        for _ in range(4):
            deliver_webhooks(at)
            at += MINUTE
    row = Endpoint.objects.get()

    assert "schedule" in row.disabled_reason or "five days" in row.disabled_reason
    assert set(Notice.objects.filter(endpoint=row).values_list("status", flat=True)) == {"dead"}
    assert Notice.objects.visible_to(administrator).count() == 1


def test_what_the_receiver_asks_for_is_kept(event, receiver):
    receiver.reply = lambda _: (429, {"Retry-After": "600"})
    tell([event(step=n) for n in range(5)], at=NOON)
    for minutes in (0, 1, 5, 9):
        deliver_webhooks(NOON + minutes * MINUTE)
    assert len(receiver.requests) == 1

    receiver.reply = lambda _: (204, {})
    deliver_webhooks(NOON + 11 * MINUTE)
    deliver_webhooks(NOON + 11 * MINUTE)
    assert len(receiver.requests) == 6


def test_one_that_fails_again_and_again_gets_one_try_in_half_a_minute(event, receiver):
    receiver.reply = lambda _: (503, {})
    tell([event(step=n) for n in range(50)], at=NOON)
    for second in range(30):
        deliver_webhooks(NOON + timedelta(seconds=second))

    assert len(receiver.requests) == 5


def test_a_redirect_is_a_failure_and_is_not_followed(event, receiver):
    receiver.reply = lambda sink: (302, {"Location": sink.url + "&again=1"})
    tell([event()], at=NOON)
    deliver_webhooks(NOON)

    assert len(receiver.requests) == 1
    assert Notice.objects.get().status == NoticeState.FAILED
    assert "redirects are not followed" in Delivery.objects.get().result


def test_a_connection_that_is_reset_is_tried_again_under_the_same_id(event, receiver):
    receiver.reply = lambda sink: (0 if len(sink.requests) == 1 else 204, {})
    tell([event()], at=NOON)
    deliver_webhooks(NOON)
    deliver_webhooks(NOON + MINUTE)
    first, second = (headers["webhook-id"] for headers, _ in receiver.requests)

    assert first == second
    assert Notice.objects.get().status == NoticeState.SENT


def test_a_receiver_that_is_slow_is_cut_off_and_holds_no_other_up(
    event, wish, receiver, administrator, monkeypatch
):
    from tests.notices.receivers import sink

    def slow(_):
        time.sleep(2)
        return 204, {}

    receiver.reply = slow
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.3)
    monkeypatch.setattr(transport.post, "__kwdefaults__", {"seconds": 0.3})
    with sink() as healthy:
        other, _ = add_endpoint(actor=administrator, name="Healthy", url=healthy.url)
        tell([event(), event(endpoint=other, item="other")], at=NOON)
        begun = time.monotonic()
        deliver_webhooks(NOON)
    states = dict(Notice.objects.values_list("item", "status"))

    assert time.monotonic() - begun < 2
    assert states == {event().item: NoticeState.FAILED, "other": NoticeState.SENT}


def test_nothing_goes_to_an_endpoint_that_is_disabled(event, endpoint, receiver, administrator):
    tell([event()], at=NOON)
    disable_endpoint(endpoint[0], actor=administrator, reason="It moves to another machine.")
    deliver_webhooks(NOON)

    assert not receiver.requests
    assert endpoints_for("anything") == []


def test_a_filter_lets_through_what_it_names(administrator, receiver):
    for name, events in {"all": [], "clocks": ["clock.*"], "waivers": ["waiver.ended"]}.items():
        add_endpoint(actor=administrator, name=name, url=receiver.url, events=events)

    assert [one.name for one in endpoints_for("clock.reset")] == ["all", "clocks"]


def test_a_ping_arrives(endpoint, receiver, administrator):
    ping_endpoint(endpoint[0], actor=administrator)
    deliver_webhooks()

    assert json.loads(receiver.requests[0][1])["type"] == "ping"


def test_the_example_of_the_docs_verifies_a_delivery(endpoint, receiver, administrator):
    text = (Path(__file__).parents[2] / "docs" / "notices.md").read_text()
    example = text.split("```python")[1].split("```")[0]
    space: dict[str, Any] = {}
    exec(example, space)  # noqa: S102 - our own words
    ping_endpoint(endpoint[0], actor=administrator)
    deliver_webhooks()
    headers, body = receiver.requests[0]
    old = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}

    assert space["is_ours"](endpoint[1], headers, body)
    assert not space["is_ours"](endpoint[1], headers, body + b" ")
    assert not space["is_ours"](endpoint[1], old, body)
