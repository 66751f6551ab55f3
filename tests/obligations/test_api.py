"""Duties over REST."""

from datetime import timedelta

from django.utils import timezone

from governance.obligations.models import Duty
from tests.obligations.conftest import sign_plain, told

PATH = "/api/v1/obligations/"
NEXT_YEAR = f"{timezone.localdate() + timedelta(days=365)}"


def post(client, duty, verb, body=None, **headers):
    url = f"{PATH}{duty.pk}/{verb}/"
    return client.post(url, body or {}, content_type="application/json", headers=headers)


def listed(client, query=""):
    return {row["obligation"] for row in client.get(f"{PATH}?page_size=100{query}").json()["items"]}


def test_a_duty_tells_both_days_its_state_and_who_answers(as_user, officer, owner, duty):
    row = as_user(officer).get(f"{PATH}{duty.pk}/").json()

    assert row["applies_from"] == {"enacted": "2026-08-02", "amended": "2027-12-02"}
    assert (row["state"], row["status"]) == ("waiting", "missing")
    assert row["accountable"] == owner.email
    assert row["citation"] == ["Art 26(2)"]


def test_the_list_is_filtered_by_state_article_and_who_answers(as_user, officer, owner, signed):
    client = as_user(officer)

    assert listed(client, "&state=missing") == {"art4"}
    assert "art26.2" in listed(client, "&article=Art 26&state=waiting")
    assert listed(client, f"&accountable={owner.email}") == listed(client)
    assert listed(client, f"&accountable={officer.email}") == set()
    assert listed(client, "&due_on__lt=2026-01-01") == {"art4"}
    assert client.get(f"{PATH}?state=done").status_code == 400


def test_a_duty_is_proven_and_met(as_user, owner, duty, item):
    client = as_user(owner)
    assert post(client, duty, "meet", {"next_check_on": NEXT_YEAR}).status_code == 409

    assert post(client, duty, "evidence", {"item": item.ref}).json()["evidence"] == [item.ref]
    assert post(client, duty, "meet", {"next_check_on": NEXT_YEAR}).json()["state"] == "met"


def test_a_repeat_with_a_key_happens_once(as_user, owner, duty):
    client = as_user(owner)
    key = {"Idempotency-Key": "one"}
    first = post(client, duty, "wait", {"waits_for": "The vendor"}, **key)
    again = post(client, duty, "wait", {"waits_for": "The vendor"}, **key)

    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Duty.objects.get(pk=duty.pk).row_version == 2


def test_an_old_etag_is_refused(as_user, owner, duty):
    client = as_user(owner)
    etag = client.get(f"{PATH}{duty.pk}/")["ETag"]
    assert post(client, duty, "start", **{"If-Match": etag}).status_code == 200

    old = {"If-Match": etag}
    assert post(client, duty, "wait", {"waits_for": "x"}, **old).status_code == 412
    change = {"data": {"next_check_on": NEXT_YEAR}, "content_type": "application/json"}
    url = f"{PATH}{duty.pk}/"
    assert client.patch(url, **change).status_code == 428
    assert client.patch(url, **change, headers=old).status_code == 412
    new = {"If-Match": client.get(url)["ETag"]}
    assert client.patch(url, **change, headers=new).json()["next_check_on"] == NEXT_YEAR


def test_two_people_set_a_duty_aside(as_user, officer, second_officer, duty):
    client = as_user(officer)
    assert post(client, duty, "propose", {"reason": "Not here."}).json()["state"] == "waiting"
    assert post(client, duty, "approve").status_code == 403

    done = post(as_user(second_officer), duty, "approve").json()
    assert (done["state"], done["approved_by"]) == ("not_applicable", second_officer.email)


def test_a_stranger_finds_no_duty(as_user, stranger, duty):
    client = as_user(stranger)

    assert listed(client) == set()
    assert client.get(f"{PATH}{duty.pk}/").status_code == 404
    assert post(client, duty, "start").status_code == 404


def test_a_duty_that_ended_says_by_which_classification(as_user, officer, duty):
    from governance.obligations.actions import follow

    follow(sign_plain(duty.system, officer, [told("art4", ["deployer"])]), actor=officer)
    row = as_user(officer).get(f"{PATH}{duty.pk}/").json()

    assert (row["state"], row["ended_by"]) == ("ended", 2)
    assert post(as_user(officer), duty, "start").status_code == 409


def test_the_list_takes_the_same_number_of_queries_for_one_and_for_many(
    as_user, officer, signed, django_assert_max_num_queries
):
    client = as_user(officer)
    client.get(f"{PATH}?page_size=1")
    with django_assert_max_num_queries(20) as few:
        client.get(f"{PATH}?page_size=1")
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(f"{PATH}?page_size=50")


def test_what_may_be_null_is_described_as_null(as_user, officer, duty):
    described = as_user(officer).get("/api/v1/openapi.json").json()["components"]["schemas"]
    shape = described["Obligation"]["properties"]

    for name in ("due_on", "ended_by", "next_check_on", "accountable", "approved_by"):
        assert "null" in shape[name]["type"], name
