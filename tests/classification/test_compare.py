"""Two classifications side by side: everything that differs, in words, from either side."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from governance.classification import queries
from governance.classification.actions import answer_facts
from governance.classification.compare import Side, diff
from governance.classification.compare_words import sentences
from governance.classification.explain import explain
from governance.classification.models import Assessment
from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of
from tests.classification.conftest import sign

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))["cases"]
PACK = load()
ENGINE = engine_of(PACK)
CREDIT = {
    "actor.uses_professionally": True,
    "credit.functions": ["credit_score"],
    "profiling.performed": True,
}


def side(facts, engine=ENGINE) -> Side:
    """Return what an engine says of facts, as a signature would freeze it."""
    facts = checked(engine.pack, facts)
    return Side(facts, explain(engine.pack, classify(engine, facts), facts), engine.pack.version)


SIDES = [side(case["facts"]) for case in CASES]
sides = st.sampled_from(SIDES)


@given(sides)
def test_a_classification_agrees_with_itself(one):
    assert diff(one, one, PACK.facts).is_empty


@given(sides, sides)
def test_seen_from_the_other_side_it_is_the_mirror(one, other):
    there, back = diff(one, other, PACK.facts), diff(other, one, PACK.facts)

    assert there.mirrored == back
    assert there.is_empty == (one == other)


@pytest.mark.parametrize(("one", "other"), list(pairwise(SIDES)))
def test_without_todays_questions_the_frozen_words_are_enough(one, other):
    assert diff(one, other, {}).mirrored == diff(other, one, {})


def test_a_changed_answer_is_told_with_what_it_leads_to():
    before = side(CREDIT)
    after = side({"actor.uses_professionally": True, "tr.interacts_directly": True})
    found = diff(before, after, PACK.facts)
    told = " ".join(sentences(found))

    assert "Three answers changed: " in told
    assert "credit score → not answered" in told
    assert "Under today’s rules it would be limited instead of high-risk." in told
    assert "would fall away" in told
    assert "annex3.5.b" in {one.id for one in found.rules.lost}
    assert "art26.1" in {one.id for one in found.duties.lost}


def test_not_sure_is_an_answer_of_its_own():
    unsure = Side({**SIDES[0].facts, "profiling.performed": None}, SIDES[0].result, "1")
    [answer] = diff(SIDES[0], unsure, PACK.facts).answers

    assert answer.after == "Not sure"


def test_packs_that_differ_compare_by_their_frozen_words():
    rules = dict(PACK.rules)
    rules["annex3.5.b"] = replace(rules["annex3.5.b"], when=rules["art5.1.a"].when)
    before = engine_of(replace(PACK, meta={**PACK.meta, "as_of": "2026-11-22"}))
    later = engine_of(
        replace(PACK, version="f" * 64, rules=rules, meta={**PACK.meta, "as_of": "2027-03-01"})
    )
    found = diff(side(CREDIT, before), side(CREDIT, later), PACK.facts)

    assert not found.answers
    assert (found.tier.before, found.tier.after) == ("high", "minimal")
    assert list(sentences(found))[:2] == [
        "The law then as of 22 November 2026, now as of 1 March 2027.",
        "Under today’s rules it would be minimal instead of high-risk.",
    ]


def test_a_system_placed_on_the_market_meanwhile_has_other_days():
    placed = {**CREDIT, "market.first_placed": "2025-01-01"}
    moved = diff(side(CREDIT), side(placed), PACK.facts).moved

    assert ("as amended", date(2027, 12, 2), None) in {
        (one.text, one.before, one.after) for one in moved if one.id == "art26.1"
    }


# --- pages -----------------------------------------------------------------------------------
@pytest.fixture
def twice(system, officer):
    """The system, signed as high-risk and then as limited."""
    answer_facts(system, facts=queries.usual_answers(system) | CREDIT, actor=officer)
    sign(system, officer, "A credit score.")
    chat = {"credit.functions": [], "profiling.performed": False, "tr.interacts_directly": True}
    answer_facts(system, facts=chat, actor=officer)
    sign(system, officer, "It only answers questions now.")
    return system


def page(client, name, ref, status=200, **query) -> str:
    """Return the text of a page."""
    response = client.get(reverse(f"classification:{name}", args=[ref]), query)
    assert response.status_code == status
    return response.content.decode()


def test_the_history_lists_all_signed_newest_first_and_offers_two_to_compare(
    as_user, twice, auditor
):
    text = page(as_user(auditor), "history", twice.ref)

    assert text.index("It only answers questions now.") < text.index("A credit score.")
    assert "Compare" in text


def test_two_signed_stand_side_by_side_with_signers_reasons_rules_and_duties(
    as_user, twice, auditor
):
    text = page(as_user(auditor), "compare", twice.ref, a=1, b=2)

    for words in (
        f"{twice.ref} C1 and {twice.ref} C2",
        "A credit score.",
        "It only answers questions now.",
        "Ines Halvorsen",
        "3 answers changed",
        "credit score",
        "Annex III point 5(b)",
        f"Only in {twice.ref} C1",
    ):
        assert words in text, words


def test_two_signed_are_told_in_the_order_of_time_whichever_stands_first(as_user, twice, auditor):
    client = as_user(auditor)
    forward = page(client, "compare", twice.ref, a=1, b=2)
    backward = page(client, "compare", twice.ref, a=2, b=1)

    for text in (forward, backward):
        assert "It became limited instead of high-risk." in text
        assert "would" not in text[text.index("flag-warn") : text.index("Side by side")]
    assert f"{twice.ref} C2 and {twice.ref} C1" in backward


def test_only_who_may_answer_is_led_from_a_difference_to_signing_again(
    as_user, twice, officer, auditor
):
    answer_facts(twice, facts={"credit.functions": ["credit_score"]}, actor=officer)

    assert "Check and sign again" in page(as_user(officer), "compare", twice.ref, a=2, b="now")
    assert "Check and sign again" not in page(as_user(auditor), "compare", twice.ref, a=2, b="now")


def test_a_signed_one_is_compared_with_now_in_a_sentence(as_user, twice, officer):
    answer_facts(twice, facts={"credit.functions": ["credit_score"]}, actor=officer)
    client = as_user(officer)
    told = "One answer changed: "

    for text in (
        page(client, "compare", twice.ref, a=2, b="now"),
        page(client, "history", twice.ref),
        page(client, "review", twice.ref),
        client.get(twice.get_absolute_url()).content.decode(),
    ):
        assert told in text
        assert "it would be high-risk instead of limited" in text


def test_a_pack_that_changed_is_told_with_what_it_leads_to(as_user, twice, officer, monkeypatch):
    later = engine_of(replace(PACK, version="f" * 64))
    monkeypatch.setattr(queries, "engine", lambda: later)
    words = [gap.words for gap in queries.gaps(twice)]

    assert words == [
        "The rule pack changed since the classification was signed. "
        "Tier and duties stay as they were signed."
    ]


def test_an_answer_taken_back_says_that_the_tier_is_open(twice, officer):
    answer_facts(twice, facts={"work.functions": None}, actor=officer)
    [told] = [gap.words for gap in queries.gaps(twice) if gap.kind == "facts_changed"]

    assert told.endswith("It is not settled any more whether it is limited.")


def test_what_agrees_says_so(as_user, twice, officer):
    assert "agree in every answer" in page(as_user(officer), "compare", twice.ref, a=2, b="now")


@pytest.mark.parametrize("wrong", ["3", "x", "²", "9" * 40, "-1"])
def test_a_number_nobody_signed_is_not_found(as_user, twice, officer, wrong):
    assert page(as_user(officer), "compare", twice.ref, 404, a=1, b=wrong)


def test_without_two_to_compare_one_is_sent_to_choose(as_user, twice, officer):
    response = as_user(officer).get(reverse("classification:compare", args=[twice.ref]))

    assert response["Location"] == reverse("classification:history", args=[twice.ref])


def test_another_units_history_is_not_found(as_user, twice, stranger):
    client = as_user(stranger)

    page(client, "history", twice.ref, 404)
    page(client, "compare", twice.ref, 404, a=1, b=2)


def test_a_side_of_another_system_is_not_found(as_user, twice, answered_elsewhere, officer):
    assert Assessment.objects.filter(number=1).count() == 2
    page(as_user(officer), "compare", answered_elsewhere.ref, 404, a=1, b=2)


@pytest.fixture
def answered_elsewhere(lending, officer):
    """Another system, signed once."""
    from tests.factories import make_system

    other = make_system(actor=officer, unit=lending)
    answer_facts(other, facts=queries.usual_answers(other) | CREDIT, actor=officer)
    sign(other, officer)
    return other
