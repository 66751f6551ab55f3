"""Holders, authorities, absences and delegations over REST."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.people.models import Authority, RoleHolder
from tests.rest.test_conventions import caller

DAY = timedelta(days=1)


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person."""
    return lambda person: caller(issue_token(actor=person, name="t", scopes=list(Scope))[1])


def period(first=1, last=5) -> dict[str, str]:
    now = timezone.now()
    return {
        "starts_at": (now + first * DAY).isoformat(),
        "ends_at": (now + last * DAY).isoformat(),
        "zone": "Europe/Berlin",
    }


def test_a_holder_and_a_deputy_are_named_and_ended(as_caller, officer, owner, organisation):
    call = as_caller(officer)
    body = {"unit": organisation.pk, "role": "AO", "person": owner.email}
    holder = call("POST", "/api/v1/role-holders/", {**body, "fte_share": "0.50"})
    deputy = call("POST", "/api/v1/role-holders/", {**body, "rank": "deputy"})
    again = call("POST", "/api/v1/role-holders/", {**body, "rank": "deputy"})
    ended = call("POST", f"/api/v1/role-holders/{deputy.json()['id']}/end/", {})

    assert (holder.status_code, deputy.status_code, again.status_code) == (201, 201, 409)
    assert holder.json()["fte_share"] == "0.50"
    assert ended.json()["until"]
    assert RoleHolder.objects.now().count() == 1


def test_an_authority_is_given_with_a_limit_and_taken(as_caller, officer, owner, organisation):
    call = as_caller(officer)
    body = {"unit": organisation.pk, "person": owner.email, "kind": "sign-contract"}
    given = call("POST", "/api/v1/authorities/", {**body, "limit": "25000.00", "currency": "EUR"})
    half = call("POST", "/api/v1/authorities/", {**body, "limit": "5.00"})
    taken = call("POST", "/api/v1/authorities/", {**body, "holds": False})

    assert (given.status_code, half.status_code, taken.status_code) == (204, 409, 204)
    assert not Authority.objects.now().exists()
    (item,) = call("GET", "/api/v1/authorities/").json()["items"]
    assert (item["limit"], item["currency"]) == ("25000.00", "EUR")


def test_an_absence_asks_its_delegate_who_accepts(as_caller, owner, ops_lead):
    body = {"person": owner.email, "delegate": ops_lead.email, **period()}
    made = as_caller(owner)("POST", "/api/v1/absences/", body)
    path = f"/api/v1/delegations/{made.json()['delegation']}/"
    own = as_caller(owner)("POST", f"{path}accept/", {})
    accepted = as_caller(ops_lead)("POST", f"{path}accept/", {})
    ended = as_caller(owner)("POST", f"/api/v1/absences/{made.json()['id']}/cancel/", {})

    assert (made.status_code, own.status_code, accepted.status_code) == (201, 403, 200)
    assert ended.json()["cancelled_at"]
    assert as_caller(owner)("GET", path).json()["status"] == "withdrawn"


def test_a_delegation_is_refused_or_withdrawn(as_caller, owner, ops_lead):
    body = {"giver": owner.email, "taker": ops_lead.email, "reason": "Leave.", **period()}
    made = [
        as_caller(owner)("POST", "/api/v1/delegations/", {**body, "activities": ["CHG-01"]})
        for _ in range(2)
    ]
    first, second = (f"/api/v1/delegations/{answer.json()['id']}/" for answer in made)

    assert as_caller(ops_lead)("POST", f"{first}refuse/", {}).json()["status"] == "refused"
    assert as_caller(owner)("POST", f"{second}withdraw/", {}).json()["status"] == "withdrawn"
    assert as_caller(owner)("POST", f"{second}withdraw/", {}).status_code == 409


def test_a_stranger_sees_and_changes_nothing_of_claims(as_caller, stranger, owner):
    made = as_caller(owner)("POST", "/api/v1/absences/", {"person": owner.email, **period()})
    call = as_caller(stranger)

    assert call("GET", f"/api/v1/absences/{made.json()['id']}/").status_code == 404
    assert call("GET", "/api/v1/absences/").json()["items"] == []
    refused = call("POST", "/api/v1/absences/", {"person": owner.email, **period()})
    assert refused.status_code == 403
