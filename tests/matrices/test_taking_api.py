"""Copying, pasting, handing over and signing over REST: as on the pages, with what that broke."""

import pytest

from governance.accounts.actions import deactivate
from governance.classification.actions import answer_facts
from governance.classification.queries import engine, provisional, usual_answers
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices import actions, queries
from raci.matrices.belongings import belongings
from raci.matrices.models import Matrix
from raci.matrices.schemes import Letter
from tests.factories import put_in_force
from tests.obligations.conftest import HIGH
from tests.rest.test_conventions import caller

MATRICES, LEAVERS = "/api/v1/matrices/", "/api/v1/leavers/"


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person."""
    return lambda person: caller(issue_token(actor=person, name="t", scopes=list(Scope))[1])


@pytest.fixture
def in_force(draft, officer) -> Matrix:
    """A system's matrix, in force."""
    put_in_force(draft, actor=officer)
    return Matrix.objects.with_grid().get(pk=draft.pk)


def letter(matrix: Matrix, code: str, somebody) -> str:
    rows = matrix.assignments.filter(activity=code, party__person=somebody)
    return rows.values_list("letter", flat=True).first() or ""


# --- copying ----------------------------------------------------------------------------------
def test_a_template_is_copied_as_one_save(as_caller, draft, default, officer, owner):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.C})
    call, path = as_caller(officer), f"{MATRICES}{draft.pk}/copy/"
    copied = call("POST", path, {"source": default.pk})

    assert copied.status_code == 200, copied.content
    assert letter(Matrix.objects.get(pk=copied.json()["id"]), "CHG-01", owner) == "A"
    assert Entry.objects.filter(action="matrix.copied").count() == 1
    assert call("POST", path, {"source": default.pk}).status_code == 409


def test_nothing_is_copied_from_what_one_does_not_see(
    as_caller, draft, default, officer, owner, stranger
):
    path = f"{MATRICES}{draft.pk}/copy/"

    assert as_caller(officer)("POST", path, {"source": 999_999}).status_code == 404
    assert as_caller(officer)("POST", path, {"source": draft.pk}).status_code == 404
    assert as_caller(stranger)("POST", path, {"source": default.pk}).status_code == 404
    assert as_caller(officer)("POST", path, {"from": default.pk}).status_code == 400


def test_copying_needs_who_may_assign(as_caller, draft, default, auditor):
    answer = as_caller(auditor)("POST", f"{MATRICES}{draft.pk}/copy/", {"source": default.pk})

    assert answer.status_code == 403


# --- pasting ----------------------------------------------------------------------------------
def test_rows_are_pasted_as_one_save(as_caller, draft, officer, owner):
    text = f"Code\t{owner.email}\nCHG-01\tC\nOPS-01\tI"
    saved = as_caller(officer)("POST", f"{MATRICES}{draft.pk}/paste/", {"text": text})

    assert saved.status_code == 200, saved.content
    matrix = Matrix.objects.get(pk=saved.json()["id"])
    assert (letter(matrix, "CHG-01", owner), letter(matrix, "OPS-01", owner)) == ("C", "I")
    assert Entry.objects.filter(action="matrix.saved").count() == 1


def test_a_block_is_pasted_where_it_is_said_to_begin(as_caller, draft, officer, owner):
    column = draft.parties.get(person=owner).pk
    body = {"text": "C", "row": "CHG-01", "column": column}
    saved = as_caller(officer)("POST", f"{MATRICES}{draft.pk}/paste/", body)

    assert letter(Matrix.objects.get(pk=saved.json()["id"]), "CHG-01", owner) == "C"


def test_what_cannot_be_pasted_names_row_and_column(as_caller, draft, officer, owner):
    call, path = as_caller(officer), f"{MATRICES}{draft.pk}/paste/"
    wrong = call("POST", path, {"text": f"Code\t{owner.email}\nCHG-01\tZ\nXYZ-99\tC"})
    said = str(wrong.json()["errors"])

    assert wrong.status_code == 400
    assert "Row 2 (CHG-01), column B" in said
    assert "Row 3: the matrix has no row" in said
    assert call("POST", path, {"text": "C"}).status_code == 400
    assert not Entry.objects.filter(action="matrix.saved").exists()


def test_pasting_what_is_there_changes_nothing(as_caller, draft, officer, owner):
    answer = as_caller(officer)(
        "POST", f"{MATRICES}{draft.pk}/paste/", {"text": f"Code\t{owner.email}\nCHG-01\tA"}
    )

    assert (answer.status_code, answer.json()["id"]) == (200, draft.pk)
    assert not Entry.objects.filter(action="matrix.saved").exists()


# --- leavers ----------------------------------------------------------------------------------
def test_whoever_left_is_listed_with_what_they_answer_for(
    as_caller, in_force, officer, ops_lead, administrator
):
    call = as_caller(officer)
    assert call("GET", LEAVERS).json()["items"] == []
    deactivate(ops_lead, actor=administrator)
    listed = call("GET", LEAVERS).json()["items"]
    told = call("GET", f"{LEAVERS}{ops_lead.pk}/").json()

    assert [row["email"] for row in listed] == [ops_lead.email]
    assert told["has_left"] is True
    assert len(told["items"]) == len(belongings(ops_lead, officer))
    assert told["items"][0]["is_accountable"] is True


def test_things_are_reassigned_and_the_answer_says_what_that_broke(
    as_caller, in_force, officer, owner
):
    call = as_caller(officer)
    items = call("GET", f"{LEAVERS}{owner.pk}/").json()["items"]
    rollback = next(one for one in items if one["what"].startswith("CHG-05"))
    body = {"items": [{"key": rollback["key"], "to": officer.email}]}
    done = call("POST", f"{LEAVERS}{owner.pk}/reassign/", body)

    assert done.status_code == 200, done.content
    assert done.json()["moved"] == 1
    assert "R05" in {one["rule"] for one in done.json()["broke"]}
    assert {one["system"] for one in done.json()["broke"]} == {in_force.system.ref}
    assert not any(one["what"].startswith("CHG-05") for one in done.json()["left"])
    assert call("POST", f"{LEAVERS}{owner.pk}/reassign/", body).status_code == 409


def test_reassigning_is_for_those_who_may_assign_there(
    as_caller, in_force, officer, owner, auditor, stranger
):
    key = belongings(owner, officer)[0].key
    body, path = {"items": [{"key": key, "to": officer.email}]}, f"{LEAVERS}{owner.pk}/reassign/"

    assert as_caller(auditor)("POST", path, body).status_code == 409
    assert as_caller(stranger)("GET", f"{LEAVERS}{owner.pk}/").status_code == 404
    assert as_caller(stranger)("POST", path, body).status_code == 404
    twice = {"items": body["items"] * 2}
    assert as_caller(officer)("POST", path, twice).status_code == 400
    assert as_caller(officer)("POST", path, {"items": []}).status_code == 400


# --- signing ----------------------------------------------------------------------------------
def test_a_signature_over_rest_says_which_rows_it_made_mandatory(
    as_caller, monkeypatch, staffed, system, officer
):
    signed = queries.current_tiers
    for module in (queries, actions):
        monkeypatch.setattr(
            module, "current_tiers", lambda ids: {system.pk: "minimal"} | signed(list(ids))
        )
    matrix = actions.make_matrix(system, actor=officer)
    put_in_force(matrix, actor=officer)
    answer_facts(system, facts=usual_answers(system) | HIGH, actor=officer)
    body = {
        "reason": "Checked with the team.",
        "facts_digest": provisional(system).facts.digest,
        "pack_version": engine().pack.version,
    }
    call = as_caller(officer)
    answer = call("POST", f"/api/v1/classifications/{system.ref}/sign/", body)

    assert answer.status_code == 201, answer.content
    broke = answer.json()["broke"]
    assert {"R01"} <= {one["rule"] for one in broke}
    assert "SAF-01" in {one["row"] for one in broke}
    found = call("GET", answer.json()["raci_validation"]).json()["findings"]
    assert {one["reason"] for one in broke} <= {one["reason"] for one in found}


def test_a_signature_that_breaks_nothing_says_so(as_caller, officer, system):
    answer_facts(system, facts=usual_answers(system), actor=officer)
    body = {
        "reason": "Checked.",
        "facts_digest": provisional(system).facts.digest,
        "pack_version": engine().pack.version,
    }
    answer = as_caller(officer)("POST", f"/api/v1/classifications/{system.ref}/sign/", body)

    assert answer.json()["broke"] == []
