"""Reviews over REST: a token's owner counts as the person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.approvals import actions
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.rest.test_conventions import caller

URL = "/api/v1/reviews/"


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person, with all scopes or some."""

    def make(person, *scopes: Scope):
        return caller(issue_token(actor=person, name="t", scopes=list(scopes or Scope))[1])

    return make


def test_a_version_is_proposed_and_approved_by_two_people(as_caller, owner, officer, version):
    body = {"version": version.pk, "reason": "First.", "seen": version.digest}
    made = as_caller(owner)("POST", URL, body)
    ref = made.json()["ref"]
    decision = {"reason": "Tested.", "seen": version.digest}
    approved = as_caller(officer)("POST", f"{URL}{ref}/approve/", decision)

    assert (made.status_code, approved.status_code) == (201, 200)
    assert approved.json()["status"] == "approved"
    entry = Entry.objects.get(action="review.approved")
    assert entry.actor_ref == officer.handle


def test_the_submitters_token_may_not_approve(as_caller, officer, version):
    review = actions.submit(version, actor=officer, reason="First.")
    answer = as_caller(officer)(
        "POST", f"{URL}{review.ref}/approve/", {"reason": "Mine.", "seen": version.digest}
    )

    assert answer.status_code == 403
    review.refresh_from_db()
    assert review.is_open


def test_the_try_stands_in_the_record_on_every_path(as_caller, as_user, officer, version):
    review = actions.submit(version, actor=officer, reason="First.")
    call, decision = as_caller(officer), {"reason": "Mine.", "seen": version.digest}

    tries = [
        call("POST", f"{URL}{review.ref}/approve/", decision),
        call("POST", f"{URL}{review.ref}/reject/", decision, idempotency_key="k"),
        as_user(officer).post(f"/updates/{review.ref}/decide/", decision | {"decision": "approve"}),
    ]

    review.refresh_from_db()
    assert [answer.status_code for answer in tries] == [403, 403, 403]
    assert review.is_open
    assert Entry.objects.filter(action="review.refused", actor_ref=officer.handle).count() == 3


def test_a_token_without_the_scope_to_decide_decides_nothing(as_caller, officer, review):
    body = {"reason": "Tested.", "seen": review.digest}
    call = as_caller(officer, Scope.READ, Scope.WRITE)

    assert call("POST", f"{URL}{review.ref}/approve/", body).status_code == 403
    assert call("GET", f"{URL}{review.ref}/").status_code == 200


def test_a_decision_names_the_digest_that_was_read(as_caller, officer, review):
    call, path = as_caller(officer), f"{URL}{review.ref}/approve/"

    assert call("POST", path, {"reason": "Tested."}).status_code == 400
    assert call("POST", path, {"reason": 0, "seen": review.digest}).status_code == 400
    stale = call("POST", path, {"reason": "Tested.", "seen": "0" * 64})
    assert stale.status_code in (409, 412)


def test_a_second_decision_is_a_conflict_in_words(as_caller, officer, ops_lead, review):
    actions.approve(review, actor=ops_lead, reason="Tested.")
    answer = as_caller(officer)(
        "POST", f"{URL}{review.ref}/reject/", {"reason": "Late.", "seen": review.digest}
    )

    assert answer.status_code == 409
    assert answer.json()["code"] == "illegal-transition"


def test_a_waiver_is_granted_and_lets_a_floating_id_through(as_caller, owner, officer, floating):
    proposal = {"version": floating.pk, "reason": "Pilot."}
    refused = as_caller(owner)("POST", URL, proposal)
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    waiver = {"version": floating.pk, "reason": "Pilot.", "ends_on": day}
    granted = as_caller(officer)("POST", "/api/v1/waivers/", waiver)

    assert (refused.status_code, granted.status_code) == (409, 201)
    assert as_caller(owner)("POST", URL, proposal).status_code == 201


def test_a_stranger_finds_no_review(as_caller, stranger, review):
    call = as_caller(stranger)

    assert call("GET", f"{URL}{review.ref}/").status_code == 404
    assert call("GET", URL).json()["items"] == []
