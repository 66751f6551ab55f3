"""Exact tests and intervals: textbook figures, and a reference that counts every outcome."""

from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.evaluations.statistics import (
    Change,
    Pairs,
    as_decimal,
    change_of,
    comparison,
    delta_points,
    interval,
    mcnemar,
    wilson,
)

COUNTS = st.integers(0, 60)
TABLES = st.builds(Pairs, COUNTS, COUNTS, COUNTS, COUNTS)


@pytest.mark.parametrize(
    ("before", "after", "p_value"),
    [
        (10, 2, "0.03857421875"),  # 2 * (1 + 12 + 66) / 4096
        (5, 0, "0.0625"),
        (6, 0, "0.03125"),
        (25, 4, "0.000103715807199"),
        (86, 150, "0.0000371593613957"),  # Agresti's ratings of the prime minister
        (1, 7, "0.0703125"),
    ],
)
def test_mcnemar_gives_the_textbook_figure(before, after, p_value):
    assert as_decimal(mcnemar(before, after)) == Decimal(p_value)


@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 0), (3, 3), (4, 3)])
def test_without_a_difference_to_speak_of_p_is_one(before, after):
    assert mcnemar(before, after) == 1


@given(st.integers(0, 7), st.integers(0, 7))
def test_mcnemar_is_what_counting_every_fall_of_the_coins_gives(before, after):
    n, seen = before + after, abs(before - after)
    falls = list(product((0, 1), repeat=min(n, 10))) if n <= 10 else None
    if falls is None:
        extreme = sum(comb(n, i) for i in range(n + 1) if abs(n - 2 * i) >= seen)
        assert mcnemar(before, after) == Fraction(extreme, 2**n)
        return
    extreme = sum(abs(n - 2 * sum(fall)) >= seen for fall in falls)

    assert mcnemar(before, after) == Fraction(extreme, len(falls))


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_the_plain_sum_and_symmetric(before, after):
    n = before + after
    tail = sum(comb(n, i) for i in range(min(before, after) + 1))

    assert mcnemar(before, after) == min(Fraction(1), Fraction(2 * tail, 2**n))
    assert mcnemar(before, after) == mcnemar(after, before)


def test_mcnemar_of_ten_thousand_pairs_is_quick_and_exact():
    assert Decimal("0.31974") < as_decimal(mcnemar(5_000, 4_900)) < Decimal("0.31975")


# Newcombe's method 10 by its formula in floats, written apart from the code it checks.
def reference(a: int, b: int, c: int, d: int) -> tuple[float, float]:
    n, z = a + b + c + d, 1.959963984540054
    p2, p1 = (a + b) / n, (a + c) / n

    def score(p: float) -> tuple[float, float]:
        root = z * sqrt(z * z / (4 * n * n) + p * (1 - p) / n)
        middle = p + z * z / (2 * n)
        return (middle - root) / (1 + z * z / n), (middle + root) / (1 + z * z / n)

    (l1, u1), (l2, u2) = score(p1), score(p2)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    up = a * d - b * c
    up = max(up - n / 2, 0) if up > 0 else up
    phi = up / sqrt(margins) if margins else 0.0
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    over = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    low, high = p1 - p2 - sqrt(max(down, 0)), p1 - p2 + sqrt(max(over, 0))
    return 100 * low, 100 * high


@given(TABLES.filter(lambda pairs: pairs.n > 0))
def test_the_interval_is_newcombe_s(pairs):
    low, high = reference(pairs.both, pairs.only_before, pairs.only_after, pairs.neither)
    found = interval(pairs)

    assert float(found.low) == pytest.approx(low, abs=2e-4)
    assert float(found.high) == pytest.approx(high, abs=2e-4)


@pytest.mark.parametrize(
    ("pairs", "low", "high"),
    [
        (Pairs(1, 7, 1, 12), "-50.69", "-2.56"),  # airway data of Bentur (2009), n = 21
        (Pairs(1, 1, 7, 12), "2.56", "50.69"),
    ],
)
def test_the_interval_of_published_tables(pairs, low, high):
    found = interval(pairs)

    assert found.low.quantize(Decimal("0.01")) == Decimal(low)
    assert found.high.quantize(Decimal("0.01")) == Decimal(high)


@given(TABLES.filter(lambda pairs: pairs.n > 0))
def test_the_interval_holds_the_difference_and_turns_with_the_runs(pairs):
    found = interval(pairs)
    turned = interval(Pairs(pairs.both, pairs.only_after, pairs.only_before, pairs.neither))

    assert found.low <= delta_points(pairs) <= found.high
    assert found.low >= -100
    assert found.high <= 100
    assert (turned.low, turned.high) == (-found.high, -found.low)


def test_wilson_gives_the_textbook_figure():
    low, high = wilson(81, 263)  # Newcombe (1998), Stat. Med. 17, 857-872, table I

    assert (low.quantize(Decimal("0.0001")), high.quantize(Decimal("0.0001"))) == (
        Decimal("0.2553"),
        Decimal("0.3662"),
    )


def test_the_difference_is_exact_in_points():
    assert delta_points(Pairs(80, 3, 1, 16)) == Decimal("-2.0000")
    assert delta_points(Pairs(1, 0, 1, 1)) == Decimal("33.3333")
    assert delta_points(Pairs(0, 0, 0, 0)) == 0


@pytest.mark.parametrize(
    ("pairs", "change"),
    [
        (Pairs(19, 10, 0, 0), Change.TOO_FEW),  # 29 cases, however bad
        (Pairs(20, 10, 0, 0), Change.REGRESSED),  # 30 cases
        (Pairs(28, 2, 0, 0), Change.REGRESSED),  # 6.7 points, p = 0.5: far is enough
        (Pairs(29, 1, 0, 0), Change.FELL),  # 3.3 points, p = 1
        (Pairs(95, 5, 0, 0), Change.REGRESSED),  # exactly 5 points
        (Pairs(96, 4, 0, 0), Change.FELL),  # 4 points, p = 0.125
        (Pairs(990, 10, 1, 0), Change.REGRESSED),  # 0.9 points, p = 0.012: sure is enough
        (Pairs(28, 1, 1, 0), Change.SAME),
        (Pairs(90, 0, 3, 7), Change.ROSE),
        (Pairs(90, 0, 6, 4), Change.IMPROVED),
    ],
)
def test_a_change_is_called_what_it_is(pairs, change):
    assert change_of(pairs) is change


def test_flagged_slices_come_first_then_the_deepest_fall():
    found = comparison(
        Pairs(100, 10, 10, 0),
        {
            "small": Pairs(5, 5, 0, 0),
            "up": Pairs(90, 0, 6, 4),
            "fell": Pairs(99, 1, 0, 0),
            "bad": Pairs(30, 5, 0, 0),
            "worse": Pairs(30, 15, 0, 0),
        },
    )

    assert [part.name for part in found.slices] == ["worse", "bad", "fell", "up", "small"]
    assert [part.name for part in found.regressions] == ["worse", "bad"]


@pytest.mark.parametrize(
    ("pairs", "slices", "is_no_worse"),
    [
        (Pairs(90, 0, 0, 10), {}, True),
        (Pairs(90, 0, 0, 10), {"de": Pairs(25, 5, 0, 0)}, False),  # hidden in the whole
        (Pairs(990, 1, 0, 9), {}, True),  # one lost of a thousand: the interval ends above -1
        (Pairs(96, 4, 0, 0), {}, False),
        (Pairs(20, 0, 0, 0), {}, False),  # too few to say
    ],
)
def test_equal_or_better_is_said_only_when_nothing_speaks_against_it(pairs, slices, is_no_worse):
    assert comparison(pairs, slices).is_equal_or_better is is_no_worse
