"""Who may decide, which moves exist, what differs between two versions."""

from datetime import date, timedelta

import pytest

from governance.approvals.rules import (
    REVIEW_STATES,
    REVIEW_TRANSITIONS,
    REVIEW_WORDS,
    Person,
    ReviewStatus,
    compare,
    why_not_decide,
    why_not_waive,
)

TODAY = date(2026, 11, 22)


def test_only_a_submitted_review_moves_and_every_status_has_its_words():
    moves = {(a, b) for a, targets in REVIEW_TRANSITIONS.items() for b in targets}

    assert {start for start, _ in moves} == {ReviewStatus.SUBMITTED}
    assert len(moves) == 3
    assert set(REVIEW_WORDS) == set(REVIEW_STATES) == set(REVIEW_TRANSITIONS) == set(ReviewStatus)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (Person(1), "You proposed this version"),
        (Person(2), "You worked on this version"),
        (Person(3, is_service=True), "Only a person decides"),
        (Person(3), ""),
    ],
)
def test_who_may_not_decide_and_why(person, words):
    refusal = why_not_decide(person, submitted_by=1, made_by={2})

    assert refusal.startswith(words)
    assert bool(refusal) == bool(words)


@pytest.mark.parametrize(
    ("days", "is_fixed", "words"),
    [
        (30, True, "needs no waiver"),
        (-1, False, "in the past"),
        (366, False, "within 365 days"),
        (0, False, ""),
        (365, False, ""),
    ],
)
def test_which_waivers_there_can_be(days, is_fixed, words):
    refusal = why_not_waive(TODAY, TODAY + timedelta(days=days), is_fixed=is_fixed)

    assert words in refusal
    assert bool(refusal) == bool(words)


def test_two_versions_are_compared_in_groups_that_count_their_changes():
    before = {"provider": "openai", "model_id": "gpt-4o-2024-08-06", "region": "eu"}
    groups = compare(before, {**before, "model_id": "gpt-4o-2024-11-20", "label": "2.0"})

    assert [(group.title, group.count) for group in groups] == [
        ("Behaviour", 1),
        ("Configuration", 1),
        ("Documents", 0),
    ]
    (changed,) = [change for change in groups[0].changes if not change.is_same]
    assert (changed.was, changed.now) == ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20")


def test_without_a_version_before_everything_given_is_new():
    groups = compare(None, {"provider": "openai", "model_id": "gpt-4o-2024-11-20"})

    assert [group.count for group in groups] == [2, 0, 0]
