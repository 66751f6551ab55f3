"""The table of the state machine: each row once allowed, and once refused by each of its guards."""

from dataclasses import replace
from typing import Any

import pytest

from governance.approvals import guards
from governance.approvals.lifecycle import ChangeClass, Event, State, Tier
from governance.approvals.machine import BY_EVENT, TABLE, events_from, illegal, refusals
from governance.approvals.situation import Needed, Situation

BASE: dict[Event, dict[str, Any]] = {  # what an event needs beside its state
    Event.EVAL_FAILED: {"hard_failures": ("recall 0.81 is below 0.9",)},
    Event.EVIDENCE_CHANGED: {"evidence_changed": True},
}
MISSING = Needed("security_test", "Security test", "missing", "nothing was added")
REFUSED: dict[str, tuple[dict[str, Any], str]] = {  # what makes a guard refuse, and its words
    "allowed": ({"not_allowed": "It is for Mira."}, "It is for Mira."),
    "four_eyes": ({"same_person": "You proposed this."}, "You proposed this."),
    "proved": ({"tier": Tier.HIGH, "unproved": "Your password again."}, "password again"),
    "reasoned": ({"reason": " "}, "Say why"),
    "complete": ({"unfilled": ("the reason",)}, "Still missing: the reason."),
    "pinned": ({"pin_refusal": "gpt-4o is floating."}, "floating"),
    "classed": (
        {"change_class": ChangeClass.MINOR, "class_floor": ChangeClass.MAJOR},
        "at least class B",
    ),
    "not_retired": ({"is_retired": True}, "The system is retired"),
    "suites": ({"suites_missing": "No regression suite yet."}, "regression suite"),
    "evidenced": ({"evidence": (MISSING,)}, "Security test (nothing was added)"),
    "criteria": ({"open_failures": ("cost rose",)}, "nobody accepted it as a finding: cost rose"),
    "failed_hard": ({"hard_failures": ()}, "No criterion that must hold failed."),
    "not_serious": ({"serious": "A finding of severity 1 is open."}, "severity 1"),
    "same_evidence": ({"evidence_changed": True}, "Evidence changed"),
    "other_evidence": ({"evidence_changed": False}, "what it was"),
    "in_turn": ({"waits_for": "The board decides last."}, "decides last"),
    "window": ({"window_refusal": "The window must end after it begins."}, "window"),
    "unfrozen": ({"freeze": "Nothing goes live until 2 January."}, "Nothing goes live"),
    "on_call": ({"coverage": ("OPS-01 from Sunday",)}, "Nobody is on call: OPS-01 from Sunday."),
    "way_back": (
        {"target_refusal": "The provider retired the model of 1.0.0.", "next_target": "0.9.0"},
        "retired the model of 1.0.0. 0.9.0 would do.",
    ),
    "gate": ({"gate": ("nobody signed",)}, "The gate is not passed: nobody signed."),
    "agreed": ({"agreements": ("no DPA with Acme",)}, "An agreement is missing: no DPA"),
    "valid": ({"expired": True}, "recertify it first"),
    "unblocked": ({"blocking": ("Add the banner (Mira)",)}, "To be done before: Add the banner"),
    "echoed": ({"echo": "gpt-4o-mini answers instead."}, "answers instead"),
    "separated": ({"tier": Tier.HIGH, "separate": "Somebody else deploys it."}, "deploys"),
    "free": ({"occupied": "2.0.0 runs in prod now."}, "2.0.0 runs in prod"),
    "canary_good": ({"canary": "The canary has not shown enough."}, "not shown enough"),
    "cause_closed": ({"cause_open": "Its cause is not closed."}, "cause is not closed"),
    "evaluated_again": ({"days_suspended": 8, "days_since_eval": 20}, "Suspended for 8 days"),
    "incident_runs": ({"incident": False}, "No serious incident is open"),
    "small": ({"change_class": ChangeClass.CRITICAL}, "class C never goes live as an emergency"),
    "two_people": ({"second": "Somebody else must agree first."}, "must agree first"),
    "bounded": ({"hours": 73}, "within 72 hours"),
    "over": ({"is_over": False}, "has not ended"),
    "out_of_grace": ({"in_grace": True}, "days of grace"),
    "renewed": ({"renewal": ("Regression run (observed 31 days ago)",)}, "observed 31 days ago"),
    "ended": ({"checklist": ("access is revoked",)}, "Before it is retired: access is revoked."),
}
ROWS = [row for row in TABLE if row.sources]
MOVES = [(row.event, state) for row in ROWS for state in sorted(row.sources)]
GUARDED = [(row.event, guard.__name__) for row in ROWS for guard in row.guards]
STRANGE = [(row.event, state) for row in TABLE for state in State if state not in row.sources]


def good(event: Event, state: State | None = None) -> Situation:
    """Return a situation in which nothing stands against an event."""
    begun = state or min(BY_EVENT[event].sources)
    return replace(Situation(state=begun), **BASE.get(event, {}))


@pytest.mark.parametrize(("event", "state"), MOVES)
def test_an_event_is_allowed_where_the_table_says_so(event, state):
    assert refusals(event, good(event, state)) == ()


@pytest.mark.parametrize(("event", "guard"), GUARDED)
def test_each_guard_refuses_in_words_that_a_person_reads(event, guard):
    broken, words = REFUSED[guard]
    found = refusals(event, replace(good(event), **broken))
    assert [one for one in found if words in one], found


@pytest.mark.parametrize(("event", "state"), STRANGE)
def test_an_event_from_another_state_is_refused_and_names_those_that_are_possible(event, state):
    (words,) = refusals(event, good(event, State.DRAFT) if event == Event.REGISTER else
                        replace(good(event), state=state))  # fmt: skip
    assert "is not possible" in words
    for other in events_from(state):
        if event != Event.REGISTER:
            assert other.value.replace("_", " ") in words


def test_every_guard_of_the_module_is_used_and_every_one_has_a_case_that_it_refuses():
    used = {guard.__name__ for row in TABLE for guard in row.guards}
    assert used == set(REFUSED)
    assert {row.event for row in TABLE} == set(Event)


def test_every_state_but_the_first_is_reached_by_some_event():
    assert {target for row in TABLE for target in row.targets} == set(State)


def test_what_ended_for_good_has_no_event():
    assert events_from(State.RETIRED) == events_from(State.WITHDRAWN) == ()
    assert events_from(State.REJECTED) == (Event.REOPEN,)


def test_a_resumed_release_needs_no_new_run_within_a_week_or_with_a_newer_one():
    assert guards.evaluated_again(Situation(days_suspended=7, days_since_eval=30)) == ""
    assert guards.evaluated_again(Situation(days_suspended=30, days_since_eval=3)) == ""
    assert guards.evaluated_again(Situation(days_suspended=30, days_since_eval=None)) != ""


def test_a_proof_is_asked_only_at_the_high_tier():
    for tier, asked in ((Tier.LIMITED, ""), (Tier.HIGH, "Again.")):
        assert guards.proved(Situation(tier=tier, unproved="Again.")) == asked


def test_a_hard_failure_stands_before_a_soft_one():
    both = Situation(hard_failures=("recall",), open_failures=("cost",))
    assert "must hold failed: recall" in guards.criteria(both)


def test_illegal_is_silent_where_the_event_fits():
    assert illegal(Event.SUBMIT, State.DRAFT) == ""
