"""What is settled although answers are missing, and which questions are still worth asking.

Nothing here guesses. A result is settled when it is the same whatever the unknown facts turn out
to be; a question is open when two answers to it can lead to different tiers, duties or dates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

from governance.classification.conclusions import common_exemption
from governance.classification.diagrams import Graph, Node, View, bits
from governance.classification.gains import FINE, gains_of
from governance.classification.law import Dates
from governance.classification.results import Duty, Exemption
from governance.classification.symbols import Symbols
from governance.classification.verdict import STRICTEST, UNDETERMINED, Listing


@dataclass(frozen=True)
class Roots:
    """The diagrams that make up a result, as nodes of one graph."""

    tier: Node
    tier_enacted: Node
    dates: Node
    dates_here: Node
    duties: Mapping[str, Node]
    rules: Mapping[str, Node]
    listing: Node
    exceptions: Mapping[str, Node]
    exemption: Node

    def within(self, view: View) -> "Roots":
        """Return the same diagrams as nodes of a view."""
        return Roots(
            view.node(self.tier),
            view.node(self.tier_enacted),
            view.node(self.dates),
            view.node(self.dates_here),
            {name: view.node(node) for name, node in self.duties.items()},
            {name: view.node(node) for name, node in self.rules.items()},
            view.node(self.listing),
            {name: view.node(node) for name, node in self.exceptions.items()},
            view.node(self.exemption),
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
        return self._truth(self.roots.rules[rule])

    def applied(self, exception: str) -> bool | None:
        """Return whether an exception keeps its rule from firing; None where it is not settled."""
        node = self.roots.exceptions.get(exception)
        return False if node is None else self._truth(node)

    def _truth(self, node: Node) -> bool | None:
        possible = self.view.can_be(node)
        return bool(possible[0]) if len(possible) == 1 else None

    @cached_property
    def listing(self) -> Listing:
        """Return what the result lists whatever the unknown facts turn out to be."""
        possible = [one for one in self.view.can_be(self.roots.listing) if isinstance(one, Listing)]
        kinds = frozenset.intersection(*(one.kinds for one in possible))
        return Listing(kinds, all(one.exceptions for one in possible))

    @cached_property
    def exemption(self) -> Exemption:
        """Return what becomes of the filter of Art. 6(3), "undetermined" while that is open."""
        possible = self.view.can_be(self.roots.exemption)
        return reduce(common_exemption, [one for one in possible if isinstance(one, Exemption)])

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
        symbols.listing,
        symbols.exceptions,
        symbols.exemption,
    )
    return outlook_in(symbols, symbols.table, roots, facts)


def tiers_of(symbols: Symbols, facts: Mapping[str, Any]) -> Outlook:
    """Return the outlook on the tier alone: a tenth of the work."""
    none: dict[str, Node] = {}
    tier, enacted = symbols.tier, symbols.tier_enacted
    roots = Roots(tier, enacted, tier, tier, none, none, tier, none, tier)
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
