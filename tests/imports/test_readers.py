"""Files as tables, and files that are none."""

import zipfile
from datetime import date, datetime

import pytest

from inventory.imports.readers import open_table
from inventory.imports.readers.csv import find_delimiter
from inventory.imports.readers.xlsx import as_text
from inventory.imports.table import ReadError, guarded, unguarded
from tests.imports.conftest import GOOD, HEADER, csv_bytes

MOST = 100 * 2**20


def read(path):
    """Return the header, the records and the notes of a file."""
    table = open_table(path, MOST)
    return table.header, list(table.records), table.notes


def reasons(record):
    """Return what is wrong with a record, as (column, reason)."""
    return [(problem.column, problem.reason) for problem in record.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_in_each_encoding(tmp_path, encoding):
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes(["Name", "Purpose"], ["Müller", "“so”"], encoding=encoding))

    header, records, notes = read(path)
    assert header == ("Name", "Purpose")
    assert records[0].cells == ("Müller", "“so”")
    assert notes == []


def test_windows_1252_is_read_and_said_aloud(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes(["Name"], ["Bürgschaft – “alt”"], encoding="cp1252"))

    _, records, notes = read(path)
    assert records[0].cells == ("Bürgschaft – “alt”",)
    assert "Windows-1252" in notes[0]


def test_bytes_of_no_known_encoding_are_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"Name,Purpose\nA,\x81\x8d\n")

    with pytest.raises(ReadError, match="Save it as UTF-8"):
        read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_although_others_stand_in_the_text(delimiter):
    sample = csv_bytes(["Name", "Why; or | not, so"], ["A", "x,y;z|q"], delimiter=delimiter)

    assert find_delimiter(sample.decode()) == delimiter


def test_a_cell_of_many_lines_stays_one_cell(csv_file):
    _, records, _ = read(csv_file(["A", "one\ntwo\r\nthree", "", "", "", ""]))

    assert records[0].cells[1] == "one\ntwo\r\nthree"
    assert records[0].number == 2


def test_headers_that_repeat_get_a_number(csv_file):
    header, _, notes = read(csv_file(["1"] * 5, header=["Name", "Other", "Other", "", "Other"]))

    assert header == ("Name", "Other", "Other (2)", "Column 4", "Other (3)")
    assert notes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "no header"),
        (b"%PDF-1.7 whatever", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"a\x00b\x01,c\n1,2\n", "control characters"),
        (b'Name,Purpose\n"' + b"x" * 11_000_000, "quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "list.csv"
    path.write_bytes(content)

    with pytest.raises(ReadError, match=words):
        read(path)


def test_a_file_of_two_gigabytes_is_refused_by_its_size(tmp_path, monkeypatch):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    monkeypatch.setattr(type(path), "open", lambda *_, **__: pytest.fail("it was opened"))

    with pytest.raises(ReadError, match="2,048 MiB"):
        open_table(path, MOST)


@pytest.mark.parametrize(("cells", "count"), [([*GOOD, "extra"], 7), (GOOD[:4], 4)])
def test_too_many_or_too_few_cells_are_told_with_the_row(csv_file, cells, count):
    _, records, _ = read(csv_file(cells, GOOD))

    assert reasons(records[0]) == [("", f"has {count} cells; the header has 6")]
    assert not records[1].problems


def test_blank_cells_beyond_the_header_and_blank_rows_are_no_problem(csv_file):
    _, records, _ = read(csv_file([*GOOD, "", " "], ["", "", ""], GOOD))

    assert [record.number for record in records] == [2, 4]
    assert not any(record.problems for record in records)


def test_control_characters_refuse_their_row_by_column(csv_file):
    _, records, _ = read(csv_file(["A\x00B", "x", "", "", "", ""], ["A", "\x07", "", "", "", ""]))

    assert reasons(records[0]) == [("Name", "has the control character U+0000 at position 2")]
    assert reasons(records[1])[0][0] == "Purpose"


def test_a_cell_beyond_what_a_spreadsheet_holds_refuses_its_row(csv_file):
    _, records, _ = read(csv_file(["A", "x" * 40_000, "", "", "", ""]))

    assert reasons(records[0]) == [("Purpose", "has 40,000 characters; at most 32,767 fit a cell")]


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-x", "@you", "'=1", "plain", "'tis", "", "'"])
def test_a_guarded_cell_comes_back_as_it_was_and_starts_no_formula(cell):
    assert unguarded(guarded(cell)) == cell or cell == "'=1"
    assert not guarded(cell).startswith(("=", "+", "-", "@"))


def test_a_workbook_is_read_whatever_its_name(xlsx_file):
    path = xlsx_file(HEADER, ["A", "x\ny", None, 5, datetime(2024, 2, 1), 1.5])  # noqa: DTZ001
    renamed = path.rename(path.with_suffix(".csv"))

    _, records, _ = read(renamed)
    assert records[0].cells == ("A", "x\ny", "", "5", "2024-02-01", "1.5")
    assert not records[0].problems


def test_a_formula_stays_text_and_is_never_worked_out(xlsx_file):
    link = '=HYPERLINK("http://example.test","click")'

    _, records, _ = read(xlsx_file(["Name", "Purpose"], [link, "=1+1"]))
    assert records[0].cells == (link, "=1+1")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "Yes"), (3.0, "3"), (date(2024, 1, 2), "2024-01-02"), ("x", "x")],
)
def test_cells_of_a_workbook_become_text(value, text):
    assert as_text(value) == text


def zipped(path, parts, *, compression=zipfile.ZIP_DEFLATED):
    """Write an archive that claims to be a workbook."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


BOMB = b"<x>" + b"0" * 60_000_000 + b"</x>"
BILLION = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/worksheets/sheet1.xml": BOMB}, "times its size"),
        ({"xl/embeddings/inner.zip": b"PK"}, "another archive"),
        ({f"xl/part{at}.xml": b"<x/>" for at in range(2_001)}, "2,003 parts"),
        ({"xl/worksheets/sheet1.xml": BILLION}, "declares entities"),
        ({"xl/worksheets/sheet1.xml": b"<x"}, "not a workbook|damaged"),
    ],
)
def test_an_archive_that_means_harm_is_not_opened(tmp_path, parts, words):
    path = zipped(tmp_path / "bomb.xlsx", parts)

    with pytest.raises(ReadError, match=words):
        read(path)


def test_an_archive_that_would_unpack_beyond_the_limit_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("inventory.imports.readers.xlsx.MOST_UNPACKED", 1_000_000)
    path = zipped(
        tmp_path / "big.xlsx", {"a.bin": b"0" * 1_100_000}, compression=zipfile.ZIP_STORED
    )

    with pytest.raises(ReadError, match="would unpack to 1 MiB"):
        read(path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(ReadError, match="not a workbook"):
        read(path)
