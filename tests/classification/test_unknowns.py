"""What is settled although answers are missing, held against every way to complete them."""

from functools import cache
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.classification.partial import classify_known
from governance.classification.rules import NEVER, checked, classify
from governance.classification.symbols import symbols_of
from governance.classification.unknowns import outlook_of
from governance.classification.verdict import STRICTEST, UNDETERMINED
from tests.classification import worked
from tests.classification.test_rules import ENGINE, PACK, sheets

TEXTS = st.sampled_from(["amended", "amended", "enacted"])
DAYS = ("enacted", "amended", "amended_formal")
ALL_FACTS = sorted(PACK.facts)
MOST_WAYS = 200


@cache
def symbols(text):
    return symbols_of(ENGINE, text)


def known_of(facts):
    """Return all facts: those given, the others as usual."""
    usual = {name: NEVER if value is None else value for name, value in ENGINE.defaults.items()}
    return usual | checked(PACK, facts)


def look(facts, text):
    outlook = outlook_of(symbols(text), facts)
    return outlook, classify_known(ENGINE, outlook, facts)


def answers_to(name):
    """Return an answer of each kind that can make a difference, none where they are too many."""
    fact = PACK.facts[name]
    if fact.type == "bool":
        return [False, True]
    if fact.type == "enum":
        return list(fact.values)
    if fact.type == "list":
        some = product((False, True), repeat=len(fact.values)) if len(fact.values) < 5 else ()
        return [[item for item, on in zip(fact.values, one, strict=True) if on] for one in some]
    asked = ENGINE.variables.samples(name)
    return [NEVER if value is None else value for value in asked]


@st.composite
def partly_known(draw, most=6):
    """All facts but up to six, and the names of those six."""
    facts = known_of(draw(sheets()))
    asked = draw(st.lists(st.sampled_from(ALL_FACTS), unique=True, max_size=3 * most))
    unknown, ways = [], 1
    for name in asked:
        more = len(answers_to(name))
        if more and ways * more <= MOST_WAYS and len(unknown) < most:
            unknown, ways = [*unknown, name], ways * more
    return {name: facts[name] for name in facts if name not in unknown}, unknown


def completions(known, unknown, text):
    """Return the plain result for each way to answer what is unknown."""
    ways = product(*(range(len(answers_to(name))) for name in unknown))
    found = {}
    for way in ways:
        chosen = {name: answers_to(name)[at] for name, at in zip(unknown, way, strict=True)}
        found[way] = classify(ENGINE, known | chosen, text)
    assert len(found) == prod(len(answers_to(name)) for name in unknown)
    return found


def told(result):
    """Return what a question must be able to move to be open."""
    return result.tier, result.tier_enacted, result.dates, result.obligations


def common(values):
    first, *others = set(values)
    return None if others else first


@settings(max_examples=60, deadline=None)
@given(partly_known(), TEXTS)
def test_what_is_said_of_unknowns_is_exactly_what_every_completion_says(given_facts, text):
    known, unknown = given_facts
    outlook, now = look(known, text)
    every = completions(known, unknown, text)
    results = list(every.values())

    assert set(outlook.tiers) == {result.tier for result in results}
    assert set(outlook.tiers_enacted) == {result.tier_enacted for result in results}
    for kind, day in product(("dates", "dates_here"), DAYS):
        days = [getattr(getattr(result, kind), day) for result in results]
        assert getattr(getattr(now, kind), day) == common(days), (kind, day)
    for mark in ("is_gpai", "systemic", "open_source_exempt"):
        assert getattr(now.gpai, mark) is common(getattr(result.gpai, mark) for result in results)
    for listed in ("roles", "fired", "exceptions"):
        certain = set.intersection(*(set(getattr(result, listed)) for result in results))
        assert set(getattr(now, listed)) == certain, listed
    _same_filter(now.exemption, [result.exemption for result in results])
    _same_duties(now, results)
    assert set(now.open_questions) == _moving(unknown, every)


def _same_filter(now, every):
    """Assert that the filter of Art. 6(3) is told as settled exactly where every outcome agrees."""
    assert now.outcome == (common(one.outcome for one in every) or UNDETERMINED)
    assert now.reason == (common(one.reason for one in every) or "")
    assert set(now.conditions) == set.intersection(*(set(one.conditions) for one in every))


def _same_duties(now, results):
    by_id = [{duty.id: duty for duty in result.obligations} for result in results]
    certain = set.intersection(*(set(duties) for duties in by_id))
    assert {duty.id for duty in now.obligations} == certain
    assert set(now.possible_obligations) == set.union(*(set(duties) for duties in by_id)) - certain
    for duty in now.obligations:
        here = [duties[duty.id] for duties in by_id]
        assert set(duty.roles) == set.intersection(*(set(one.roles) for one in here))
        for day in DAYS:
            assert getattr(duty.dates, day) == common(getattr(one.dates, day) for one in here)


def _moving(unknown, every):
    """Return the facts in which alone two completions differ that say different things."""
    found = set()
    for at, name in enumerate(unknown):
        beside = {}
        for way, result in every.items():
            beside.setdefault((*way[:at], *way[at + 1 :]), []).append(told(result))
        if any(one != group[0] for group in beside.values() for one in group):
            found.add(name)
    return found


@settings(max_examples=25, deadline=None)
@given(sheets(), TEXTS, st.data())
def test_an_answer_never_contradicts_what_was_settled(facts, text, data):
    whole = known_of(facts)
    names = data.draw(st.permutations(ALL_FACTS))
    few = data.draw(st.integers(0, len(names)))
    more = data.draw(st.integers(few, len(names)))
    before_facts = {name: whole[name] for name in names[:few]}
    outlook, before = look(before_facts, text)
    after = classify_known(
        ENGINE,
        outlook.told({name: whole[name] for name in names[few:more]}),
        {name: whole[name] for name in names[:more]},
    )

    _agrees(before, after)
    _agrees(after, classify(ENGINE, whole, text))
    assert set(after.open_questions) <= set(before.open_questions) - set(names[few:more])


def _agrees(before, after):
    """Assert that a later result says nothing else than an earlier one did."""
    for tier in ("tier", "tier_enacted"):
        assert getattr(before, tier) in (UNDETERMINED, getattr(after, tier))
    assert set(after.possible_tiers or (after.tier,)) <= set(before.possible_tiers or STRICTEST)
    now = {duty.id: duty for duty in after.obligations}
    for duty in before.obligations:
        assert set(duty.roles) <= set(now[duty.id].roles)
        _same_days(duty.dates, now[duty.id].dates)
    _same_days(before.dates, after.dates)
    _same_days(before.dates_here, after.dates_here)
    assert set(before.roles) <= set(after.roles)
    for mark in ("is_gpai", "systemic", "open_source_exempt"):
        assert getattr(before.gpai, mark) in (None, getattr(after.gpai, mark))
    assert set(before.fired) <= set(after.fired)
    assert set(before.exceptions) <= set(after.exceptions)
    assert before.exemption.outcome in (UNDETERMINED, after.exemption.outcome)
    assert before.exemption.reason in ("", after.exemption.reason)
    assert set(before.exemption.conditions) <= set(after.exemption.conditions)


def _same_days(before, after):
    for day in DAYS:
        assert getattr(before, day) in (None, getattr(after, day))


@settings(max_examples=10, deadline=None)
@given(sheets(), TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(facts, text, dice):
    facts = checked(PACK, facts)
    outlook, now = look(facts, text)
    names = list(facts)
    dice.shuffle(names)
    half = len(names) // 2
    step_by_step = outlook_of(symbols(text), {name: facts[name] for name in names[:half]})
    for name in names[half:]:
        step_by_step = step_by_step.told({name: facts[name]})

    assert classify_known(ENGINE, step_by_step, facts) == now
    assert step_by_step.open_questions == outlook.open_questions
    assert step_by_step.tiers == outlook.tiers


@settings(max_examples=150, deadline=None)
@given(sheets(), TEXTS)
def test_with_every_default_filled_in_the_result_is_the_plain_one(facts, text):
    _outlook, now = look(known_of(facts), text)

    assert now == classify(ENGINE, checked(PACK, facts), text)
    assert now.open_questions == ()


@pytest.mark.parametrize("case", worked.given(), ids=lambda case: case["id"])
def test_the_worked_cases_come_out_the_same_when_defaults_are_answers(case):
    facts = checked(PACK, case["facts"])
    _outlook, now = look(known_of(facts), "amended")

    assert now == classify(ENGINE, facts)


@settings(max_examples=40, deadline=None)
@given(partly_known(most=30), TEXTS)
def test_a_settled_tier_has_no_open_question_that_could_move_it(given_facts, text):
    outlook, now = look(given_facts[0], text)

    settled = UNDETERMINED not in (now.tier, now.tier_enacted)
    assert settled is not bool(outlook.decides_tier)
    deciding = [name in outlook.decides_tier for name in now.open_questions]
    assert deciding == sorted(deciding, reverse=True)
    assert now.possible_tiers == (outlook.tiers if now.tier == UNDETERMINED else ())
    assert list(outlook.tiers) == [tier for tier in STRICTEST if tier in outlook.tiers]


def test_with_nothing_known_every_tier_is_possible_and_no_duty_is_certain():
    outlook, now = look({}, "amended")

    assert set(outlook.tiers) == set(STRICTEST)
    assert (now.tier, now.obligations, now.fired, now.roles) == (UNDETERMINED, (), (), ())
    assert not set(now.open_questions) & {"sys.technique", "actor.size", "actor.law_enforcement"}


def test_one_answer_can_settle_everything():
    _outlook, now = look({"scope.military_defence_natsec_exclusive": True}, "amended")

    assert (now.tier, now.tier_enacted, now.open_questions) == ("out_of_scope", "out_of_scope", ())
