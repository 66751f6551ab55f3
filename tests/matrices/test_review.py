"""Sending a matrix for review, putting it in force, sending it back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError, TransitionError
from governance.ledger.models import Entry
from governance.ledger.queries import data_with_personal
from raci.matrices import actions, queries, review_actions
from raci.matrices.models import Matrix
from raci.matrices.review_rules import Reviewer, why_not_review
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter


@pytest.mark.parametrize(
    ("reviewer", "words"),
    [
        (Reviewer(1), "You sent this version"),
        (Reviewer(2), "You worked on this version"),
        (Reviewer(3, is_service=True), "Only a person"),
        (Reviewer(3), ""),
    ],
)
def test_only_somebody_else_reviews(reviewer, words):
    found = why_not_review(reviewer, submitted_by=1, authors={1, 2})

    assert found.startswith(words) if words else not found


def test_who_sent_it_does_not_put_it_in_force(draft, officer, ops_lead):
    review_actions.submit(draft, actor=officer)

    with pytest.raises(PermissionDenied, match="You sent this version"):
        review_actions.activate(draft, actor=officer)
    review_actions.activate(draft, actor=ops_lead)
    assert draft.status == MatrixStatus.ACTIVE


def test_who_wrote_a_cell_does_not_put_it_in_force_though_another_sent_it(
    draft, officer, ops_lead, owner
):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=ops_lead, cells={cell: Letter.AR})
    review_actions.submit(draft, actor=officer)

    with pytest.raises(PermissionDenied, match="You worked on this version"):
        review_actions.activate(draft, actor=ops_lead)


def test_a_draft_is_not_put_in_force_without_a_review(draft, ops_lead):
    with pytest.raises(TransitionError, match="it is draft"):
        review_actions.activate(draft, actor=ops_lead)


def test_the_database_refuses_that_one_person_sends_and_puts_in_force(draft, officer):
    force = {"status": "active", "activated_at": timezone.now(), "activated_by": officer}

    with pytest.raises(IntegrityError, match="matrix_four_eyes"), transaction.atomic():
        Matrix.objects.filter(pk=draft.pk).update(submitted_by=officer, **force)
    with pytest.raises(IntegrityError, match="matrix_four_eyes"), transaction.atomic():
        Matrix.objects.filter(pk=draft.pk).update(**force)
    with pytest.raises(IntegrityError, match="matrix_submitted_by"), transaction.atomic():
        Matrix.objects.filter(pk=draft.pk).update(status="in_review")


def test_what_is_in_review_is_not_changed(draft, officer, owner):
    review_actions.submit(draft, actor=officer)
    cell = ("CHG-01", draft.parties.get(person=owner).pk)

    with pytest.raises(DomainError, match="is in review"):
        actions.save_matrix(draft, actor=officer, cells={cell: Letter.C})


def test_it_goes_back_with_a_reason_and_is_sent_again(draft, officer, ops_lead):
    review_actions.submit(draft, actor=officer)
    with pytest.raises(DomainError, match="Say why"):
        review_actions.send_back(draft, actor=ops_lead, reason=" ")
    review_actions.send_back(draft, actor=ops_lead, reason="Who stands in at night?")

    entry = Entry.objects.get(action="matrix.sent_back")
    assert data_with_personal(entry)["reason"] == "Who stands in at night?"
    assert (draft.status, draft.returned_by) == (MatrixStatus.DRAFT, ops_lead)
    review_actions.submit(draft, actor=officer)
    assert draft.returned_reason == ""


def test_errors_stop_it_before_the_review(draft, officer, owner):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=officer, cells={cell: None})

    with pytest.raises(DomainError, match="CHG-01: Nobody is accountable"):
        review_actions.submit(draft, actor=officer)


def test_the_page_of_a_review_offers_each_what_they_may(as_user, officer, ops_lead, draft):
    review_actions.submit(draft, actor=officer)
    address = f"/systems/{draft.system.ref}/raci/"
    author = as_user(officer).get(address).content.decode()
    reviewer = as_user(ops_lead).get(address).content.decode()

    assert "You sent this version for review" in author
    assert "Take it back" in author
    assert f"/raci/{draft.pk}/activate/" not in author
    assert f"/raci/{draft.pk}/activate/" in reviewer
    assert f"/raci/{draft.pk}/save/" not in reviewer


def test_a_page_sends_it_back_with_the_reason_shown(as_user, officer, ops_lead, draft):
    review_actions.submit(draft, actor=officer)
    reason = {"reason": "Who stands in at night?"}
    page = as_user(ops_lead).post(f"/raci/{draft.pk}/send-back/", reason, follow=True)

    assert b"Jonas Weber sent it back." in page.content
    assert b"Who stands in at night?" in page.content


def test_a_version_that_was_open_is_worked_on_though_a_newer_one_came_into_force(
    draft, officer, ops_lead, owner
):
    review_actions.submit(draft, actor=officer)
    review_actions.activate(draft, actor=ops_lead)
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    second = actions.save_matrix(draft, actor=officer, cells={cell: Letter.AR})

    assert queries.current_of(draft.system) == second
