"""Pictures of one system: who does what, and how its versions followed each other."""

from collections.abc import Iterator
from dataclasses import dataclass

from governance.approvals.graph import Graph, Stop, draw
from governance.approvals.lifecycle import LOOKS, State
from governance.audit_packs.pictures import WIDTH
from governance.audit_packs.sections import Facts

MOST_PEOPLE = 8  # columns that fit beside the activities
MOST_VERSIONS = 4
LETTERS = (("accountable", "A"), ("responsible", "R"), ("consulted", "C"), ("informed", "I"))


@dataclass(frozen=True)
class Grid:
    """Activities by people, with the letters where they meet."""

    people: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]  # code, title, letters of each person


def grid(matrix: Facts | None) -> Grid | None:
    """Return the matrix as a grid, None when it has too many people for one page."""
    if not matrix or not matrix["rows"]:
        return None
    people = list(dict.fromkeys(name for row in matrix["rows"] for name in _named(row)))
    if not people or len(people) > MOST_PEOPLE:
        return None
    rows = tuple(
        (row["code"], row["title"], tuple(_letters(row, name) for name in people))
        for row in matrix["rows"]
    )
    return Grid(tuple(people), rows)


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
