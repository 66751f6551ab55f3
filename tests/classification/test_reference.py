"""The engine against the law read plainly: every rule in turn, nothing remembered."""

import random
from datetime import date
from typing import Any

import pytest

from governance.classification.conditions import compiled
from governance.classification.law import Fact
from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of, normal
from tests.classification.judge import excuses, truths

PACK = load()
ENGINE = engine_of(PACK)
DEFAULTS = {name: normal(fact, fact.default) for name, fact in PACK.facts.items()}
SHEETS = 150  # for each seed
NOT_LISTED = {"scope", "role", "derived", "annex1_condition"}
SHUT_OUT = {"art2.1.no_nexus", "art2.3", "art2.4", "art2.6", "art2.8", "art2.10"}
STEPS = (("d.prohibited", "prohibited"), ("d.high", "high"), ("d.limited", "limited"))
HIGH_STEP = {
    "art6.3.granted", "d.high_annex3", "d.high_annex1a", "d.high_annex1b", "d.high_full", "d.high",
}  # fmt: skip


def value_of(fact: Fact, dice: random.Random) -> Any:
    """Return any value of a fact."""
    if fact.type == "bool":
        return dice.random() < 0.5
    if fact.type == "enum":
        return dice.choice(fact.values)
    if fact.type == "list":
        return dice.sample(fact.values, dice.randrange(min(4, len(fact.values) + 1)))
    if fact.type == "number":
        return dice.choice((0, 0.3333333333333333, 0.4, 1e23, 2e23, 1e25, 1.1e25))
    return date(2024 + dice.randrange(6), dice.randrange(1, 13), 2).isoformat()


def sheet(dice: random.Random) -> dict[str, Any]:
    """Return answers to some questions; exclusions are rare, or nothing else would be seen."""
    names = dice.sample(sorted(PACK.facts), dice.randrange(1, 60))
    kept = [name for name in names if not name.startswith("scope.") or dice.random() < 0.1]
    return {name: value_of(PACK.facts[name], dice) for name in kept}


def tier_of(fired: dict[str, Any], known: dict[str, Any]) -> str:
    """Return the tier in the order of evaluation that the pack states."""
    model = known["gpai.model"] or fired["gpai.modifier"]
    if any(fired[name] for name in SHUT_OUT):
        return "out_of_scope"
    if not fired["art3.1"]:
        return "not_applicable" if model else "out_of_scope"
    for rule, tier in STEPS:
        if fired[rule]:
            return tier
    if fired["art2.12"]:
        return "out_of_scope"
    return "not_applicable" if model else "minimal"


def listed(fired: dict[str, Any], tier: str) -> set[str]:
    """Return the rules that the result lists."""
    found = {name for name, truth in fired.items() if truth}
    kinds = {rule.kind for rule in PACK.rules.values()} - NOT_LISTED
    if tier == "prohibited":
        kinds = {"prohibition"}
    elif not fired["art3.1"]:
        kinds = set() if tier == "out_of_scope" else {"gpai"}
    elif tier == "out_of_scope":
        kinds = {"scope_exclusion"}
    return {name for name in found if PACK.rules[name].kind in kinds}


def owed(fired: dict[str, Any], known: dict[str, Any], tier: str) -> set[tuple[str, str]]:
    """Return every duty with every role of the actor that owes it."""
    if any(fired[name] for name in SHUT_OUT):
        return set()
    if tier == "prohibited":
        fired = fired | dict.fromkeys(HIGH_STEP, False)
    roles = {name for name in PACK.rules if PACK.rules[name].kind == "role" and fired[name]}
    if not fired["art3.1"] or fired["art2.12"]:
        roles &= {"role.gpai_provider"}
    return {
        (duty.id, role)
        for duty in PACK.obligations
        for role in duty.roles
        if f"role.{role}" in roles and compiled(duty.when)(known, fired)
    }


def applied(fired: dict[str, Any], known: dict[str, Any]) -> set[str]:
    """Return the exceptions that kept a rule from firing."""
    if any(fired[name] for name in SHUT_OUT) or not fired["art3.1"]:
        return set()
    return {
        item.id
        for rule in PACK.rules.values()
        if rule.exists("amended") and compiled(rule.when)(known, fired)
        for item in excuses(rule, "amended")
        if compiled(item.when)(known, fired)
    }


@pytest.mark.parametrize("seed", range(8))
def test_the_engine_says_what_the_law_read_plainly_says(seed):
    dice = random.Random(seed)  # noqa: S311  any answers will do, the same each time
    for _time in range(SHEETS):
        facts = checked(PACK, sheet(dice))
        known = DEFAULTS | facts
        fired, enacted = truths(PACK, known), truths(PACK, known, "enacted")
        got, tier = classify(ENGINE, facts), tier_of(fired, known)

        assert got.tier == tier, facts
        assert got.tier_enacted == tier_of(enacted, known), facts
        assert set(got.fired) == listed(fired, tier), facts
        assert set(got.exceptions) == applied(fired, known), facts
        assert {(duty.id, role) for duty in got.obligations for role in duty.roles} == owed(
            fired, known, tier
        ), facts
