"""The history of a system as a drawing: versions left to right, a lane for each place. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMN, LEFT, TOP, LANE, NODE = 144, 128, 34, 64, 9  # pixels of the drawing
ARC, MOST_ARC = 16, 3  # how high an edge climbs for each version it leaps over


@dataclass(frozen=True)
class Stop:
    """How a version stands in one place: in words, and as one of the five states."""

    version: int
    place: str
    words: str
    look: str
    ref: str
    runs: bool = False


@dataclass(frozen=True)
class Mark:
    """A version on the first line of the drawing."""

    version: int
    label: str
    x: int


@dataclass(frozen=True)
class Dot:
    """A stop in the drawing."""

    stop: Stop
    x: int
    y: int

    @property
    def radius(self) -> int:
        """Return a larger one for what runs."""
        return NODE if self.stop.runs else NODE - 2


@dataclass(frozen=True)
class Lane:
    """A place, with its dots."""

    place: str
    y: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Graph:
    """The drawing: marks of versions, edges from parent to child, lanes of places."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    edges: tuple[str, ...]  # paths
    lanes: tuple[Lane, ...]
    top: int

    @property
    def right(self) -> int:
        """Return where the lanes end."""
        return self.width - 8


def draw(
    versions: Sequence[tuple[int, str, int | None]], stops: Iterable[Stop], places: Sequence[str]
) -> Graph:
    """Return the drawing of versions (id, label, parent's id) in the order they were made."""
    at = {pk: LEFT + COLUMN * number + COLUMN // 2 for number, (pk, *_) in enumerate(versions)}
    order = {pk: number for number, (pk, *_) in enumerate(versions)}
    leaps = [order[pk] - order[parent] for pk, _, parent in versions if parent in order and parent]
    top = TOP + ARC * min(max(leaps, default=1) - 1, MOST_ARC)
    lanes = []
    known = list(stops)
    for number, place in enumerate(places):
        y = top + LANE * (number + 1)
        dots = [
            Dot(stop, at[stop.version], y)
            for stop in known
            if stop.place == place and stop.version in at
        ]
        lanes.append(Lane(place, y, tuple(dots)))
    return Graph(
        width=LEFT + COLUMN * max(len(versions), 1) + 16,
        height=top + LANE * len(places) + 44,
        marks=tuple(Mark(pk, label, at[pk]) for pk, label, _ in versions),
        edges=tuple(
            _edge(at[parent], at[pk], top, order[pk] - order[parent])
            for pk, _, parent in versions
            if parent is not None and parent in at
        ),
        lanes=tuple(lanes),
        top=top,
    )


def _edge(start: int, end: int, y: int, leap: int) -> str:
    """Return a line to the next version, an arc over those in between."""
    if abs(leap) <= 1:
        return f"M{start + NODE} {y}H{end - NODE}"
    high = y - NODE - ARC * min(abs(leap) - 1, MOST_ARC) - 6
    middle = (start + end) // 2
    return f"M{start} {y - NODE}Q{middle} {high} {end} {y - NODE}"
