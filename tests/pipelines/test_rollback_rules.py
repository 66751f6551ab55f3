"""When measurements break a rollback rule."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.pipelines.alias import LONGEST_PAUSE, is_moved, pause_after
from governance.pipelines.rollback import Action, Comparator, Point, Rule, broken

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rule(comparator="lt", value="0.9", minutes=30, least=10) -> Rule:
    return Rule(
        "accuracy",
        Comparator(comparator),
        Decimal(value),
        timedelta(minutes=minutes),
        least,
        Action.PAGE,
    )


def point(minutes_ago: float, value: str, samples: int = 10) -> Point:
    return Point(NOW - timedelta(minutes=minutes_ago), Decimal(value), samples)


@pytest.mark.parametrize(
    ("comparator", "value", "is_broken"),
    [
        ("lt", "0.89", True),
        ("lt", "0.9", False),
        ("le", "0.9", True),
        ("le", "0.91", False),
        ("gt", "0.91", True),
        ("gt", "0.9", False),
        ("ge", "0.9", True),
        ("ge", "0.89", False),
    ],
)
def test_the_mean_is_held_against_the_value(comparator, value, is_broken):
    assert (broken(rule(comparator), [point(1, value)], NOW) is not None) == is_broken


def test_the_mean_is_of_samples_not_of_points():
    points = [point(2, "0.95", 90), point(1, "0.2", 10)]

    assert broken(rule("lt", "0.9"), points, NOW).value == Decimal("0.875")
    assert broken(rule("lt", "0.87"), points, NOW) is None


def test_too_few_samples_break_nothing():
    assert broken(rule(least=11), [point(1, "0")], NOW) is None
    assert broken(rule(least=10), [point(1, "0")], NOW)
    assert broken(rule(least=1), [], NOW) is None


def test_only_the_window_counts():
    assert broken(rule(), [point(30, "0")], NOW) is None  # its beginning is outside
    assert broken(rule(), [point(29.9, "0")], NOW)
    assert broken(rule(), [point(-1, "0")], NOW) is None  # of the future
    assert broken(rule(), [point(0, "0")], NOW)


def test_what_was_measured_before_a_decision_was_looked_at():
    decided = NOW - timedelta(minutes=5)

    assert broken(rule(), [point(6, "0")], NOW, after=decided) is None
    assert broken(rule(), [point(4, "0")], NOW, after=decided)


@given(
    st.lists(
        st.builds(
            point,
            st.floats(-10, 60),
            st.decimals("0", "1", places=3).map(str),
            st.integers(1, 100),
        ),
        max_size=8,
    )
)
def test_what_is_told_fits_what_was_measured(points):
    found = broken(rule(), points, NOW)

    if found:
        inside = [one for one in points if NOW - timedelta(minutes=30) < one.at <= NOW]
        assert found.samples == sum(one.samples for one in inside) >= 10
        assert found.value < Decimal("0.9")
        assert min(one.value for one in inside) <= found.value + Decimal("0.000001")


def test_a_rule_reads_as_a_sentence():
    assert rule().words == "accuracy below 0.9 over 30 minutes, of 10 samples or more"


@pytest.mark.parametrize(
    ("pointed", "active", "ours", "moved"),
    [
        ("", "", "", False),
        ("3", "3", "", False),
        ("4", "3", "", True),
        ("4", "", "", True),
        ("3", "4", "3", False),  # ours, and the next is on its way
        ("5", "4", "3", True),
    ],
)
def test_an_alias_that_points_elsewhere_was_moved(pointed, active, ours, moved):
    assert is_moved(pointed, active, ours) == moved


def test_pauses_grow_up_to_six_hours():
    assert [pause_after(n).total_seconds() for n in (1, 2, 3)] == [30, 60, 120]
    assert pause_after(50) == LONGEST_PAUSE
