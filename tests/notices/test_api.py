"""Endpoints over REST."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.notices.actions import tell
from governance.notices.delivery import deliver_webhooks
from governance.notices.endpoint_actions import ping_endpoint
from governance.notices.models import Delivery, Endpoint, Notice
from governance.rest.models import IdempotentAnswer
from tests.notices.conftest import NOON

URL = "/api/v1/webhook-endpoints/"
JSON = "application/json"


@pytest.fixture
def admin(administrator, as_user):
    return as_user(administrator)


def test_a_secret_is_in_one_answer_and_kept_nowhere(admin):
    body = {"name": "Tickets", "url": "http://127.0.0.1:9/", "events": ["clock.*"]}
    headers = {"Idempotency-Key": "made-once"}
    made = admin.post(URL, body, content_type=JSON, headers=headers)
    again = admin.post(URL, body, content_type=JSON, headers=headers)
    secret = made.json()["secret"]

    assert made.status_code == again.status_code == 201
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) >= 24
    assert again.json()["secret"] is None
    assert secret.encode() not in bytes(IdempotentAnswer.objects.get().body)
    assert Endpoint.objects.count() == 1
    assert "secret" not in admin.get(f"{URL}{made.json()['id']}/").json()


def test_a_change_needs_the_version_that_was_read(admin, endpoint):
    url = f"{URL}{endpoint[0].pk}/"
    etag = admin.get(url)["ETag"]

    def rename(**headers):
        return admin.patch(url, {"name": "Desk"}, content_type=JSON, headers=headers)

    assert rename().status_code == 428
    assert rename(**{"If-Match": etag}).json()["name"] == "Desk"
    assert rename(**{"If-Match": etag}).status_code == 412


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "url": "file:///etc/passwd"},
        {"name": "x", "url": "https://a.example/", "events": ["Not an event"]},
        {"name": "x", "url": "https://a.example/", "owner": 1},
    ],
)
def test_what_cannot_be_is_400(body, admin):
    assert admin.post(URL, body, content_type=JSON).status_code == 400
    assert not Endpoint.objects.exists()


def test_others_than_administrators_see_nothing(endpoint, officer, as_user):
    client = as_user(officer)

    assert client.get(URL).json()["items"] == []
    assert client.get(f"{URL}{endpoint[0].pk}/").status_code == 404
    assert client.post(f"{URL}{endpoint[0].pk}/rotate/").status_code == 404
    body = {"name": "Mine", "url": "http://127.0.0.1:9/"}
    assert client.post(URL, body, content_type=JSON).status_code == 403


def test_the_log_and_sending_a_range_again(endpoint, receiver, wish, admin):
    row = endpoint[0]
    wishes = [
        wish(person=None, endpoint=row, channel="webhook", item=f"e{n}", kind="clock.reset")
        for n in range(3)
    ]
    tell(wishes, at=NOON)
    deliver_webhooks(NOON)
    log = admin.get(f"/api/v1/webhook-deliveries/?endpoint={row.pk}&outcome=sent").json()["items"]
    assert [one["type"] for one in log] == ["clock.reset"] * 3
    assert {one["webhook_id"] for one in log} == {
        json.loads(body)["data"]["id"] for _, body in receiver.requests
    }

    again = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}
    assert admin.post(f"{URL}{row.pk}/replay/", again, content_type=JSON).json() == {"count": 3}
    deliver_webhooks(timezone.now() + timedelta(days=1))
    assert len(receiver.requests) == 6


def test_disabling_gives_up_what_waits(endpoint, administrator, admin):
    ping_endpoint(endpoint[0], actor=administrator)
    url = f"{URL}{endpoint[0].pk}/"
    reason = {"reason": "It moves."}

    assert admin.post(f"{url}disable/", reason, content_type=JSON).json()["disabled_reason"]
    assert admin.post(f"{url}disable/", reason, content_type=JSON).status_code == 409
    assert Notice.objects.get().status == "dead"
    assert admin.post(f"{url}enable/").json()["disabled_at"] is None
    assert not Delivery.objects.exists()
