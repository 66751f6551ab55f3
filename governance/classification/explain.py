"""Why a classification came out as it did: every rule with its article and the facts behind it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.classification.conditions import (
    All,
    AnyOf,
    Condition,
    FactIn,
    FactIs,
    FactOver,
    Not,
    RuleFired,
)
from governance.classification.law import Fact, Obligation, Pack, Rule, RuleException
from governance.classification.results import Classification

REASONS = {
    "profiling": "it profiles natural persons",
    "material_influence": "it materially influences the outcome of the decision",
    "no_condition_met": "none of the conditions is met in full",
}


SHOWN_ELSEWHERE = "derived"  # what such a rule sums up is told by the rules it sums up


def explain(
    pack: Pack,
    result: Classification,
    facts: Mapping[str, Any],
    given: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return the result as JSON with words: rules, exceptions and duties with their citations.

    It needs no pack to be read again, so a signed result stays readable for ever. `facts` are
    those known; `given` names the ones that people answered, all of them where it is left out.
    """
    tell = _Teller(pack, facts, frozenset(facts if given is None else given))
    exceptions = {item.id: item for rule in pack.rules.values() for item in rule.unless}
    duties = {duty.id: duty for duty in pack.obligations}
    told = result.as_json()
    return told | {
        "why": [tell.why(pack.rules[name]) for name in result.holding],
        "why_not": [tell.why_not(exceptions[name]) for name in result.excepting],
        "duties": [duty | _words_of(duties[duty["id"]]) for duty in told["obligations"]],
        "law": {
            "title": str(pack.meta["title"]),
            "as_of": str(pack.meta["as_of"]),
            "disclaimer": pack.disclaimer,
        },
    }


def _words_of(duty: Obligation) -> dict[str, Any]:
    return {
        "duty": duty.duty,
        "citation": list(duty.citation),
        "note": duty.note,
        "retention": duty.retention,
    }


@dataclass(frozen=True)
class _Teller:
    """Puts rules and the answers behind them into words."""

    pack: Pack
    facts: Mapping[str, Any]
    given: frozenset[str]  # answered, the others have their default

    def why(self, rule: Rule) -> dict[str, Any]:
        """Return a rule that fired, with its article and reasons."""
        return {
            "id": rule.id,
            "title": rule.title,
            "question": rule.question,
            "effect": rule.effect,
            "citation": list(rule.citation),
            "guidance": list(rule.guidance),
            "confidence": rule.confidence,
            "note": rule.note,
            "because": self.answers(rule.when) + self.no_exception(rule),
        }

    def why_not(self, exception: RuleException) -> dict[str, Any]:
        """Return an exception that kept a rule from firing, with its article and reasons."""
        return {
            "id": exception.id,
            "question": exception.question,
            "citation": list(exception.citation),
            "because": self.answers(exception.when),
        }

    def no_exception(self, rule: Rule) -> list[dict[str, str]]:
        """Return the given answers that kept exceptions from applying."""
        told = [answer for item in rule.unless for answer in self.answers(item.when, False)]
        return [answer for answer in told if answer["fact"] in self.given]

    def answers(self, condition: Condition, wanted: bool = True) -> list[dict[str, str]]:
        """Return the questions and answers that made a condition as wanted, each once."""
        names = dict.fromkeys(self.deciding(condition, wanted))
        return [
            {"fact": fact.name, "ask": fact.ask, "answer": in_words(fact, self.facts[fact.name])}
            for fact in (self.pack.facts[name] for name in names)
        ]

    def deciding(self, condition: Condition, wanted: bool) -> Iterator[str]:
        """Yield the facts at whose values the condition is as wanted."""
        if isinstance(condition, All | AnyOf):
            for part in condition.parts:
                yield from self.deciding(part, wanted)
        elif isinstance(condition, Not):
            yield from self.deciding(condition.part, not wanted)
        elif isinstance(condition, RuleFired):
            rule = self.pack.rules[condition.rule]
            if wanted and rule.kind != SHOWN_ELSEWHERE:
                yield from self.deciding(rule.when, True)
        elif _holds(condition, self.facts) is wanted:
            yield condition.fact


def _holds(condition: FactIs | FactIn | FactOver, facts: Mapping[str, Any]) -> bool | None:
    if condition.fact not in facts:
        return None
    value = facts[condition.fact]
    if isinstance(condition, FactOver):
        return value is not None and value > condition.limit
    if isinstance(condition, FactIn):
        return bool(condition.values & set(value if isinstance(value, list) else [value]))
    return bool(value == condition.value)


def in_words(fact: Fact, value: Any) -> str:
    """Return an answer as people say it."""
    if fact.type == "date" and value in (None, ""):
        return "New: before none of the days that matter"
    if value is None:
        return "Not sure"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if fact.type == "list":
        return ", ".join(words(item) for item in value) or "None of these"
    return words(value) if fact.type == "enum" else f"{value:g}" if fact.type == "number" else value


def words(value: str) -> str:
    """Return a value of an enum or list as words."""
    return value.replace("_", " ")


def shown(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return an explained result with its days as dates, for pages."""
    duties = [
        duty | {"applies_from": _with_days(duty["applies_from"])} for duty in result["duties"]
    ]
    return dict(result) | {
        "duties": duties,
        "dates": _with_days(result["dates"]),
        "dates_here": _with_days(result["dates_here"]),
        "why_refused": REASONS.get(result["exemption"]["reason"] or "", ""),
        "moved": sorted({duty["transition"] for duty in duties if duty["transition"]}),
    }


def _with_days(days: Mapping[str, str | None]) -> dict[str, date | None]:
    known = {name: date.fromisoformat(day) if day else None for name, day in days.items()}
    return {"amended_formal": None} | known
