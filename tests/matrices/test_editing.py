"""Saving from the editor: two people at once, and who is told."""

import pytest

from governance.notices.models import Notice
from raci.matrices import actions, grid, merging, queries, review_actions
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter
from tests.factories import put_in_force

A, R, C, I = Letter.A, Letter.R, Letter.C, Letter.I  # noqa: E741


def form_of(matrix: Matrix, **changed: str) -> dict[str, str]:
    """Return what the editor of a matrix posts, with some cells changed."""
    fresh = Matrix.objects.with_grid().get(pk=matrix.pk)
    letters = queries.letters_of(fresh)
    cells = {
        f"c-{code}-{party.pk}": letters.get((code, party.pk), "")
        for code in fresh.activities
        for party in fresh.parties.all()
    }
    hidden = {"row_version": str(fresh.row_version), "before": grid.grid(fresh).before}
    return {**hidden, **cells, **changed}


def cell(matrix: Matrix, code: str, person) -> str:
    return f"c-{code}-{matrix.parties.get(person=person).pk}"


def letter(matrix: Matrix, code: str, person) -> str:
    rows = matrix.assignments.filter(activity=code, party__person=person)
    return rows.values_list("letter", flat=True).first() or ""


def test_a_form_remembers_what_it_was_made_from():
    before = merging.read_before("OPS-01:7:A OPS-01:8:AR x:y:Z OPS-02:²:A nonsense")

    assert before == {("OPS-01", 7): A, ("OPS-01", 8): Letter.AR}
    assert merging.changed({("OPS-01", 7): C, ("OPS-01", 8): Letter.AR}, before) == {
        ("OPS-01", 7): C
    }


@pytest.mark.parametrize(
    ("mine", "stored", "clashes", "letters"),
    [
        ({1: C}, {1: A, 2: R}, [], {1: C, 2: R}),  # only mine
        ({}, {1: A, 2: I}, [], {1: A, 2: I}),  # only theirs
        ({1: C}, {1: I, 2: R}, [(A, I, C)], {1: C, 2: R}),  # both, differently
        ({1: C}, {1: C, 2: R}, [], {1: C, 2: R}),  # both, the same
        ({1: None}, {1: I, 2: R}, [(A, I, "")], {2: R}),  # cleared, and changed
    ],
)
def test_changes_of_two_people_are_laid_over_each_other(mine, stored, clashes, letters):
    def keyed(cells):
        return {("OPS-01", column): given for column, given in cells.items()}

    merged = merging.merge(keyed(mine), keyed({1: A, 2: R}), keyed(stored))

    assert [(one.was, one.theirs, one.mine) for one in merged.clashes] == clashes
    assert merged.letters == keyed(letters)


def test_the_second_of_two_savers_sees_what_differs_and_loses_nothing(
    as_user, officer, ops_lead, owner, draft
):
    mine, both = cell(draft, "OPS-02", owner), cell(draft, "CHG-01", owner)
    form = form_of(draft, **{mine: "C", both: "C"})
    theirs = form_of(draft, **{both: "I", cell(draft, "OPS-03", owner): "C"})
    as_user(ops_lead).post(f"/raci/{draft.pk}/save/", theirs)
    answer = as_user(officer).post(f"/raci/{draft.pk}/save/", form)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "changed by someone else" in page
    assert "You both changed 1 cell" in page
    assert "Also changed meanwhile, and kept: 1 cell" in page
    assert letter(draft, "CHG-01", owner) == "I"
    again = form_of(draft, **{mine: "C", both: "C"})
    assert as_user(officer).post(f"/raci/{draft.pk}/save/", again).status_code == 302
    found = [letter(draft, code, owner) for code in ("OPS-02", "CHG-01", "OPS-03")]
    assert found == ["C", "C", "C"]


def test_a_saver_of_what_is_in_force_is_shown_the_draft_that_somebody_opened(
    as_user, officer, ops_lead, owner, draft
):
    put_in_force(draft, actor=officer)
    mine = cell(draft, "OPS-02", owner)
    form = form_of(draft, **{mine: "C"})
    as_user(ops_lead).post(
        f"/raci/{draft.pk}/save/", form_of(draft, **{cell(draft, "CHG-01", owner): "AR"})
    )
    answer = as_user(officer).post(f"/raci/{draft.pk}/save/", form)
    second = Matrix.objects.get(status=MatrixStatus.DRAFT)

    assert answer.status_code == 409
    assert f"/raci/{second.pk}/save/" in answer.content.decode()
    there = cell(second, "OPS-02", owner)
    assert answer.context["grid"].findings is not None
    typed = [
        one.letter
        for _, rows in answer.context["grid"].phases
        for row in rows
        for one in row.cells
        if f"c-{row.activity.code}-{one.column.id}" == there
    ]
    assert typed == ["C"]


def test_what_was_typed_into_a_matrix_that_went_to_review_is_listed(
    as_user, officer, ops_lead, owner, draft
):
    form = form_of(draft, **{cell(draft, "OPS-02", owner): "C"})
    review_actions.submit(draft, actor=ops_lead)
    answer = as_user(officer).post(f"/raci/{draft.pk}/save/", form)

    assert answer.status_code == 409
    assert "OPS-02 Mira Rossi: C" in answer.content.decode()


def test_who_got_other_letters_is_told_once_in_the_app_and_by_mail(draft, officer, owner, ops_lead):
    column = draft.parties.get(person=owner).pk
    cells = {("CHG-01", column): Letter.AR, ("OPS-02", column): None}
    actions.save_matrix(draft, actor=officer, cells=cells)

    told = Notice.objects.filter(item__startswith=f"raci:{draft.pk}")
    assert {(row.person, row.channel) for row in told} == {(owner, "app"), (owner, "email")}
    assert told[0].subject == "Ines Halvorsen changed your letters for Claims triage scorer"
    assert told[0].lines == [
        "CHG-01 Approve a model version update: A/R, before A",
        "OPS-02 Watch dashboards and alerts daily: nothing, before I",
        "It is a draft so far.",
    ]


def test_who_changes_the_own_letters_is_not_told(draft, officer):
    column = draft.parties.get(person=officer).pk
    actions.save_matrix(draft, actor=officer, cells={("OPS-02", column): Letter.C})

    assert not Notice.objects.filter(item__startswith=f"raci:{draft.pk}").exists()


def test_who_may_review_is_told_that_it_waits_and_the_sender_that_it_came_back(
    draft, officer, ops_lead
):
    review_actions.submit(draft, actor=officer)
    review_actions.send_back(draft, actor=ops_lead, reason="Who stands in at night?")

    told = Notice.objects.filter(channel="app", item__startswith=f"raci:{draft.pk}")
    found = {(row.person, row.item.rsplit(":", 1)[1]) for row in told}
    assert found == {(ops_lead, "review"), (officer, "returned")}


def test_the_letters_of_another_scheme_are_no_choice(as_user, officer, organisation):
    matrix = actions.make_default_matrix(organisation, actor=officer, scheme="DACI")
    page = as_user(officer).get(f"/raci/{matrix.pk}/").content.decode()

    assert '<option value="D"' in page
    assert '<option value="R"' not in page
    assert "brings it to a decision" in page
