"""Our own worked cases: the whole outcome of each, exactly."""

from typing import Any

import pytest

from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of, normal
from governance.classification.symbols import symbols_of
from governance.classification.unknowns import outlook_of
from tests.classification.worked import differences, given, own

ENGINE = engine_of(load())
SYMBOLS = symbols_of(ENGINE)
DEFAULTS = {name: normal(fact, fact.default) for name, fact in ENGINE.pack.facts.items()}


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    return classify(ENGINE, checked(ENGINE.pack, case["facts"])).as_json()


@pytest.mark.parametrize("case", own(), ids=lambda case: case["id"])
def test_the_whole_outcome_is_the_expected_one(case):
    assert differences(case, outcome(case)) == []


@pytest.mark.parametrize("case", given(), ids=lambda case: case["id"])
def test_no_expected_field_of_a_given_case_is_missed(case):
    assert differences(case, outcome(case)) == []


@pytest.mark.parametrize("case", own(), ids=lambda case: case["id"])
def test_every_case_says_where_it_stands(case):
    assert case["title"]
    assert all(source["document"] and source["ref"] for source in case["source"])


def test_no_case_stands_twice():
    names = [case["id"] for case in given() + own()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", own()[::5], ids=lambda case: case["id"])
def test_what_is_not_written_stays_open_and_the_expected_stays_possible(case):
    facts = checked(ENGINE.pack, case["facts"])
    expected = classify(ENGINE, facts)
    outlook = outlook_of(SYMBOLS, facts)
    certain = {duty.id for duty in outlook.duties}
    possible = certain | {duty.id for duty in outlook.possible_duties}

    assert expected.tier in outlook.tiers
    assert expected.tier_enacted in outlook.tiers_enacted
    assert certain <= {duty.id for duty in expected.obligations} <= possible


@pytest.mark.parametrize("case", own()[2::5], ids=lambda case: case["id"])
def test_with_every_question_answered_nothing_stays_open(case):
    facts = checked(ENGINE.pack, DEFAULTS | case["facts"])
    expected = classify(ENGINE, facts)
    outlook = outlook_of(SYMBOLS, facts)

    assert (outlook.tier, outlook.tier_enacted) == (expected.tier, expected.tier_enacted)
    assert (outlook.dates, outlook.dates_here) == (expected.dates, expected.dates_here)
    assert outlook.duties == expected.obligations
    assert (outlook.possible_duties, outlook.open_questions) == ((), ())
