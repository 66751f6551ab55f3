"""A matrix as lines of a spreadsheet, and back; errors name row and column. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from raci.matrices.schemes import Letter, Scheme, listed, spoken

CODE, TITLE = "Code", "Activity"
NOTHING = {"", "-", "\u2013", "\u00b7"}
Cells = dict[tuple[str, int], Letter | None]


@dataclass(frozen=True)
class Column:
    """A column of a matrix: what it is called in a file, and what else it answers to."""

    id: int
    label: str
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """The rows and columns that a file may speak of."""

    titles: Mapping[str, str]  # code → title, in the order of the matrix
    columns: tuple[Column, ...]
    scheme: Scheme
    letters: Mapping[tuple[str, int], Letter] = field(default_factory=dict)

    def lines(self) -> list[list[str]]:
        """Return the whole matrix as lines, the first with the names of the columns."""
        head = [CODE, TITLE, *(column.label for column in self.columns)]
        return [head] + [
            [code, title, *(spoken(self.letters.get((code, c.id), "")) for c in self.columns)]
            for code, title in self.titles.items()
        ]


@dataclass(frozen=True)
class Anchor:
    """Where a block without names of rows and columns begins."""

    code: str
    column: int


@dataclass
class Read:
    """The cells of a file, and what is wrong with it."""

    cells: Cells = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def name_of(position: int) -> str:
    """Return the letter over a spreadsheet's column, 0 being A."""
    more, here = divmod(position, 26)
    return (name_of(more - 1) if more else "") + ascii_uppercase[here]


def read_text(text: str, sheet: Sheet, row: str = "", column: int | None = None) -> Read:
    """Return what a pasted text says about the cells of a matrix; `row` and `column` anchor it."""
    if not text.strip():
        return Read(errors=["Paste some cells, or choose a file."])
    first = text.split("\n", 1)[0]
    delimiter = max("\t,;", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        return Read(errors=[f"The text cannot be read: {error}."])
    is_there = row in sheet.titles and column in {one.id for one in sheet.columns}
    return read(lines, sheet, Anchor(row, column) if is_there and column else None)


def read(lines: Sequence[Sequence[str]], sheet: Sheet, anchor: Anchor | None = None) -> Read:
    """Return what lines say about the cells of a matrix.

    A first line that begins with "Code" names the columns, and each other line its row.
    Without it the lines are a block of letters that begins at the anchor.
    """
    found = Read()
    if lines and lines[0] and lines[0][0].strip().lower() == CODE.lower():
        _named(lines, sheet, found)
    elif anchor is None:
        found.errors.append("Row 1 does not begin with “Code”, so say where the block begins.")
    else:
        _block(lines, sheet, anchor, found)
    return found


def _named(lines: Sequence[Sequence[str]], sheet: Sheet, found: Read) -> None:
    columns = _columns(lines[0], sheet, found)
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], start=2):
        code = line[0].strip().upper() if line else ""
        if not any(cell.strip() for cell in line):
            continue
        if code not in sheet.titles:
            found.errors.append(f"Row {number}: the matrix has no row “{code[:40]}”.")
        elif code in seen:
            found.errors.append(f"Row {number}: {code} is there twice.")
        else:
            seen.add(code)
            for position, column in columns.items():
                text = line[position] if position < len(line) else ""
                _put(found, sheet, (number, position), (code, column), text)


def _columns(head: Sequence[str], sheet: Sheet, found: Read) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    for position, text in enumerate(head):
        name = _plain(text)
        if position == 0 or not name or name.lower() == TITLE.lower():
            continue
        fits = [one for one in sheet.columns if name == one.label] or [
            one for one in sheet.columns if name.lower() in one.also
        ]
        place = f"Column {name_of(position)}"
        if len(fits) > 1:
            found.errors.append(f"{place}: more than one column is called “{name[:80]}”.")
        elif not fits:
            found.errors.append(f"{place}: “{name[:80]}” has no column here. Add it first.")
        elif fits[0] in columns.values():
            found.errors.append(f"{place}: “{name[:80]}” is there twice.")
        else:
            columns[position] = fits[0]
    return columns


def _block(lines: Sequence[Sequence[str]], sheet: Sheet, anchor: Anchor, found: Read) -> None:
    codes = list(sheet.titles)
    ids = [column.id for column in sheet.columns]
    top, left = codes.index(anchor.code), ids.index(anchor.column)
    for down, line in enumerate(lines):
        for right, text in enumerate(line):
            if top + down >= len(codes) or left + right >= len(ids):
                if text.strip():
                    place = f"Row {down + 1}, column {name_of(right)}"
                    found.errors.append(f"{place}: the block goes beyond the matrix.")
                continue
            cell = (codes[top + down], sheet.columns[left + right])
            _put(found, sheet, (down + 1, right), cell, text)


def _put(
    found: Read, sheet: Sheet, at: tuple[int, int], cell: tuple[str, Column], text: str
) -> None:
    code, column = cell
    plain = _plain(text).upper().replace(" ", "")
    if plain in NOTHING:
        found.cells[code, column.id] = None
        return
    ways = {one: {one.value, spoken(one), spoken(one)[::-1], one.value[::-1]} for one in Letter}
    letter = next((one for one in sheet.scheme.letters if plain in ways[one]), None)
    if letter:
        found.cells[code, column.id] = letter
        return
    place = f"Row {at[0]} ({code}), column {name_of(at[1])} ({column.label})"
    has = listed(list(sheet.scheme.letters))
    words = f"“{text.strip()[:20]}” is no letter of {sheet.scheme.code}, which has {has}."
    found.errors.append(f"{place}: {words}")


def _plain(text: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from reckoning with it."""
    return text.strip().removeprefix("'").strip()
