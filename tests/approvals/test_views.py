"""The pages of updates: the queue, one update, and the decision about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.approvals import around_actions, run_actions
from governance.approvals.lifecycle import State
from governance.approvals.models import Condition, Vote
from governance.approvals.proofs import seal
from governance.approvals.quorum import Slot
from tests.approvals.world import Place


def page_of(client, release) -> str:
    return client.get(f"/updates/{release.ref}/").content.decode()


def decision(release, verb: str = "approve", reason: str = "Read it.") -> dict[str, str]:
    return {"decision": verb, "reason": reason, "seen": seal(release), "shown": ""}


def decide(client, release, verb: str = "approve", **over: str):
    return client.post(f"/updates/{release.ref}/decide/", decision(release, verb) | over)


def conditions(place: Place, **over: str) -> dict[str, str]:
    """Return the fields of one condition beside an empty second one."""
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    first = {"text": "Watch it.", "owner": str(place.owner.pk), "due_on": due, "blocking": "on"}
    fields = {f"c-0-{name}": value for name, value in (first | over).items()}
    return {"c-TOTAL_FORMS": "2", "c-INITIAL_FORMS": "0", **fields}


def test_the_queue_puts_what_waits_for_the_person_first(place, as_user):
    release = place.proposed()
    page = as_user(place.owner).get("/updates/").content.decode()

    assert release.ref in page
    assert "Waiting for you, the oldest first" in page
    assert "missing: CHG-01" in page


def test_who_proposed_it_is_not_asked(place, as_user):
    release = place.proposed()
    page = as_user(place.submitter).get("/updates/").content.decode()

    assert release.ref in page
    assert "Waiting, the oldest first" in page


def test_the_queue_is_filtered_by_its_address(place, as_user, officer):
    release = place.active()
    client = as_user(officer)

    assert release.ref in client.get("/updates/?show=running").content.decode()
    assert release.ref not in client.get("/updates/?show=running&tier=high").content.decode()
    assert "Nothing fits" in client.get("/updates/?show=running&environment=test").content.decode()
    assert release.ref in client.get("/updates/?show=decided&state=active").content.decode()


def test_an_empty_queue_teaches(as_user, officer):
    assert "No update was proposed yet" in as_user(officer).get("/updates/").content.decode()


def test_an_update_shows_checks_evidence_diff_and_what_follows(place, as_user):
    place.active("1.0.0")
    second = place.proposed("1.1.0", fields={"model_id": "gpt-4o-2024-08-06"})
    page = page_of(as_user(place.owner), second)

    assert "1.0.0 → 1.1.0" in page
    assert "Signed classification" in page
    assert "Regression run" in page
    assert '<del class="wrap">gpt-4o-2024-11-20</del>' in page
    assert "1.0.0 is superseded in prod in the same moment." in page
    assert "Approve and sign" in page
    assert "McNemar" in page


def test_another_model_without_a_named_gap_is_questioned(place, as_user):
    place.active("1.0.0")
    second = place.proposed("1.1.0", fields={"model_id": "gpt-4o-2024-08-06"})

    assert "Which gap does another model mend?" in page_of(as_user(place.owner), second)


def test_who_proposed_it_reads_why_they_do_not_decide(place, as_user):
    release = place.proposed()
    page = page_of(as_user(place.submitter), release)

    assert "Approve and sign" not in page
    assert "You have no voice in this decision" in page


def test_the_last_voice_approves(place, as_user):
    release = place.proposed()
    place.agree(release, Slot.VAL)
    answer = decide(as_user(place.owner), release)
    release.refresh_from_db()

    assert answer.status_code == 302
    assert release.state == State.APPROVED


def test_a_decision_keeps_when_the_page_was_opened_and_what_was_viewed(place, as_user):
    place.active("1.0.0")
    release = place.proposed("1.1.0", fields={"region": "eu"})
    client = as_user(place.owner)
    page_of(client, release)
    client.post(f"/updates/{release.ref}/viewed/", {"group": "behaviour"})
    decide(client, release)
    vote = Vote.objects.get(release=release)

    assert vote.opened_at is not None
    assert vote.opened_at < vote.at
    assert vote.groups_viewed == 1
    assert vote.groups_shown >= 2
    assert "You viewed it" in page_of(client, release)


def test_sending_back_without_a_reason_loses_nothing(place, as_user):
    release = place.proposed()
    answer = decide(as_user(place.owner), release, "reject", reason=" ")
    release.refresh_from_db()

    assert answer.status_code == 422
    assert b"Say why." in answer.content
    assert release.state == State.IN_REVIEW


def test_sending_back_shows_the_reason_at_the_top(place, as_user):
    release = place.proposed()
    client = as_user(place.owner)
    decide(client, release, "reject", reason="Too slow in Swedish.")

    assert "Sent back by" in page_of(client, release)
    assert "Too slow in Swedish." in page_of(client, release)


def test_changed_evidence_is_a_412_that_says_what_and_keeps_what_was_typed(place, as_user):
    release = place.proposed()
    seen = {"seen": seal(release), "shown": "cost_estimate=0000000000000000"}
    place.prove(release.version, "cost_estimate", "Twice as dear.")
    client = as_user(place.owner)
    answer = decide(client, release, reason="I read it all.", **seen)
    page = answer.content.decode()
    release.refresh_from_db()

    assert answer.status_code == 412
    assert "Cost estimate was replaced." in page
    assert "I read it all." in page
    assert seal(release) in page
    assert release.state == State.IN_REVIEW
    assert Vote.objects.count() == 0


def test_an_approval_with_a_condition_names_owner_and_day(place, as_user):
    release = place.proposed()
    place.agree(release, Slot.VAL)
    client = as_user(place.owner)
    client.post(
        f"/updates/{release.ref}/decide/", decision(release, "conditions") | conditions(place)
    )
    release.refresh_from_db()

    assert release.state == State.APPROVED_CONDITIONAL
    assert Condition.objects.get().text == "Watch it."
    assert "Watch it." in page_of(client, release)


@pytest.mark.parametrize("over", [{"owner": ""}, {"due_on": "soon"}, {"text": ""}])
def test_a_condition_that_lacks_something_is_shown_again(over, place, as_user):
    release = place.proposed()
    answer = as_user(place.owner).post(
        f"/updates/{release.ref}/decide/",
        decision(release, "conditions", "Good enough.") | conditions(place, **over),
    )

    assert answer.status_code == 422
    assert b"Good enough." in answer.content
    assert Condition.objects.count() == 0


def test_a_condition_is_met_by_its_owner_on_the_page(place, as_user):
    release = place.proposed()
    place.agree(release, Slot.VAL)
    client = as_user(place.owner)
    client.post(
        f"/updates/{release.ref}/decide/", decision(release, "conditions") | conditions(place)
    )
    address = f"/updates/{release.ref}/conditions/{Condition.objects.get().pk}/met/"

    assert client.post(address, {"how": ""}).status_code == 422
    client.post(address, {"how": "Watched for a week."})
    assert Condition.objects.get().met_how == "Watched for a week."


def test_void_votes_stay_struck_with_the_reason(place, as_user):
    place.classify(**{"profiling.performed": True})
    release = place.proposed(change_class="C")
    place.agree(release, Slot.PO)
    place.prove(release.version, "cost_estimate", "Twice as dear.")
    page = page_of(as_user(place.owner), release)

    assert "Counts no more: Evidence, class or tier changed." in page


def test_at_the_high_tier_a_stale_sign_in_is_asked_for_the_password(place, client):
    place.system.data_categories = ["health"]
    place.system.save(update_fields=["data_categories"])
    release = place.proposed()
    client.force_login(place.owner, backend="django.contrib.auth.backends.ModelBackend")
    answer = decide(client, release, reason="Kept.")

    assert answer.status_code == 403
    assert b"confirm_password" in answer.content
    assert b"Kept." in answer.content


def test_the_conversation_is_part_of_the_update(place, as_user):
    release = place.proposed()
    client = as_user(place.owner)
    address = f"/updates/{release.ref}/remark/"
    client.post(address, {"text": "Why <b>now</b>?"})

    assert client.post(address, {"text": " "}).status_code == 422
    assert "Why &lt;b&gt;now&lt;/b&gt;?" in page_of(client, release)


def test_the_class_is_raised_on_the_page_and_says_why(place, as_user):
    release = place.proposed()
    address = f"/updates/{release.ref}/class/"
    client = as_user(place.owner)
    refused = client.post(address, {"to": "D", "reason": ""})
    client.post(address, {"to": "D", "reason": "Other purpose."})
    release.refresh_from_db()

    assert refused.status_code == 422
    assert release.change_class == "D"


def test_a_foreign_update_is_nowhere(place, as_user, stranger):
    release = place.proposed()
    client, ref = as_user(stranger), release.ref
    reads = [f"/updates/{ref}/", f"/updates/{ref}/steps/withdraw/", f"/updates/{ref}/target/"]
    writes = ["decide", "viewed", "remark", "class", "canary", "steps/suspend"]

    assert {client.get(path).status_code for path in reads} == {404}
    assert {client.post(f"/updates/{ref}/{path}/").status_code for path in writes} == {404}
    assert ref not in client.get("/updates/").content.decode()


def test_the_queue_and_a_page_take_a_constant_number_of_queries(
    place, as_user, django_assert_max_num_queries
):
    place.proposed("1.0.0")
    release = place.proposed("1.1.0")
    around_actions.remark(release, actor=place.owner, text="One.")
    client = as_user(place.owner)

    with django_assert_max_num_queries(22):
        client.get("/updates/?show=waiting")
    with django_assert_max_num_queries(110):
        page_of(client, release)


def test_whoever_is_not_signed_in_is_sent_to_sign_in(place, client):
    release = place.proposed()
    for path in ("/updates/", f"/updates/{release.ref}/", "/updates/oversight/"):
        assert client.get(path).status_code == 302


def test_an_active_release_offers_what_its_state_allows(place, as_user):
    release = place.active()
    page = page_of(as_user(place.owner), release)

    assert f"/updates/{release.ref}/steps/suspend/" in page
    assert "There is nothing to go back to" in page
    assert "steps/activate/" not in page


def test_a_suspended_release_says_that_it_stands_still(place, as_user):
    release = place.active()
    run_actions.suspend(release, actor=place.owner, reason="Wrong answers.")

    assert "It stands still since" in page_of(as_user(place.owner), release)
