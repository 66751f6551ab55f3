"""A waiting review belongs to who approves updates now: it follows the letter A of CHG-01."""

import pytest
from django.utils import timezone

from governance.approvals.actions import reassign, submit, withdraw
from governance.approvals.models import Review
from governance.approvals.tasks import sweep_reviews
from governance.common.errors import TransitionError
from governance.ledger.models import Entry
from governance.ledger.rules import CLOCK
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices.models import Matrix, Party
from raci.matrices.review_rules import Origin
from raci.matrices.schemes import Letter
from tests.rest.test_conventions import caller


def let_answer(system, person) -> None:
    """Put a matrix in force in which a person alone answers for updates."""
    Matrix.objects.filter(system=system, status="active").update(status="superseded")
    version = Matrix.objects.filter(system=system).count() + 1
    matrix = Matrix.objects.create(
        system=system,
        version=version,
        status="active",
        activities=["CHG-01"],
        activated_at=timezone.now(),
        origin=Origin.EARLIER,
    )
    party = Party.objects.create(matrix=matrix, kind="person", person=person)
    matrix.assignments.create(party=party, activity="CHG-01", letter=Letter.AR)


@pytest.fixture
def review(version, owner, officer) -> Review:
    """A review that waits for Ines Halvorsen, who answers for updates."""
    let_answer(version.system, officer)
    return submit(version, actor=owner, reason="Better ranks.")


def reassigned() -> int:
    return Entry.objects.filter(action="review.reassigned").count()


def test_a_review_begins_with_who_answers_for_updates(review, officer):
    assert review.assigned_to == officer


def test_another_a_holder_gets_the_waiting_review_and_the_record_says_so(
    review, officer, administrator
):
    let_answer(review.version.system, administrator)
    sweep_reviews()
    review.refresh_from_db()

    assert review.assigned_to == administrator
    assert reassigned() == 1
    sweep_reviews()
    assert reassigned() == 1


def test_the_next_review_goes_to_the_new_person(review, officer, administrator, owner):
    withdraw(review, actor=owner)
    let_answer(review.version.system, administrator)
    again = submit(review.version, actor=owner, reason="Again.")

    assert again.assigned_to == administrator


def test_who_left_or_nobody_is_a_gap_and_no_name_stays(review):
    Matrix.objects.update(status="superseded")
    Party.objects.all().delete()
    sweep_reviews()
    review.refresh_from_db()

    assert review.assigned_to is None


def test_a_decided_review_stays_as_it_is(review, owner, administrator):
    old = Review.objects.get(pk=review.pk)
    withdraw(review, actor=owner)
    let_answer(review.version.system, administrator)
    sweep_reviews()

    assert reassigned() == 0
    with pytest.raises(TransitionError):
        reassign(old, actor=CLOCK, to=administrator)


def test_page_and_rest_name_who_is_to_decide(as_user, review, officer):
    page = as_user(officer).get(f"/updates/{review.ref}/").content.decode()
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])

    assert "for Ines Halvorsen to decide (CHG-01)" in page
    assert call("GET", f"/api/v1/reviews/{review.ref}/").json()["assigned_to"] == officer.email
