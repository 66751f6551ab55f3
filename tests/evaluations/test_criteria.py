"""What a suite asks, and whether a run meets it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from governance.evaluations.criteria import (
    Comparator,
    Criterion,
    CriterionError,
    Outcome,
    Verdict,
    criteria_from,
    failed,
    judged,
    plain,
)

RUN = Outcome(
    *(94, 6, 2, {"cost_per_task": Decimal("0.012")}),
    {"de": (40, 38), "fr": (30, 20), "pl": (9, 0)},
    {"de": Decimal("0.91")},
)
BASE = Outcome(95, 5, 2, {"cost_per_task": Decimal("0.010")}, {"de": (40, 38), "fr": (30, 21)})


def asked(metric, comparator=">=", value=None, margin=None, **over):
    row = {"metric": metric, "comparator": comparator, "value": value, "margin": margin}
    return criteria_from([row | over])


@pytest.mark.parametrize(
    ("criterion", "verdict", "words"),
    [
        (("pass_rate", ">=", "0.94"), Verdict.MET, "Pass rate is 0.94."),
        (("pass_rate", ">", "0.94"), Verdict.FAILED, "more than 0.94 is asked"),
        (("pass_rate", ">=", "0.940001"), Verdict.FAILED, "Pass rate is 0.94; at least 0.940001"),
        (("failed", "<=", "6"), Verdict.MET, "Failed is 6"),
        (("skipped", "<", "2"), Verdict.FAILED, "less than 2 is asked"),
        (("total", ">=", "100"), Verdict.MET, "Total is 100"),
        (("cost_per_task", "<=", "0.01"), Verdict.FAILED, "Cost per task is 0.012; at most 0.01"),
        (("mean_score", ">=", "0.5"), Verdict.FAILED, "says nothing of mean score"),
        (("pass_rate[de]", ">=", "0.95"), Verdict.MET, "Pass rate of de is 0.95"),
        (("mean_score[de]", ">", "0.91"), Verdict.FAILED, "Mean score of de is 0.91; more than"),
        (("mean_score[fr]", ">", "0.9"), Verdict.FAILED, "says nothing of mean score of fr"),
        (("pass_rate[xx]", ">=", "0.95"), Verdict.FAILED, "says nothing of pass rate of xx"),
        (("pass_rate[*]", ">=", "0.7"), Verdict.FAILED, "Pass rate of fr is 0.666667"),
        (("pass_rate[*]", ">=", "0.6"), Verdict.MET, "lowest pass rate among 2 slices is 0.666667"),
    ],
)
def test_a_value_is_held_against_the_run_exactly(criterion, verdict, words):
    (found,) = judged(asked(*criterion), RUN)

    assert found.verdict is verdict
    assert words in found.words


@pytest.mark.parametrize(
    ("criterion", "verdict", "words"),
    [
        (("pass_rate", ">=", None, "0.01"), Verdict.MET, "the baseline had 0.95"),
        (("pass_rate", ">=", None, "0.009999"), Verdict.FAILED, "0.01 worse than the baseline's"),
        (("cost_per_task", "<=", None, "0.002"), Verdict.MET, "the baseline had 0.01"),
        (("cost_per_task", "<=", None, "0.001"), Verdict.FAILED, "0.002 worse"),
        (("pass_rate[*]", ">=", None, "0.02"), Verdict.FAILED, "Pass rate of fr"),
        (("pass_rate", ">=", "0.99", "1"), Verdict.FAILED, "at least 0.99 is asked"),
    ],
)
def test_a_margin_is_held_against_the_baseline_in_the_better_direction(criterion, verdict, words):
    (found,) = judged(asked(*criterion), RUN, BASE)

    assert found.verdict is verdict
    assert words in found.words


def test_a_margin_without_a_baseline_is_not_compared_and_no_failure():
    found = judged(asked("pass_rate", margin="0.01"), RUN)

    assert [one.verdict for one in found] == [Verdict.NOT_COMPARED]
    assert failed(found) == ()


def test_slices_of_fewer_than_thirty_cases_say_nothing():
    small = Outcome(5, 24, slices={"pl": (29, 5)})

    (found,) = judged(asked("pass_rate[*]", value="0.9"), small)
    assert found.verdict is Verdict.NOT_COMPARED


def test_a_failure_says_whether_it_is_hard():
    (soft,) = failed(judged(asked("pass_rate", value="1", hard=False), RUN))

    assert (soft.metric, soft.hard) == ("pass_rate", False)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"metric": "Pass rate", "comparator": ">=", "value": "1"}, "is no metric"),
        ({"metric": "pass_rate", "comparator": "==", "value": "1"}, "compare with"),
        ({"metric": "pass_rate", "comparator": ">="}, "give a value, a margin"),
        ({"metric": "pass_rate", "comparator": ">=", "value": "0,9"}, "has a comma"),
        ({"metric": "pass_rate", "comparator": ">=", "value": "much"}, "is not a number"),
        ({"metric": "pass_rate", "comparator": ">=", "margin": "-1"}, "is not negative"),
    ],
)
def test_a_criterion_that_cannot_be_read_is_refused_in_words(row, words):
    with pytest.raises(CriterionError, match=words):
        criteria_from([row])


def test_two_criteria_that_ask_the_same_are_refused():
    row = {"metric": "pass_rate", "comparator": ">=", "value": "0.9"}
    with pytest.raises(CriterionError, match="ask the same"):
        criteria_from([row, row | {"value": "0.8"}])


def test_a_criterion_is_stored_as_text_and_read_back_the_same():
    criterion = Criterion("pass_rate", Comparator.AT_LEAST, Decimal("0.950000"), Decimal("0.01"))

    assert criterion.as_data()["value"] == "0.95"
    assert criteria_from([criterion.as_data()]) == (criterion,)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("1E+3"), "1000"), (Fraction(2, 3), "0.666667"), (Decimal("-0.0000001"), "0")],
)
def test_a_number_is_told_without_exponent_or_idle_zeros(value, text):
    assert plain(value) == text
