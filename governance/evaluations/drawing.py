"""Pass rates of a suite over its runs, as points of a picture. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from governance.evaluations.criteria import PASS_RATE, Comparator, Criterion, plain

WIDTH, HEIGHT = 900, 172
LEFT, RIGHT, TOP, BOTTOM = 44, 84, 18, 34
MOST = 24  # runs in one picture
LABEL_ROOM = 54  # between two labels below the picture
STEPS = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5), Fraction(10), Fraction(25))


@dataclass(frozen=True)
class Ran:
    """One run, as far as the picture goes; `passed` of `total`, and whether it meets its suite."""

    label: str
    ref: str
    revision: int
    passed: int
    total: int
    is_met: bool

    @property
    def rate(self) -> Fraction:
        """Return the pass rate in percent."""
        return Fraction(100 * self.passed, self.total)


@dataclass(frozen=True)
class Dot:
    """A run in the picture; `label` is empty where there is no room for it."""

    x: int
    y: int
    kind: str  # met or missing
    title: str
    label: str


@dataclass(frozen=True)
class Line:
    """A level line with its words, or the begin of a revision."""

    at: int
    words: str


@dataclass(frozen=True)
class Trend:
    """The picture: dots joined within a revision, level lines, where revisions begin."""

    dots: tuple[Dot, ...]
    paths: tuple[str, ...]
    levels: tuple[Line, ...]
    asked: Line | None
    revisions: tuple[Line, ...]
    words: str
    width: int = WIDTH
    height: int = HEIGHT
    right: int = WIDTH - RIGHT  # where the lines end


def trend(runs: Sequence[Ran], criteria: Sequence[Criterion] = ()) -> Trend | None:
    """Return the picture of runs in the order they ran; None when there are fewer than two."""
    shown = list(runs)[-MOST:]
    if len(shown) < 2:
        return None
    asked = _asked(criteria)
    rates = [run.rate for run in shown]
    low, step = _scale(min([*rates, asked] if asked is not None else rates))
    xs = [_x(at, len(shown)) for at in range(len(shown))]
    ys = [_y(rate, low) for rate in rates]
    return Trend(
        _dots(shown, xs, ys),
        tuple(_paths(shown, xs, ys)),
        tuple(_levels(low, step)),
        None if asked is None else Line(_y(asked, low), f"{plain(asked)} % asked"),
        tuple(_revisions(shown, xs)),
        _words(shown),
    )


def _asked(criteria: Sequence[Criterion]) -> Fraction | None:
    """Return the least pass rate that is asked, in percent."""
    values = [
        one.value
        for one in criteria
        if one.metric == PASS_RATE
        and one.comparator in (Comparator.AT_LEAST, Comparator.MORE)
        and one.value is not None
        and 0 <= one.value <= 1
    ]
    return 100 * Fraction(max(values)) if values else None


def _scale(lowest: Fraction) -> tuple[Fraction, Fraction]:
    """Return where the picture begins and its steps: at most five lines up to 100 %."""
    step = next((one for one in STEPS if (100 - lowest) / one <= 4), STEPS[-1])
    low = max(Fraction(0), Fraction(lowest // step) * step)
    return (low, step) if low < 100 else (100 - step, step)


def _x(at: int, count: int) -> int:
    room = WIDTH - LEFT - RIGHT - 28
    return LEFT + 14 + round(Fraction(room * at, count - 1))


def _y(rate: Fraction, low: Fraction) -> int:
    room = HEIGHT - TOP - BOTTOM
    return TOP + round(room * (100 - rate) / (100 - low))


def _dots(shown: list[Ran], xs: list[int], ys: list[int]) -> tuple[Dot, ...]:
    labels = _labels(shown, xs)
    return tuple(
        Dot(x, y, "met" if run.is_met else "missing", _title(run), label)
        for run, x, y, label in zip(shown, xs, ys, labels, strict=True)
    )


def _labels(shown: list[Ran], xs: list[int]) -> list[str]:
    """Return the version below each dot where it changes and there is room; the last always."""
    labels = [""] * len(shown)
    labels[-1] = shown[-1].label[:9]
    free = xs[-1] - LABEL_ROOM
    end = LEFT - LABEL_ROOM
    before = ""
    for at, run in enumerate(shown[:-1]):
        if run.label != before and xs[at] - end >= LABEL_ROOM and xs[at] <= free:
            labels[at], end = run.label[:9], xs[at]
        before = run.label
    return labels


def _title(run: Ran) -> str:
    met = "meets its suite" if run.is_met else "does not meet its suite"
    rate = plain(Decimal(run.rate.numerator) / Decimal(run.rate.denominator))
    return f"{run.label}: {rate} % of {run.total:,} cases, {run.ref}; {met}"


def _paths(shown: list[Ran], xs: list[int], ys: list[int]) -> list[str]:
    """Return a line for each revision: what ran on other cases is not joined."""
    paths: list[list[str]] = []
    before = None
    for run, x, y in zip(shown, xs, ys, strict=True):
        if run.revision != before:
            paths.append([])
        paths[-1].append(f"{x} {y}")
        before = run.revision
    return ["M" + " L".join(points) for points in paths if len(points) > 1]


def _levels(low: Fraction, step: Fraction) -> list[Line]:
    count = int((100 - low) / step)
    return [
        Line(_y(low + at * step, low), f"{plain(low + at * step)} %") for at in range(count + 1)
    ]


def _revisions(shown: list[Ran], xs: list[int]) -> list[Line]:
    return [
        Line((xs[at - 1] + xs[at]) // 2, f"r{run.revision}")
        for at, run in enumerate(shown)
        if at and run.revision != shown[at - 1].revision
    ]


def _words(shown: list[Ran]) -> str:
    first, last = shown[0], shown[-1]
    return (
        f"{len(shown)} runs, from {plain(first.rate)} % with {first.label} to "
        f"{plain(last.rate)} % with {last.label}"
    )
