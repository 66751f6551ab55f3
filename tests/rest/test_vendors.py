"""Vendors and agreements over REST."""

from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.vendors.models import Agreement
from tests.rest.test_conventions import caller


def test_an_agreement_is_added_signed_and_its_state_derived(officer, claims):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    vendor = call("POST", "/api/v1/vendors/", {"name": "Kelda AI", "country": "IE"}).json()
    body = {
        "kind": "DPA",
        "title": "Data processing",
        "vendor": vendor["ref"],
        "unit": claims.pk,
        "our_party": "Halden Mutual AG",
        "notice_days": 30,
    }

    added = call("POST", "/api/v1/agreements/", body)
    assert (added.status_code, added.json()["state"]) == (201, "draft")
    path = f"/api/v1/agreements/{added.json()['ref']}/"
    signed = call("POST", f"{path}sign/", {"signed_on": "2026-01-02"})
    assert (signed.status_code, signed.json()["state"]) == (200, "in_force")


def test_an_agreement_of_another_unit_is_not_found(officer, stranger, claims):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    vendor = call("POST", "/api/v1/vendors/", {"name": "Kelda AI"}).json()["ref"]
    body = {"kind": "NDA", "title": "T", "vendor": vendor, "unit": claims.pk, "our_party": "H"}
    ref = call("POST", "/api/v1/agreements/", body).json()["ref"]

    foreign = caller(issue_token(actor=stranger, name="t", scopes=list(Scope))[1])
    assert foreign("GET", f"/api/v1/agreements/{ref}/").status_code == 404
    assert foreign("GET", "/api/v1/agreements/").json()["items"] == []
    assert Agreement.objects.filter(ref=ref).exists()
