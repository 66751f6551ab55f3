"""The trace: every rule once, every truth as evaluated, every other answer tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.classification.deciding import is_stopped, rules_in, trace_bytes, truth_of, walk
from governance.classification.otherwise import alternatives, otherwise
from governance.classification.partial import classify_known, truths
from governance.classification.rules import NEVER, Tier, checked, classify, fired_by
from governance.classification.tracing import traced, traced_with_defaults
from governance.classification.unknowns import outlook_of
from governance.classification.verdict import UNDETERMINED
from tests.classification import worked
from tests.classification.test_rules import ENGINE, PACK, sheets
from tests.classification.test_unknowns import TEXTS, known_of, symbols

CASES = [*worked.given(), *worked.own()]


def whole(facts, text="amended"):
    """Return the result and the trace where facts not given have defaults."""
    known = checked(PACK, facts)
    result = classify(ENGINE, known, text)
    return result, traced_with_defaults(ENGINE, known, result, text=text)


def so_far(facts, text="amended"):
    """Return the result, the trace and the truths where facts not given are unknown."""
    outlook = outlook_of(symbols(text), facts)
    result = classify_known(ENGINE, outlook, facts)
    return result, traced(ENGINE, outlook, facts, result), truths(PACK, outlook)


def nodes(trace):
    return list(walk([*trace["steps"], *trace["also"]]))


def in_full(trace):
    return [node["rule"] for node in nodes(trace) if "rule" in node and "again" not in node]


def check_tree(trace, result, fired):
    """Assert what holds of every trace."""
    told = in_full(trace)
    assert len(told) == len(set(told))
    assert {*result.fired, *(f"role.{role}" for role in result.roles)} <= set(told)
    for node in nodes(trace):
        if "rule" in node:
            assert node["truth"] is fired[node["rule"]], node["rule"]
            assert node["rule"] in told
        if "fact" in node:
            assert node["fact"] in trace["facts"]
    for name, rule in rules_in(trace).items():
        assert rule["citation"] == list(PACK.rules[name].citation)
    assert all(change["fact"] in trace["facts"] for change in trace["otherwise"])


@settings(max_examples=80, deadline=None)
@given(sheets(), TEXTS)
def test_a_trace_tells_every_rule_once_and_agrees_with_the_evaluation(facts, text):
    result, trace = whole(facts, text)
    fired, _exceptions = fired_by(ENGINE, checked(PACK, facts), text)

    check_tree(trace, result, fired)
    deciding = [step["tier"] for step in trace["steps"] if step["truth"]]
    assert deciding == ([] if result.tier == Tier.MINIMAL else [result.tier])
    for node in nodes(trace):
        if "when" in node and "rule" in node:
            kept_back = any(truth_of(item) for item in node.get("unless", ()))
            assert node["truth"] is (node["when"]["truth"] and not kept_back)
            assert node.get("applied", []) == [
                item["exception"]
                for item in node.get("unless", ())
                if truth_of(item) and node["when"]["truth"]
            ]
            assert not is_stopped(node)
    assert {name for name, fact in trace["facts"].items() if fact["given"]} <= facts.keys()


@settings(max_examples=12, deadline=None)
@given(sheets(), TEXTS, st.sampled_from([0.5, 0.9, 1]), st.randoms(use_true_random=False))
def test_a_trace_of_few_answers_says_what_is_not_settled(facts, text, share, dice):
    facts = {name: value for name, value in known_of(facts).items() if dice.random() < share}
    result, trace, fired = so_far(facts, text)

    check_tree(trace, result, fired)
    first = next((step["tier"] for step in trace["steps"] if step["truth"]), None)
    if result.tier == UNDETERMINED:
        assert None in {step["truth"] for step in trace["steps"]}
    else:
        assert first == (None if result.tier == Tier.MINIMAL else result.tier)
    assert all(fact["given"] is (name in facts) for name, fact in trace["facts"].items())


@settings(max_examples=15, deadline=None)
@given(sheets(), TEXTS)
def test_every_other_answer_leads_where_the_trace_says(facts, text):
    result, trace = whole(facts, text)

    before = {duty.id: duty for duty in result.obligations}
    for change in trace["otherwise"]:
        for other in change["instead"]:
            then = classify(ENGINE, checked(PACK, facts) | {change["fact"]: other}, text)
            after = {duty.id: duty for duty in then.obligations}
            assert (change["tier"], change["tier_enacted"]) == (then.tier, then.tier_enacted)
            assert set(change["gained"]) == after.keys() - before.keys()
            assert set(change["lost"]) == before.keys() - after.keys()
            assert set(change["moved"]) == {
                name for name in after.keys() & before.keys() if after[name] != before[name]
            }


@settings(max_examples=6, deadline=None)
@given(sheets(), TEXTS)
def test_another_answer_to_a_known_fact_leads_to_the_tiers_that_the_trace_says(facts, text):
    facts = known_of(facts)
    _result, trace, _fired = so_far(facts, text)

    for change in trace["otherwise"]:
        for other in change["instead"]:
            other = NEVER if other is None else other
            then = outlook_of(symbols(text), facts | {change["fact"]: other})
            assert change["possible_tiers"] == [str(tier) for tier in then.tiers]
            assert (change["tier"], change["tier_enacted"]) == (then.tier, then.tier_enacted)


@pytest.mark.parametrize("case", worked.given()[::4], ids=lambda case: case["id"])
def test_no_single_answer_that_moves_the_tier_is_left_out(case):
    facts = checked(PACK, case["facts"])
    result, trace = whole(facts)

    told = {(change["fact"], str(other)) for change in trace["otherwise"]
            for other in change["instead"]}  # fmt: skip
    for fact in PACK.facts.values():
        now = facts.get(fact.name, ENGINE.defaults[fact.name])
        others = (not now,) if fact.type == "bool" else fact.values if fact.type == "enum" else ()
        for other in others:
            then = classify(ENGINE, facts | {fact.name: other})
            moved = (then.tier, then.tier_enacted) != (result.tier, result.tier_enacted)
            assert not moved or other == now or (fact.name, str(other)) in told


@pytest.mark.parametrize("case", CASES[::12], ids=lambda case: case["id"])
def test_the_same_result_has_the_same_bytes(case):
    facts = case["facts"]
    turned = dict(reversed(list(facts.items())))

    assert trace_bytes(whole(facts)[1]) == trace_bytes(whole(turned)[1])
    known, again = known_of(facts), dict(reversed(list(known_of(facts).items())))
    assert trace_bytes(so_far(known)[1]) == trace_bytes(so_far(again)[1])


def test_an_exception_that_applied_is_named_with_its_rule_and_source():
    _result, trace = whole({"tr.interacts_directly": True, "tr.ai_obvious": True})

    rule = rules_in(trace)["art50.1"]
    assert (rule["truth"], rule["when"]["truth"]) == (False, True)
    assert rule["applied"] == ["art50.1.exc.obvious"]
    assert truth_of(rule["unless"][0]) is True
    assert rule["unless"][0]["citation"]


def test_a_rule_of_the_other_text_is_told_as_absent():
    _result, trace = whole({"csam.generates": True}, text="enacted")

    absent = [node for node in nodes(trace) if "absent" in node]
    assert {node["rule"] for node in absent} >= {"art5.1.bb"}
    assert all(node["truth"] is False and "when" not in node for node in absent)


def test_an_answer_that_is_not_known_is_told_so():
    _result, trace, _fired = so_far({"tr.interacts_directly": True})

    assert trace["facts"]["tr.interacts_directly"]["words"] == "Yes"
    assert trace["facts"]["tr.ai_obvious"] | {"ask": ""} == {
        "ask": "", "answer": None, "words": "Not known", "given": False,
    }  # fmt: skip
    assert trace["otherwise"] == []


@settings(max_examples=12, deadline=None)
@given(sheets(), TEXTS)
def test_every_other_answer_that_changes_something_is_named_and_no_other(facts, text):
    facts = checked(PACK, facts)
    now = classify(ENGINE, facts, text)
    known = {**ENGINE.defaults, **facts}
    changing = {
        (name, str(other))
        for name in ENGINE.variables.places
        for other in alternatives(PACK.facts[name], known[name], ENGINE.variables.samples(name))
        if weighed(classify(ENGINE, facts | {name: other}, text)) != weighed(now)
    }

    told = otherwise(ENGINE, facts, now, text)
    assert {(one["fact"], str(other)) for one in told for other in one["instead"]} == changing


def weighed(result):
    return result.tier, result.tier_enacted, result.dates, result.obligations


def test_an_answer_that_moves_only_the_tier_as_published_is_named():
    facts = checked(PACK, {"csam.generates": True, "gen.deployer_uses_for_abuse": True})
    told = otherwise(ENGINE, facts, classify(ENGINE, facts))

    [change] = [one for one in told if one["fact"] == "scope.foss_licence"]
    assert (change["tier"], change["tier_enacted"]) == (Tier.PROHIBITED, Tier.OUT_OF_SCOPE)


def test_what_an_emptied_list_leads_to_is_told_where_one_item_less_changes_nothing():
    facts = checked(
        PACK, {"work.functions": ["analyse_filter_applications", "evaluate_candidates"]}
    )
    told = otherwise(ENGINE, facts, classify(ENGINE, facts))

    emptied = [one for one in told if one["fact"] == "work.functions" and [] in one["instead"]]
    assert [one["tier"] for one in emptied] == ["minimal"]
