"""Two people who change one matrix: what each changed, and where they differ. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from raci.matrices.schemes import Letter

CellKey = tuple[str, int]  # an activity and a column
Stored = Mapping[CellKey, Letter]
Given = Mapping[CellKey, Letter | None]


@dataclass(frozen=True)
class Difference:
    """A cell that two people changed: what it was, what is stored now, and what was typed."""

    cell: CellKey
    was: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Merged:
    """What a form changed, laid over what is stored now."""

    letters: Stored
    mine: Given
    clashes: tuple[Difference, ...]  # both changed it, to different letters
    theirs: tuple[Difference, ...]  # only the other person changed it


def read_before(text: str) -> dict[CellKey, Letter]:
    """Return the letters a form was made from; what is none of them is left out."""
    found: dict[CellKey, Letter] = {}
    for part in text.split():
        code, _, rest = part.partition(":")
        column, _, letter = rest.partition(":")
        if column.isascii() and column.isdecimal() and letter in set(Letter):
            found[code, int(column)] = Letter(letter)
    return found


def changed(given: Given, before: Stored) -> dict[CellKey, Letter | None]:
    """Return the cells in which a form differs from what it was made from."""
    return {cell: letter for cell, letter in given.items() if before.get(cell) != letter}


def merge(mine: Given, before: Stored, stored: Stored) -> Merged:
    """Return a form's changes over what is stored, and where somebody else changed the same."""
    letters = {cell: letter for cell, letter in {**stored, **mine}.items() if letter}
    moved = [cell for cell in {**before, **stored} if before.get(cell) != stored.get(cell)]
    found = {
        cell: Difference(
            cell,
            before.get(cell, ""),
            stored.get(cell, ""),
            (mine[cell] or "") if cell in mine else stored.get(cell, ""),
        )
        for cell in moved
    }
    return Merged(
        letters,
        mine,
        tuple(one for one in found.values() if one.mine != one.theirs),
        tuple(one for one in found.values() if one.mine == one.theirs),
    )
