"""“Who is it right now?” on the page, over REST and on the system's page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices.models import Matrix
from raci.people.absence_actions import Period, accept, enter_absence
from tests.factories import put_in_force
from tests.rest.test_conventions import caller


@pytest.fixture
def in_force(draft, officer) -> Matrix:
    """The system's matrix, in force since yesterday."""
    put_in_force(draft, actor=officer)
    Matrix.objects.filter(pk=draft.pk).update(activated_at=timezone.now() - timedelta(days=1))
    return draft


@pytest.fixture
def call(officer):
    """A caller with a token of the officer."""
    return caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])


def away(person, delegate=None):
    now = timezone.now()
    period = Period(now - timedelta(hours=1), now + timedelta(days=2), "Europe/Berlin")
    return enter_absence(person, actor=person, period=period, delegate=delegate)


def test_the_page_names_the_person_and_the_steps(as_user, officer, system, in_force):
    page = as_user(officer).get(f"/raci/now/?system={system.ref}&activity=OPS-01")

    assert "Jonas Weber" in page.content.decode()
    assert "Version 1 was in force." in page.content.decode()


def test_the_page_says_for_whom_a_delegate_acts(
    as_user, officer, owner, ops_lead, system, in_force
):
    accept(away(owner, ops_lead).delegation, actor=ops_lead)
    text = as_user(officer).get(f"/raci/now/?system={system.ref}&activity=CHG-01").content.decode()

    assert "Acting for Mira Rossi" in text
    assert "Accountable: Mira Rossi." in text


def test_the_page_names_the_gap(as_user, officer, owner, system, in_force):
    away(owner)
    text = as_user(officer).get("/raci/now/?system=triage&activity=CHG-01").content.decode()

    assert "Nobody can be reached for “Approve a model version update”" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("system=AIS-999", "You see no system"),
        ("system=AIS-001&zone=Europe/Nowhere", "no such time zone"),
        ("system=AIS-001&at=yesterday", "Write it like"),
        ("system=AIS-001&activity=ZZZ-99", "Select a valid choice"),
        ("system=AIS-001&at=9999-12-31T23:59&zone=America/New_York", "No calendar reaches"),
    ],
)
def test_what_cannot_be_asked_is_said_at_the_field(as_user, officer, system, query, words):
    page = as_user(officer).get(f"/raci/now/?{query.replace('AIS-001', system.ref)}")

    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_skipped_hour_is_said(as_user, officer, system, in_force):
    query = f"system={system.ref}&activity=OPS-01&at=2027-03-28T02:00&zone=Europe/Berlin"
    text = as_user(officer).get(f"/raci/now/?{query}").content.decode()

    assert "02:00 does not exist that night; 03:00 is meant." in text
    assert "Sunday 28 March 2027, 03:00 Europe/Berlin" in text


def test_a_stranger_finds_no_system(as_user, stranger, system, in_force):
    page = as_user(stranger).get(f"/raci/now/?system={system.ref}")

    assert "You see no system" in page.content.decode()


def test_rest_answers_for_any_moment(call, system, in_force, owner, ops_lead):
    path = f"/api/v1/systems/{system.ref}/on-call/"
    now = call("GET", f"{path}?activity=CHG-01").json()
    before = call("GET", f"{path}?activity=CHG-01&at=2020-01-01T00:00:00Z").json()
    night = call("GET", f"{path}?activity=OPS-01&at=2026-10-25T02:30&zone=Europe/Berlin").json()

    assert now["person"] == {"name": "Mira Rossi", "email": owner.email}
    assert (now["through"], now["acting_for"], now["gap"]) == ("holder", "", "")
    assert before["person"] is None
    assert "No matrix" in before["gap"]
    assert "comes twice" in night["note"]
    assert night["at"] == "2026-10-25T00:30:00Z"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "activity=ZZZ-99",
        "activity=OPS-01&at=soon",
        "activity=OPS-01&zone=Mars",
        "activity=OPS-01&x=1",
        "activity=OPS-01&at=2026-13-45T99:99",
        "activity=OPS-01&at=0001-01-01T00:00&zone=Asia/Tokyo",
    ],
)
def test_rest_refuses_what_cannot_be_asked(call, system, query):
    assert call("GET", f"/api/v1/systems/{system.ref}/on-call/?{query}").status_code == 400


def test_a_foreign_system_is_not_there(stranger, system):
    ask = caller(issue_token(actor=stranger, name="t", scopes=list(Scope))[1])

    assert ask("GET", f"/api/v1/systems/{system.ref}/on-call/?activity=OPS-01").status_code == 404


def test_the_systems_page_says_who_it_is_now(as_user, officer, system, in_force):
    text = as_user(officer).get(f"/systems/{system.ref}/").content.decode()

    assert "Right now" in text
    assert f"/raci/now/?system={system.ref}" in text
