"""Properties of the evaluation, and the lines the worked cases leave out."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.classification.conditions import compiled, parse
from governance.classification.explain import explain
from governance.classification.law import Dates
from governance.classification.packs import load
from governance.classification.rules import (
    FactError,
    Tier,
    _evaluated,
    checked,
    classify,
    engine_of,
)

PACK = load()
ENGINE = engine_of(PACK)
PROVIDER = {"actor.develops_under_own_name": True}
DEPLOYER = {"actor.uses_professionally": True}
LOAN = {"credit.functions": ["credit_score"]}
TOY = {
    "prod.legislation": "toys",
    "prod.ai_is_product": True,
    "prod.third_party_assessment": "required",
}


def result(**facts):
    return answer({name.replace("__", "."): value for name, value in facts.items()})


def answer(facts):
    return classify(ENGINE, checked(PACK, facts))


def value_of(fact):
    if fact.type == "bool":
        return st.booleans()
    if fact.type == "enum":
        return st.sampled_from(fact.values)
    if fact.type == "list":
        return st.lists(st.sampled_from(fact.values), unique=True, max_size=4)
    if fact.type == "number":
        return st.sampled_from([0, 0.2, 0.5, 1e23, 2e23, 1e25, 1.1e25])
    return st.dates(date(2024, 1, 1), date(2029, 1, 1)).map(str)


@st.composite
def sheets(draw):
    """Any answers to up to 25 questions."""
    names = draw(st.lists(st.sampled_from(sorted(PACK.facts)), unique=True, max_size=25))
    return {name: draw(value_of(PACK.facts[name])) for name in names}


@settings(max_examples=200, deadline=None)
@given(sheets(), st.randoms())
def test_the_order_of_facts_does_not_matter(facts, dice):
    names = list(facts)
    dice.shuffle(names)

    assert answer({name: facts[name] for name in names}) == answer(facts)


@settings(max_examples=200, deadline=None)
@given(sheets())
def test_a_fact_at_its_default_changes_nothing(facts):
    open_facts = {
        name: fact.default
        for name, fact in PACK.facts.items()
        if name not in facts and fact.default is not None
    }

    assert answer(facts | open_facts) == answer(facts)


@settings(max_examples=200, deadline=None)
@given(sheets())
def test_asking_only_the_reached_rules_equals_asking_all(facts):
    known = {**ENGINE.defaults, **checked(PACK, facts)}
    whole = _evaluated(ENGINE.texts["amended"].rules, known, {}, {})
    fired = answer(facts).fired

    assert set(fired) <= {name for name, truth in whole.items() if truth}


@settings(max_examples=100, deadline=None)
@given(sheets())
def test_every_result_can_be_explained_with_citations(facts):
    told = explain(PACK, answer(facts), checked(PACK, facts))

    assert all(rule["citation"] for rule in told["why"] + told["why_not"] + told["duties"])


@settings(max_examples=100, deadline=None)
@given(sheets())
def test_facts_that_ask_for_no_rule_or_duty_change_no_tier(facts):
    silent = {"actor.financial_institution": True, "actor.size": "micro", "sys.technique": "hybrid"}

    assert answer(facts | silent) == answer({k: v for k, v in facts.items() if k not in silent})


@pytest.mark.parametrize(
    ("parts", "all_of", "any_of"),
    [
        ((True, True), True, True),
        ((True, False), False, True),
        ((False, False), False, False),
        ((True, None), None, True),
        ((False, None), False, None),
        ((None, None), None, None),
    ],
)
def test_unknown_stays_unknown_until_it_cannot_matter(parts, all_of, any_of):
    facts = {"a": parts[0], "b": parts[1]}
    asked = [{"f": "a"}, {"f": "b"}]

    assert compiled(parse({"all": asked}))(facts, {}) is all_of
    assert compiled(parse({"any": asked}))(facts, {}) is any_of
    assert compiled(parse({"not": {"f": "a"}}))(facts, {}) is (
        None if parts[0] is None else not parts[0]
    )


@pytest.mark.parametrize(
    ("facts", "tier", "enacted"),
    [
        ({"prod.legislation": "machinery", "prod.safety_function": True,
          "prod.third_party_assessment": "required"}, "high", "high"),
        ({"prod.legislation": "radio_equipment", "prod.failure_endangers": True,
          "prod.third_party_assessment": "required",
          "prod.third_party_only_non_safety": True}, "minimal", "high"),
        ({"csam.generates": True, "gen.deployer_uses_for_abuse": True}, "prohibited", "minimal"),
        ({"scope.foss_licence": True}, "out_of_scope", "out_of_scope"),
        ({"scope.foss_licence": True, "tr.interacts_directly": True}, "limited", "limited"),
        ({"scope.foss_licence": True, **LOAN}, "high", "high"),
        ({"scope.eu_nexus": "none", "social.scores_natural_persons": True,
          "social.unrelated_context_detriment": True}, "out_of_scope", "out_of_scope"),
        ({"scope.pre_market_rnd": True, "scope.real_world_testing": True}, "minimal", "minimal"),
        ({"sys.infers_outputs": False, "gpai.model": True}, "not_applicable", "not_applicable"),
        ({"gpai.model": True, "tr.interacts_directly": True}, "limited", "limited"),
    ],
)  # fmt: skip
def test_tiers_under_both_texts(facts, tier, enacted):
    got = answer(facts)

    assert (got.tier, got.tier_enacted) == (tier, enacted)


def test_machinery_is_under_section_b_as_amended_and_has_sectoral_duties_only():
    got = answer(PROVIDER | TOY | {"prod.legislation": "machinery"})

    assert got.fired == ("annex1.b.21", "art6.1")
    assert {duty.id for duty in got.obligations} == {"art4", "art2.2.sectoral"}


@pytest.mark.parametrize(
    ("facts", "outcome", "reason"),
    [
        ({"filter.narrow_procedural": True}, "granted", ""),
        ({"filter.narrow_procedural": True, "profiling.performed": True}, "refused", "profiling"),
        ({"filter.preparatory_task": True, "filter.materially_influences_outcome": True},
         "refused", "material_influence"),
        ({"filter.preparatory_task": True, "filter.part_of_larger_high_risk_system": True},
         "refused", "material_influence"),
        ({"filter.detects_patterns": True,
          "filter.replaces_or_influences_without_review": True}, "refused", "no_condition_met"),
        ({}, "not_applicable", ""),
    ],
)  # fmt: skip
def test_the_filter_names_its_reason(facts, outcome, reason):
    got = answer(LOAN | facts)

    assert (got.exemption.outcome, got.exemption.reason) == (outcome, reason)
    assert (got.tier == Tier.HIGH) is (outcome != "granted")


def test_exactly_ten_to_the_25_is_no_systemic_risk():
    model = {"gpai.model": True, "gpai.significant_generality": "yes"}

    assert not answer(model | {"gpai.training_flop": 1e25}).gpai.systemic
    assert answer(model | {"gpai.training_flop": 1.01e25}).gpai.systemic


def test_a_prohibited_system_keeps_transparency_duties_and_has_no_high_risk_ones():
    facts = PROVIDER | LOAN | {"tr.interacts_directly": True, "scrape.untargeted": True}
    banned = {"scrape.builds_face_recognition_db": True, "scrape.source_internet_or_cctv": True}

    assert {duty.id for duty in answer(facts | banned).obligations} == {"art4", "art50.1"}


MODEL = {"gpai.model": True, "gpai.significant_generality": "yes"}
SPREADSHEET = {"sys.infers_outputs": False}


def test_what_is_no_ai_system_has_no_filter_to_claim_and_no_exception():
    talks = {"tr.interacts_directly": True, "tr.ai_obvious": True, "profiling.performed": True}
    got = answer(SPREADSHEET | LOAN | MODEL | talks)

    assert (got.tier, got.fired) == (Tier.NOT_APPLICABLE, ("gpai.art3.63",))
    assert (got.exemption.outcome, got.exceptions) == ("not_applicable", ())


def test_what_is_no_ai_system_lists_no_rule_once_it_is_out_of_scope():
    got = answer(SPREADSHEET | MODEL | {"scope.research_sole_purpose": True})

    assert (got.tier, got.fired) == (Tier.OUT_OF_SCOPE, ())


def test_the_open_source_exclusion_is_for_systems_not_for_a_model_that_is_none():
    got = answer(SPREADSHEET | MODEL | {"scope.foss_licence": True})

    assert (got.tier, got.fired) == (Tier.NOT_APPLICABLE, ("gpai.art3.63",))


def test_an_open_source_system_that_the_filter_lets_out_has_no_duties_of_a_system():
    let_out = PROVIDER | LOAN | {"filter.narrow_procedural": True}

    assert {duty.id for duty in answer(let_out).obligations} >= {"art6.4", "art49.2"}
    got = answer(let_out | {"scope.foss_licence": True})
    assert (got.tier, got.fired, got.obligations) == (Tier.OUT_OF_SCOPE, ("art2.12",), ())


def test_duties_stay_away_from_other_roles():
    provider = {duty.id for duty in answer(PROVIDER | LOAN).obligations}
    deployer = {duty.id for duty in answer(DEPLOYER | LOAN).obligations}

    assert "art9" in provider - deployer
    assert "art27" in deployer - provider
    assert not answer(LOAN).obligations


def placed(day, **more):
    return {"market.first_placed": day} | {f"market.{name}": value for name, value in more.items()}


def days(facts, duty):
    return {item.id: (item.dates, item.transition) for item in answer(facts).obligations}[duty]


NEW = Dates(date(2026, 8, 2), date(2027, 12, 2))


@pytest.mark.parametrize(
    ("market", "dates", "transition"),
    [
        (placed("2028-01-01"), NEW, ""),
        (placed("2027-06-01"), Dates(date(2026, 8, 2), None), "art111.2"),
        (placed("2025-06-01"), Dates(None, None), "art111.2"),
        (placed("2025-06-01", significant_design_change=True), NEW, ""),
        (placed("2025-06-01", for_public_authorities=True),
         Dates(date(2030, 8, 2), date(2030, 8, 2)), "art111.2.public"),
    ],
)  # fmt: skip
def test_a_high_risk_system_already_on_the_market_follows_article_111_2(market, dates, transition):
    assert days(PROVIDER | LOAN | market, "art9") == (dates, transition)


def test_marking_and_models_already_on_the_market_have_their_own_days():
    chat = PROVIDER | {"tr.generates": ["text"], "tr.interacts_directly": True}
    model = PROVIDER | {"gpai.model": True, "gpai.significant_generality": "yes"}
    august = date(2026, 8, 2)

    assert days(chat | placed("2026-08-01"), "art50.2") == (
        Dates(august, date(2026, 12, 2)),
        "art111.4",
    )
    assert days(chat | placed("2026-08-01"), "art50.1") == (Dates(august, august), "")
    assert days(chat | placed("2026-08-02"), "art50.2") == (Dates(august, august), "")
    assert days(model | placed("2025-08-01"), "gpai.art53.1.c")[0] == Dates(
        date(2027, 8, 2), date(2027, 8, 2)
    )


def test_dates_of_a_new_system_and_of_this_one_are_told_apart():
    got = answer(PROVIDER | LOAN | placed("2025-06-01"))

    assert got.dates == NEW
    assert got.dates_here == Dates()


def test_a_day_or_list_in_another_form_is_brought_to_one_form():
    facts = {"market.first_placed": date(2025, 6, 1), "tr.generates": ["video", "text", "video"]}

    assert checked(PACK, facts) == {
        "market.first_placed": "2025-06-01",
        "tr.generates": ["text", "video"],
    }


def test_an_unknown_fact_is_named():
    with pytest.raises(FactError, match=r"tr\.smells: there is no such fact"):
        result(tr__smells=True)
