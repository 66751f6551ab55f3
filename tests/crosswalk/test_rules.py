"""Which controls apply, what their evidence comes to, and how that is counted."""

import pytest

from governance.crosswalk.applying import (
    IS_RETIRED,
    NOT_ASKED,
    OUT_OF_SCOPE,
    Circumstances,
    why_not,
)
from governance.crosswalk.clauses import article_of, clause_of, clause_order
from governance.crosswalk.rules import (
    Clause,
    Control,
    Evidence,
    Framework,
    Shows,
    State,
    Strength,
    When,
)
from governance.crosswalk.standings import Counts, Sets, counts_of, standing

WHOLE = Evidence("matrices", (), Shows.WHOLE)
PART = Evidence("attestations", (), Shows.PART)
HINT = Evidence("vendors", (), Shows.HINT)
KNOWN = frozenset({"Art 9", "Art 26", "Art 50"})
ACT, GDPR, HIPAA = Framework.EU_AI_ACT, Framework.GDPR, Framework.HIPAA


def control(*evidence: Evidence, refs=("Art 9",), strength=Strength.FULL, when=()) -> Control:
    clauses = tuple(Clause(ref, strength) for ref in refs)
    return Control("C01", "A control", evidence, when=when, refs={ACT: clauses, GDPR: clauses})


def sets(evidence: Evidence, seen=(), current=()) -> dict[Evidence, Sets]:
    return {evidence: Sets(frozenset(seen), frozenset(current))}


def test_something_current_makes_a_control_present():
    row = standing(control(WHOLE), ACT, [1], {}, sets(WHOLE, [1], [1]))

    assert row.state == State.PRESENT
    assert not row.is_partial


def test_what_counts_no_more_makes_it_stale_and_not_present():
    row = standing(control(WHOLE), ACT, [1], {}, sets(WHOLE, [1]))

    assert row.state == State.STALE
    assert counts_of([row]) == Counts(present=0, partial=0, stale=1, missing=0, not_applicable=0)


def test_a_hint_never_counts():
    row = standing(control(HINT), ACT, [1], {}, sets(HINT, [1], [1]))

    assert row.state == State.MISSING


def test_one_system_without_evidence_makes_it_missing_for_all():
    row = standing(control(WHOLE), ACT, [1, 2], {}, sets(WHOLE, [1], [1]))

    assert row.state == State.MISSING
    assert row.state_of(1) == State.PRESENT
    assert row.missing == {2}


def test_a_system_to_which_it_does_not_apply_counts_nowhere():
    row = standing(control(WHOLE), ACT, [1, 2], {2: "no"}, sets(WHOLE, [1, 2], [1]))

    assert row.state == State.PRESENT
    assert row.applies == 1
    assert row.state_of(2) == State.NOT_APPLICABLE


def test_a_control_that_applies_to_nothing_is_not_applicable():
    row = standing(control(WHOLE), ACT, [1], {1: "no"}, sets(WHOLE, [1], [1]))

    assert row.state == State.NOT_APPLICABLE
    assert counts_of([row]).applicable == 0


def test_a_part_is_counted_and_marked():
    row = standing(control(PART), ACT, [1], {}, sets(PART, [1], [1]))

    assert row.is_partial
    assert counts_of([row]).present == counts_of([row]).partial == 1


def test_whole_evidence_for_a_clause_that_is_shown_in_part_is_marked_too():
    partly = control(WHOLE, strength=Strength.PARTIAL)

    assert standing(partly, ACT, [1], {}, sets(WHOLE, [1], [1])).is_partial


def test_what_is_not_known_counts_as_applying():
    assert why_not(control(PART), ACT, Circumstances(), KNOWN) == ""
    assert why_not(control(PART), GDPR, Circumstances(), KNOWN) == ""
    assert why_not(control(PART, when=(When.PHI,)), ACT, Circumstances(), KNOWN) == ""


@pytest.mark.parametrize(
    ("framework", "about"),
    [(GDPR, Circumstances(personal=False)), (HIPAA, Circumstances(phi=False))],
)
def test_a_law_about_data_needs_the_data(framework, about):
    assert why_not(control(PART), framework, about, KNOWN)


def test_without_personal_data_the_act_still_applies():
    assert why_not(control(PART), ACT, Circumstances(personal=False), KNOWN) == ""


def test_an_article_that_the_classification_does_not_ask_for_does_not_apply():
    about = Circumstances(articles=frozenset({"Art 26"}))

    assert why_not(control(PART, refs=("Art 9(2)-(5)",)), ACT, about, KNOWN) == NOT_ASKED
    assert why_not(control(PART, refs=("Art 9", "Art 26(5)")), ACT, about, KNOWN) == ""


def test_an_article_without_duties_always_concerns_the_system():
    about = Circumstances(articles=frozenset({"Art 26"}))

    assert why_not(control(PART, refs=("Art 5",)), ACT, about, KNOWN) == ""
    assert why_not(control(PART, refs=("Annex III",)), ACT, about, KNOWN) == ""


def test_out_of_scope_takes_the_act_away_and_nothing_else():
    about = Circumstances(in_scope=False, articles=frozenset())

    assert why_not(control(PART), ACT, about, KNOWN) == OUT_OF_SCOPE
    assert why_not(control(PART), GDPR, about, KNOWN) == ""


def test_a_retired_system_is_asked_about_its_end_only():
    about = Circumstances(retired=True)

    assert why_not(control(PART), ACT, about, KNOWN) == IS_RETIRED
    assert why_not(control(PART, when=(When.RETIRED,)), ACT, about, KNOWN) == ""
    assert why_not(control(PART, when=(When.RETIRED,)), ACT, Circumstances(), KNOWN)


@pytest.mark.parametrize(
    ("ref", "article"),
    [("Art 26(5)", "Art 26"), ("Annex IV(2)", "Art 11"), ("Annex III", "Annex III")],
)
def test_a_reference_belongs_to_its_article(ref, article):
    assert article_of(ref) == article


@pytest.mark.parametrize(
    ("framework", "ref", "clause"),
    [
        (ACT, "Art 9(2)-(5)", "Art 9"),
        (ACT, "Annex III", "Annex III"),
        (Framework.ISO_42001, "A.6.2.4", "Annex A.6"),
        (Framework.ISO_42001, "7.5.3", "Clause 7"),
        (Framework.NIST_AI_RMF, "MEASURE 2.11", "MEASURE 2"),
        (Framework.NIST_AI_RMF, "MS-2.7-001", "MEASURE 2"),
        (HIPAA, "164.308(a)(1)(ii)(D)", "§ 164.308"),
        (HIPAA, "164.400-164.414", "§ 164.400"),
    ],
)
def test_a_reference_stands_under_a_heading(framework, ref, clause):
    assert clause_of(framework, ref) == clause


def test_references_stand_in_the_order_of_their_framework():
    nist = ["MAP 1.1", "GV-1.6-001", "GOVERN 1.6", "GOVERN 1.10", "MANAGE 1.1", "MEASURE 2.2"]
    told = sorted(nist, key=lambda ref: clause_order(Framework.NIST_AI_RMF, ref))

    assert told == [
        "GOVERN 1.6", "GV-1.6-001", "GOVERN 1.10", "MAP 1.1", "MEASURE 2.2", "MANAGE 1.1",
    ]  # fmt: skip
    act = ["Annex III", "Art 26(12)", "Art 9", "Art 26(5)"]
    act.sort(key=lambda ref: clause_order(ACT, ref))
    assert act == ["Art 9", "Art 26(5)", "Art 26(12)", "Annex III"]
