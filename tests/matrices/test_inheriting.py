"""Matrices follow the default above, row by row."""

import pytest

from governance.ledger.models import Entry
from raci.matrices import actions, grid, inherit_actions, queries
from raci.matrices.models import Matrix
from raci.matrices.review_rules import Origin
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter
from raci.people import actions as people
from tests.factories import put_in_force


def letter(matrix: Matrix, code: str, person) -> str:
    rows = matrix.assignments.filter(activity=code, party__person=person)
    return rows.values_list("letter", flat=True).first() or ""


def change_default(default: Matrix, officer, code: str, role: str, to: Letter | None) -> Matrix:
    """Give a role another letter in the default, and put that in force."""
    fresh = Matrix.objects.get(pk=default.pk)
    party = fresh.parties.get(roles=[role])
    second = actions.save_matrix(fresh, actor=officer, cells={(code, party.pk): to})
    put_in_force(second, actor=officer)
    return second


def in_force(system) -> Matrix:
    return Matrix.objects.with_grid().get(system=system, status=MatrixStatus.ACTIVE)


def standings(matrix: Matrix) -> dict[str, str]:
    table = grid.grid(Matrix.objects.with_grid().get(pk=matrix.pk))
    return {row.activity.code: row.standing for _, rows in table.phases for row in rows}


@pytest.fixture
def active(draft, officer) -> Matrix:
    """A system's matrix, in force."""
    put_in_force(draft, actor=officer)
    return draft


def test_a_changed_row_is_overridden_and_the_others_are_inherited(draft, officer, owner):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.AR})

    assert {code for code, state in standings(draft).items() if state != "inherited"} == {"CHG-01"}


def test_an_inherited_row_follows_the_default_in_force(active, staffed, system, officer, owner):
    change_default(staffed, officer, "OPS-02", "PO", Letter.C)
    found = in_force(system)

    assert (letter(active, "OPS-02", owner), letter(found, "OPS-02", owner)) == ("I", "C")
    assert (found.version, found.origin) == (2, Origin.INHERITED)
    active.refresh_from_db()
    assert active.status == MatrixStatus.SUPERSEDED
    assert Entry.objects.filter(action="matrix.inherited").count() == 1


def test_an_overridden_row_does_not_follow(active, staffed, system, officer, owner):
    put_in_force(inherit_actions.override(active, actor=officer, codes=["OPS-02"]), actor=officer)
    change_default(staffed, officer, "OPS-02", "PO", Letter.C)

    assert letter(in_force(system), "OPS-02", owner) == "I"
    assert standings(in_force(system))["OPS-02"] == "overridden"


def test_back_to_inherited_says_what_the_default_says(draft, officer, owner):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.C})
    inherit_actions.inherit(draft, actor=officer, codes=["CHG-01"])

    assert letter(draft, "CHG-01", owner) == "A"
    assert standings(draft)["CHG-01"] == "inherited"


def test_a_draft_follows_too_and_keeps_its_own_rows(active, staffed, system, officer, owner):
    cell = ("CHG-01", active.parties.get(person=owner).pk)
    draft = actions.save_matrix(active, actor=officer, cells={cell: Letter.AR})
    change_default(staffed, officer, "OPS-02", "PO", Letter.C)

    assert (letter(draft, "OPS-02", owner), letter(draft, "CHG-01", owner)) == ("C", "AR")
    assert queries.current_of(system) == draft


def test_a_row_that_was_dropped_stays_dropped(active, staffed, system, officer):
    codes = [code for code in active.activities if code != "OPS-04"]
    put_in_force(actions.set_rows(active, actor=officer, codes=codes), actor=officer)
    change_default(staffed, officer, "OPS-02", "PO", Letter.C)

    assert "OPS-04" not in in_force(system).activities


def test_a_row_that_is_added_says_what_the_default_says(draft, officer, owner):
    codes = [code for code in draft.activities if code != "CHG-01"]
    actions.set_rows(draft, actor=officer, codes=codes)
    actions.set_rows(Matrix.objects.get(pk=draft.pk), actor=officer, codes=[*codes, "CHG-01"])

    assert letter(draft, "CHG-01", owner) == "A"
    assert standings(draft)["CHG-01"] == "inherited"


def test_a_units_default_follows_the_organisations_and_passes_it_on(
    staffed, system, claims, officer, owner
):
    middle = actions.make_default_matrix(claims, actor=officer)
    finance = middle.parties.get(roles=["PO"])
    cells = {("OPS-03", finance.pk): Letter.C}
    put_in_force(actions.save_matrix(middle, actor=officer, cells=cells), actor=officer)
    put_in_force(actions.make_matrix(system, actor=officer), actor=officer)
    change_default(staffed, officer, "OPS-02", "PO", Letter.C)
    change_default(staffed.unit.matrices.get(status="active"), officer, "OPS-03", "PO", None)

    found = in_force(system)
    assert (letter(found, "OPS-02", owner), letter(found, "OPS-03", owner)) == ("C", "C")
    assert claims.matrices.get(status="active").origin == Origin.INHERITED


def test_a_role_that_passed_on_leaves_the_row_behind_until_it_is_brought_up(
    active, organisation, officer, auditor
):
    people.name_holder(organisation, role="BS", person=auditor, actor=officer)
    late = [code for code, state in standings(active).items() if state == "behind"]
    draft = inherit_actions.inherit(active, actor=officer, codes=late)

    assert "CHG-01" in late
    assert letter(draft, "CHG-01", auditor) == "I"
    assert "behind" not in standings(draft).values()


def test_the_page_of_a_row_shows_both_and_what_one_may_do(as_user, officer, owner, draft):
    cell = ("CHG-01", draft.parties.get(person=owner).pk)
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.AR})
    client, address = as_user(officer), f"/raci/{draft.pk}/rows/CHG-01/"
    before = client.get(address).content.decode()
    client.post(f"/raci/{draft.pk}/stand/", {"codes": "CHG-01", "inherit": "1"})
    after = client.get(address).content.decode()

    assert "This row is overridden" in before
    assert "Override this row" not in before
    assert "This row is inherited" in after
    assert "Override this row" in after
    assert client.get(f"/raci/{draft.pk}/rows/ZZZ-99/").status_code == 404
