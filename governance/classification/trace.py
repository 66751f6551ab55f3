"""The way to a result as a tree: step → rule → condition → fact, each with its truth and citation.

One stable JSON, the same on the page, in the PDF and over the API. A rule is told in full where
it is met first; afterwards it stands with "again". A truth of null is not settled.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from governance.classification.conditions import (
    All,
    AnyOf,
    Condition,
    FactIn,
    FactIs,
    FactOver,
    Fired,
    Not,
    RuleFired,
    compiled,
)
from governance.classification.explain import in_words
from governance.classification.law import Pack, Rule, RuleException
from governance.classification.verdict import steps

AGAIN = "again"
ROOTED = "role"  # kind of rules that stand in every trace beside those that fired
SHORT = "scope_exclusion"  # of what such a rule asks of later steps only the outcome is told


def trace_of(
    pack: Pack, facts: Mapping[str, Any], fired: Fired, listed: Iterable[str], text: str = "amended"
) -> dict[str, Any]:
    """Return the trace. `facts` are those known; `fired` says for every rule whether it fires.

    Keys: text; steps, each with the tier it leads to, its truth and its condition, up to the one
    that decides; also, the trees of rules that fired beside the steps and of the roles; facts,
    every fact in the tree with question, answer and whether it was given.
    """
    teller = _Teller(pack, facts, fired, text)
    told = []
    for condition, tier in steps(pack):
        told.append({"tier": str(tier)} | teller.condition(condition))
        if told[-1]["truth"]:
            break
    roles = [rule.id for rule in pack.rules.values() if rule.kind == ROOTED]
    also, beside = [], (*listed, *roles)
    while left := [name for name in (*beside, *teller.named) if name not in teller.met]:
        also.append(teller.rule(left[0]))
    return {"text": text, "steps": told, "also": also, "facts": teller.facts()}


class _Teller:
    """Puts conditions into JSON, each rule in full once."""

    def __init__(self, pack: Pack, facts: Mapping[str, Any], fired: Fired, text: str) -> None:
        self.pack, self.given, self.fired, self.text = pack, facts, fired, text
        self.known = dict.fromkeys(pack.facts) | dict(facts)
        self.met: set[str] = set()
        self.named: dict[str, None] = {}  # told of by name only, so far
        self.within = ""  # the kind of rule being told
        self.asked: dict[str, None] = {}

    def condition(self, condition: Condition) -> dict[str, Any]:
        """Return a condition with its truth and all its parts."""
        if isinstance(condition, RuleFired):
            return self.rule(condition.rule)
        truth = compiled(condition)(self.known, self.fired)
        if isinstance(condition, All | AnyOf):
            key = "all" if isinstance(condition, All) else "any"
            return {"truth": truth, key: [self.condition(part) for part in condition.parts]}
        if isinstance(condition, Not):
            return {"truth": truth, "not": self.condition(condition.part)}
        return {"truth": truth} | self._fact(condition)

    def _fact(self, leaf: FactIs | FactIn | FactOver) -> dict[str, Any]:
        self.asked[leaf.fact] = None
        if isinstance(leaf, FactOver):
            return {"fact": leaf.fact, "over": leaf.limit}
        if isinstance(leaf, FactIn):
            known = self.pack.facts[leaf.fact].values
            return {"fact": leaf.fact, "in": [value for value in known if value in leaf.values]}
        return {"fact": leaf.fact, "is": leaf.value}

    def rule(self, name: str) -> dict[str, Any]:
        """Return a rule with what it asks and the exceptions that applied."""
        rule, truth = self.pack.rules[name], self.fired[name]
        if name in self.met or self.within == SHORT:
            self.named[name] = None
            return {"truth": truth, "rule": name, AGAIN: True}
        self.met.add(name)
        told: dict[str, Any] = {
            "truth": truth,
            "rule": name,
            "title": rule.title,
            "citation": list(rule.citation),
            "confidence": rule.confidence,
        }
        if not rule.exists(self.text):
            return told | {"absent": f"not in the text {self.text}"}
        self.within = rule.kind
        told["when"] = self.condition(rule.when)
        self.within = ""
        return told | self._exceptions(rule, told["when"]["truth"])

    def _exceptions(self, rule: Rule, holds: bool | None) -> dict[str, Any]:
        """Return the exceptions, and which of them applied."""
        known = [item for item in rule.unless if item.exists(self.text)]
        if not known:
            return {}
        told = [self._exception(item) for item in known]
        applied = [one["exception"] for one in told if one["when"]["truth"] and holds]
        return {"unless": told, "applied": applied}

    def _exception(self, item: RuleException) -> dict[str, Any]:
        return {
            "exception": item.id,
            "question": item.question,
            "citation": list(item.citation),
            "when": self.condition(item.when),
        }

    def facts(self) -> dict[str, Any]:
        """Return the facts met."""
        return facts_told(self.pack, self.asked, self.given)


def facts_told(pack: Pack, names: Collection[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with question and answer, in the order of the pack; `known` are answered."""
    return {
        name: {
            "ask": fact.ask,
            "answer": known.get(name),
            "words": in_words(fact, known[name]) if name in known else "Not known",
            "given": name in known,
        }
        for name, fact in pack.facts.items() if name in names
    }  # fmt: skip
