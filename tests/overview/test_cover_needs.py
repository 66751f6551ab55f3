"""Today says who is asked to act, and what nobody answers for while somebody is away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.overview.cover_needs import asked_to_act, unanswered
from raci.matrices import actions
from raci.people.absence_actions import Period, accept, enter_absence
from tests.factories import put_in_force, staff


@pytest.fixture
def in_force(organisation, system, officer, ops_lead, owner):
    """The system's matrix, in force; Mira Rossi answers for it."""
    from raci.people.actions import empower

    put_in_force(actions.make_default_matrix(organisation, actor=officer), actor=officer)
    holders = dict.fromkeys(["AO", "OC", "DS"], ops_lead)
    staff(organisation, actor=officer, people=holders, others=officer)
    for person in (owner, officer):
        empower(organisation, person=person, kind="stop-system", actor=officer)
    matrix = actions.make_matrix(system, actor=officer)
    put_in_force(matrix, actor=officer)
    return matrix


def away(person, delegate=None):
    now = timezone.now()
    period = Period(now - timedelta(hours=1), now + timedelta(days=2))
    return enter_absence(person, actor=person, period=period, delegate=delegate)


def test_while_somebody_is_away_the_gap_is_on_the_list(in_force, owner, officer, stranger):
    assert list(unanswered(officer)) == []
    away(owner)

    (need,) = unanswered(officer)
    assert need.subject == in_force.system.name
    assert "nobody can be reached for CHG-01" in need.note
    assert list(unanswered(stranger)) == []


def test_an_accepted_delegate_closes_the_gap(in_force, owner, officer):
    accept(away(owner, officer).delegation, actor=officer)

    assert list(unanswered(officer)) == []


def test_whoever_is_asked_is_told(owner, ops_lead):
    away(owner, ops_lead)

    assert [need.title for need in asked_to_act(ops_lead)] == ["Say whether you act for Mira Rossi"]
    assert list(asked_to_act(owner)) == []


def test_the_page_shows_both(as_user, in_force, owner, officer):
    away(owner, officer)
    text = as_user(officer).get("/").content.decode()

    assert "Say whether you act for Mira Rossi" in text
    assert "Find somebody who answers" in text
