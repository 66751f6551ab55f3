"""Pictures of one system: who does what, and how its versions followed each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from textwrap import wrap

from governance.approvals.graph import Graph, Stop, draw
from governance.approvals.lifecycle import LOOKS, State
from governance.audit_packs.pictures import WIDTH
from governance.audit_packs.sections import Facts

ACROSS = 423  # pixels that people have beside the activities
FEW_PEOPLE, MOST_PEOPLE = 8, 18  # of one picture: names in lines; names upright
LINE, LETTER, UPRIGHT = 11, 5.4, 28  # height of a line, width of a letter; most letters upright
MOST_LINES = 4  # of a name
ROW, BOX = 13, 13  # height of a row, most width of a letter's box
MOST_VERSIONS = 4
LETTERS = (("accountable", "A"), ("responsible", "R"), ("consulted", "C"), ("informed", "I"))


@dataclass(frozen=True)
class Box:
    """A letter of the matrix, or a dot where there is none."""

    letter: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Return where its letter stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Name:
    """A person or group at the head of a column: lines with their height."""

    lines: tuple[tuple[str, int], ...]
    x: float


@dataclass(frozen=True)
class GridRow:
    """An activity with its letters, and the same in words."""

    code: str
    title: str
    words: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Grid:
    """Activities by people, with the letters where they meet, as one drawing."""

    words: str  # of its head
    names: tuple[Name, ...]
    rows: tuple[GridRow, ...]
    height: int  # of its head
    upright: bool  # names are turned, to be read from below


def grids(matrix: Facts | None) -> list[Grid]:
    """Return the matrix as drawings beside each other's people; none when nobody is in it."""
    if not matrix:
        return []
    people = list(dict.fromkeys(name for row in matrix["rows"] for name in _named(row)))
    count = ceil(len(people) / MOST_PEOPLE)
    each = ceil(len(people) / count) if count else 1
    return [
        _grid(matrix["rows"], people[first : first + each]) for first in range(0, len(people), each)
    ]


def _grid(rows: list[Facts], people: list[str]) -> Grid:
    step = ACROSS / max(len(people), FEW_PEOPLE)
    upright = len(people) > FEW_PEOPLE
    told = [_lines(name, UPRIGHT if upright else int(step / LETTER)) for name in people]
    told = [lines[:1] for lines in told] if upright else told
    longest = max(len(line) for lines in told for line in lines)
    high = ceil(longest * LETTER) if upright else LINE * max(map(len, told))
    names = tuple(
        Name(
            tuple((line, high - LINE * (len(lines) - 1 - at)) for at, line in enumerate(lines)),
            round(step * (number + 0.5), 1),
        )
        for number, lines in enumerate(told)
    )
    drawn = tuple(_grid_row(row, people, step) for row in rows)
    return Grid(f"Columns: {', '.join(people)}", names, drawn, high + 5, upright)


def _lines(name: str, width: int) -> list[str]:
    """Return a name in a few lines; what does not fit is cut."""
    return wrap(name, width, max_lines=MOST_LINES, placeholder="…")


def _grid_row(row: Facts, people: list[str], step: float) -> GridRow:
    words = "; ".join(
        f"{', '.join(row[word])} {word}" for word, _ in LETTERS if set(row[word]) & set(people)
    )
    boxes = tuple(
        box
        for at, name in enumerate(people)
        for box in _boxes(_letters(row, name) or ".", step * at, step)
    )
    return GridRow(row["code"], row["title"], words or "nobody of these", boxes)


def _boxes(letters: str, left: float, step: float) -> Iterator[Box]:
    width = min(BOX, (step - 2) / len(letters))
    first = left + (step - width * len(letters)) / 2
    for at, letter in enumerate(letters):
        yield Box(letter, round(first + width * at, 1), round(width - 1, 1))


def _named(row: Facts) -> Iterator[str]:
    for word, _ in LETTERS:
        yield from row[word]


def _letters(row: Facts, name: str) -> str:
    return "".join(letter for word, letter in LETTERS if name in row[word])


@dataclass(frozen=True)
class Tree:
    """The drawing of versions, and the picture in words."""

    title: str
    graph: Graph

    @property
    def width(self) -> int:
        """Return how wide it is printed."""
        return min(self.graph.width, WIDTH)


def tree(versions: list[Facts]) -> Tree | None:
    """Return the newest versions from left to right with where each of them runs."""
    shown = list(reversed(versions[:MOST_VERSIONS]))
    if len(shown) < 2:
        return None
    at = {version["label"]: number for number, version in enumerate(shown, start=1)}
    lines = [
        (number, version["label"], at.get(version.get("parent") or ""))
        for number, version in enumerate(shown, start=1)
    ]
    stops = [
        Stop(
            number,
            release["place"],
            release["words"],
            _look(release["status"]),
            release["ref"],
            release["may_run"],
        )
        for number, version in enumerate(shown, start=1)
        for release in version["releases"]
    ]
    places = list(dict.fromkeys(stop.place for stop in stops))
    told = "; ".join(
        f"{label}{', made from ' + shown[parent - 1]['label'] if parent else ''}"
        + "".join(f", {one.place}: {one.words}" for one in stops if one.version == number)
        for number, label, parent in lines
    )
    left_out = len(versions) - len(shown)
    more = f" The {left_out} before are in the tables." if left_out else ""
    return Tree(f"Versions, the oldest first: {told}.{more}", draw(lines, stops, places))


def _look(status: str) -> str:
    return LOOKS[State(status)] if status in set(State) else "na"
