"""What another law would do to a system: pure comparisons, without a database."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.classification import preview
from governance.classification.packs import load
from governance.classification.preview import (
    Change,
    Comparer,
    DutyDay,
    Kind,
    Law,
    Outcome,
    compared,
    fitting,
    outcome_of,
    pack_parts,
)
from governance.classification.preview_tally import Counter
from governance.classification.rules import checked, engine_of

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))["cases"]
ENGINE = engine_of(load())
ENACTED, AMENDED = Law(ENGINE, "enacted"), Law(ENGINE, "amended")
HIRING = {"actor.uses_professionally": True, "work.functions": ["evaluate_candidates"]}


def change_of(before: Law, after: Law, given: dict) -> Change | None:
    """Return what changes for one system."""
    return Comparer(before, after).change_of(given)


def without(*rules: str) -> Law:
    """Return the law with these rules repealed: they fire for nobody."""
    pack = load()
    never = {name: replace(pack.rules[name], when=pack.rules["art5.1.a"].when) for name in rules}
    return Law(engine_of(replace(pack, version="f" * 64, rules={**pack.rules, **never})))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_two_texts_differ_for_a_case_as_its_worked_solution_says(case):
    facts = checked(ENGINE.pack, case["facts"])
    change = change_of(ENACTED, AMENDED, facts)
    expected = case["expected"]

    tiers = change.tiers if change else (outcome_of(AMENDED, facts).tier,) * 2
    assert tiers == (expected.get("tier_enacted", expected["tier"]), expected["tier"])


def test_a_high_risk_use_begins_later_under_the_amended_text():
    change = change_of(ENACTED, AMENDED, HIRING)

    assert change is not None
    assert change.kinds == {Kind.DATES}
    assert change.since == (date(2026, 8, 2), date(2027, 12, 2))
    days = {(one.before, one.after) for one in change.moved}
    assert (date(2026, 8, 2), date(2027, 12, 2)) in days


def test_a_repealed_rule_takes_the_tier_and_its_duties_away():
    change = change_of(AMENDED, without("annex3.4.a"), HIRING)

    assert change is not None
    assert change.tiers == ("high", "minimal")
    assert {Kind.TIER, Kind.LOSES} <= change.kinds
    assert "art26.1" in {one.duty for one in change.lost}
    assert not change.gained


def test_the_same_law_changes_nothing_for_any_case():
    again = Law(engine_of(load()))

    assert [change_of(AMENDED, again, case["facts"]) for case in CASES] == [None] * len(CASES)


def test_a_duty_that_passes_from_one_role_to_another_is_gained_and_lost():
    day = date(2026, 8, 2)
    before = Outcome("limited", day, {"a": DutyDay(("provider", "deployer"), day)}, {})
    after = Outcome("limited", day, {"a": DutyDay(("deployer", "importer"), day)}, {})

    change = compared(before, after)
    assert [one.roles for one in change.lost] == [("provider",)]
    assert [one.roles for one in change.gained] == [("importer",)]
    assert not change.moved


def test_a_duty_kept_back_by_a_transitional_rule_says_which():
    day = date(2026, 8, 2)
    before = Outcome("high", day, {"a": DutyDay(("provider",), day)}, {})
    after = Outcome("high", day, {}, {"a": "art111.2"})

    assert compared(before, after).lost[0].rests_on == "art111.2"
    assert compared(after, before).gained[0].rests_on == "art111.2"


def test_answers_the_other_pack_does_not_understand_are_left_out_there():
    facts = {**HIRING, "no.such.fact": True, "sys.infers_outputs": "maybe"}

    assert fitting(ENGINE, facts) == HIRING


def test_not_sure_counts_as_not_answered_under_both_laws():
    unsure = {**HIRING, "work.functions": None}

    assert change_of(ENACTED, AMENDED, unsure) == change_of(
        ENACTED, AMENDED, {"actor.uses_professionally": True}
    )


def test_systems_that_answer_the_same_are_compared_once_and_not_for_ever(monkeypatch):
    asked = []
    monkeypatch.setattr(preview, "MOST_REMEMBERED", 2)
    monkeypatch.setattr(
        preview,
        "outcome_of",
        lambda law, facts: asked.append(facts) or Outcome("high", None, {}, {}),
    )
    compare = Comparer(ENACTED, AMENDED)
    for facts in (HIRING, HIRING, {"actor.uses_professionally": True}, {}, HIRING):
        compare.change_of(facts)

    assert len(asked) == 2 * 4
    assert len(compare.known) <= 2


def test_parts_of_a_pack_that_were_added_removed_and_changed_are_told():
    pack = load()
    rules = dict(pack.rules)
    rules["art5.1.a"] = replace(rules["art5.1.a"], title="Otherwise")
    rules["new"] = rules.pop("art5.1.b")

    parts = pack_parts(pack, replace(pack, rules=rules))["rules"]
    assert (parts.added, parts.removed, parts.changed) == (("new",), ("art5.1.b",), ("art5.1.a",))


def test_a_tally_says_in_one_sentence_how_many_systems_move_where():
    counter = Counter()
    for facts in (HIRING, HIRING, {}):
        counter.add(change_of(AMENDED, without("annex3.4.a"), facts))

    assert counter.tally().words.startswith(
        "2 of 3 systems change tier: 2 high-risk → minimal. 2 lose duties"
    )


def test_a_law_that_touches_nobody_says_so():
    counter = Counter()
    counter.add(None)

    assert counter.tally().words == "Nothing changes for any of the 1 system."


duties = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(
        DutyDay,
        st.sets(st.sampled_from(["provider", "deployer", "importer"]), min_size=1).map(
            lambda roles: tuple(sorted(roles))
        ),
        st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    ),
)
outcomes = st.builds(
    Outcome,
    st.sampled_from(["high", "limited", "minimal"]),
    st.none() | st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    duties,
    st.just({}),
)


@given(outcomes)
def test_an_outcome_held_against_itself_changes_nothing(one):
    assert not compared(one, one).kinds


@given(outcomes, outcomes)
@settings(max_examples=200)
def test_the_way_back_is_the_mirror_of_the_way_there(one, other):
    there, back = compared(one, other), compared(other, one)

    assert there.tiers == back.tiers[::-1]
    assert there.since == back.since[::-1]
    assert {(d.duty, d.roles, d.after) for d in there.gained} == {
        (d.duty, d.roles, d.before) for d in back.lost
    }
    assert {(d.duty, d.roles, d.before, d.after) for d in there.moved} == {
        (d.duty, d.roles, d.after, d.before) for d in back.moved
    }
