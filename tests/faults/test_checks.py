"""What an experiment found, in words and as a table."""

from bench.faults.checks import Check, Found, table
from bench.faults.load import Call, is_lost
from bench.faults.plan import percentile


def test_one_equality_that_does_not_hold_fails_the_run():
    found = Found("F-01", 1, [Check("acked == rows", 3, 3), Check("doubles", 1, 0)])

    assert found.verdict == "failed"
    assert "**doubles: 1 is not == 0**" in table([found])


def test_limits_hold_at_their_ends():
    assert Check("late", 60, 60, "<=").holds
    assert Check("sent", 2, 2, ">=").holds
    assert not Check("late", 61, 60, "<=").holds
    assert not Check("sent", 1, 2, ">=").holds


def test_what_could_not_run_is_told_and_not_passed():
    found = Found("F-06", 2, not_run="redis-server")

    assert found.verdict == "not run"
    assert "needs redis-server" in table([found])


def test_a_call_is_lost_without_an_answer_with_a_5xx_and_while_the_first_is_under_way():
    call = Call("key", 0, "create", 0.0)
    told = [(0, {}), (502, {}), (409, {"code": "in-flight"}), (409, {"code": "refused"}), (201, {})]
    lost = []
    for call.status, call.answer in told:
        lost.append(is_lost(call))

    assert lost == [True, True, True, False, False]


def test_the_percentile_is_a_value_that_was_measured():
    assert percentile([3.0, 1.0, 2.0], 95) == 3.0
    assert percentile([], 95) == 0.0
