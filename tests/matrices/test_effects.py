"""Signing a classification says at once what it broke in the matrix in force."""

import pytest

from governance.classification.actions import answer_facts
from governance.classification.queries import engine, provisional, usual_answers
from raci.matrices import actions, queries
from raci.matrices.rules import MatrixStatus
from tests.factories import put_in_force
from tests.obligations.conftest import HIGH


@pytest.fixture
def minimal(monkeypatch, system) -> None:
    """The system counts as minimal risk until its classification is signed."""
    signed = queries.current_tiers
    for module in (queries, actions):
        monkeypatch.setattr(
            module, "current_tiers", lambda ids: {system.pk: "minimal"} | signed(list(ids))
        )


def test_a_signature_says_which_rows_it_made_mandatory(
    as_user, minimal, staffed, system, officer, owner
):
    matrix = actions.make_matrix(system, actor=officer)
    put_in_force(matrix, actor=officer)
    answer_facts(system, facts=usual_answers(system) | HIGH, actor=officer)
    form = {
        "reason": "Checked with the team.",
        "facts_digest": provisional(system).facts.digest,
        "pack_version": engine().pack.version,
    }
    answer = as_user(officer).post(f"/systems/{system.ref}/classify/", form, follow=True)
    page = answer.content.decode()

    assert "SAF-01" not in matrix.activities
    assert matrix.status == MatrixStatus.ACTIVE
    assert "Signed: " in page
    assert "The duties changed with the classification. This left" in page
    assert "is mandatory here and has no row" in page
