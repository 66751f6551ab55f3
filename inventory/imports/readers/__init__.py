"""Files read as tables: CSV in its many shapes, and XLSX."""

from pathlib import Path

from inventory.imports.readers.csv import read_csv
from inventory.imports.readers.xlsx import read_xlsx
from inventory.imports.table import ReadError, Table

ZIP, OLD_OFFICE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def refuse_by_size(size: int, most: int) -> None:
    """Raise ReadError for a file that is too large, or empty, before anything of it is read."""
    if size > most:
        raise ReadError(
            f"The file has {size / 2**20:,.0f} MiB; at most {most / 2**20:,.0f} MiB are read. "
            "Split it, or leave out columns."
        )
    if size == 0:
        raise ReadError("The file is empty.")


def open_table(path: Path, most: int) -> Table:
    """Return a file as a table, its kind told from its first bytes, never from its name.

    Raises ReadError, worded for the person, when it is no table; `most` is in bytes.
    """
    refuse_by_size(path.stat().st_size, most)
    with path.open("rb") as file:
        start = file.read(4)
    if start == ZIP:
        return read_xlsx(path)
    if start == OLD_OFFICE:
        raise ReadError("This is an old Excel file (.xls). Save it as .xlsx or CSV.")
    if start == PDF:
        raise ReadError("This is a PDF. Import needs CSV or XLSX.")
    return read_csv(path)
