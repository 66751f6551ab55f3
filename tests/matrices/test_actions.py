"""Making, saving and activating matrices."""

import pytest
from django.core.exceptions import PermissionDenied

from governance.accounts import actions as accounts
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.ledger.models import Entry
from governance.ledger.queries import body, data_with_personal
from raci.matrices import actions, checking, queries
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import Letter
from raci.people import actions as people
from raci.people.models import Authority
from tests.factories import put_in_force


def column(matrix: Matrix, person) -> int:
    return matrix.parties.get(person=person).pk


def entries(action: str):
    return Entry.objects.filter(action=action)


def test_a_matrix_resolves_roles_to_people_and_merges_their_letters(draft, ops_lead, owner):
    letters = queries.letters_of(draft)

    assert letters["OPS-01", column(draft, ops_lead)] == Letter.AR
    assert letters["CHG-01", column(draft, owner)] == Letter.A
    assert "AO" in draft.parties.get(person=ops_lead).roles
    assert draft.parties.filter(kind=PartyKind.PERSON).count() == 3
    assert entries("matrix.made").filter(object_id=str(draft.pk)).count() == 1


def test_only_rows_that_concern_the_system_are_made(draft):
    assert "GOV-09" not in draft.activities
    assert "CHG-01" in draft.activities


def test_a_nearer_holder_wins_over_one_further_up(system, staffed, officer, ops_lead, claims):
    people.name_holder(claims, role="BS", person=ops_lead, actor=officer)
    matrix = actions.make_matrix(system, actor=officer)

    assert "BS" in matrix.parties.get(person=ops_lead).roles


def test_a_vacant_role_keeps_its_column_and_is_filled_when_somebody_is_named(
    system, default, officer, organisation
):
    matrix = actions.make_matrix(system, actor=officer)
    vacant = [f for f in checking.findings(matrix) if "Nobody holds the role AI-Ops" in f.reason]
    people.name_holder(organisation, role="AO", person=officer, actor=officer)

    assert vacant
    assert not [f for f in checking.findings(matrix) if "AI-Ops lead" in f.reason]


def test_without_a_default_a_matrix_is_refused(system, officer):
    with pytest.raises(DomainError, match="no organisation default"):
        actions.make_matrix(system, actor=officer)


def test_a_system_gets_one_matrix_only(draft, system, officer):
    with pytest.raises(DomainError, match="There is one already"):
        actions.make_matrix(system, actor=officer)


@pytest.mark.parametrize("who", ["stranger", "auditor", "owner"])
def test_only_who_may_assign_in_the_unit_changes_a_matrix(who, request, draft, system):
    person = request.getfixturevalue(who)
    before = Entry.objects.count()
    cell = ("OPS-02", draft.parties.first().pk)

    with pytest.raises(PermissionDenied):
        actions.save_matrix(draft, actor=person, cells={cell: Letter.C})
    with pytest.raises(PermissionDenied):
        put_in_force(draft, actor=person)
    with pytest.raises(PermissionDenied):
        people.name_holder(system.unit, role="AO", person=person, actor=person)
    assert Entry.objects.count() == before


def test_all_cells_of_one_save_are_one_entry_with_from_and_to(draft, officer, owner, ops_lead):
    cells = {
        ("CHG-01", column(draft, owner)): Letter.C,
        ("CHG-01", column(draft, ops_lead)): Letter.AR,
        ("OPS-02", column(draft, owner)): None,
    }
    saved = actions.save_matrix(draft, actor=officer, cells=cells, seen=draft.row_version)

    (entry,) = entries("matrix.saved")
    changes = data_with_personal(entry)["changes"]
    assert set(changes) == {"CHG-01", "OPS-02"}
    assert "Mira Rossi A" in changes["CHG-01"]["from"]
    assert "Mira Rossi C" in changes["CHG-01"]["to"]
    assert "Jonas Weber A/R" in changes["CHG-01"]["to"]
    assert "Mira Rossi I" in changes["OPS-02"]["from"]
    assert "Mira Rossi" not in changes["OPS-02"]["to"]
    assert b"Mira" not in bytes(entry.body)
    assert queries.letters_of(saved)["CHG-01", column(saved, ops_lead)] == Letter.AR
    assert saved.row_version == 2


def test_saving_what_is_there_already_writes_nothing(draft, officer, owner):
    cells = {("CHG-01", column(draft, owner)): Letter.A}
    actions.save_matrix(draft, actor=officer, cells=cells)

    assert not entries("matrix.saved").exists()


def test_a_stale_save_is_refused(draft, officer, owner):
    seen, cell = draft.row_version, ("CHG-01", column(draft, owner))
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.C}, seen=seen)

    with pytest.raises(StaleError):
        actions.save_matrix(draft, actor=officer, cells={cell: Letter.I}, seen=seen)


def test_a_cell_of_another_matrix_is_refused(draft, default, officer):
    foreign = default.parties.first().pk

    with pytest.raises(DomainError, match="not in the matrix"):
        actions.save_matrix(draft, actor=officer, cells={("CHG-01", foreign): Letter.R})


def test_a_draft_with_errors_may_be_saved_but_not_activated(draft, officer, owner):
    cells = {("CHG-01", column(draft, owner)): None}
    saved = actions.save_matrix(draft, actor=officer, cells=cells)

    with pytest.raises(DomainError, match="CHG-01: Nobody is accountable"):
        put_in_force(saved, actor=officer)
    saved.refresh_from_db()
    assert saved.status == MatrixStatus.DRAFT


def test_an_active_matrix_answers_who_is_accountable(draft, system, officer, owner, ops_lead):
    assert queries.accountable(system, "CHG-01") is None
    put_in_force(draft, actor=officer)

    assert queries.accountable(system, "CHG-01") == owner
    assert queries.accountable(system, "OPS-01") == ops_lead
    assert queries.accountable(system, "GOV-09") is None


def test_nobody_is_accountable_once_the_person_has_left(draft, system, officer, owner):
    put_in_force(draft, actor=officer)
    owner.is_active = False
    owner.save(update_fields=["is_active"])

    assert queries.accountable(system, "CHG-01") is None
    assert {f.row for f in checking.findings(draft) if "Mira Rossi has left" in f.reason} >= {
        "CHG-01",
        "CHG-05",
    }


def test_activating_twice_is_refused_and_leaves_one_entry(draft, officer):
    put_in_force(draft, actor=officer)

    with pytest.raises(TransitionError, match="it is active"):
        put_in_force(draft, actor=officer)
    assert entries("matrix.activated").filter(object_id=str(draft.pk)).count() == 1


def test_saving_an_active_matrix_makes_a_draft_that_supersedes_it(draft, officer, owner):
    put_in_force(draft, actor=officer)
    cells = {
        ("CHG-01", column(draft, owner)): Letter.R,
        ("CHG-01", column(draft, officer)): Letter.A,
    }
    second = actions.save_matrix(draft, actor=officer, cells=cells)
    draft.refresh_from_db()
    before = queries.accountable(draft.system, "CHG-01")
    put_in_force(second, actor=officer)
    draft.refresh_from_db()

    assert (second.version, before) == (2, owner)
    assert draft.status == MatrixStatus.SUPERSEDED
    assert queries.accountable(draft.system, "CHG-01") == officer
    assert Matrix.objects.filter(system=draft.system, status=MatrixStatus.ACTIVE).count() == 1


def test_a_second_draft_beside_the_open_one_is_refused(draft, officer, owner):
    put_in_force(draft, actor=officer)
    cell = ("CHG-01", column(draft, owner))
    actions.save_matrix(draft, actor=officer, cells={cell: Letter.AR})

    with pytest.raises(DomainError, match="Version 2 is being drafted"):
        actions.save_matrix(draft, actor=officer, cells={cell: Letter.R})


def test_rows_can_be_dropped_and_a_dropped_mandatory_row_is_found(draft, officer):
    codes = [code for code in draft.activities if code != "CHG-05"]
    matrix = actions.set_rows(draft, actor=officer, codes=codes)

    assert [f.row for f in checking.findings(matrix) if f.rule == "R01"] == ["CHG-05"]
    assert not matrix.assignments.filter(activity="CHG-05").exists()
    with pytest.raises(DomainError, match="no standard activity"):
        actions.set_rows(matrix, actor=officer, codes=["ZZZ-99"])


def test_a_column_is_added_once(draft, officer, auditor):
    matrix = actions.add_party(draft, actor=officer, person=auditor)
    actions.add_party(matrix, actor=officer, label="Kelda AI", kind=PartyKind.VENDOR)

    assert matrix.parties.filter(kind=PartyKind.VENDOR).get().label == "Kelda AI"
    with pytest.raises(DomainError, match="has a column already"):
        actions.add_party(matrix, actor=officer, person=auditor)


def test_naming_a_holder_ends_the_one_before_and_says_both(organisation, officer, owner, ops_lead):
    people.name_holder(organisation, role="AO", person=owner, actor=officer)
    people.name_holder(organisation, role="AO", person=ops_lead, actor=officer)

    last = entries("role_holder.named").order_by("pk").last()
    assert data_with_personal(last)["changes"]["holder"] == {
        "from": "Mira Rossi",
        "to": "Jonas Weber",
    }
    default = actions.make_default_matrix(organisation, actor=officer)
    assert queries.directory([default]).holder("AO", organisation) == ops_lead


def test_somebody_who_has_left_holds_no_role(organisation, officer, owner, administrator):
    accounts.deactivate(owner, actor=administrator)
    owner.refresh_from_db()

    with pytest.raises(DomainError, match="not somebody who can hold"):
        people.name_holder(organisation, role="AO", person=owner, actor=officer)


def test_an_authority_is_given_once_and_taken_away(organisation, officer, owner):
    for _ in range(2):
        people.empower(organisation, person=owner, kind="stop-system", actor=officer)
    people.empower(organisation, person=owner, kind="stop-system", actor=officer, holds=False)

    assert entries("authority.changed").count() == 2
    assert not Authority.objects.filter(until__isnull=True).exists()


def test_activation_attests_who_answers_by_handle(draft, officer, owner):
    put_in_force(draft, actor=officer)

    data = body(entries("matrix.activated").order_by("pk").last())["data"]
    assert data["accountable"]["CHG-01"] == owner.handle
    assert len(data["digest"]) == 64
