"""Schedules over REST: the same actions, the same refusals."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.oncall.models import Schedule
from tests.oncall.conftest import soon
from tests.rest.test_conventions import caller

URL = "/api/v1/on-call-schedules/"
PARTS = ("now", "shifts", "gaps")


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person."""
    return lambda person: caller(issue_token(actor=person, name="t", scopes=list(Scope))[1])


def layer(*people, **over):
    body = {"name": "All", "people": [one.email for one in people], "starts_on": "2026-01-05"}
    return {**body, "handover_at": "09:00", "unit": "days", **over}


def times(hours: float, length: float = 12) -> dict[str, str]:
    since, until = soon(hours, length)
    return {"since": since.isoformat(), "until": until.isoformat()}


def test_a_schedule_is_made_with_a_layer_and_says_who_is_on_call(
    as_caller, officer, owner, ops_lead, organisation
):
    call = as_caller(officer)
    body = {"unit": organisation.pk, "role": "OC", "name": "Watch", "zone": "Europe/Berlin"}
    made = call("POST", URL, body)
    address = f"{URL}{made.json()['id']}/"
    put = call("POST", f"{address}layers/", layer(owner, ops_lead))
    now = call("GET", f"{address}now/").json()

    assert (made.status_code, put.status_code) == (201, 200)
    assert put.json()["layers"][0]["people"] == [owner.email, ops_lead.email]
    assert now["holder"]["person"] in {owner.email, ops_lead.email}
    assert call("POST", URL, body).status_code == 409


def test_a_wrong_zone_is_named_in_the_problem(as_caller, officer, organisation):
    body = {"unit": organisation.pk, "role": "OC", "name": "Watch", "zone": "Berlin"}
    answer = as_caller(officer)("POST", URL, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/zone"
    assert "is not a time zone" in answer.json()["errors"][0]["detail"]


def test_it_is_renamed_against_its_etag_and_closed(as_caller, officer, manned):
    call, address = as_caller(officer), f"{URL}{manned.pk}/"
    read = call("GET", address)
    body = {"name": "Nights", "confirms": True}
    saved = call("PATCH", address, body, if_match=read["ETag"])
    stale = call("PATCH", address, body, if_match=read["ETag"])

    assert (saved.status_code, stale.status_code) == (200, 412)
    assert call("POST", f"{address}close/").json()["closed_at"]
    assert call("POST", f"{address}close/").status_code == 409


def test_shifts_tile_the_interval_that_was_asked(as_caller, officer, manned):
    call, start = as_caller(officer), timezone.now()
    until = start + timedelta(days=5)
    query = f"from={start:%Y-%m-%dT%H:%M:%SZ}&to={until:%Y-%m-%dT%H:%M:%SZ}"
    found = call("GET", f"{URL}{manned.pk}/shifts/?{query}").json()

    assert found[0]["since"] == f"{start:%Y-%m-%dT%H:%M:%SZ}"
    assert found[-1]["until"] == f"{until:%Y-%m-%dT%H:%M:%SZ}"
    assert all(one["until"] == other["since"] for one, other in pairwise(found))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z",
        "from=yesterday&to=2026-01-01T00:00:00Z",
    ],
)
def test_an_interval_that_is_none_is_refused(as_caller, officer, manned, query):
    assert as_caller(officer)("GET", f"{URL}{manned.pk}/shifts/?{query}").status_code == 400


def test_who_it_is_at_another_moment_is_told_too(as_caller, officer, owner, manned):
    call, moment = as_caller(officer), soon(100)[0]
    found = call("GET", f"{URL}{manned.pk}/now/?at={moment:%Y-%m-%dT%H:%M:%SZ}").json()

    assert found["holder"]["since"] <= f"{moment:%Y-%m-%dT%H:%M:%SZ}" < found["holder"]["until"]
    assert call("GET", f"{URL}{manned.pk}/now/?at=never").status_code == 400


def test_gaps_have_their_reason(as_caller, officer, schedule, owner):
    call = as_caller(officer)
    call("POST", f"{URL}{schedule.pk}/layers/", layer(owner, weekdays=[0, 1, 2, 3, 4]))
    found = call("GET", f"{URL}{schedule.pk}/gaps/").json()

    assert len(found) >= 4
    assert {one["gap"] for one in found} == {"No layer covers these hours."}
    assert len(call("GET", f"{URL}{schedule.pk}/gaps/?days=7").json()) in (1, 2)
    assert call("GET", f"{URL}{schedule.pk}/gaps/?days=500").status_code == 400


def test_a_layer_takes_the_place_of_another_and_ends(as_caller, officer, owner, manned):
    call, address = as_caller(officer), f"{URL}{manned.pk}/layers/"
    (old,) = manned.layers.all()
    put = call("POST", address, layer(owner, replaces=old.pk))
    (new,) = [one for one in put.json()["layers"] if one["until"] is None]
    assert new["position"] == old.position
    assert call("POST", address, layer(owner, replaces=old.pk)).status_code == 404
    assert call("POST", f"{address}end/", {"layer": new["id"]}).status_code == 200
    assert call("POST", f"{address}end/", {"layer": new["id"]}).status_code == 404


def test_an_override_is_made_and_taken_back(as_caller, officer, owner, manned):
    call, address = as_caller(officer), f"{URL}{manned.pk}/overrides/"
    made = call("POST", address, {"person": owner.email, **times(2)})
    pk = made.json()["overrides"][0]["id"]

    assert made.status_code == 200
    assert call("POST", f"{address}withdraw/", {"override": pk}).status_code == 200
    assert call("POST", f"{address}withdraw/", {"override": pk}).status_code == 409
    body = {"person": owner.email, **times(-20, 2)}
    assert call("POST", address, body).status_code == 409


def test_a_swap_needs_the_other_one(as_caller, owner, ops_lead, manned):
    asks, address = as_caller(owner), f"{URL}{manned.pk}/swaps/"
    asked = asks("POST", address, {"taker": ops_lead.email, **times(30)})
    answer = {"swap": asked.json()["swaps"][0]["id"], "answer": "accept"}

    assert asks("POST", f"{address}answer/", answer).status_code == 403
    accepted = as_caller(ops_lead)("POST", f"{address}answer/", answer)
    assert accepted.json()["swaps"][0]["status"] == "accepted"


def test_who_is_not_on_call_confirms_nothing(as_caller, officer, manned):
    assert as_caller(officer)("POST", f"{URL}{manned.pk}/confirm/", {}).status_code == 409


def test_a_schedule_of_another_unit_is_not_there(as_caller, stranger, officer, claims):
    from raci.oncall.actions import make_schedule

    own = make_schedule(claims, actor=officer, role="IC", name="Claims", zone="UTC")

    call = as_caller(stranger)
    assert call("GET", f"{URL}{own.pk}/").status_code == 404
    assert {call("GET", f"{URL}{own.pk}/{part}/").status_code for part in PARTS} == {404}
    assert call("GET", URL).json()["items"] == []
    assert Schedule.objects.count() == 1
