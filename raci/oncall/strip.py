"""The next days of a schedule as numbers for an SVG: a lane for each person, one for gaps. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from raci.oncall.rules import Answer, Gap, Shift
from raci.oncall.wall_clock import resolve
from raci.oncall.words import moment, why

LEFT, RIGHT, TOP, LANE = 150, 990, 8, 30
MOST_LETTERS = 20


@dataclass(frozen=True)
class Bar:
    """A shift or a gap."""

    x: int
    y: int
    width: int
    kind: str  # layer, swap, override or gap
    title: str


@dataclass(frozen=True)
class Lane:
    """The row of a person, or of nobody."""

    y: int
    words: str
    is_gap: bool


@dataclass(frozen=True)
class Tick:
    """A midnight of the schedule's zone; Mondays carry their date."""

    x: int
    words: str


@dataclass(frozen=True)
class Strip:
    """Everything the SVG draws, in its own units."""

    lanes: list[Lane]
    bars: list[Bar]
    ticks: list[Tick]
    height: int
    words: str

    width: int = 1000
    left: int = LEFT
    right: int = RIGHT


def strip(
    answers: Iterable[Answer], since: datetime, days: int, zone: ZoneInfo, names: Mapping[int, str]
) -> Strip:
    """Return the strip of the answers that tile so many days from an instant on."""
    found, until = list(answers), since + timedelta(days=days)
    span = (until - since).total_seconds()

    def x(at: datetime) -> int:
        inside = min(max(at, since), until)
        return LEFT + round((RIGHT - LEFT) * (inside - since).total_seconds() / span)

    people = list(dict.fromkeys(one.person for one in found if isinstance(one, Shift)))
    lanes = {pk: TOP + LANE * at for at, pk in enumerate(people)}
    bottom = TOP + LANE * len(people)
    has_gap = any(isinstance(one, Gap) for one in found)
    rows = [Lane(y, _short(names.get(pk, "somebody")), False) for pk, y in lanes.items()]
    rows += [Lane(bottom, "Nobody", True)] if has_gap else []
    gaps = sum(isinstance(one, Gap) for one in found)
    told = f"{len(found) - gaps} shifts of {len(people)} people, {gaps} gaps"
    return Strip(
        lanes=rows,
        bars=[_bar(one, lanes, bottom, (x(one.since), x(one.until)), zone, names) for one in found],
        ticks=[Tick(x(at), words) for at, words in _midnights(since, days, zone)],
        height=TOP + LANE * len(rows) + 24,
        words=told,
    )


def _bar(
    one: Answer,
    lanes: Mapping[int, int],
    bottom: int,
    edges: tuple[int, int],
    zone: ZoneInfo,
    names: Mapping[int, str],
) -> Bar:
    if isinstance(one, Shift):
        y, kind, said = lanes[one.person], one.through.value, names.get(one.person, "somebody")
    else:
        y, kind, said = bottom, "gap", why(one, names)
    title = f"{said}: {moment(one.since, zone)} to {moment(one.until, zone)}"
    return Bar(edges[0], y + 5, max(edges[1] - edges[0] - 1, 2), kind, title)


def _midnights(since: datetime, days: int, zone: ZoneInfo) -> list[tuple[datetime, str]]:
    first = since.astimezone(zone).date() + timedelta(days=1)
    found = [first + timedelta(days=offset) for offset in range(days)]
    return [
        (
            resolve(datetime.combine(day, time()), zone).at,
            f"{day.day} {day:%b}" if day.weekday() == 0 else "",
        )
        for day in found
    ]


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1].rstrip()}…"
