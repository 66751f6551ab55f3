"""Releases over REST: a token's owner counts as the person; every event by one address."""

import pytest
from django.utils import timezone

from governance.approvals.lifecycle import State
from governance.approvals.models import Finding, Vote
from governance.approvals.proofs import seal
from governance.approvals.quorum import Slot
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.rest.test_conventions import caller

URL = "/api/v1/releases/"


@pytest.fixture
def call(place):
    """Return a function that calls as a person, with all scopes."""
    made = {}

    def by(person):
        if person not in made:
            made[person] = caller(issue_token(actor=person, name="t", scopes=list(Scope))[1])
        return made[person]

    return by


def moved(call, person, release, event, **body):
    """Send an event and return the answer."""
    answer = call(person)("POST", f"{URL}{release.ref}/transitions/", {"event": event} | body)
    release.refresh_from_db()
    return answer


def test_a_release_goes_from_proposal_to_active_over_rest(place, call):
    version = place.version()
    place.evidence(version)
    made = call(place.submitter)(
        "POST", URL, {"version": version.pk, "reason": "Better.", "seen": version.digest}
    )
    assert (made.status_code, made.json()["state"]) == (201, "in_review")
    release = version.releases.get()
    for person in (place.owner, place.people["VAL"]):
        now = call(person)("GET", f"{URL}{release.ref}/standing/").json()
        assert {one["event"] for one in now["events"]} >= {"approve", "reject"}
        answer = moved(call, person, release, "approve", seen=now["seal"], reason="Read.")
        assert answer.status_code == 200, answer.content
    assert release.state == State.APPROVED
    answer = moved(call, place.people["OC"], release, "activate")
    assert (answer.status_code, answer.json()["state"]) == (200, "active")
    assert [vote["slot"] for vote in answer.json()["votes"]] == ["PO", "VAL"]


def test_an_illegal_event_is_409_and_names_what_is_allowed(place, call):
    release = place.proposed()
    answer = moved(call, place.people["OC"], release, "activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal-transition")
    assert answer.json()["type"].endswith("illegal-transition")
    assert {"approve", "reject", "withdraw"} <= set(answer.json()["allowed"])


def test_a_guard_is_409_with_all_its_reasons(place, call):
    release = place.approved()
    Finding.objects.create(
        system=place.system, kind="rollback", severity=1, words="Down.", opened_at=timezone.now()
    )
    answer = moved(call, place.people["OC"], release, "activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "guard")
    assert "severity 1" in answer.json()["reasons"][0]


def test_the_submitters_token_is_refused_and_the_try_stands_in_the_record(place, call):
    release = place.proposed()
    answer = moved(call, place.submitter, release, "approve", seen=seal(release), reason="Mine.")
    assert answer.status_code == 403
    assert (release.state, Vote.objects.count()) == (State.IN_REVIEW, 0)
    assert Entry.objects.filter(action="release.refused").count() == 1


def test_old_evidence_is_412_and_nothing_is_counted(place, call):
    release = place.proposed()
    seen = seal(release)
    answer = call(place.submitter)(
        "POST", "/api/v1/release-evidence/",
        {"version": release.version_id, "kind": "cost_estimate", "produced_by": "Bench",
         "statement": "Twelve cents."},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    refused = moved(call, place.owner, release, "approve", seen=seen, reason="Read.")
    assert (refused.status_code, refused.json()["code"]) == (412, "evidence-changed")
    again = moved(call, place.owner, release, "approve", seen=seal(release), reason="Read.")
    assert again.status_code == 200
    (vote,) = Vote.objects.all()
    assert vote.slot == Slot.PO


def test_who_sees_nothing_of_the_system_finds_no_release(place, call, stranger):
    release = place.proposed()
    assert call(stranger)("GET", f"{URL}{release.ref}/").status_code == 404
    assert call(stranger)("GET", URL).json()["items"] == []
    assert moved(call, stranger, release, "approve", seen=seal(release)).status_code == 404


def test_an_event_says_what_it_lacks(place, call):
    release = place.approved()
    answer = moved(call, place.people["OC"], release, "schedule")
    assert answer.status_code == 409
    assert "window_from" in answer.json()["detail"]
