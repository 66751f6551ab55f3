"""How much an answer is expected to tell about a result, in bits; it orders questions only."""

from collections.abc import Mapping
from math import log2

from governance.classification.diagrams import END, Node, View
from governance.classification.variables import Variables

FINE = 1e-12  # gains closer than this are the same


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
