"""Conditions of rules: parsed once, compiled into closures, three-valued."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

Truth = bool | None  # None is unknown
Facts = Mapping[str, Any]
Fired = Mapping[str, Truth]
Test = Callable[[Facts, Fired], Truth]


@dataclass(frozen=True)
class All:
    """Every part is true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part is true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The part is false."""

    part: "Condition"


@dataclass(frozen=True)
class RuleFired:
    """Another rule has fired."""

    rule: str


@dataclass(frozen=True)
class FactIs:
    """A fact equals a value."""

    fact: str
    value: Any


@dataclass(frozen=True)
class FactIn:
    """A fact is one of the values, or a list fact shares one with them."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True)
class FactOver:
    """A number is strictly greater."""

    fact: str
    limit: float


Condition = All | AnyOf | Not | RuleFired | FactIs | FactIn | FactOver


class ConditionError(ValueError):
    """A condition that cannot be read; `field` says where in it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


def parse(raw: object, field: str = "when") -> Condition:
    """Return the condition written in the pack's predicate language.

    Raises ConditionError for a key, a shape or a value the language does not know.
    """
    if not isinstance(raw, dict) or not raw:
        raise ConditionError(field, "a condition must be a mapping")
    if "f" in raw:
        return _parse_fact(raw, field)
    if len(raw) != 1:
        raise ConditionError(field, f"one key expected, found {', '.join(map(str, raw))}")
    [(key, value)] = raw.items()
    if key in ("all", "any"):
        if not isinstance(value, list) or not value:
            raise ConditionError(f"{field}.{key}", "a list of conditions expected")
        parts = tuple(parse(item, f"{field}.{key}[{at}]") for at, item in enumerate(value))
        return All(parts) if key == "all" else AnyOf(parts)
    if key == "not":
        return Not(parse(value, f"{field}.not"))
    if key == "r" and isinstance(value, str):
        return RuleFired(value)
    raise ConditionError(f"{field}.{key}", "unknown kind of condition")


def _parse_fact(raw: dict[str, Any], field: str) -> Condition:
    name, test = raw["f"], {key: value for key, value in raw.items() if key != "f"}
    if not isinstance(name, str):
        raise ConditionError(f"{field}.f", "the name of a fact expected")
    if not test:
        return FactIs(name, True)
    if len(test) != 1:
        raise ConditionError(field, "one of eq, in, gt expected")
    [(key, value)] = test.items()
    if key == "eq" and isinstance(value, str | bool | int | float):
        return FactIs(name, value)
    if key == "in" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return FactIn(name, frozenset(value))
    if key == "gt" and isinstance(value, int | float) and not isinstance(value, bool):
        return FactOver(name, _limit(value))
    raise ConditionError(f"{field}.{key}", "eq, in (a list) or gt (a number) expected")


def _limit(value: float) -> float:
    """Return a number with a fraction; one too long for that is endless."""
    try:
        return float(value)
    except OverflowError:
        return inf


def leaves(condition: Condition) -> Iterator[RuleFired | FactIs | FactIn | FactOver]:
    """Yield what a condition finally asks about: facts and other rules."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition


def compiled(condition: Condition) -> Test:
    """Return a closure that says whether the condition holds: true, false or unknown."""
    if isinstance(condition, All | AnyOf):
        stop = isinstance(condition, AnyOf)
        return _joined(tuple(compiled(part) for part in condition.parts), stop)
    if isinstance(condition, Not):
        return _negated(compiled(condition.part))
    if isinstance(condition, RuleFired):
        rule = condition.rule
        return lambda _facts, fired: fired[rule]
    return _of_fact(condition)


def _joined(tests: tuple[Test, ...], stop: bool) -> Test:
    """Return "any" where `stop` is true and "all" where it is false."""

    def test(facts: Facts, fired: Fired) -> Truth:
        unknown = False
        for part in tests:
            truth = part(facts, fired)
            if truth is stop:
                return stop
            if truth is None:
                unknown = True
        return None if unknown else not stop

    return test


def _negated(inner: Test) -> Test:
    def test(facts: Facts, fired: Fired) -> Truth:
        truth = inner(facts, fired)
        return None if truth is None else not truth

    return test


def _of_fact(condition: FactIs | FactIn | FactOver) -> Test:
    name = condition.fact
    if isinstance(condition, FactOver):
        limit = condition.limit
        return lambda facts, _fired: None if (v := facts[name]) is None else v > limit
    if isinstance(condition, FactIn):
        values = condition.values

        def shares(facts: Facts, _fired: Fired) -> Truth:
            value = facts[name]
            if value is None:
                return None
            return value in values if isinstance(value, str) else not values.isdisjoint(value)

        return shares
    wanted = condition.value
    return lambda facts, _fired: None if (v := facts[name]) is None else v == wanted
