"""What two runs over the same cases show together: exact, and without floats. Pure.

Sources: McNemar Q. (1947), Note on the sampling error of the difference between correlated
proportions or percentages, Psychometrika 12, 153-157, in its exact (binomial) form. Newcombe R. G.
(1998), Improved confidence intervals for the difference between binomial proportions based on
paired data, Statistics in Medicine 17, 2635-2650, method 10 (square-and-add of Wilson limits).
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

LEAST_CASES = 30  # below this a slice is too small to say anything
LEVEL = Fraction(1, 20)
FALL_POINTS = 5  # a fall of this many percentage points is flagged, whatever its p-value
NO_WORSE_POINTS = Decimal(1)  # how far down the interval may reach, and the run still is no worse
Z95 = Decimal("1.959963984540054235524594430520551")
P_DIGITS, POINTS = 12, Decimal("0.0001")


class Change(StrEnum):
    """What happened to a pass rate between two runs."""

    REGRESSED = "regressed"
    FELL = "fell"
    SAME = "same"
    ROSE = "rose"
    IMPROVED = "improved"
    TOO_FEW = "too_few"


CHANGE_WORDS = {
    Change.REGRESSED: "Regressed",
    Change.FELL: "Fell, within chance",
    Change.SAME: "Unchanged",
    Change.ROSE: "Rose, within chance",
    Change.IMPROVED: "Improved",
    Change.TOO_FEW: "Too few cases to say",
}


@dataclass(frozen=True)
class Pairs:
    """How the cases that two runs both count went: in both, in one of them, in neither."""

    both: int
    only_before: int
    only_after: int
    neither: int

    @property
    def n(self) -> int:
        """Return how many cases both runs count."""
        return self.both + self.only_before + self.only_after + self.neither

    @property
    def passed_before(self) -> int:
        """Return how many passed in the baseline."""
        return self.both + self.only_before

    @property
    def passed_after(self) -> int:
        """Return how many passed in the run."""
        return self.both + self.only_after


@dataclass(frozen=True)
class Interval:
    """Where the true difference lies, in percentage points, with 95 % confidence."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Difference:
    """What a table of pairs shows."""

    pairs: Pairs
    p_value: Decimal
    delta_points: Decimal
    interval: Interval
    state: Change

    @property
    def n(self) -> int:
        """Return how many cases both runs count."""
        return self.pairs.n

    @property
    def both(self) -> int:
        """Return how many passed in both runs."""
        return self.pairs.both

    @property
    def only_before(self) -> int:
        """Return how many passed in the baseline only: what the run lost."""
        return self.pairs.only_before

    @property
    def only_after(self) -> int:
        """Return how many passed in the run only: what it gained."""
        return self.pairs.only_after

    @property
    def neither(self) -> int:
        """Return how many passed in neither run."""
        return self.pairs.neither

    @property
    def is_regression(self) -> bool:
        """Return whether the fall is flagged."""
        return self.state is Change.REGRESSED

    @property
    def words(self) -> str:
        """Return the change as people say it."""
        return CHANGE_WORDS[self.state]


@dataclass(frozen=True)
class SliceComparison(Difference):
    """What the cases of one slice show."""

    name: str


@dataclass(frozen=True)
class Comparison(Difference):
    """What all cases of two runs show, and each slice of them; flagged slices come first."""

    mean_score_delta: Decimal | None
    slices: tuple[SliceComparison, ...]

    @property
    def regressions(self) -> tuple[SliceComparison, ...]:
        """Return the slices whose fall is flagged."""
        return tuple(part for part in self.slices if part.is_regression)

    @property
    def is_equal_or_better(self) -> bool:
        """Return whether the run is no worse: enough cases, nothing flagged, no fall that matters.

        A fall still counts as equal when the whole interval lies above minus one point.
        """
        if self.state in (Change.TOO_FEW, Change.REGRESSED) or self.regressions:
            return False
        return self.only_after >= self.only_before or self.interval.low >= -NO_WORSE_POINTS


def mcnemar(only_before: int, only_after: int) -> Fraction:
    """Return the two-sided p-value of McNemar's exact test; 1 without discordant pairs.

    Under the null hypothesis each discordant pair falls either way like a fair coin, so the
    p-value is twice the smaller binomial tail, and at most 1.
    """
    n, fewer = only_before + only_after, min(only_before, only_after)
    if 2 * fewer >= n - 1:
        return Fraction(1)
    if 3 * fewer <= n:
        return Fraction(2 * _choices(n, 0, fewer), 2**n)
    middle = _choices(n, fewer + 1, n - fewer - 1)  # fewer terms than the tails have
    return 1 - Fraction(middle, 2**n)


def _choices(n: int, first: int, last: int) -> int:
    """Return the sum of n over i for i from first to last."""
    term = total = _comb(n, first)
    for i in range(first, last):
        term = term * (n - i) // (i + 1)
        total += term
    return total


def _comb(n: int, k: int) -> int:
    term = 1
    for i in range(min(k, n - k)):
        term = term * (n - i) // (i + 1)
    return term


def as_decimal(value: Fraction, digits: int = P_DIGITS) -> Decimal:
    """Return a fraction rounded to so many significant digits."""
    with localcontext(prec=digits):
        return Decimal(value.numerator) / Decimal(value.denominator)


def delta_points(pairs: Pairs) -> Decimal:
    """Return the difference of pass rates, run less baseline, in percentage points."""
    if not pairs.n:
        return Decimal(0).quantize(POINTS)
    with localcontext(prec=50):
        moved = Decimal(100 * (pairs.only_after - pairs.only_before))
        return (moved / pairs.n).quantize(POINTS)


def wilson(passed: int, n: int) -> tuple[Decimal, Decimal]:
    """Return the limits of Wilson's score interval for a proportion, 95 %."""
    with localcontext(prec=50):
        square = Z95 * Z95
        centre = 2 * passed + square
        spread = Z95 * (square + Decimal(4 * passed * (n - passed)) / n).sqrt()
        whole = 2 * (n + square)
        return (centre - spread) / whole, (centre + spread) / whole


def interval(pairs: Pairs) -> Interval:
    """Return Newcombe's interval (method 10) for the difference, in percentage points."""
    if not pairs.n:
        return Interval(Decimal(-100).quantize(POINTS), Decimal(100).quantize(POINTS))
    with localcontext(prec=50):
        n = pairs.n
        after, before = Decimal(pairs.passed_after) / n, Decimal(pairs.passed_before) / n
        low_a, high_a = wilson(pairs.passed_after, n)
        low_b, high_b = wilson(pairs.passed_before, n)
        phi = _phi(pairs)
        down = _added(after - low_a, high_b - before, phi)
        up = _added(high_a - after, before - low_b, phi)
        middle = after - before
        return Interval(
            (100 * (middle - down)).quantize(POINTS), (100 * (middle + up)).quantize(POINTS)
        )


def _added(one: Decimal, other: Decimal, phi: Decimal) -> Decimal:
    square = one * one - 2 * phi * one * other + other * other
    return max(square, Decimal(0)).sqrt()


def _phi(pairs: Pairs) -> Decimal:
    """Return the correlation of the two runs, with Newcombe's correction for continuity."""
    n = pairs.n
    margins = Decimal(pairs.passed_before) * (n - pairs.passed_before)
    margins *= Decimal(pairs.passed_after) * (n - pairs.passed_after)
    if not margins:
        return Decimal(0)
    agreement = Decimal(pairs.both * pairs.neither - pairs.only_before * pairs.only_after)
    if agreement > 0:
        agreement = max(agreement - Decimal(n) / 2, Decimal(0))
    return agreement / margins.sqrt()


def change_of(pairs: Pairs) -> Change:
    """Return what happened; a regression has 30 cases, and 5 points or the 5 % level."""
    if pairs.n < LEAST_CASES:
        return Change.TOO_FEW
    lost = pairs.only_before - pairs.only_after
    if lost == 0:
        return Change.SAME
    is_sure = mcnemar(pairs.only_before, pairs.only_after) < LEVEL
    if lost < 0:
        return Change.IMPROVED if is_sure else Change.ROSE
    is_far = 100 * lost >= FALL_POINTS * pairs.n
    return Change.REGRESSED if is_sure or is_far else Change.FELL


def slice_comparison(name: str, pairs: Pairs) -> SliceComparison:
    """Return what the cases of one slice show."""
    return SliceComparison(*_difference(pairs), name=name)


def comparison(
    pairs: Pairs, slices: dict[str, Pairs], mean_score_delta: Decimal | None = None
) -> Comparison:
    """Return what all cases show, and each slice: flagged ones first, then by how far they fell."""
    parts = [slice_comparison(name, part) for name, part in slices.items()]
    parts.sort(key=lambda part: (_order(part.state), part.delta_points, part.name))
    return Comparison(*_difference(pairs), mean_score_delta=mean_score_delta, slices=tuple(parts))


def _order(state: Change) -> int:
    return list(Change).index(state)


def _difference(pairs: Pairs) -> tuple[Pairs, Decimal, Decimal, Interval, Change]:
    p_value = as_decimal(mcnemar(pairs.only_before, pairs.only_after))
    return pairs, p_value, delta_points(pairs), interval(pairs), change_of(pairs)
