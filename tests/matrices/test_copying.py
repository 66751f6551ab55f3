"""Copying rows from a default or another system's matrix."""

import pytest

from governance.accounts.rules import Role
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from raci.matrices import actions
from raci.matrices.copy_actions import copy_rows, would_change
from raci.matrices.models import Matrix
from raci.matrices.schemes import Letter
from raci.people.actions import empower
from tests.conftest import person
from tests.factories import make_system, put_in_force


@pytest.fixture
def other(draft, organisation, officer, administrator) -> Matrix:
    """Another system's matrix, in force, with another owner and one row of its own."""
    hana = person("Hana Reyes", Role.SYSTEM_OWNER, organisation, administrator)
    empower(organisation, person=hana, kind="stop-system", actor=officer)
    system = make_system(actor=officer, unit=organisation, owner=hana)
    matrix = actions.make_matrix(system, actor=officer)
    cell = ("OPS-04", matrix.parties.get(person=officer).pk)
    actions.save_matrix(matrix, actor=officer, cells={cell: Letter.R})
    put_in_force(matrix, actor=officer)
    return Matrix.objects.with_grid().get(pk=matrix.pk)


def letter(matrix: Matrix, code: str, somebody) -> str:
    rows = matrix.assignments.filter(activity=code, party__person=somebody)
    return rows.values_list("letter", flat=True).first() or ""


def test_what_would_change_is_shown_and_copied_as_one_entry(draft, other, officer):
    changes = would_change(draft, other)
    copy_rows(draft, source=other, actor=officer)
    fresh = Matrix.objects.with_grid().get(pk=draft.pk)

    assert "OPS-04" in {one.code for one in changes}
    assert letter(draft, "OPS-04", officer) == "R"
    assert not would_change(fresh, other)
    assert Entry.objects.filter(action="matrix.copied").count() == 1
    with pytest.raises(DomainError, match="already"):
        copy_rows(fresh, source=other, actor=officer)


def test_a_default_is_copied_with_people_for_its_roles(draft, staffed, officer, owner):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.C})
    fresh = Matrix.objects.with_grid().get(pk=draft.pk)
    source = Matrix.objects.with_grid().get(pk=staffed.pk)
    copy_rows(fresh, source=source, actor=officer)

    assert letter(draft, "CHG-01", owner) == "A"


def test_the_page_shows_first_and_copies_then(as_user, officer, draft, other, stranger):
    client, address = as_user(officer), f"/raci/{draft.pk}/copy/"
    page = client.get(f"{address}?from={other.pk}").content.decode()
    form = {"from": other.pk, "row_version": draft.row_version}
    answer = client.post(address, form, follow=True).content.decode()

    assert "would change" in page
    assert "The rows are copied into version 1." in answer
    assert client.get(f"{address}?from=999999").status_code == 404
    assert as_user(stranger).get(address).status_code == 404
