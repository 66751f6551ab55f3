"""The picture of pass rates, and criteria as lines."""

from itertools import pairwise

import pytest

from governance.evaluations.criteria import CriterionError, criteria_from
from governance.evaluations.drawing import BOTTOM, HEIGHT, MOST, TOP, Ran, trend
from governance.evaluations.lines import criteria_in, lines_of

ASKS = criteria_from([{"metric": "pass_rate", "comparator": ">=", "value": "0.8"}])


def ran(label: str, passed: int, revision: int = 1) -> Ran:
    return Ran(label, f"RUN-{label}", revision, passed, 100, passed >= 90)


def test_one_run_is_no_picture():
    assert trend([ran("1", 95)]) is None


def test_better_stands_higher_and_nothing_leaves_the_picture():
    found = trend([ran("1", 99), ran("2", 80), ran("3", 100)], ASKS)
    ys = [dot.y for dot in found.dots]

    assert ys[2] < ys[0] < ys[1]
    assert all(TOP <= y <= HEIGHT - BOTTOM for y in [*ys, found.asked.at])
    assert [dot.kind for dot in found.dots] == ["met", "missing", "met"]
    assert found.asked.words == "80 % asked"


def test_runs_of_different_revisions_are_not_joined():
    found = trend([ran("1", 99), ran("2", 80), ran("3", 99, 2), ran("4", 98, 2)])

    assert len(found.paths) == 2
    assert [line.words for line in found.revisions] == ["r2"]


def test_runs_that_all_passed_still_have_a_scale():
    found = trend([ran("1", 100), ran("2", 100)])

    assert found.levels[-1].words == "100 %"
    assert {dot.y for dot in found.dots} == {TOP}


def test_a_long_history_shows_its_end_and_its_labels_do_not_touch():
    found = trend([ran(f"1.{at}", 95) for at in range(60)])
    labelled = [dot.x for dot in found.dots if dot.label]

    assert len(found.dots) == MOST
    assert found.dots[-1].label == "1.59"
    assert all(b - a >= 54 for a, b in pairwise(labelled))


def test_criteria_come_back_from_their_lines():
    text = "pass_rate >= 0.95 margin 0.01\npass_rate[language=de] > 0.9 soft\ncost <= margin 0.2"

    assert lines_of(criteria_in(text)) == text
    assert [one.hard for one in criteria_in(text)] == [True, False, True]


@pytest.mark.parametrize("line", ["pass_rate", "pass_rate 0.9", ">= 0.9", "pass_rate >= 0.9 maybe"])
def test_a_line_that_is_no_criterion_is_refused(line):
    with pytest.raises(CriterionError, match="Line 1: "):
        criteria_in(line)
