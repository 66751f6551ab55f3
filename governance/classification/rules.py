"""From facts to tier and duties: a pack compiled once, then pure functions.

Source: Regulation (EU) 2024/1689, as published and as amended by Regulation (EU) 2026/1744.
What is not known at all is the matter of `unknowns`; here every fact has a value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.classification import order
from governance.classification.conclusions import exemption_of, models_of
from governance.classification.conditions import RuleFired, Test, Truth, compiled, leaves
from governance.classification.duties import MARKET, Duties, Market, compiled_duties, duties_of
from governance.classification.headline import first_days
from governance.classification.law import Fact, Pack, Rule, RuleException
from governance.classification.reading import misfit
from governance.classification.results import Classification
from governance.classification.variables import Variables
from governance.classification.verdict import (
    STOPPED,
    Tier,
    by_kind,
    listing,
    shut_out,
    steps,
)

__all__ = ["Engine", "FactError", "Tier", "checked", "classify", "engine_of", "normal"]

NEVER = ""  # as a day: on the market before none of the days that matter; so is None
Exceptions = dict[str, tuple[str, ...]]  # rule → exceptions that kept it from firing


class FactError(ValueError):
    """A fact that the pack does not know, or a value that is none of its."""

    def __init__(self, fact: str, words: str) -> None:
        super().__init__(f"{str(fact)[:80]}: {words}")
        self.fact = fact


@dataclass(frozen=True, slots=True)
class _Ready:
    """One rule, compiled for one text of the law."""

    id: str
    test: Test
    exceptions: tuple[tuple[str, Test], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The rules of one text of the law, in order, and what they say of the defaults."""

    rules: tuple[_Ready, ...]
    base: Mapping[str, Truth]  # what fires when every fact has its default
    base_exceptions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Engine:
    """A pack ready to answer. Make it once with `engine_of`."""

    pack: Pack
    defaults: Mapping[str, Any]
    texts: Mapping[str, Reading]
    text_decides: tuple[_Ready, ...]  # rules that themselves differ between the texts, as enacted
    touched_by: Mapping[str, frozenset[int]]  # fact → places of the rules it can reach
    direct: frozenset[str]  # facts that can move a result though no rule fires otherwise
    duties: Duties
    by_kind: Mapping[str, tuple[str, ...]]
    variables: Variables
    guarded: tuple[str, ...]  # rules with exceptions
    models: tuple[Rule, ...]  # rules on general-purpose models
    steps: tuple[tuple[Test, Tier], ...]
    shut_out: Test


def engine_of(pack: Pack) -> Engine:
    """Return the pack compiled: conditions as closures, rules in order, defaults evaluated."""
    rules = order.in_order(pack.rules)
    defaults = {name: normal(fact, fact.default) for name, fact in pack.facts.items()}
    texts = {text: _reading(rules, text, defaults) for text in ("amended", "enacted")}
    enacted, duties, reach = texts["enacted"].rules, compiled_duties(pack), _reach(rules)
    return Engine(
        pack=pack,
        defaults=defaults,
        texts=texts,
        text_decides=tuple(enacted[at] for at, rule in enumerate(rules) if _differs(rule)),
        touched_by=reach,
        direct=_direct(pack, rules, reach),
        duties=duties,
        variables=Variables(pack, duties.transition),
        by_kind=by_kind(pack),
        guarded=tuple(rule.id for rule in rules if rule.unless),
        models=tuple(rule for rule in rules if rule.kind == "gpai"),
        steps=tuple((compiled(condition), tier) for condition, tier in steps(pack)),
        shut_out=compiled(shut_out(pack)),
    )


def _reading(rules: Iterable[Rule], text: str, defaults: Mapping[str, Any]) -> Reading:
    ready = tuple(_ready(rule, text) for rule in rules)
    exceptions: Exceptions = {}
    return Reading(ready, _evaluated(ready, defaults, {}, exceptions), exceptions)


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


def _direct(pack: Pack, rules: list[Rule], reach: Mapping[str, frozenset[int]]) -> frozenset[str]:
    """Return the facts that steps or duties ask themselves, or that reach where the texts part."""
    asked = {
        leaf.fact
        for duty in pack.obligations
        for leaf in leaves(duty.when) if not isinstance(leaf, RuleFired)
    }  # fmt: skip
    parting = {at for at, rule in enumerate(rules) if _differs(rule)}
    reaching = (name for name, places in reach.items() if places & parting)
    return frozenset(asked).union(MARKET, ["gpai.model"], reaching)


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
            holding = [name for name, test in rule.exceptions if test(facts, fired)]
            if holding:
                exceptions[rule.id] = tuple(holding)
                truth = False
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


def classify(engine: Engine, facts: Mapping[str, Any], text: str = "amended") -> Classification:
    """Return the tier under one text with everything that led to it; facts not given have defaults.

    `facts` must have passed `checked`. Their order does not matter.
    """
    known = {**engine.defaults, **facts}
    fired, exceptions = fired_by(engine, facts, text)
    tier = _tier(engine, fired, known)
    tier_enacted = _tier_enacted(engine, fired, known, tier) if text == "amended" else tier
    return concluded(engine, known, fired, exceptions, (tier, tier_enacted), text)


def concluded(
    engine: Engine,
    known: Mapping[str, Any],
    fired: dict[str, Truth],
    exceptions: Mapping[str, tuple[str, ...]],
    tiers: tuple[Tier, Tier],
    text: str,
) -> Classification:
    """Return the whole answer to rules that fired and the tiers under this text and as enacted."""
    tier, tier_enacted = tiers
    roles = [name.removeprefix("role.") for name in engine.by_kind["role"] if fired[name]]
    if tier == Tier.PROHIBITED:  # the evaluation stops before the high-risk step
        fired = fired | dict.fromkeys(STOPPED, False)
    out = bool(engine.shut_out(known, fired))
    kinds, with_exceptions = listing(tier, bool(fired[order.AI_SYSTEM]), out)
    listed = tuple(
        name for kind, names in engine.by_kind.items() if kind in kinds
        for name in names if fired[name]
    )  # fmt: skip
    placed, changed, public = (known[name] for name in MARKET)
    market = Market(placed or None, changed, public)
    return Classification(
        tier=tier,
        tier_enacted=tier_enacted,
        fired=listed,
        exceptions=tuple(
            name for rule in engine.guarded for name in exceptions.get(rule, ())
        ) if with_exceptions else (),
        exemption=exemption_of(fired, known, kinds),
        roles=tuple(roles),
        obligations=() if out else duties_of(engine.duties, known, fired, roles, text),
        dates=first_days(engine.pack, tier, fired, listed),
        dates_here=first_days(
            engine.pack, tier, fired, listed, engine.duties.transition, market
        ),
        gpai=models_of(engine.models, fired),
        pack_version=engine.pack.version,
    )  # fmt: skip


def fired_by(
    engine: Engine, facts: Mapping[str, Any], text: str
) -> tuple[dict[str, Truth], Exceptions]:
    """Return which rules fire: only those that the given facts can reach are asked again."""
    known = {**engine.defaults, **facts}
    reading, nowhere = engine.texts[text], frozenset[int]()
    touched = nowhere.union(*(engine.touched_by.get(name, nowhere) for name in facts))
    again = [reading.rules[at] for at in sorted(touched)]
    exceptions = dict(reading.base_exceptions)
    for rule in again:
        exceptions.pop(rule.id, None)
    return _evaluated(again, known, dict(reading.base), exceptions), exceptions


def moves(
    engine: Engine, known: Mapping[str, Any], fired: Mapping[str, Truth], name: str, text: str
) -> bool:
    """Return whether a result can be another one for the answer to one fact.

    `known` holds that answer, `fired` is what fires with the one before. Where the texts part
    already, ask no such question: each would need one of its own.
    """
    if name in engine.direct:
        return True
    rules = engine.texts[text].rules
    for at in sorted(engine.touched_by.get(name, ())):
        rule = rules[at]
        truth = rule.test(known, fired)
        if truth and any(test(known, fired) for _name, test in rule.exceptions):
            truth = False
        if truth is not fired[rule.id]:
            return True
    return False


def _tier(engine: Engine, fired: Mapping[str, Truth], known: Mapping[str, Any]) -> Tier:
    """Return the headline tier: scope, then Art. 5, Art. 6, Art. 50, each ending the search."""
    return next((tier for test, tier in engine.steps if test(known, fired)), Tier.MINIMAL)


def _tier_enacted(
    engine: Engine, fired: Mapping[str, Truth], known: Mapping[str, Any], tier: Tier
) -> Tier:
    """Return the tier under the text as published; evaluated anew only where the texts part."""
    if not texts_part(engine, fired, known):
        return tier
    return _tier(engine, _evaluated(engine.texts["enacted"].rules, known, {}, {}), known)


def texts_part(engine: Engine, fired: Mapping[str, Truth], known: Mapping[str, Any]) -> bool:
    """Return whether the text as published lets other rules fire than the amended one."""
    before = _evaluated(engine.text_decides, known, dict(fired), {})
    return any(before[rule.id] is not fired[rule.id] for rule in engine.text_decides)
