"""A rubber stamp shows: many approvals, no refusal, hardly a look."""

from datetime import UTC, datetime, timedelta

import pytest

from governance.approvals.graph import Stop, draw
from governance.approvals.oversight import Decision, habits, quarter_of, span

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def decision(seconds: int | None = 600, *, yes: bool = True, viewed: int = 3) -> Decision:
    opened = None if seconds is None else AT - timedelta(seconds=seconds)
    return Decision("UPD-001", "A 1.0", AT, yes, opened, viewed, shown=4)


def habit(*decisions: Decision):
    return habits([("Ines", one) for one in decisions])[0]


@pytest.mark.parametrize(
    ("decisions", "is_doubtful"),
    [
        ([decision(20)] * 5, True),  # within a minute
        ([decision(900, viewed=1)] * 5, True),  # hardly a look
        ([decision(None)] * 5, True),  # never opened
        ([decision(900)] * 5, False),
        ([decision(20)] * 4, False),  # too few to tell
        ([*[decision(20)] * 9, decision(20, yes=False)], False),  # somebody who says no
    ],
)
def test_who_approves_everything_without_a_look_is_marked(decisions, is_doubtful):
    assert bool(habit(*decisions).doubts) is is_doubtful


def test_a_habit_counts_what_was_said():
    found = habit(decision(30), decision(90), decision(600, yes=False))

    assert (found.approvals, found.refusals, found.hasty) == (2, 1, 1)
    assert found.median_seconds == 90
    assert found.share_viewed == 0.75


def test_quarters_are_told_apart_and_the_newest_is_first():
    earlier = Decision("UPD-002", "A 0.9", AT - timedelta(days=100), True)
    found = habits([("Ines", earlier), ("Ines", decision())])

    assert [one.quarter for one in found] == ["2026 Q4", "2026 Q3"]
    assert quarter_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2027 Q1"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (7_300, "2 hours"),
        (200_000, "2 days"),
    ],
)
def test_times_are_told_in_their_largest_unit(seconds, words):
    assert span(seconds) == words


def test_a_drawing_has_an_edge_for_each_parent_and_a_lane_for_each_place():
    versions = [(1, "1.0", None), (2, "1.1", 1), (3, "1.2", 1)]
    stops = [Stop(3, "prod", "Active", "met", "UPD-003", runs=True)]
    found = draw(versions, stops, ["prod", "staging"])

    assert len(found.edges) == 2
    assert "Q" in found.edges[1]  # over the one in between
    assert [lane.place for lane in found.lanes] == ["prod", "staging"]
    assert found.lanes[0].dots[0].radius > 7
    assert found.marks[2].x < found.width
