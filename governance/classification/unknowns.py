"""What is settled although answers are missing, and which questions are still worth asking.

Nothing here guesses. A result is settled when it is the same whatever the unknown facts turn out
to be; a question is open when two answers to it can lead to different tiers, duties or dates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import log2
from typing import Any

from governance.classification.diagrams import END, Graph, Node, View, bits
from governance.classification.law import Dates
from governance.classification.results import Duty
from governance.classification.symbols import Symbols
from governance.classification.variables import Variables
from governance.classification.verdict import STRICTEST, UNDETERMINED

FINE = 1e-12  # gains closer than this are the same


@dataclass(frozen=True)
class Roots:
    """The diagrams that make up a result, as nodes of one graph."""

    tier: Node
    tier_enacted: Node
    dates: Node
    dates_here: Node
    duties: Mapping[str, Node]
    rules: Mapping[str, Node]

    def within(self, view: View) -> "Roots":
        """Return the same diagrams as nodes of a view."""
        return Roots(
            view.node(self.tier),
            view.node(self.tier_enacted),
            view.node(self.dates),
            view.node(self.dates_here),
            {name: view.node(node) for name, node in self.duties.items()},
            {name: view.node(node) for name, node in self.rules.items()},
        )

    @property
    def questions(self) -> Iterable[Node]:
        """Return the nodes whose values a question must be able to move to be worth asking."""
        return (self.tier, self.tier_enacted, self.dates, *self.duties.values())


class Outlook:
    """What some known facts settle, and what they leave open."""

    def __init__(self, symbols: Symbols, view: View, roots: Roots) -> None:
        self.symbols, self.view, self.roots = symbols, view, roots
        self.variables = symbols.variables

    def told(self, facts: Mapping[str, Any]) -> "Outlook":
        """Return the outlook once these facts are known too."""
        return outlook_in(self.symbols, self.view, self.roots, facts)

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        """Return the tiers still possible under the text in question, strictest first."""
        return self._tiers(self.roots.tier)

    @cached_property
    def tiers_enacted(self) -> tuple[str, ...]:
        """Return the tiers still possible under the text as published, strictest first."""
        return self._tiers(self.roots.tier_enacted)

    def _tiers(self, node: Node) -> tuple[str, ...]:
        possible = self.view.can_be(node)
        return tuple(tier for tier in STRICTEST if tier in possible)

    @property
    def tier(self) -> str:
        """Return the tier, or "undetermined" while more than one is possible."""
        return self.tiers[0] if len(self.tiers) == 1 else UNDETERMINED

    @property
    def tier_enacted(self) -> str:
        """Return the tier under the text as published, or "undetermined"."""
        return self.tiers_enacted[0] if len(self.tiers_enacted) == 1 else UNDETERMINED

    def truth(self, rule: str) -> bool | None:
        """Return whether a rule fires; None where it is not settled."""
        possible = self.view.can_be(self.roots.rules[rule])
        return bool(possible[0]) if len(possible) == 1 else None

    @cached_property
    def dates(self) -> Dates:
        """Return the first days that are settled; None in place of one that is not."""
        return self._days(self.roots.dates)

    @cached_property
    def dates_here(self) -> Dates:
        """Return the same for this system, which may be on the market already (Art. 111)."""
        return self._days(self.roots.dates_here)

    def _days(self, node: Node) -> Dates:
        possible = self.view.can_be(node)
        return reduce(_common, [days for days in possible if isinstance(days, Dates)])

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """Return the duties that apply whatever is unknown, with the dates that are settled."""
        return tuple(self._duties(certain=True))

    @cached_property
    def possible_duties(self) -> tuple[Duty, ...]:
        """Return the duties that may or may not apply."""
        return tuple(self._duties(certain=False))

    def _duties(self, *, certain: bool) -> Iterable[Duty]:
        for node in self.roots.duties.values():
            possible = self.view.can_be(node)
            found = [duty for duty in possible if isinstance(duty, Duty)]
            if found and (None not in possible) is certain:
                yield reduce(_common_duty, found)

    @cached_property
    def decides_tier(self) -> frozenset[str]:
        """Return the facts that can still move the tier under either text."""
        asked = self.view.asked[self.roots.tier] | self.view.asked[self.roots.tier_enacted]
        return frozenset(self.variables.all[place].fact for place in bits(asked))

    @cached_property
    def open_questions(self) -> tuple[str, ...]:
        """Return the facts that can still change tier, duties or dates, most decisive first.

        Most decisive is what is expected to say most about the tier; then what touches most
        duties; then what the pack asks first.
        """
        touched: dict[str, int] = {}
        for node in self.roots.questions:
            places = bits(self.view.asked[node])
            for name in {self.variables.all[place].fact for place in places}:
                touched[name] = touched.get(name, 0) + 1
        gains = gains_of(self.view, self.roots.tier, self.variables)
        order = {name: at for at, name in enumerate(self.variables.places)}
        return tuple(sorted(
            touched,
            key=lambda name: (
                name not in self.decides_tier, -round(gains.get(name, 0) / FINE), -touched[name],
                order[name],
            ),
        ))  # fmt: skip


def outlook_of(symbols: Symbols, facts: Mapping[str, Any]) -> Outlook:
    """Return what these facts settle while all others are unknown.

    `facts` must have passed `checked`.
    """
    roots = Roots(
        symbols.tier,
        symbols.tier_enacted,
        symbols.dates,
        symbols.dates_here,
        symbols.duties,
        symbols.rules,
    )
    return outlook_in(symbols, symbols.table, roots, facts)


def tiers_of(symbols: Symbols, facts: Mapping[str, Any]) -> Outlook:
    """Return the outlook on the tier alone: a tenth of the work."""
    none: dict[str, Node] = {}
    roots = Roots(symbols.tier, symbols.tier_enacted, symbols.tier, symbols.tier, none, none)
    return outlook_in(symbols, symbols.table, roots, facts)


def outlook_in(symbols: Symbols, graph: Graph, roots: Roots, facts: Mapping[str, Any]) -> Outlook:
    """Return the outlook on diagrams of a graph with these facts settled."""
    view = View(graph, symbols.variables.outcomes(facts))
    return Outlook(symbols, view, roots.within(view))


def _common(one: Dates, other: Dates) -> Dates:
    """Return the days on which two pairs agree."""
    return Dates(
        one.enacted if one.enacted == other.enacted else None,
        one.amended if one.amended == other.amended else None,
        one.amended_formal if one.amended_formal == other.amended_formal else None,
    )


def _common_duty(one: Duty, other: Duty) -> Duty:
    return replace(
        one,
        roles=tuple(role for role in one.roles if role in other.roles),
        dates=_common(one.dates, other.dates),
        transition=one.transition if one.transition == other.transition else "",
    )


def gains_of(view: View, root: Node, variables: Variables) -> dict[str, float]:
    """Return for each fact how much its answer is expected to tell about a diagram's value.

    In bits: the entropy of the value before less the mean entropy after, every outcome weighted
    as in `variables`. Exact for one variable; of a list fact, the sum over its items.
    """
    spread = _Spread(view, variables)
    before = spread.of(root)
    reach = spread.reach(root)
    ahead: dict[int, list[dict[int, float]]] = {}
    for node, weight in reach.items():
        place = view.place[node]
        if place == END:
            continue
        moved = ahead.setdefault(place, [dict(before) for _part in view.parts[node]])
        for after, part in zip(moved, view.parts[node], strict=True):
            _shift(after, spread.of(node), -weight)
            _shift(after, spread.of(part), weight)
    gains: dict[str, float] = {}
    for place, moved in ahead.items():
        variable = variables.all[place]
        left = sum(
            share * _entropy(after) for share, after in zip(variable.weights, moved, strict=True)
        )
        gains[variable.fact] = gains.get(variable.fact, 0.0) + _entropy(before) - left
    return gains


def _shift(into: dict[int, float], shares: Mapping[int, float], weight: float) -> None:
    for end, share in shares.items():
        into[end] = into.get(end, 0.0) + share * weight


def _entropy(shares: Mapping[int, float]) -> float:
    return -sum(share * log2(share) for share in shares.values() if share > FINE)


class _Spread:
    """How likely each value is behind a node, and how likely each node is reached."""

    def __init__(self, view: View, variables: Variables) -> None:
        self.view, self.variables = view, variables
        self._known: dict[Node, dict[int, float]] = {}

    def of(self, node: Node) -> dict[int, float]:
        """Return the share of each value behind a node, by the number of the value."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = {}
            if self.view.place[node] == END:
                known[self.view.end[node]] = 1.0
            else:
                weights = self.variables.all[self.view.place[node]].weights
                for share, part in zip(weights, self.view.parts[node], strict=True):
                    _shift(known, self.of(part), share)
        return known

    def reach(self, root: Node) -> dict[Node, float]:
        """Return how likely an evaluation passes each node below the root."""
        found = {root: 1.0}
        waiting = {root}
        while waiting:
            node = min(waiting, key=lambda one: self.view.place[one])
            waiting.discard(node)
            if self.view.place[node] == END:
                continue
            weights = self.variables.all[self.view.place[node]].weights
            for share, part in zip(weights, self.view.parts[node], strict=True):
                found[part] = found.get(part, 0.0) + found[node] * share
                waiting.add(part)
        return found
