"""The pages of model updates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.approvals import actions
from governance.approvals.models import Review, Waiver
from governance.approvals.rules import ReviewStatus
from inventory.systems.version_actions import add_version


def decision(review: Review, verb: str, reason: str = "Tested.") -> dict[str, str]:
    return {"decision": verb, "reason": reason, "seen": review.digest}


def test_the_queue_shows_what_waits_and_how_many(as_user, officer, review):
    page = as_user(officer).get("/updates/").content.decode()

    assert review.ref in page
    assert "Claims triage scorer 1.0.0" in page
    assert "Waiting for approval" in page


def test_decided_updates_have_their_own_view(as_user, officer, review):
    actions.approve(review, actor=officer, reason="Tested.")
    client = as_user(officer)

    assert review.ref not in client.get("/updates/").content.decode()
    assert review.ref in client.get("/updates/?show=decided").content.decode()


def test_an_empty_queue_teaches(as_user, officer):
    page = as_user(officer).get("/updates/").content.decode()

    assert "No update was proposed yet" in page


def test_a_foreign_update_is_nowhere(as_user, stranger, review, floating):
    client = as_user(stranger)
    ref, system = review.ref, review.version.system.ref
    paths = [
        f"/updates/{ref}/",
        f"/systems/{system}/updates/",
        f"/updates/propose/{floating.pk}/",
        f"/updates/waive/{floating.pk}/",
    ]

    assert [client.get(path).status_code for path in paths] == [404] * 4
    assert client.post(f"/updates/{ref}/decide/", decision(review, "approve")).status_code == 404
    assert client.post(f"/updates/{ref}/withdraw/").status_code == 404
    assert ref not in client.get("/updates/").content.decode()


def test_an_update_shows_checks_changes_and_what_follows(as_user, officer, owner, system, review):
    actions.approve(review, actor=officer, reason="Tested.")
    second = add_version(
        system, actor=owner, label="1.1.0", provider="openai", model_id="gpt-4o-2024-08-06"
    )
    later = actions.submit(second, actor=owner, reason="Cheaper.")
    page = as_user(officer).get(f"/updates/{later.ref}/").content.decode()

    assert "<del>gpt-4o-2024-11-20</del>" in page
    assert "<ins>gpt-4o-2024-08-06</ins>" in page
    assert "Nobody has signed the classification." in page
    assert "1.1.0 becomes the approved version" in page
    assert "Approve and sign" in page


def test_the_submitter_reads_why_not_and_gets_no_buttons(as_user, owner, review):
    page = as_user(owner).get(f"/updates/{review.ref}/").content.decode()

    assert "Approve and sign" not in page
    assert "Withdraw the proposal" in page


def test_an_officer_who_proposed_is_told_that_somebody_else_decides(as_user, officer, version):
    review = actions.submit(version, actor=officer, reason="First.")
    client = as_user(officer)
    page = client.get(f"/updates/{review.ref}/").content.decode()

    assert "You proposed this version, so somebody else must decide." in page
    answer = client.post(f"/updates/{review.ref}/decide/", decision(review, "approve"))
    assert answer.status_code == 403
    review.refresh_from_db()
    assert review.is_open


@pytest.mark.parametrize(
    ("verb", "status"), [("approve", ReviewStatus.APPROVED), ("reject", ReviewStatus.REJECTED)]
)
def test_a_decision_is_made_on_the_page(verb, status, as_user, officer, review):
    client = as_user(officer)
    page = client.post(f"/updates/{review.ref}/decide/", decision(review, verb), follow=True)
    review.refresh_from_db()

    assert review.status == status
    assert b"Tested." in page.content
    again = client.post(f"/updates/{review.ref}/decide/", decision(review, verb))
    assert again.status_code == 409


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_decision_without_the_reason_it_needs_is_shown_again(verb, as_user, officer, review):
    answer = as_user(officer).post(
        f"/updates/{review.ref}/decide/", decision(review, verb, reason=" ")
    )

    assert answer.status_code == 422
    assert b"Say why." in answer.content
    assert b"There is a problem" in answer.content


def test_a_decision_on_another_digest_is_a_409_in_words(as_user, officer, review):
    form = decision(review, "approve") | {"seen": "0" * 64}
    answer = as_user(officer).post(f"/updates/{review.ref}/decide/", form)

    assert answer.status_code == 409
    assert b"changed since you read it" in answer.content


def test_a_version_is_proposed_from_its_page_and_withdrawn(as_user, owner, version):
    client = as_user(owner)
    path = f"/updates/propose/{version.pk}/"
    empty = client.post(path, {"reason": "", "seen": version.digest})
    done = client.post(path, {"reason": "First.", "seen": version.digest}, follow=True)
    review = Review.objects.get()
    client.post(f"/updates/{review.ref}/withdraw/", {"reason": "Too early."})
    review.refresh_from_db()

    assert empty.status_code == 422
    assert review.ref in done.content.decode()
    assert review.status == ReviewStatus.WITHDRAWN


def test_a_floating_version_is_waived_from_its_page(as_user, officer, floating):
    client = as_user(officer)
    page = client.get(f"/systems/{floating.system.ref}/updates/").content.decode()
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    form = {"reason": "Pilot.", "ends_on": day, "seen": floating.digest}
    client.post(f"/updates/waive/{floating.pk}/", form)
    after = client.get(f"/systems/{floating.system.ref}/updates/").content.decode()

    assert f"/updates/waive/{floating.pk}/" in page
    assert f"/updates/propose/{floating.pk}/" not in page
    assert Waiver.objects.get().granted_by == officer
    assert "Waived" in after
    assert f"/updates/propose/{floating.pk}/" in after


def test_proposing_a_floating_version_says_first_that_it_needs_a_waiver(
    as_user, owner, officer, floating
):
    path = f"/updates/propose/{floating.pk}/"
    page = as_user(owner).get(path).content.decode()
    refused = as_user(owner).post(path, {"reason": "First.", "seen": floating.digest})

    assert "needs a waiver first" in page
    assert "Ask somebody who may approve." in page
    assert refused.status_code == 409
    assert "Grant a waiver" in as_user(officer).get(path).content.decode()


def test_what_people_typed_is_escaped(as_user, owner, officer, version):
    review = actions.submit(version, actor=owner, reason="<script>alert(1)</script>")
    page = as_user(officer).get(f"/updates/{review.ref}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_queue_takes_a_constant_number_of_queries(
    as_user, officer, owner, system, review, django_assert_max_num_queries
):
    for number in range(6):
        other = add_version(
            system, actor=owner, label=f"9.{number}", provider="openai",
            model_id=f"gpt-4o-2024-1{number}-01",
        )  # fmt: skip
        actions.submit(other, actor=owner, reason="More.")
    client = as_user(officer)

    with django_assert_max_num_queries(12):
        client.get("/updates/")
    with django_assert_max_num_queries(20):
        client.get(f"/systems/{system.ref}/updates/")


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, review):
    for path in ("/updates/", f"/updates/{review.ref}/"):
        assert client.get(path).status_code == 302
