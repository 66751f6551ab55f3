"""The timeline as numbers for an SVG: months, legal days as flags, due days as dots. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from governance.common.dates import short_day
from governance.obligations.rules import DutyState

X = Callable[[date], int]
ZOOMS = (3, 6, 18)  # months
LEFT, RIGHT, TOP = 100, 985, 18
FLAG_STEP, LANE = 17, 30
BUCKETS = 46  # as many dots side by side as do not hide each other
LETTER = 6.1  # mean width of a letter in a flag's words
LANES = {
    DutyState.MISSING: "Missing",
    DutyState.IN_PROGRESS: "In progress",
    DutyState.WAITING: "Waiting",
    DutyState.MET: "Met: check",
    DutyState.NOT_APPLICABLE: "Not applicable",
}


@dataclass(frozen=True)
class Month:
    """A month's line and its name."""

    x: int
    words: str


@dataclass(frozen=True)
class Flag:
    """A day of the law: where its flag flies, what it says in short and in full."""

    x: int
    y: int
    words: str
    title: str
    to_the_left: bool


@dataclass(frozen=True)
class Dot:
    """Duties of one state that are due within one bucket of days."""

    x: int
    y: int
    r: int
    count: int
    state: str
    title: str
    since: date
    until: date


@dataclass(frozen=True)
class Report:
    """The last day for the report of a serious incident."""

    x: int
    y: int
    day: date
    title: str
    url: str


@dataclass(frozen=True)
class Lane:
    """The row of a state."""

    y: int
    words: str


@dataclass(frozen=True)
class Strip:
    """Everything the SVG draws, in its own units."""

    begin: date
    end: date
    months: list[Month]
    flags: list[Flag]
    lanes: list[Lane]
    dots: list[Dot]
    today_x: int
    lanes_top: int
    height: int
    zoom: int
    words: str
    reports: list[Report]

    width: int = 1000


def months_on(day: date, months: int) -> date:
    """Return the first day of the month so many months after a day's own month."""
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def strip(
    today: date,
    zoom: int,
    due: Iterable[tuple[date, DutyState, int]],
    law: Iterable[tuple[date, str]],
    reports: Iterable[tuple[date, str, str]] = (),
) -> Strip:
    """Return the strip from this month on; all of them may hold days outside of it.

    `due` counts duties by day and state; `law` has words, `reports` of incidents an address too.
    """
    begin, end = months_on(today, 0), months_on(today, zoom)
    span = (end - begin).days

    def x(day: date) -> int:
        return LEFT + (RIGHT - LEFT) * (day - begin).days // span

    within = [(day, words) for day, words in law if begin <= day < end]
    flags = _flags(within, x)
    top = TOP + FLAG_STEP * max(1, len({flag.y for flag in flags})) + 10
    alarms = [one for one in reports if begin <= one[0] < end]
    first = top + LANE * bool(alarms)
    lanes = {state: first + LANE * at + LANE // 2 for at, state in enumerate(LANES)}
    counted = [(day, state, number) for day, state, number in due if begin <= day < end]
    dots = _dots(counted, begin, max(1, span // BUCKETS), lanes, x)
    return Strip(
        begin=begin,
        end=end,
        months=_months(begin, zoom, x),
        flags=flags,
        lanes=[Lane(y, words) for y, words in _named(lanes, top, alarms)],
        dots=dots,
        today_x=x(today),
        lanes_top=top,
        height=first + LANE * len(LANES) + 26,
        zoom=zoom,
        words=_words(sum(number for *_, number in counted), len(within), begin, end),
        reports=[Report(x(one[0]), top + LANE // 2, *one) for one in alarms],
    )


def _words(ours: int, laws: int, begin: date, end: date) -> str:
    span = f"between {short_day(begin)} and {short_day(end - timedelta(days=1))}"
    return f"{ours:,} of our days and {laws} days of the law {span}"


def _named(
    lanes: Mapping[DutyState, int], top: int, alarms: Sequence[object]
) -> Iterator[tuple[int, str]]:
    """Yield each lane's place and name; reports have theirs on top, where there are any."""
    if alarms:
        yield top + LANE // 2, "Report by"
    for state, y in lanes.items():
        yield y, LANES[state]


def _months(begin: date, zoom: int, x: X) -> list[Month]:
    days = [months_on(begin, at) for at in range(zoom)]
    return [
        Month(x(day), f"{day:%b ’%y}" if _is_named(day, begin) else f"{day:%b}") for day in days
    ]


def _is_named(day: date, begin: date) -> bool:
    return day.month == 1 or day == begin


def _flags(days: list[tuple[date, str]], x: X) -> list[Flag]:
    """Return flags on as many levels as keep their words apart."""
    flags: list[Flag] = []
    ends: list[float] = []  # of the words on each level
    for day, said in days:
        words = _short(f"{day.day} {day:%b %Y} {said}")
        at, width = x(day), len(words) * LETTER
        to_the_left = at + 8 + width > RIGHT
        start = at - 8 - width if to_the_left else at - 2
        level = next((n for n, end in enumerate(ends) if end < start), len(ends))
        if level == len(ends):
            ends.append(0.0)
        ends[level] = (at if to_the_left else at + width) + 14
        title = f"{short_day(day)}: {said}"
        flags.append(Flag(at, TOP + FLAG_STEP * level, words, title, to_the_left))
    return flags


def _short(words: str) -> str:
    return words if len(words) <= 58 else f"{words[:57].rstrip()}…"


def _dots(
    counted: list[tuple[date, DutyState, int]],
    begin: date,
    step: int,
    lanes: Mapping[DutyState, int],
    x: X,
) -> list[Dot]:
    """Return one dot for each state and bucket of `step` days that has duties."""
    buckets: dict[tuple[int, DutyState], list[tuple[date, int]]] = defaultdict(list)
    for day, state, number in counted:
        buckets[(day - begin).days // step, state].append((day, number))
    return [
        _dot(state, found, lanes[state], x)
        for (_at, state), found in buckets.items()
        if state in lanes
    ]


def _dot(state: DutyState, found: list[tuple[date, int]], y: int, x: X) -> Dot:
    first, last = min(found)[0], max(found)[0]
    count = sum(number for _day, number in found)
    days = short_day(first) if first == last else f"{short_day(first)} to {short_day(last)}"
    words = state.value.replace("_", " ")
    title = f"{count:,} {'duty' if count == 1 else 'duties'}, {words}: {days}"
    radius = 5 if count == 1 else 9 if count < 100 else 12
    return Dot(x(first), y, radius, count, state.value, title, first, last)
