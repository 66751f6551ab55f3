"""Every rule, exception, duty and transitional rule is seen at work, and seen at rest."""

from collections import defaultdict
from functools import cache

import pytest

from governance.classification.conditions import compiled
from governance.classification.law import TEXTS
from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of, normal
from tests.classification.judge import excuses, truths
from tests.classification.worked import given, own

PACK = load()
ENGINE = engine_of(PACK)
DEFAULTS = {name: normal(fact, fact.default) for name, fact in PACK.facts.items()}
EXCEPTIONS = [item.id for rule in PACK.rules.values() for item in rule.unless]
OWED_BY_OTHERS = "art25.2"  # the first provider's; the actor described has become the provider
UNASKED = "art111.1"  # large-scale IT systems of Annex X, which no fact of the pack asks about


@cache
def seen() -> dict[str, set[bool]]:
    """Return for everything of the pack whether it was at work and at rest over all cases."""
    found: dict[str, set[bool]] = defaultdict(set)
    for case in (*given(), *own()):
        facts = checked(PACK, case["facts"])
        known = DEFAULTS | facts
        for text in TEXTS:
            fired = truths(PACK, known, text)
            for rule in PACK.rules.values():
                found[f"rule {rule.id}"].add(bool(fired[rule.id]))
                holding = compiled(rule.when)(known, fired)
                for item in excuses(rule, text):
                    applied = holding and compiled(item.when)(known, fired)
                    found[f"exception {item.id}"].add(bool(applied))
            for duty in PACK.obligations:
                found[f"asked {duty.id}"].add(bool(compiled(duty.when)(known, fired)))
        owed = classify(ENGINE, facts).obligations
        for duty in PACK.obligations:
            found[f"duty {duty.id}"].add(duty.id in {item.id for item in owed})
        for name in PACK.transitional:
            found[f"moved {name}"].add(name in {item.transition for item in owed})
    return found


@pytest.mark.parametrize("rule", PACK.rules)
def test_the_rule_fires_in_some_case_and_stays_silent_in_another(rule):
    assert seen()[f"rule {rule}"] == {True, False}


@pytest.mark.parametrize("exception", EXCEPTIONS)
def test_the_exception_applies_in_some_case_and_not_in_another(exception):
    assert seen()[f"exception {exception}"] == {True, False}


@pytest.mark.parametrize("duty", [duty.id for duty in PACK.obligations])
def test_the_duty_is_owed_in_some_case_and_not_in_another(duty):
    kind = "asked" if duty == OWED_BY_OTHERS else "duty"

    assert seen()[f"{kind} {duty}"] == {True, False}


@pytest.mark.parametrize("name", [name for name in PACK.transitional if name != UNASKED])
def test_the_transitional_rule_moves_days_in_some_case_and_not_in_another(name):
    assert seen()[f"moved {name}"] == {True, False}
