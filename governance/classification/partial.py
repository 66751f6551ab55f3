"""A classification while answers are missing: what holds whatever they turn out to be."""

from collections.abc import Iterator, Mapping
from typing import Any

from governance.classification import order
from governance.classification.conclusions import exemption_of, models_of
from governance.classification.conditions import Fired, Truth, compiled
from governance.classification.law import Pack
from governance.classification.results import Classification
from governance.classification.rules import Engine
from governance.classification.unknowns import Outlook
from governance.classification.verdict import (
    KINDS_BY_TIER,
    LISTED_KINDS,
    MODEL_KINDS,
    STOPPED,
    UNDETERMINED,
    Tier,
)


def classify_known(engine: Engine, outlook: Outlook, facts: Mapping[str, Any]) -> Classification:
    """Return what the known facts settle; `outlook` is the one of these facts.

    With every fact known it equals `classify`. Facts must have passed `checked`.
    """
    fired = truths(engine.pack, outlook)
    tier = outlook.tier
    listed = tuple(_listed(engine, fired, tier))
    roles = [name.removeprefix("role.") for name in engine.by_kind["role"] if fired[name]]
    out = engine.shut_out(NO_FACTS, fired)
    shut = out or (out is None and tier != UNDETERMINED)  # shut out, by an exclusion or another
    return Classification(
        tier=tier,
        tier_enacted=outlook.tier_enacted,
        fired=listed,
        exceptions=() if shut else tuple(_applied(engine, facts, fired, outlook.symbols.text)),
        exemption=exemption_of(fired, facts, listed, tier),
        roles=tuple(roles),
        obligations=outlook.duties,
        dates=outlook.dates,
        dates_here=outlook.dates_here,
        gpai=models_of(engine.models, fired),
        pack_version=engine.pack.version,
        possible_tiers=outlook.tiers if tier == UNDETERMINED else (),
        possible_obligations=tuple(duty.id for duty in outlook.possible_duties),
        open_questions=outlook.open_questions,
    )


NO_FACTS: Mapping[str, Any] = {}


def truths(pack: Pack, outlook: Outlook) -> dict[str, Truth]:
    """Return which rules fire, None where it is not settled."""
    fired = {rule: outlook.truth(rule) for rule in pack.rules}
    stop = fired[order.PROHIBITED]  # the evaluation stops before the high-risk step
    if stop is not False:
        fired |= {rule: False if stop or fired[rule] is False else None for rule in STOPPED}
    return fired


def _listed(engine: Engine, fired: Fired, tier: str) -> Iterator[str]:
    kinds = MODEL_KINDS if fired[order.AI_SYSTEM] is False else LISTED_KINDS
    if tier in KINDS_BY_TIER and fired[order.AI_SYSTEM] is not False:
        kinds = KINDS_BY_TIER[Tier(tier)]
    for kind, names in engine.by_kind.items():
        if kind in kinds:
            yield from (name for name in names if fired[name])


def _applied(engine: Engine, facts: Mapping[str, Any], fired: Fired, text: str) -> Iterator[str]:
    """Yield the exceptions that certainly kept a rule from firing."""
    known = dict.fromkeys(engine.pack.facts) | dict(facts)
    for name in engine.guarded:
        rule = engine.pack.rules[name]
        if rule.exists(text) and compiled(rule.when)(known, fired):
            for item in rule.unless:
                if item.exists(text) and compiled(item.when)(known, fired):
                    yield item.id
