"""Who must agree, who agreed, and how high a tier is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.approvals.lifecycle import ChangeClass, Tier, at_least
from governance.approvals.quorum import (
    REQUIRED,
    Cast,
    Rule,
    Slot,
    count,
    highest,
    materiality,
    of_data,
    of_law,
    rule_for,
    why_not_yet,
)

C, T = ChangeClass, Tier
TABLE = """
0 minimal -
0 limited -
0 high    -
A minimal PO
A limited PO
A high    PO VAL
B minimal PO
B limited PO VAL
B high    PO VAL DPO BS
C minimal PO VAL
C limited PO VAL DPO BS
C high    PO VAL DPO BS LEG EXEC
D minimal PO VAL LEG
D limited PO VAL DPO BS LEG
D high    PO VAL DPO BS LEG EXEC
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_the_quorum_of_a_class_and_a_tier(line):
    change, tier, *slots = line.split()
    found = rule_for(C(change), T(tier), personal_data=True).slots
    assert [slot.value for slot in found] == [slot for slot in slots if slot != "-"]


def test_the_table_knows_every_class_and_tier():
    assert set(REQUIRED) == {(change, tier) for change in C for tier in T}


def test_a_higher_class_or_tier_never_asks_fewer():
    for at, change in enumerate(list(C)[:-1]):
        for tier in T:
            assert set(REQUIRED[change, tier]) <= set(REQUIRED[list(C)[at + 1], tier])
    for change in C:
        assert set(REQUIRED[change, T.MINIMAL]) <= set(REQUIRED[change, T.LIMITED])
        assert set(REQUIRED[change, T.LIMITED]) <= set(REQUIRED[change, T.HIGH])


def test_a_major_change_asks_the_dpo_only_where_data_are_personal():
    assert Slot.DPO not in rule_for(C.MAJOR, T.HIGH, personal_data=False).slots
    assert Slot.DPO in rule_for(C.CRITICAL, T.HIGH, personal_data=False).slots


def test_one_human_with_two_roles_counts_once():
    rule = Rule((Slot.PO, Slot.VAL))
    found = count(rule, [Cast(1, Slot.PO, True), Cast(1, Slot.VAL, True)])
    assert (len(found.filled), found.missing, found.is_reached) == (1, (Slot.VAL,), False)
    assert found.words == "1 of 2 agreed"


def test_who_had_a_part_in_it_counts_for_nothing():
    rule = Rule((Slot.PO,))
    assert not count(rule, [Cast(1, Slot.PO, True)], excluded={1}).is_reached
    assert count(rule, [Cast(2, Slot.PO, True)], excluded={1}).is_reached


def test_any_no_ends_it():
    rule = Rule((Slot.PO,))
    votes = [Cast(1, Slot.PO, True), Cast(2, Slot.DPO, False)]
    assert not count(rule, votes).is_reached
    assert count(rule, votes).refused_by == (2,)


def test_nobody_is_asked_about_configuration():
    found = count(rule_for(C.CONFIG, T.HIGH, personal_data=True), [])
    assert (found.is_reached, found.words) == (True, "Nobody has to agree.")


def test_the_board_decides_last():
    rule = rule_for(C.CRITICAL, T.HIGH, personal_data=True)
    first = count(rule, [Cast(1, Slot.PO, True)])
    assert "decides last" in why_not_yet(rule, Slot.EXEC, first)
    assert why_not_yet(rule, Slot.VAL, first) == ""
    rest = [slot for slot in rule.slots if slot != Slot.EXEC]
    all_but = count(rule, [Cast(at, slot, True) for at, slot in enumerate(rest)])
    assert why_not_yet(rule, Slot.EXEC, all_but) == ""


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(Slot), st.booleans()), max_size=12),
    st.sets(st.integers(1, 4)),
)
def test_as_many_different_people_as_voices_and_none_of_them_excluded(votes, excluded):
    rule = Rule((Slot.PO, Slot.VAL, Slot.DPO))
    found = count(rule, [Cast(*vote) for vote in votes], excluded)
    people = list(found.filled.values())
    assert len(people) == len(set(people))
    assert not set(people) & excluded
    if found.is_reached:
        assert len(people) == len(rule.slots)
        assert all(yes for person, _, yes in votes if person not in excluded)


@pytest.mark.parametrize(
    ("exposure", "purpose", "tier"),
    [(1, 1, "minimal"), (1, 2, "minimal"), (2, 1, "minimal"), (1, 3, "limited"),
     (3, 1, "limited"), (2, 2, "limited"), (2, 3, "high"), (3, 2, "high"), (3, 3, "high")],
)  # fmt: skip
def test_materiality_is_exposure_times_purpose(exposure, purpose, tier):
    assert materiality(exposure, purpose) == tier


def test_the_tier_is_the_highest_of_law_weight_and_data():
    assert of_law(None) == of_law("prohibited") == of_law("high") == T.HIGH
    assert (of_law("limited"), of_law("out_of_scope")) == (T.LIMITED, T.MINIMAL)
    assert (of_data(["health"]), of_data(["personal"]), of_data([])) == (
        T.HIGH,
        T.LIMITED,
        T.MINIMAL,
    )
    assert highest(T.MINIMAL, T.HIGH, T.LIMITED) == T.HIGH
    assert at_least(C.MINOR, C.MAJOR) == C.MAJOR
    assert at_least(C.CRITICAL, C.MAJOR) == C.CRITICAL
