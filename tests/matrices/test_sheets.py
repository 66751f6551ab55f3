"""Matrices as CSV and XLSX, and letters pasted from a spreadsheet."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.ledger.models import Entry
from raci.matrices import actions, queries
from raci.matrices.models import Matrix
from raci.matrices.rules import PartyKind
from raci.matrices.schemes import DACI, RACI, Letter
from raci.matrices.sheet import Anchor, Column, Sheet, name_of, read

A, R, C = Letter.A, Letter.R, Letter.C
COLUMNS = (
    Column(1, "Mira Rossi <mira@halden.example>", frozenset({"mira rossi", "mira@halden.example"})),
    Column(2, "Kelda AI", frozenset({"kelda ai"})),
)
SHEET = Sheet({"OPS-01": "First", "OPS-02": "Second"}, COLUMNS, RACI, {("OPS-01", 1): Letter.AR})


def test_what_a_matrix_writes_it_reads_without_a_change():
    found = read(SHEET.lines(), SHEET)

    assert not found.errors
    assert {cell: letter for cell, letter in found.cells.items() if letter} == SHEET.letters


@pytest.mark.parametrize(
    ("written", "letter"),
    [
        ("a/r", Letter.AR),
        ("R/A", Letter.AR),
        ("ar", Letter.AR),
        (" c ", C),
        ("\u00b7", None),
        ("", None),
    ],
)
def test_letters_may_be_written_in_many_ways(written, letter):
    found = read([["Code", "mira rossi"], ["ops-01", written]], SHEET)

    assert found.cells == {("OPS-01", 1): letter}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([["Code", "Kelda AI"], ["OPS-01", "X"]], "Row 2 (OPS-01), column B (Kelda AI): “X” is no"),
        ([["Code", "Kelda AI"], ["OPS-01", "D"]], "“D” is no letter of RACI"),
        ([["Code", "Kelda AI"], ["ZZZ-01", "A"]], "Row 2: the matrix has no row “ZZZ-01”."),
        ([["Code", "Otto"], ["OPS-01", "A"]], "Column B: “Otto” has no column here."),
        ([["Code", "Kelda AI", "kelda ai"]], "Column C: “kelda ai” is there twice."),
        ([["Code", "Kelda AI"], ["OPS-01", "A"], ["OPS-01", "R"]], "Row 3: OPS-01 is there twice."),
        ([["A", "R"]], "say where the block begins"),
    ],
)
def test_an_error_names_its_row_and_column(lines, words):
    assert words in " ".join(read(lines, SHEET).errors)


def test_a_block_goes_right_and_down_from_where_it_begins():
    found = read([["R", "C"], ["A", "-"]], SHEET, Anchor("OPS-01", 1))
    over = read([["R", "C", "A"]], SHEET, Anchor("OPS-02", 2))

    assert found.cells == {
        ("OPS-01", 1): R, ("OPS-01", 2): C, ("OPS-02", 1): A, ("OPS-02", 2): None,
    }  # fmt: skip
    assert over.errors == [f"Row 1, column {x}: the block goes beyond the matrix." for x in "BC"]


def test_the_letters_of_the_scheme_count():
    daci = Sheet(SHEET.titles, COLUMNS, DACI)
    lines = [["Code", "Kelda AI"], ["OPS-01", "D/A"], ["OPS-02", "D"]]

    assert list(read(lines, daci).cells.values()) == [Letter.DA, Letter.D]


def test_columns_are_named_like_in_a_spreadsheet():
    assert [name_of(at) for at in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_file_taken_in_again_changes_nothing(as_user, officer, draft, kind):
    actions.add_party(draft, actor=officer, label="=cmd|' /C calc'!A0", kind=PartyKind.VENDOR)
    client = as_user(officer)
    sent = client.get(f"/raci/{draft.pk}/export/{kind}/")
    file = SimpleUploadedFile(f"matrix.{kind}", sent.content)
    answer = client.post(f"/raci/{draft.pk}/paste/", {"file": file, "save": "1"})

    assert sent["Content-Disposition"].endswith(f'RACI-1.{kind}"')
    assert b"no change" in answer.content
    assert not Entry.objects.filter(action="matrix.saved").exists()


def test_no_cell_of_a_file_is_a_formula(as_user, officer, draft):
    actions.add_party(draft, actor=officer, label="=1+1", kind=PartyKind.VENDOR)
    content = as_user(officer).get(f"/raci/{draft.pk}/export/csv/").content.decode()
    cells = [cell for line in csv.reader(io.StringIO(content)) for cell in line]

    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_pasted_cells_are_shown_first_and_then_saved_at_once(as_user, officer, owner, draft):
    client, address = as_user(officer), f"/raci/{draft.pk}/paste/"
    text = "Code\tMira Rossi\tInes Halvorsen\nCHG-01\tC\tA\nOPS-02\t\tI"
    shown = client.post(address, {"text": text}).content.decode()
    before = Entry.objects.filter(action="matrix.saved").count()
    form = {"text": text, "save": "1", "row_version": draft.row_version}
    client.post(address, form)

    assert "would change" in shown
    assert before == 0
    assert Entry.objects.filter(action="matrix.saved").count() == 1
    letters = queries.letters_of(Matrix.objects.with_grid().get(pk=draft.pk))
    assert letters["CHG-01", draft.parties.get(person=owner).pk] == C
    assert letters["CHG-01", draft.parties.get(person=officer).pk] == A


def test_a_pasted_error_changes_nothing_and_loses_nothing(as_user, officer, draft):
    text = "Code\tMira Rossi\nCHG-01\tQ"
    form = {"text": text, "save": "1", "row_version": draft.row_version}
    answer = as_user(officer).post(f"/raci/{draft.pk}/paste/", form)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Row 2 (CHG-01), column B (Mira Rossi" in page
    assert "CHG-01\tQ</textarea>" in page
    assert not Entry.objects.filter(action="matrix.saved").exists()


def test_who_saw_an_older_matrix_is_told_and_keeps_the_cells(as_user, officer, owner, draft):
    column = draft.parties.get(person=owner).pk
    form = {"text": "Code\tMira Rossi\nCHG-01\tC", "save": "1", "row_version": draft.row_version}
    actions.save_matrix(draft, actor=officer, cells={("OPS-02", column): C})
    answer = as_user(officer).post(f"/raci/{draft.pk}/paste/", form)

    assert answer.status_code == 409
    assert "CHG-01\tC</textarea>" in answer.content.decode()


def test_who_may_not_assign_exports_and_pastes_nothing(as_user, auditor, stranger, draft):
    client = as_user(auditor)

    assert client.get(f"/raci/{draft.pk}/export/csv/").status_code == 200
    assert client.get(f"/raci/{draft.pk}/paste/").status_code == 403
    assert as_user(stranger).get(f"/raci/{draft.pk}/export/csv/").status_code == 404
