"""Proposing, waiving, approving and sending back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.rules import Role
from governance.approvals import actions, queries
from governance.approvals.models import Review, Waiver
from governance.approvals.rules import ReviewStatus
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.ledger.models import Entry
from governance.ledger.queries import body
from inventory.systems.actions import change_system
from inventory.systems.version_actions import add_version, change_version
from tests.conftest import person

WHY = "The regression suite passed."


def soon(days=30):
    return timezone.localdate() + timedelta(days=days)


def count(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_proposing_freezes_the_version_and_records_its_digest(review, version, owner):
    (entry,) = Entry.objects.filter(action="review.submitted")
    version.refresh_from_db()

    assert review.ref.startswith("UPD-")
    assert body(entry)["data"]["digest"] == version.digest == review.digest
    with pytest.raises(DomainError, match="is frozen"):
        change_version(version, actor=owner, notes="More")


@pytest.mark.parametrize("who", ["stranger", "auditor", "administrator"])
def test_who_may_not_propose(who, request, version):
    with pytest.raises(PermissionDenied):
        actions.submit(version, actor=request.getfixturevalue(who), reason=WHY)
    assert not Review.objects.exists()


def test_a_version_is_proposed_once(review, version, owner):
    with pytest.raises(DomainError, match="waits for approval already"):
        actions.submit(version, actor=owner, reason=WHY)
    assert count("review.submitted") == 1


def test_a_proposal_says_why(version, owner):
    with pytest.raises(DomainError, match="Say why"):
        actions.submit(version, actor=owner, reason="  ")


def test_nothing_is_proposed_for_a_retired_system(system, version, owner, officer):
    change_system(system, actor=officer, stage="retired")

    with pytest.raises(DomainError, match="is retired"):
        actions.submit(version, actor=owner, reason=WHY)


def test_nothing_is_approved_for_a_system_that_was_retired_meanwhile(system, review, officer):
    change_system(system, actor=officer, stage="retired")

    with pytest.raises(DomainError, match="is retired"):
        actions.approve(Review.objects.get(pk=review.pk), actor=officer, reason=WHY)


def test_a_version_changed_since_it_was_read_is_not_proposed(version, owner):
    seen = version.digest
    change_version(version, actor=owner, model_id="gpt-4o-2024-08-06")

    with pytest.raises(StaleError):
        actions.submit(version, actor=owner, reason=WHY, seen=seen)


@pytest.mark.parametrize(("provider", "words"), [("openai", "floating"), ("Nobody", "unknown")])
def test_an_id_that_is_not_pinned_is_refused(system, owner, provider, words):
    loose = add_version(system, actor=owner, label="3", provider=provider, model_id="gpt-4o")

    with pytest.raises(DomainError, match=f"This model id is {words}"):
        actions.submit(loose, actor=owner, reason=WHY)
    loose.refresh_from_db()
    assert loose.frozen_at is None


def test_a_live_waiver_lets_a_floating_id_be_proposed(floating, owner, officer):
    actions.grant_waiver(floating, actor=officer, reason="Pilot only.", ends_on=soon())
    review = actions.submit(floating, actor=owner, reason=WHY)

    assert review.is_open
    assert count("waiver.granted") == 1


def test_nobody_proposes_on_a_waiver_of_their_own(floating, owner, officer):
    actions.grant_waiver(floating, actor=officer, reason="Pilot only.", ends_on=soon())

    with pytest.raises(DomainError, match="is floating"):
        actions.submit(floating, actor=officer, reason=WHY)
    assert actions.submit(floating, actor=owner, reason=WHY).is_open


def test_a_waiver_ends_when_who_gave_it_works_on_the_version(floating, owner, officer):
    actions.grant_waiver(floating, actor=officer, reason="Pilot only.", ends_on=soon())
    change_version(floating, actor=officer, notes="Reworded")

    with pytest.raises(DomainError, match="is floating"):
        actions.submit(floating, actor=owner, reason=WHY)


def test_a_waiver_counts_for_the_version_as_it_was_read_only(floating, owner, officer):
    actions.grant_waiver(floating, actor=officer, reason="Pilot only.", ends_on=soon())
    change_version(floating, actor=owner, model_id="gpt-4o-mini")

    with pytest.raises(DomainError, match="is floating"):
        actions.submit(floating, actor=owner, reason=WHY)


def test_a_waiver_that_ended_no_longer_counts(floating, owner, officer):
    waiver = actions.grant_waiver(floating, actor=officer, reason="Pilot.", ends_on=soon())
    review = actions.submit(floating, actor=owner, reason=WHY)
    Waiver.objects.filter(pk=waiver.pk).update(ends_on=soon(-1))

    with pytest.raises(DomainError, match="is floating"):
        actions.approve(review, actor=officer, reason=WHY)


@pytest.mark.parametrize("who", ["owner", "stranger", "auditor"])
def test_who_may_not_waive(who, request, floating):
    with pytest.raises(PermissionDenied):
        actions.grant_waiver(
            floating, actor=request.getfixturevalue(who), reason="Please", ends_on=soon()
        )


def test_whoever_worked_on_a_version_does_not_waive_it(floating, officer):
    change_version(floating, actor=officer, notes="Reworded")

    with pytest.raises(PermissionDenied, match="You worked on this version"):
        actions.grant_waiver(floating, actor=officer, reason="Pilot.", ends_on=soon())


def test_a_pinned_id_gets_no_waiver_and_a_waiver_needs_a_reason(version, floating, officer):
    with pytest.raises(DomainError, match="needs no waiver"):
        actions.grant_waiver(version, actor=officer, reason="Pilot.", ends_on=soon())
    with pytest.raises(DomainError, match="Say why"):
        actions.grant_waiver(floating, actor=officer, reason="", ends_on=soon())


def test_an_approval_names_who_when_and_which_digest(review, officer, system):
    actions.approve(review, actor=officer, reason=WHY, seen=review.digest)

    (entry,) = Entry.objects.filter(action="review.approved")
    assert body(entry)["data"]["digest"] == review.digest
    assert body(entry)["actor"] == officer.handle
    assert (review.decided_by, review.row_version) == (officer, 2)
    assert queries.current_version(system) == review.version


@pytest.mark.parametrize("who", ["owner", "stranger", "auditor", "administrator"])
def test_who_may_not_decide_leaves_no_trace(who, request, review):
    before = Entry.objects.count()
    actor = request.getfixturevalue(who)
    before = Entry.objects.count()

    with pytest.raises(PermissionDenied):
        actions.approve(review, actor=actor, reason=WHY)
    with pytest.raises(PermissionDenied):
        actions.reject(review, actor=actor, reason=WHY)
    review.refresh_from_db()
    assert review.is_open
    assert Entry.objects.count() == before


def test_the_submitter_may_not_decide_although_the_role_would_allow_it(version, officer, ops_lead):
    review = actions.submit(version, actor=officer, reason=WHY)

    with pytest.raises(PermissionDenied, match="You proposed this version"):
        actions.approve(review, actor=officer, reason=WHY)
    actions.approve(review, actor=ops_lead, reason=WHY)
    assert review.status == ReviewStatus.APPROVED
    refused = Entry.objects.get(action="review.refused")
    assert (refused.actor_ref, refused.object_ref) == (officer.handle, review.ref)


def test_a_contributor_may_not_decide_although_somebody_else_proposed(version, owner, ops_lead):
    change_version(version, actor=ops_lead, notes="Reworded")
    review = actions.submit(version, actor=owner, reason=WHY)

    with pytest.raises(PermissionDenied, match="You worked on this version"):
        actions.approve(review, actor=ops_lead, reason=WHY)


def test_a_service_account_never_decides(review, organisation, administrator):
    robot = person("Robo Pipeline", Role.AI_OPS_LEAD, organisation, administrator)
    robot.is_service = True
    robot.save(update_fields=["is_service"])

    with pytest.raises(PermissionDenied, match="Only a person decides"):
        actions.approve(review, actor=robot, reason=WHY)


def test_the_digest_that_was_read_must_be_the_one_that_is_approved(review, officer):
    with pytest.raises(StaleError):
        actions.approve(review, actor=officer, reason=WHY, seen="0" * 64)
    review.refresh_from_db()
    assert review.is_open


def test_a_failing_check_makes_the_reason_mandatory(review, officer):
    with pytest.raises(DomainError, match="although a check fails"):
        actions.approve(review, actor=officer)


def test_sending_back_needs_a_reason_and_closes_the_version(review, version, officer, owner):
    with pytest.raises(DomainError, match="Say why"):
        actions.reject(review, actor=officer, reason=" ")
    actions.reject(review, actor=officer, reason="No bias test.")

    with pytest.raises(DomainError, match="was sent back"):
        actions.submit(version, actor=owner, reason=WHY)
    assert queries.current_version(version.system) is None


def test_a_second_decision_is_refused_and_leaves_no_trace(review, officer, ops_lead):
    actions.approve(review, actor=officer, reason=WHY)

    for decide in (actions.approve, actions.reject):
        with pytest.raises(TransitionError, match="it is approved"):
            decide(review, actor=ops_lead, reason=WHY)
    assert count("review.approved") == 1
    assert count("review.rejected") == 0


def test_a_withdrawn_version_can_be_proposed_again(review, version, owner, officer):
    with pytest.raises(PermissionDenied, match="Only who proposed it"):
        actions.withdraw(review, actor=officer)
    actions.withdraw(review, actor=owner, reason="Too early.")
    again = actions.submit(version, actor=owner, reason=WHY)

    assert again.is_open
    with pytest.raises(TransitionError):
        actions.withdraw(review, actor=owner)


def test_a_version_is_compared_with_the_one_approved_before_it(review, system, owner, officer):
    actions.approve(review, actor=officer, reason=WHY)
    second = add_version(
        system, actor=owner, label="1.1.0", provider="openai", model_id="gpt-4o-2024-08-06"
    )
    later = actions.submit(second, actor=owner, reason="Cheaper.")
    before = queries.version_before(later)
    actions.approve(later, actor=officer, reason=WHY)

    assert before == review.version
    assert queries.version_before(later) == review.version
    assert queries.version_before(review) is None
    assert queries.current_version(system) == second


def test_the_database_refuses_a_decision_by_the_submitter(review, owner):
    with pytest.raises(IntegrityError, match="review_four_eyes"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(
            status=ReviewStatus.APPROVED, decided_by=owner, decided_at=timezone.now()
        )
