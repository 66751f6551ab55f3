"""People and cover: the page, its forms, and what a change broke."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices import actions
from raci.matrices.models import Matrix
from raci.people.absence_actions import Period, delegate_to
from raci.people.models import Absence, Delegation, RoleHolder
from raci.people.rules import Rank
from tests.factories import put_in_force
from tests.rest.test_conventions import caller

DAY = timedelta(days=1)


@pytest.fixture
def in_force(draft, officer) -> Matrix:
    """The system's matrix, in force."""
    put_in_force(draft, actor=officer)
    return draft


def typed(first=1, last=5) -> dict[str, str]:
    now = timezone.now()
    spans = {"starts_at": now + first * DAY, "ends_at": now + last * DAY}
    return {"zone": "UTC"} | {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in spans.items()}


def asked(giver, taker) -> Delegation:
    now = timezone.now()
    period = Period(now, now + 5 * DAY)
    return delegate_to(giver, taker=taker, actor=giver, period=period, reason="Leave.")


def test_the_page_shows_holders_absences_and_what_waits(as_user, owner, officer, staffed):
    asked(officer, owner)
    text = as_user(owner).get("/cover/").content.decode()

    assert "Waiting for your answer" in text
    assert "Act for Ines Halvorsen" in text
    assert "Jonas Weber" in text
    assert "Name a deputy" not in text


def test_an_absence_says_at_once_what_it_left_uncovered(as_user, owner, in_force):
    page = as_user(owner).post(
        "/cover/absences/new/", {"person": owner.pk, "kind": "leave", **typed()}, follow=True
    )

    assert Absence.objects.get().person == owner
    assert "to mend" in page.content.decode()
    assert "nobody stands in" in page.content.decode()


def test_an_absence_with_a_deputy_breaks_nothing(as_user, owner, officer, ops_lead, in_force):
    client = as_user(officer)
    client.post(
        f"/cover/deputies/new/?unit={in_force.home.pk}", {"role": "PO", "person": ops_lead.pk}
    )
    assert RoleHolder.objects.filter(rank=Rank.DEPUTY).exists()


def test_a_delegation_is_asked_for_and_accepted(as_user, owner, ops_lead):
    client = as_user(owner)
    form = {"giver": owner.pk, "taker": ops_lead.pk, "reason": "Leave.", **typed()}
    client.post("/cover/delegations/new/", form)
    delegation = Delegation.objects.get()
    refused = client.post(f"/cover/delegations/{delegation.pk}/accept/")
    accepted = as_user(ops_lead).post(f"/cover/delegations/{delegation.pk}/accept/")
    delegation.refresh_from_db()

    assert (refused.status_code, accepted.status_code) == (403, 302)
    assert delegation.status == "accepted"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("absences", {"kind": "leave", **typed(5, 1)}),
        ("absences", {"kind": "leave", **typed(), "zone": "Mars"}),
        ("delegations", {"reason": "x", **typed()}),
    ],
)
def test_what_cannot_be_is_said_in_the_form(as_user, owner, path, form):
    whole = {"person": owner.pk, "giver": owner.pk, "taker": owner.pk, **form}
    page = as_user(owner).post(f"/cover/{path}/new/", whole)

    assert page.status_code == 422
    assert not Absence.objects.exists()
    assert not Delegation.objects.exists()


def test_ending_an_absence_and_a_term_from_the_page(as_user, owner, officer, staffed):
    client = as_user(officer)
    client.post("/cover/absences/new/", {"person": owner.pk, "kind": "travel", **typed()})
    client.post(f"/cover/absences/{Absence.objects.get().pk}/cancel/")
    seat = RoleHolder.objects.get(role="AO")
    client.post(f"/cover/seats/{seat.pk}/end/")
    seat.refresh_from_db()

    assert not Absence.objects.ahead().exists()
    assert seat.until


def test_foreign_things_and_other_verbs_are_not_there(as_user, stranger, owner, ops_lead):
    delegation = asked(owner, ops_lead)

    assert as_user(stranger).post(f"/cover/delegations/{delegation.pk}/accept/").status_code == 404
    assert as_user(owner).post(f"/cover/delegations/{delegation.pk}/burn/").status_code == 404


def test_rest_validates_what_is_in_force_else_the_draft(officer, system, draft, owner):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    path = f"/api/v1/systems/{system.ref}/raci/validation/"
    before = call("GET", path).json()
    cells = {("CHG-01", draft.parties.get(person=owner).pk): None}
    actions.save_matrix(draft, actor=officer, cells=cells)
    after = call("GET", path).json()

    assert (before["status"], before["error_count"]) == ("draft", 0)
    assert (after["error_count"], after["findings"][0]["rule"]) == (1, "R02")


def test_rest_says_when_there_is_no_matrix(officer, system):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    answer = call("GET", f"/api/v1/systems/{system.ref}/raci/validation/").json()

    assert (answer["version"], answer["status"], answer["findings"]) == (None, "none", [])
