"""What of a trace decided, and how it reads: no database."""

import json

import pytest
from hypothesis import given, settings

from governance.classification.branches import branches_in, tree_of, wanted
from governance.classification.deciding import (
    as_published,
    because,
    is_stopped,
    parts_of,
    pruned,
    rules_in,
    trace_bytes,
    truth_of,
    walk,
)
from governance.classification.instead import outcomes, said
from governance.classification.rules import checked, classify
from governance.classification.tracing import traced_with_defaults
from tests.classification.test_rules import ENGINE, PACK, sheets

YES, NO = {"truth": True, "fact": "a", "is": True}, {"truth": False, "fact": "b", "is": True}
OPEN = {"truth": None, "fact": "c", "is": True}
LOAN = {"credit.functions": ["credit_score"], "actor.uses_professionally": True}


def trace(facts):
    known = checked(PACK, facts)
    return traced_with_defaults(ENGINE, known, classify(ENGINE, known))


def rule(truth, when, *unless, applied=()):
    told = {"truth": truth, "rule": "r", "title": "R", "citation": ["Art 1"], "when": when}
    if unless:
        told |= {"unless": list(unless), "applied": list(applied)}
    return told | {"confidence": "statute"}


def exception(name, when):
    return {"exception": name, "question": f"{name}?", "citation": ["Art 2"], "when": when}


@pytest.mark.parametrize(
    ("node", "decided"),
    [
        ({"truth": False, "all": [YES, NO, OPEN]}, [NO]),
        ({"truth": True, "any": [YES, NO, OPEN]}, [YES]),
        ({"truth": None, "all": [YES, OPEN]}, [OPEN]),
        ({"truth": True, "all": [YES, YES]}, [YES, YES]),
        ({"truth": False, "any": [NO, NO]}, [NO, NO]),
        ({"truth": True, "not": NO}, [NO]),
        (rule(True, YES, exception("x", NO)), [YES, exception("x", NO)]),
        (rule(False, YES, exception("x", YES), exception("y", NO), applied=["x"]),
         [YES, exception("x", YES)]),
        (rule(False, NO, exception("x", NO)), [NO]),
        (rule(None, OPEN, exception("x", NO), exception("y", OPEN)), [OPEN, exception("y", OPEN)]),
        ({"truth": True, "rule": "r", "again": True}, []),
    ],
)  # fmt: skip
def test_the_parts_that_made_it_so_decided(node, decided):
    assert because(node) == decided


def test_a_rule_whose_condition_holds_without_exception_was_stopped_by_a_step_before():
    assert is_stopped(rule(False, YES))
    assert not is_stopped(rule(False, YES, exception("x", YES), applied=["x"]))
    assert not is_stopped(rule(True, YES))


@settings(max_examples=25, deadline=None)
@given(sheets())
def test_pruning_keeps_every_truth_and_citation_and_changes_nothing_twice(facts):
    whole = trace(facts)
    left = pruned(whole)

    assert pruned(left) == left
    full = rules_in(whole)
    for node in walk([*left["steps"], *left["also"]]):
        if "rule" in node:
            assert node["citation"] == full[node["rule"]]["citation"]
            assert node["truth"] is full[node["rule"]]["truth"]
        if "fact" in node:
            assert node["fact"] in left["facts"]
        assert all(truth_of(part) in (True, False) for part in parts_of(node))


@settings(max_examples=25, deadline=None)
@given(sheets())
def test_what_the_page_opens_is_what_the_pruned_trace_keeps(facts):
    whole = trace(facts)
    page, print_ = tree_of(whole), tree_of(pruned(whole))

    for step, same in zip(page.steps, print_.steps, strict=True):
        if step.decides:
            assert rules_of(b for b in branches_in([step.branch]) if b.decides) == rules_of(
                branches_in([same.branch])
            )


def rules_of(branches):
    return [(b.rule, b.truth, b.citation) for b in branches if b.rule]


def as_the_database_reads(raw):
    return int(float(raw)) if float(raw).is_integer() else float(raw)


def test_a_trace_reads_the_same_when_the_database_had_it():
    whole = trace({"gpai.model": True, "gpai.training_flop": 1e25})
    stored = json.loads(json.dumps(whole), parse_float=as_the_database_reads)

    assert trace_bytes(stored) == trace_bytes(whole)
    assert as_published(stored) == as_published(whole)


def test_the_deciding_step_is_open_and_what_did_not_decide_is_folded():
    tree = tree_of(trace(LOAN))

    assert [step.tier for step in tree.steps if step.decides] == ["high"]
    credit = next(b for b in branches_in([tree.steps[-1].branch]) if b.rule == "annex3.5.b")
    assert (credit.said, credit.decides, credit.confidence) == ("Applies", True, "Statute")
    assert "credit score" in {part.answer.words for part in credit.parts if part.answer}
    assert any(b.kind == "beside" for b in branches_in([tree.steps[-1].branch]))


def test_what_had_to_fail_is_folded_beside_what_held():
    listed = trace({"work.functions": ["evaluate_candidates"], "profiling.performed": True})
    told = list(branches_in(step.branch for step in tree_of(listed).steps))

    granted = next(branch for branch in told if branch.rule == "art6.3.granted")
    assert (granted.said, granted.decides, granted.opens) == ("Does not apply", True, False)
    assert granted.note == "It must not apply."


def test_a_step_that_holds_because_a_rule_fails_shows_why():
    no_system = tree_of(trace({"sys.machine_based": False}))

    [step] = [step for step in no_system.steps if step.opens]
    [rule] = step.branch.parts
    assert (rule.rule, rule.opens) == ("art3.1", True)


def test_an_exception_that_applied_stands_out_and_explains_the_rule():
    tree = tree_of(trace({"tr.interacts_directly": True, "tr.ai_obvious": True}))

    told = list(branches_in(step.branch for step in tree.steps))
    kept_back = next(branch for branch in told if branch.rule == "art50.1" and branch.told)
    assert kept_back.said == "Does not apply"
    assert [b.said for b in kept_back.parts if b.kind == "exception" and b.truth] == ["Applies"]


def test_a_trace_that_was_never_kept_has_no_tree():
    assert tree_of({}) is None
    assert pruned({}) == {}
    assert outcomes({}, "high") == ()


@pytest.mark.parametrize(
    ("leaf", "denied", "words"),
    [
        ({"fact": "a", "is": True}, False, "Yes"),
        ({"fact": "a", "is": True}, True, "No"),
        ({"fact": "a", "is": "not_required"}, True, "not not required"),
        ({"fact": "a", "in": ["gas", "road_traffic"]}, False, "one of: gas, road traffic"),
        ({"fact": "a", "in": ["gas"]}, True, "none of: gas"),
        ({"fact": "a", "over": 1e25}, False, "more than 1e+25"),
    ],
)
def test_what_a_condition_waits_for_is_said_in_words(leaf, denied, words):
    assert wanted(leaf, denied=denied) == words


@pytest.mark.parametrize(
    ("value", "beside", "words"),
    [
        (True, False, "Yes"),
        (["credit_score"], [], "credit score"),
        (["credit_score", "other"], ["credit_score"], "with other too"),
        (["credit_score"], ["credit_score", "other"], "without other"),
        ([], ["credit_score"], "None of these"),
        ("none", "placed_on_eu_market", "none"),
        ("2026-08-02", "", "2026-08-02"),
        (2e25, 0.0, "2e+25"),
    ],
)
def test_another_answer_is_said_beside_the_one_given(value, beside, words):
    assert said(value, beside) == words


def test_what_would_change_it_is_grouped_by_outcome_with_duties_counted():
    groups = outcomes(trace(LOAN), "high")

    assert [group.is_same for group in groups] == sorted(group.is_same for group in groups)
    turns = {turn.ask: turn for group in groups for turn in group.turns}
    credit = turns[PACK.facts["credit.functions"].ask]
    assert any(effect.startswith("loses") for effect in credit.effects)
