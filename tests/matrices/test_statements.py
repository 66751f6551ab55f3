"""What people say about a matrix: they confirm what they answer for, and put things on record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.matrices import checking
from raci.matrices.models import Attestation, Declaration, Matrix
from raci.matrices.rules import Declared
from raci.matrices.statement_actions import attest, declare, end_declaration
from raci.matrices.statements import answered_by
from raci.people.actions import Term, name_holder
from tests.factories import put_in_force
from tests.rest.test_conventions import caller


@pytest.fixture
def in_force(draft, officer) -> Matrix:
    """The system's matrix, in force."""
    put_in_force(draft, actor=officer)
    return Matrix.objects.with_grid().get(pk=draft.pk)


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_each_confirms_the_rows_they_answer_for_and_no_others(in_force, owner, ops_lead):
    said = attest(in_force, actor=owner)

    assert "CHG-01" in said.activities
    assert "OPS-01" not in said.activities
    assert "OPS-01" in answered_by(in_force, ops_lead)
    assert entries("matrix.attested") == 1


def test_who_answers_for_nothing_confirms_nothing(in_force, auditor):
    with pytest.raises(PermissionDenied, match="accountable"):
        attest(in_force, actor=auditor)
    assert not Attestation.objects.exists()


def test_a_draft_is_not_confirmed(draft, owner):
    with pytest.raises(DomainError, match="not in force"):
        attest(draft, actor=owner)


def test_a_confirmation_counts_for_the_person_alone(in_force, owner, officer, ops_lead):
    attest(in_force, actor=owner)
    around = checking.surroundings([in_force])

    assert set(checking.situation(in_force, around).attested) == {owner.handle}


def test_the_page_confirms_and_shows_who_did(as_user, in_force, owner, auditor):
    page = as_user(owner).post(f"/raci/{in_force.pk}/confirm/", follow=True).content.decode()

    assert "You confirmed" in page
    assert "Mira Rossi, " in page
    assert as_user(auditor).post(f"/raci/{in_force.pk}/confirm/").status_code == 403


def test_rest_confirms(in_force, owner):
    call = caller(issue_token(actor=owner, name="t", scopes=list(Scope))[1])
    answer = call("POST", f"/api/v1/matrices/{in_force.pk}/attest/")

    assert answer.status_code == 201
    assert answer.json()["person"] == owner.email


def test_rest_puts_a_control_on_record_and_lists_it(in_force, officer):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    path = f"/api/v1/matrices/{in_force.pk}/"
    body = {"rule": "R11", "activity": "CHG-03", "text": "Fay reads it again."}
    made = call("POST", f"{path}declare/", body)
    wrong = call("POST", f"{path}declare/", {"rule": "R18", "text": "Whose?"})
    listed = call("GET", f"{path}declarations/").json()

    assert (made.status_code, wrong.status_code) == (201, 409)
    assert [row["activity"] for row in listed] == ["CHG-03"]
    assert listed[0]["declared_by"] == officer.email


@pytest.fixture
def conflicted(in_force, officer, owner, organisation) -> Matrix:
    """The same; who answers for its quality is measured on delivery alone."""
    name_holder(organisation, role="BS", person=owner, actor=officer, term=Term(delivery_only=True))
    return in_force


def found(matrix: Matrix, rule: str) -> list[str]:
    return [one.reason for one in checking.findings(matrix) if one.rule == rule]


def test_a_declared_conflict_is_found_no_more_until_it_is_ended(conflicted, owner, system):
    before = found(conflicted, "R18")
    said = declare(system, actor=owner, rule=Declared.CONFLICT, person=owner, text="Reported.")
    while_declared = found(conflicted, "R18")
    end_declaration(said, actor=owner)

    assert len(before) == 1
    assert while_declared == []
    assert found(conflicted, "R18") == before
    assert (entries("declaration.made"), entries("declaration.ended")) == (1, 1)


def test_nobody_declares_the_conflict_of_another_without_assigning(conflicted, auditor, owner):
    with pytest.raises(PermissionDenied):
        declare(conflicted.system, actor=auditor, rule=Declared.CONFLICT, person=owner, text="Hm.")


WRONG = [
    ({"rule": Declared.CONFLICT, "text": "x"}, "conflict is of a person"),
    ({"rule": Declared.FEW, "text": "  "}, "Say what"),
    ({"rule": Declared.SEPARATION, "text": "x", "activity": "ABC-99"}, "no control for ABC-99"),
]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_what_says_nothing_is_refused(in_force, officer, given, words):
    with pytest.raises(DomainError, match=words):
        declare(in_force.system, actor=officer, **given)


def test_a_control_stands_once_and_is_ended_once(in_force, officer):
    said = declare(in_force.system, actor=officer, rule=Declared.FEW, text="The board looks.")

    with pytest.raises(DomainError, match="on record already"):
        declare(in_force.system, actor=officer, rule=Declared.FEW, text="Again.")
    end_declaration(said, actor=officer)
    with pytest.raises(DomainError, match="ended already"):
        end_declaration(said, actor=officer)


def test_the_database_knows_what_a_declaration_is_about(in_force, officer):
    about = {"system": in_force.system, "declared_by": officer, "text": "x"}

    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.create(rule=Declared.CONFLICT, **about)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.create(rule=Declared.FEW, **{**about, "text": ""})


def test_a_control_is_put_on_record_and_ended_on_the_page(as_user, officer, in_force):
    client = as_user(officer)
    body = {"about": "R11 CHG-03", "text": "Fay reads each validation again."}
    page = client.post(f"/raci/{in_force.pk}/record/", body, follow=True).content.decode()
    said = Declaration.objects.get()

    assert "Fay reads each validation again." in page
    assert said.activity == "CHG-03"
    client.post(f"/raci/{in_force.pk}/record/{said.pk}/end/")
    said.refresh_from_db()
    assert said.ended_at
    wrong = client.post(f"/raci/{in_force.pk}/record/", {"about": "R99", "text": ""})
    assert wrong.status_code == 422
