"""From facts to tier and duties: a pack compiled once, then pure functions.

Source: Regulation (EU) 2024/1689, as published and as amended by Regulation (EU) 2026/1744.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from governance.classification import order
from governance.classification.conditions import Test, Truth, compiled
from governance.classification.duties import Duties, compiled_duties, duties_of
from governance.classification.headline import first_days
from governance.classification.law import Fact, Pack, Rule, RuleException
from governance.classification.reading import misfit
from governance.classification.results import Classification, Exemption, Models


class Tier(StrEnum):
    """What a system is under the Act; NOT_APPLICABLE is a model that is no system."""

    PROHIBITED = "prohibited"
    HIGH = "high"
    LIMITED = "limited"
    MINIMAL = "minimal"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_APPLICABLE = "not_applicable"


LISTED_KINDS = frozenset({
    "prohibition", "annex1", "high_risk_annex1", "high_risk_annex3", "filter_condition",
    "filter_override", "filter_outcome", "transparency", "gpai", "role_change", "incident",
    "scope_exclusion",
})  # fmt: skip
KINDS_BY_TIER = {
    Tier.PROHIBITED: frozenset({"prohibition"}),
    Tier.OUT_OF_SCOPE: frozenset({"scope_exclusion"}),
}
MODEL_KINDS = frozenset({"gpai"})  # what is left where there is no AI system
HEADLINES = (
    (order.PROHIBITED, Tier.PROHIBITED),
    (order.HIGH, Tier.HIGH),
    (order.LIMITED, Tier.LIMITED),
)
STOPPED = (
    order.HIGH_USE, order.HIGH_PRODUCT, order.HIGH_SECTORAL, order.HIGH_FULL, order.HIGH,
    order.GRANTED,
)  # fmt: skip
NAMED_IN_FILTER = (
    "filter.narrow_procedural",
    "filter.improves_completed_human_work",
    "filter.detects_patterns",
    "filter.preparatory_task",
)


class FactError(ValueError):
    """A fact that the pack does not know, or a value that is none of its."""

    def __init__(self, fact: str, words: str) -> None:
        super().__init__(f"{fact}: {words}")
        self.fact = fact


@dataclass(frozen=True, slots=True)
class _Ready:
    """One rule, compiled for one text of the law."""

    id: str
    test: Test
    exceptions: tuple[tuple[str, Test], ...]


@dataclass(frozen=True)
class Engine:
    """A pack ready to answer. Make it once with `engine_of`."""

    pack: Pack
    defaults: Mapping[str, Any]
    amended: tuple[_Ready, ...]
    enacted: tuple[_Ready, ...]
    text_decides: tuple[_Ready, ...]  # rules that themselves differ between the texts, as enacted
    touched_by: Mapping[str, frozenset[int]]  # fact → places of the rules it can reach
    duties: Duties
    base: Mapping[str, Truth]  # what fires when every fact has its default
    base_exceptions: Mapping[str, tuple[str, ...]]
    by_kind: Mapping[str, tuple[str, ...]]


Exceptions = dict[str, tuple[str, ...]]  # rule → exceptions that kept it from firing


def engine_of(pack: Pack) -> Engine:
    """Return the pack compiled: conditions as closures, rules in order, defaults evaluated."""
    rules = order.in_order(pack.rules)
    defaults = {name: normal(fact, fact.default) for name, fact in pack.facts.items()}
    amended = tuple(_ready(rule, "amended") for rule in rules)
    enacted = tuple(_ready(rule, "enacted") for rule in rules)
    exceptions: Exceptions = {}
    base = _evaluated(amended, defaults, {}, exceptions)
    kinds = dict.fromkeys(rule.kind for rule in pack.rules.values())
    return Engine(
        pack=pack,
        defaults=defaults,
        amended=amended,
        enacted=enacted,
        text_decides=tuple(enacted[at] for at, rule in enumerate(rules) if _differs(rule)),
        touched_by=_reach(rules),
        duties=compiled_duties(pack),
        base=base,
        base_exceptions=exceptions,
        by_kind={
            kind: tuple(rule.id for rule in pack.rules.values() if rule.kind == kind)
            for kind in kinds
        },
    )


def _ready(rule: Rule, text: str) -> _Ready:
    if not rule.exists(text):
        return _Ready(rule.id, lambda _facts, _fired: False, ())
    exceptions = ((item.id, compiled(item.when)) for item in rule.unless if item.exists(text))
    return _Ready(rule.id, compiled(rule.when), tuple(exceptions))


def _differs(rule: Rule) -> bool:
    parts: tuple[Rule | RuleException, ...] = (rule, *rule.unless)
    return any(part.exists("enacted") != part.exists("amended") for part in parts)


def _reach(rules: list[Rule]) -> dict[str, frozenset[int]]:
    """Return for each fact the places of all rules whose result it can change."""
    behind: dict[str, set[str]] = {}  # rule → facts it finally depends on
    for rule in rules:
        behind[rule.id] = order.facts_of(rule).union(*(behind[name] for name in order.asks(rule)))
    return {
        fact: frozenset(at for at, rule in enumerate(rules) if fact in behind[rule.id])
        for fact in set().union(*behind.values())
    }


def _evaluated(
    rules: Iterable[_Ready],
    facts: Mapping[str, Any],
    fired: dict[str, Truth],
    exceptions: Exceptions,
) -> dict[str, Truth]:
    """Return `fired` with each rule's truth written into it, and note what kept rules back."""
    for rule in rules:
        truth = rule.test(facts, fired)
        if rule.exceptions and truth is not False:
            holding = [(name, test(facts, fired)) for name, test in rule.exceptions]
            if applied := tuple(name for name, holds in holding if holds):
                exceptions[rule.id] = applied
                truth = False
            elif any(holds is None for _name, holds in holding):
                truth = None
        fired[rule.id] = truth
    return fired


def normal(fact: Fact, value: Any) -> Any:
    """Return a fitting value in the one form that is stored and compared."""
    if fact.type == "number":
        return float(value)
    if fact.type == "list":
        return [item for item in fact.values if item in value]
    if fact.type == "date":
        return value and date.fromisoformat(str(value)).isoformat()
    return value


def checked(pack: Pack, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts in normal form, sorted by name.

    Raises FactError for a name the pack does not know and for a value outside its type.
    """
    for name, value in facts.items():
        fact = pack.facts.get(name)
        if fact is None:
            raise FactError(name, "there is no such fact")
        if problem := misfit(fact, value):
            raise FactError(name, problem)
    return {name: normal(pack.facts[name], facts[name]) for name in sorted(facts)}


def classify(engine: Engine, facts: Mapping[str, Any]) -> Classification:
    """Return the tier with everything that led to it; facts not given take their default.

    `facts` must have passed `checked`. Their order does not matter.
    """
    known = {**engine.defaults, **facts}
    fired, exceptions = _fired(engine, facts, known)
    tier = _tier(engine, fired, known)
    tier_enacted = _tier_enacted(engine, fired, known, tier)
    roles = [name.removeprefix("role.") for name in engine.by_kind["role"] if fired[name]]
    if tier == Tier.PROHIBITED:  # the evaluation stops before the high-risk step
        fired = fired | dict.fromkeys(STOPPED, False)
    kinds = KINDS_BY_TIER.get(tier, LISTED_KINDS) if fired[order.AI_SYSTEM] else MODEL_KINDS
    listed = tuple(
        name for kind, names in engine.by_kind.items() if kind in kinds
        for name in names if fired[name]
    )  # fmt: skip
    shut_out = _shut_out(engine, fired)
    return Classification(
        tier=tier,
        tier_enacted=tier_enacted,
        fired=listed,
        exceptions=() if shut_out else tuple(
            name for rule in engine.base if rule in exceptions for name in exceptions[rule]
        ),
        exemption=_exemption(fired, known, listed, tier),
        roles=tuple(roles),
        obligations=() if shut_out else duties_of(engine.duties, known, fired, roles),
        dates=first_days(engine.pack, tier, fired, listed),
        dates_here=first_days(engine.pack, tier, fired, listed, engine.duties.transition, known),
        gpai=_models(engine, fired),
        pack_version=engine.pack.version,
    )  # fmt: skip


def _fired(
    engine: Engine, facts: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[dict[str, Truth], Exceptions]:
    """Return which rules fire: only those that the given facts can reach are asked again."""
    nowhere: frozenset[int] = frozenset()
    touched = nowhere.union(*(engine.touched_by.get(name, nowhere) for name in facts))
    again = [engine.amended[at] for at in sorted(touched)]
    exceptions = dict(engine.base_exceptions)
    for rule in again:
        exceptions.pop(rule.id, None)
    return _evaluated(again, known, dict(engine.base), exceptions), exceptions


def _shut_out(engine: Engine, fired: Mapping[str, Truth]) -> bool:
    """Return whether an exclusion of Art. 2 ends the matter, models included."""
    excluded = engine.by_kind["scope_exclusion"]
    return any(fired[name] for name in excluded if name != order.OPEN_SOURCE)


def _tier(engine: Engine, fired: Mapping[str, Truth], known: Mapping[str, Any]) -> Tier:
    """Return the headline tier: scope, then Art. 5, Art. 6, Art. 50, each ending the search."""
    is_model = known["gpai.model"] or fired[order.MODIFIER]
    if any(fired[name] for name in engine.by_kind["scope_exclusion"]):
        return Tier.OUT_OF_SCOPE
    if not fired[order.AI_SYSTEM]:
        return Tier.NOT_APPLICABLE if is_model else Tier.OUT_OF_SCOPE
    for rule, tier in HEADLINES:
        if fired[rule]:
            return tier
    return Tier.NOT_APPLICABLE if is_model else Tier.MINIMAL


def _tier_enacted(
    engine: Engine, fired: Mapping[str, Truth], known: Mapping[str, Any], tier: Tier
) -> Tier:
    """Return the tier under the text as published; evaluated anew only where the texts part."""
    before = _evaluated(engine.text_decides, known, dict(fired), {})
    if all(before[rule.id] is fired[rule.id] for rule in engine.text_decides):
        return tier
    return _tier(engine, _evaluated(engine.enacted, known, {}, {}), known)


def _exemption(
    fired: Mapping[str, Truth], known: Mapping[str, Any], listed: tuple[str, ...], tier: Tier
) -> Exemption:
    """Return what became of the filter of Art. 6(3)."""
    if tier in KINDS_BY_TIER or not fired[order.LISTED]:
        return Exemption("not_applicable")
    conditions = tuple(name for name in listed if name in order.FILTER_CONDITIONS)
    if fired[order.GRANTED]:
        return Exemption("granted", conditions)
    if fired[order.PROFILING]:
        return Exemption("refused", conditions, "profiling")
    if conditions:
        return Exemption("refused", conditions, "material_influence")
    if any(known[name] for name in NAMED_IN_FILTER):
        return Exemption("refused", (), "no_condition_met")
    return Exemption("not_applicable")


def _models(engine: Engine, fired: Mapping[str, Truth]) -> Models:
    marks = {engine.pack.rules[name].tier for name in engine.by_kind["gpai"] if fired[name]}
    return Models("gpai" in marks, "gpai_systemic" in marks, "gpai_open_source" in marks)
