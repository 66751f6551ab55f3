"""A file as a table: a header of unique names and numbered records. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from governance.common.errors import DomainError

MOST_CELL = 32_767  # characters, as in a spreadsheet cell
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
WHOLE_ROW = ""  # the column of a problem that no single cell has


class ReadError(DomainError):
    """A file that cannot be read as a table."""

    code = "unreadable-file"


@dataclass(frozen=True)
class Problem:
    """Why a row is not taken: the column's name ("" for the row as a whole) and the reason."""

    column: str
    reason: str


@dataclass(frozen=True)
class Record:
    """One row. Numbers count as in a spreadsheet: the header is row 1."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass
class Table:
    """An opened file: header, notes about how it was read, and its records once."""

    header: tuple[str, ...]
    records: Iterator[Record]
    notes: list[str] = field(default_factory=list)


FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # wide too


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe before it."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that only guards it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell


def unique_header(cells: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the header with unique names, and notes on what was renamed.

    Space around and inside names is folded; a blank name becomes "Column 7"; the second
    "Other" becomes "Other (2)".
    """
    if any(CONTROL.search(cell) for cell in cells):
        raise ReadError("The first row has control characters; this does not look like a table.")
    names: list[str] = []
    renamed = 0
    for at, cell in enumerate(cells, start=1):
        base = " ".join(unguarded(cell).split()) or f"Column {at}"
        name, count = base, 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        renamed += name != base
        names.append(name)
    notes = [f"{renamed} columns share a name with another and got a number."] if renamed else []
    return tuple(names), notes


def checked(number: int, cells: list[str], header: tuple[str, ...], *, pad: bool) -> Record:
    """Return a record as wide as the header, with the problems its cells have.

    Blank cells beyond the header are dropped. `pad` fills a short row with blanks, for formats
    that do not store blank cells; without it a short row is a problem.
    """
    width, given = len(header), len(cells)
    extra = any(cell.strip() for cell in cells[width:])
    problems = []
    if extra or (given < width and not pad):
        problems.append(Problem(WHOLE_ROW, f"has {given} cells; the header has {width}"))
    cells = [unguarded(cell) for cell in cells[:width]] + [""] * (width - given)
    for name, cell in zip(header, cells, strict=True):
        problems.extend(_cell_problems(name, cell))
    return Record(number, tuple(cells), tuple(problems))


def _cell_problems(name: str, cell: str) -> Iterator[Problem]:
    if len(cell) > MOST_CELL:
        yield Problem(name, f"has {len(cell):,} characters; at most {MOST_CELL:,} fit a cell")
    if found := CONTROL.search(cell):
        at = found.start() + 1
        yield Problem(name, f"has the control character U+{ord(found[0]):04X} at position {at}")
