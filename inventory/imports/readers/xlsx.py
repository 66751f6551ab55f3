"""XLSX: the archive is looked at before it is opened; formulas are never worked out."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

import openpyxl

from inventory.imports.table import ReadError, Record, Table, checked, unique_header

MOST_ENTRIES = 2_000
MOST_UNPACKED = 250 * 2**20  # bytes
MOST_RATIO = 100  # unpacked to packed
MOST_ROWS = 1_048_576  # of a sheet
NESTED = (".zip", ".gz", ".7z", ".rar", ".xlsx", ".xlsm", ".docx", ".pptx", ".jar")


def read_xlsx(path: Path) -> Table:
    """Return the first sheet as a table.

    A formula is read as the value it had when the file was saved, or, without one, as its text;
    it is never worked out.
    """
    look_at_archive(path)
    try:
        rows, notes = _sheet_rows(path)
        first = next(rows, None)
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile, SyntaxError) as error:
        raise ReadError(
            "This is not a workbook that can be read. Save it again as XLSX."
        ) from error
    if first is None or not any(cell.strip() for cell in first):
        raise ReadError("The first sheet has no header row.")
    while first and not first[-1].strip():
        first.pop()
    header, renamed = unique_header(first)
    return Table(header, _records(rows, header), notes + renamed)


def look_at_archive(path: Path) -> None:
    """Raise ReadError for an archive that would unpack beyond reason or hides entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            _weigh(archive.infolist())
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _refuse_doctype(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ReadError("This is not a workbook: the archive is damaged.") from error


def _weigh(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or len(names) != len(entries):
        _refuse(f"it holds {len(entries):,} parts")
    if unpacked > MOST_UNPACKED:
        _refuse(f"it would unpack to {unpacked / 2**20:,.0f} MiB")
    if unpacked > MOST_RATIO * max(packed, 1):
        _refuse(f"it would unpack to {unpacked // max(packed, 1):,} times its size")
    if any(name.lower().endswith(NESTED) for name in names):
        _refuse("it holds another archive")
    if any(entry.flag_bits & 1 for entry in entries):
        _refuse("it is encrypted")
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise ReadError("This archive is not a workbook. Save the table as XLSX or CSV.")


def _refuse(why: str) -> NoReturn:
    raise ReadError(f"This workbook is not opened: {why}.")


class _RootReachedError(Exception):
    """The root element began, so no document type can follow."""


def _refuse_doctype(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    parser = expat.ParserCreate()

    def on_doctype(*_: object) -> None:
        _refuse("its XML declares entities")

    def on_element(*_: object) -> None:
        raise _RootReachedError

    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_element
    with archive.open(entry) as part:
        try:
            while block := part.read(4096):
                parser.Parse(block)
        except _RootReachedError:
            return
        except expat.ExpatError as error:
            raise ReadError(f"This workbook is damaged at {entry.filename}.") from error


def _sheet_rows(path: Path) -> tuple[Iterator[list[str]], list[str]]:
    content = path.read_bytes()  # by content: openpyxl would go by the name
    values, formulas = (
        openpyxl.load_workbook(
            BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
        for data_only in (True, False)
    )
    if not values.worksheets:
        raise ReadError("The workbook has no sheet.")
    notes = []
    if len(values.sheetnames) > 1:
        notes.append(f"Only the first of {len(values.sheetnames)} sheets is read.")
    sheets = (values.worksheets[0], formulas.worksheets[0])
    for sheet in sheets:
        sheet.reset_dimensions()
    return _paired(*sheets, books=(values, formulas)), notes


def _paired(values: Any, formulas: Any, *, books: tuple[Any, Any]) -> Iterator[list[str]]:
    try:
        pairs = zip_longest(
            values.iter_rows(values_only=True), formulas.iter_rows(values_only=True)
        )
        for number, (shown, written) in enumerate(pairs, start=1):
            if number > MOST_ROWS:
                raise ReadError(f"The sheet has more than {MOST_ROWS:,} rows.")
            yield [
                as_text(written_cell if cell is None else cell)
                for cell, written_cell in zip_longest(shown or (), written or ())
            ]
    finally:
        for book in books:
            book.close()


def as_text(value: Any) -> str:
    """Return a cell's value as text: whole numbers without a point, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(getattr(value, "text", value))


def _records(rows: Iterator[list[str]], header: tuple[str, ...]) -> Iterator[Record]:
    try:
        for number, cells in enumerate(rows, start=2):
            if any(cell.strip() for cell in cells):
                yield checked(number, cells, header, pad=True)
    except (KeyError, ValueError, zipfile.BadZipFile, EOFError, SyntaxError) as error:
        raise ReadError(f"The sheet is damaged: {error}.") from error
