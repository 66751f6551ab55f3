"""Matrices over REST: the same actions, the same refusals."""

import pytest

from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from tests.rest.test_conventions import caller

URL = "/api/v1/matrices/"


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person."""
    return lambda person: caller(issue_token(actor=person, name="t", scopes=list(Scope))[1])


def test_a_default_is_made_for_a_unit_and_a_matrix_for_a_system(
    as_caller, officer, ops_lead, organisation, system
):
    call = as_caller(officer)
    default = call("POST", URL, {"unit": organisation.pk})
    address = f"{URL}{default.json()['id']}"
    sent = call("POST", f"{address}/submit/")
    own = call("POST", f"{address}/activate/")
    in_force = as_caller(ops_lead)("POST", f"{address}/activate/")
    made = call("POST", URL, {"system": system.ref})

    assert (default.status_code, sent.status_code, made.status_code) == (201, 200, 201)
    assert (sent.json()["status"], in_force.json()["status"]) == ("in_review", "active")
    assert (own.status_code, in_force.status_code) == (403, 200)
    assert made.json()["system"] == system.ref
    assert call("POST", URL, {}).status_code == 400
    assert call("POST", URL, {"system": system.ref}).status_code == 409


def test_cells_are_written_against_the_etag_as_one_entry(as_caller, officer, owner, draft):
    call = as_caller(officer)
    read = call("GET", f"{URL}{draft.pk}/")
    party = draft.parties.get(person=owner).pk
    body = {"cells": [{"activity": "CHG-01", "party": party, "letter": None}]}
    saved = call("PATCH", f"{URL}{draft.pk}/", body, if_match=read["ETag"])
    stale = call("PATCH", f"{URL}{draft.pk}/", body, if_match=read["ETag"])

    assert (saved.status_code, stale.status_code) == (200, 412)
    assert Entry.objects.filter(action="matrix.saved").count() == 1
    found = call("GET", f"{URL}{draft.pk}/findings/").json()
    errors = [item for item in found if item["severity"] == "error"]
    assert [(item["rule"], item["row"]) for item in errors] == [("R02", "CHG-01")]
    assert errors[0]["link"] == f"/systems/{draft.system.ref}/raci/#CHG-01"
    refused = call("POST", f"{URL}{draft.pk}/submit/")
    assert refused.status_code == 409
    assert "Nobody is accountable" in refused.json()["detail"]


def test_columns_and_rows_are_chosen(as_caller, officer, draft):
    call = as_caller(officer)
    column = call("POST", f"{URL}{draft.pk}/parties/", {"label": "Kelda AI", "kind": "vendor"})
    rows = call("POST", f"{URL}{draft.pk}/rows/", {"codes": ["OPS-01", "CHG-01"]})

    assert column.status_code == 200
    assert rows.json()["activities"] == ["OPS-01", "CHG-01"]
    assert call("POST", f"{URL}{draft.pk}/rows/", {"codes": ["ZZZ-99"]}).status_code == 409


def test_a_stranger_and_a_reader_change_nothing(as_caller, stranger, auditor, draft):
    assert as_caller(stranger)("GET", f"{URL}{draft.pk}/").status_code == 404
    assert as_caller(stranger)("GET", f"{URL}?system={draft.system.ref}").json()["items"] == []
    assert as_caller(auditor)("POST", f"{URL}{draft.pk}/activate/").status_code == 403
    assert Matrix.objects.get(pk=draft.pk).status == MatrixStatus.DRAFT


def test_what_goes_back_is_a_draft_with_a_reason(as_caller, officer, ops_lead, draft):
    call, address = as_caller(ops_lead), f"{URL}{draft.pk}"
    as_caller(officer)("POST", f"{address}/submit/")
    bare = call("POST", f"{address}/send-back/", {})
    back = call("POST", f"{address}/send-back/", {"reason": "Who stands in at night?"}).json()

    assert bare.status_code == 400
    assert (back["status"], back["returned_reason"]) == ("draft", "Who stands in at night?")


def test_a_row_is_kept_apart_and_brought_back(as_caller, officer, draft):
    call, address = as_caller(officer), f"{URL}{draft.pk}"
    apart = call("POST", f"{address}/override/", {"codes": ["CHG-01"]}).json()
    back = call("POST", f"{address}/inherit/", {"codes": ["CHG-01"]}).json()

    assert (apart["overridden"], back["overridden"]) == (["CHG-01"], [])
    assert call("POST", f"{address}/inherit/", {"codes": ["ZZZ-99"]}).status_code == 409
