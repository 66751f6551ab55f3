"""Derivation of duties over any sequence of signatures, states and due groups."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.obligations.rules import (
    DUTY_TRANSITIONS,
    Due,
    DutyState,
    DutyStatus,
    Standing,
    article_of,
    change,
    due_group,
    keys_of,
    state_of,
)

TODAY = date(2026, 11, 22)
EARLIER, LATER = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
steady = settings(deadline=None)  # a busy machine is no failure
keys = st.sets(st.tuples(st.sampled_from("pdi"), st.sampled_from(["art4", "art9", "art27"])))


def follow_all(signatures):
    """Return what is known after each signature: key → whether it applies."""
    known = {}
    for asked in signatures:
        changed = change(known, asked)
        known |= dict.fromkeys(changed.begun + changed.back, True)
        known |= dict.fromkeys(changed.ended, False)
    return known


@steady
@given(st.lists(keys, min_size=1, max_size=6))
def test_what_applies_is_what_the_last_signature_asks_for(signatures):
    known = follow_all(signatures)

    assert {key for key, applies in known.items() if applies} == signatures[-1]


@steady
@given(st.lists(keys, max_size=6))
def test_no_duty_is_lost_that_was_ever_asked_for(signatures):
    assert set(follow_all(signatures)) == set().union(*signatures)


@steady
@given(st.dictionaries(st.integers(0, 9), st.booleans()), st.sets(st.integers(0, 9)))
def test_each_duty_is_told_once_and_what_is_neither_known_nor_asked_for_never(known, asked):
    found = change(known, asked)
    told = [*found.begun, *found.kept, *found.ended, *found.back]

    assert len(told) == len(set(told))
    assert set(told) == asked | {key for key, applied in known.items() if applied}


@steady
@given(st.lists(keys, min_size=1, max_size=4))
def test_the_same_signature_again_changes_nothing(signatures):
    assert change(follow_all(signatures), signatures[-1]).is_empty


def test_a_duty_of_two_roles_is_two_duties():
    duty = {"id": "art4", "roles": ["provider", "deployer"]}

    assert list(keys_of([duty])) == [("provider", "art4"), ("deployer", "art4")]


@pytest.mark.parametrize(
    ("status", "applies_on", "proven", "expected"),
    [
        ("missing", EARLIER, False, "missing"),
        ("missing", TODAY, False, "missing"),
        ("missing", LATER, False, "waiting"),
        ("missing", None, False, "waiting"),
        ("missing", EARLIER, True, "missing"),
        ("in_progress", LATER, False, "in_progress"),
        ("waiting", EARLIER, True, "waiting"),
        ("met", EARLIER, True, "met"),
        ("met", LATER, True, "met"),
        ("met", LATER, False, "missing"),
        ("proposed", EARLIER, False, "waiting"),
        ("not_applicable", EARLIER, False, "not_applicable"),
    ],
)
def test_the_state_follows_from_status_evidence_and_day(status, applies_on, proven, expected):
    duty = Standing(DutyStatus(status), applies_on, is_proven=proven)

    assert state_of(duty, TODAY) == DutyState(expected)


@pytest.mark.parametrize("status", DutyStatus)
def test_what_no_longer_applies_is_ended_whatever_was_said(status):
    ended = Standing(status, EARLIER, is_proven=True, has_ended=True)

    assert state_of(ended, TODAY) == DutyState.ENDED


@pytest.mark.parametrize(
    ("days", "group"),
    [
        (-1, Due.OVERDUE),
        (0, Due.WEEK),
        (7, Due.WEEK),
        (8, Due.MONTH),
        (31, Due.MONTH),
        (32, Due.LATER),
    ],
)
def test_the_list_is_divided_by_how_soon_a_day_is(days, group):
    assert due_group(TODAY + timedelta(days=days), TODAY) == group
    assert due_group(None, TODAY) == Due.SOMEDAY


def test_only_a_proposal_can_become_not_applicable():
    sources = {s for s, to in DUTY_TRANSITIONS.items() if DutyStatus.NOT_APPLICABLE in to}

    assert sources == {DutyStatus.PROPOSED}


@pytest.mark.parametrize(
    ("citation", "article"),
    [
        (["Art 26(2)"], "Art 26"),
        (["Arts 102-110", "Art 112"], "Art 102"),
        (["Annex XI"], ""),
        ([], ""),
    ],
)
def test_the_article_is_the_first_that_is_cited(citation, article):
    assert article_of(citation) == article
