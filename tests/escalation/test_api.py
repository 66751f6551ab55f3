"""Items and policies over REST."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.escalation.models import Policy
from governance.escalation.rules import ItemStatus

ITEMS, POLICIES = "/api/v1/escalations/", "/api/v1/escalation-policies/"
LEVEL = {"delay": 15, "targets": ["responsible"], "channels": ["app"]}


@pytest.fixture
def post(as_user):
    """Return a function that sends JSON as a person."""

    def send(user, url: str, body: object, method: str = "post", **headers: str):
        client = as_user(user)
        return getattr(client, method)(url, body, content_type="application/json", headers=headers)

    return send


def test_an_item_comes_with_its_timeline_and_an_etag(as_user, owner, item):
    answer = as_user(owner).get(f"{ITEMS}{item.pk}/")

    told = answer.json()
    assert (told["ref"], told["status"], told["responsible"]) == (item.ref, "open", [owner.email])
    assert [one["kind"] for one in told["timeline"]] == ["created"]
    assert answer["ETag"] == f'"{item.pk}-{item.row_version}"'


def test_the_list_has_what_the_person_sees_and_filters_it(as_user, owner, stranger, item):
    assert as_user(stranger).get(ITEMS).json()["items"] == []
    client = as_user(owner)

    assert [one["id"] for one in client.get(ITEMS).json()["items"]] == [item.pk]
    assert len(client.get(f"{ITEMS}?show=mine&status=open&kind=late").json()["items"]) == 1
    assert client.get(f"{ITEMS}?show=team").json()["items"] == []
    assert client.get(f"{ITEMS}?unit={item.unit_id}").json()["items"] != []
    assert client.get(f"{ITEMS}?colour=red").status_code == 400


def test_an_item_of_another_unit_is_404(as_user, stranger, post, item):
    assert as_user(stranger).get(f"{ITEMS}{item.pk}/").status_code == 404
    assert post(stranger, f"{ITEMS}{item.pk}/resolve/", {"reason": "x"}).status_code == 404


def test_the_words_of_the_pages_are_actions_here(post, owner, officer, item):
    url = f"{ITEMS}{item.pk}/"
    until = (timezone.now() + timedelta(hours=2)).isoformat()

    acked = post(owner, f"{url}acknowledge/", {})
    slept = post(owner, f"{url}snooze/", {"until": until, "reason": "The vendor answers at noon."})
    handed = post(owner, f"{url}reassign/", {"to": officer.email, "reason": "Her vendor."})
    done = post(officer, f"{url}resolve/", {"reason": "Signed."})
    again = post(officer, f"{url}reopen/", {"reason": "The wrong one."})

    states = [one.json()["status"] for one in (acked, slept, handed, done, again)]
    assert states == ["acknowledged", "snoozed", "notified", "resolved", "open"]
    assert again.json()["timeline"][-1]["actor"] == officer.email


def test_an_old_etag_is_412_and_changes_nothing(post, owner, item):
    answer = post(
        owner, f"{ITEMS}{item.pk}/resolve/", {"reason": "x"}, **{"If-Match": f'"{item.pk}-999"'}
    )

    assert answer.status_code == 412
    item.refresh_from_db()
    assert item.status == ItemStatus.OPEN


def test_whoever_only_reads_is_refused_in_words(post, auditor, item):
    answer = post(auditor, f"{ITEMS}{item.pk}/acknowledge/", {})

    assert answer.status_code == 403
    assert "answers in its unit" in answer.json()["detail"]


def test_a_policy_is_made_read_and_changed(post, as_user, officer, claims):
    body = {"name": "Claims", "unit": claims.pk, "levels": [LEVEL]}
    made = post(officer, POLICIES, body)
    url = f"{POLICIES}{made.json()['id']}/"

    more = {"levels": [LEVEL, {**LEVEL, "targets": ["role:CISO"]}]}
    changed = post(officer, url, more, "patch", **{"If-Match": made["ETag"]})

    assert made.status_code == 201
    assert changed.json()["name"] == "Claims"
    assert [one["targets"] for one in changed.json()["levels"]] == [["responsible"], ["role:CISO"]]
    assert as_user(officer).get(POLICIES).json()["items"][0]["row_version"] == 2


def test_a_policy_that_tells_nobody_is_refused(post, officer, claims):
    empty = post(officer, POLICIES, {"name": "Empty", "unit": claims.pk, "levels": []})
    wrong = post(
        officer,
        POLICIES,
        {"name": "W", "unit": claims.pk, "levels": [{**LEVEL, "targets": ["the boss"]}]},
    )

    assert (empty.status_code, wrong.status_code) == (400, 400)
    assert "role:CISO" in wrong.content.decode()
    assert not Policy.objects.exists()


def test_a_policy_changes_only_for_whoever_read_it_as_it_is(post, officer, owner, claims):
    made = post(officer, POLICIES, {"name": "Claims", "unit": claims.pk, "levels": [LEVEL]})
    url = f"{POLICIES}{made.json()['id']}/"

    assert post(officer, url, {"name": "B"}, "patch").status_code == 428
    assert post(owner, url, {"name": "B"}, "patch", **{"If-Match": made["ETag"]}).status_code == 403
