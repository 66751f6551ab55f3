"""What the decision diagrams of a pack ask: each fact with the outcomes that make a difference."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from governance.classification.conclusions import NAMED_IN_FILTER
from governance.classification.conditions import FactIn, FactIs, FactOver, RuleFired, leaves
from governance.classification.duties import MARKET, Transition
from governance.classification.law import Fact, Pack

USUAL = 0.9  # how often, for the order of questions alone, an ordinary system has the default
FactLeaf = FactIs | FactIn | FactOver


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing a diagram asks: a fact, or whether a list fact has one item."""

    fact: str
    item: str  # of a list fact, else empty
    outcome: Callable[[Any], int]  # of a value of the fact
    weights: tuple[float, ...]  # how likely each outcome is, for the order of questions


class Variables:
    """All variables of a pack in the order in which diagrams ask them: that of its facts."""

    def __init__(self, pack: Pack, transition: Transition) -> None:
        self.days = _days(transition)
        self.dated = {name for name, fact in pack.facts.items() if fact.type == "date"}
        self.all = tuple(self._made(pack))
        self.places: dict[str, tuple[int, ...]] = {}
        self.items: dict[tuple[str, str], int] = {}
        for place, variable in enumerate(self.all):
            self.places[variable.fact] = (*self.places.get(variable.fact, ()), place)
            self.items[variable.fact, variable.item] = place
        self.values = {name: fact.values for name, fact in pack.facts.items()}

    def _made(self, pack: Pack) -> Iterator[Variable]:
        asked = _asked(pack)
        self.points = {name: sorted(asked[name]) for name in asked
                       if pack.facts[name].type == "number"}  # fmt: skip
        for name, fact in pack.facts.items():
            if name in asked:
                yield from self._of(fact, asked[name])

    def _of(self, fact: Fact, asked: set[Any]) -> Iterator[Variable]:
        if fact.type == "list":
            for item in fact.values:
                if item in asked:
                    rarely = _weights(2, 0, 1 - (1 - USUAL) / 2)
                    yield Variable(fact.name, item, partial(_has, item), rarely)
        elif fact.type == "enum":
            usual = fact.values.index(fact.default)
            weights = _weights(len(fact.values), usual)
            yield Variable(fact.name, "", fact.values.index, weights)
        elif fact.type == "bool":
            yield Variable(fact.name, "", int, _weights(2, int(fact.default)))
        else:
            dated = fact.type == "date"
            points = self.days if dated else self.points[fact.name]
            weights = _weights(2 * len(points) + 1 + dated, 0)
            yield Variable(fact.name, "", partial(_stretch, points, dated), weights)

    def outcomes(self, facts: Mapping[str, Any]) -> dict[int, int]:
        """Return, for known facts, the outcome at the place of each variable."""
        return {
            place: self.all[place].outcome(value)
            for name, value in facts.items()
            for place in self.places.get(name, ())
        }

    def true_at(self, leaf: FactLeaf) -> list[tuple[int, list[int]]]:
        """Return places with the outcomes there at which a leaf is true; any of them will do."""
        if isinstance(leaf, FactIn):
            if (leaf.fact, "") not in self.items:
                return [(self.items[leaf.fact, item], [1]) for item in sorted(leaf.values)]
            known = self.values[leaf.fact]
            return [(self.items[leaf.fact, ""], [known.index(item) for item in leaf.values])]
        place = self.items[leaf.fact, ""]
        size = len(self.all[place].weights)
        if isinstance(leaf, FactOver):
            over = self.all[place].outcome(leaf.limit) + 1
            return [(place, list(range(over, size)))]
        return [(place, [self.all[place].outcome(leaf.value)])]

    def samples(self, name: str) -> list[Any]:
        """Return a value for each outcome of a number or a day, none for other facts."""
        if name in self.points:
            points = self.points[name]
            between = [value for point in points for value in (point, 2 * point)]
            return [0.0, *between]
        return list(self.days_of_outcomes()) if name in self.dated else []

    def days_of_outcomes(self) -> list[str | None]:
        """Return one day for each outcome of a date, in order; None for not before any of them."""
        days: list[str | None] = [None]
        for day in self.days:
            days += [_shifted(day, -1), day]
        return [*days, _shifted(self.days[-1], 1)]


def _asked(pack: Pack) -> dict[str, set[Any]]:
    """Return for each fact that can matter the values that conditions compare it with."""
    asked: dict[str, set[Any]] = {name: set() for name in (*MARKET, *NAMED_IN_FILTER, "gpai.model")}
    rules = pack.rules.values()
    conditions = [rule.when for rule in rules]
    conditions += [exception.when for rule in rules for exception in rule.unless]
    conditions += [duty.when for duty in pack.obligations]
    for condition in conditions:
        for leaf in leaves(condition):
            if not isinstance(leaf, RuleFired):
                asked.setdefault(leaf.fact, set()).update(_compared(leaf))
    return asked


def _compared(leaf: FactLeaf) -> Iterable[Any]:
    if isinstance(leaf, FactIn):
        return leaf.values
    return [leaf.limit if isinstance(leaf, FactOver) else leaf.value]


def _has(item: str, value: Iterable[str]) -> int:
    return int(item in value)


def _weights(size: int, usual: int, share: float = USUAL) -> tuple[float, ...]:
    other = (1 - share) / max(size - 1, 1)
    return tuple(share if at == usual else other for at in range(size))


def _stretch(points: list[Any], dated: bool, value: Any) -> int:
    """Return which stretch between the points a value lies in, or which point it is.

    Of a day, none at all has an outcome of its own, the first.
    """
    if dated and not value:
        return 0
    at = bisect_left(points, value)
    exact = at < len(points) and points[at] == value
    return 2 * at + exact + dated


def _days(transition: Transition) -> list[str]:
    """Return the days that make a difference to something already on the market."""
    cut_off = {day for routes in transition.cut_off.values() for day in routes.values()}
    days = cut_off | {transition.models_before, transition.marking_before}
    return sorted(day.isoformat() for day in days)


def _shifted(day: str, by: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat()
