"""Decision diagrams: what a result can still become, exactly, whatever the unknowns turn out to be.

A diagram asks its variables in one fixed order and ends in values. Every node is made once, so
two ways to say the same are one node, and a variable that cannot change the result is not in it
(Bryant 1986, with variables of more than two outcomes).
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

Node = int
END = 1 << 30  # the place of a value: behind every variable


class Graph:
    """Nodes that ask a variable and lead on, or end in a value."""

    def __init__(self) -> None:
        self.place: list[int] = []  # node → place of the variable it asks, END for a value
        self.parts: list[tuple[Node, ...]] = []  # node → where each outcome leads
        self.end: list[int] = []  # node → number of its value, of no meaning elsewhere
        self.values: list[Hashable] = []
        self._nodes: dict[tuple[int, tuple[Node, ...]], Node] = {}

    def _add(self, place: int, parts: tuple[Node, ...], end: int = -1) -> Node:
        self.place.append(place)
        self.parts.append(parts)
        self.end.append(end)
        return len(self.place) - 1


class Table(Graph):
    """All nodes of some diagrams over the same variables. `sizes` counts each one's outcomes."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self._ends: dict[Hashable, Node] = {}
        self._joined: dict[tuple[Callable[..., Hashable], Node, Node], Node] = {}
        self._chosen: dict[tuple[Node, Node, Node], Node] = {}
        self.false, self.true = self.constant(False), self.constant(True)

    def constant(self, value: Hashable) -> Node:
        """Return the diagram that always says this value."""
        node = self._ends.get(value)
        if node is None:
            self.values.append(value)
            node = self._ends[value] = self._add(END, (), len(self.values) - 1)
        return node

    def ask(self, place: int, parts: tuple[Node, ...]) -> Node:
        """Return the diagram that asks a variable and goes on with one part per outcome."""
        if parts.count(parts[0]) == len(parts):
            return parts[0]
        node = self._nodes.get((place, parts))
        if node is None:
            node = self._nodes[place, parts] = self._add(place, parts)
        return node

    def when(self, place: int, outcomes: Iterable[int]) -> Node:
        """Return the diagram that is true exactly at these outcomes of one variable."""
        true = set(outcomes)
        size = self.sizes[place]
        return self.ask(place, tuple(self.true if at in true else self.false for at in range(size)))

    def choose(self, condition: Node, then: Node, other: Node) -> Node:
        """Return `then` where the condition is true, `other` where it is false."""
        if condition == self.true or then == other:
            return then
        if condition == self.false:
            return other
        key = (condition, then, other)
        node = self._chosen.get(key)
        if node is None:
            place = min(self.place[condition], self.place[then], self.place[other])
            parts = tuple(
                self.choose(*ahead)
                for ahead in zip(*(self._ahead(one, place) for one in key), strict=True)
            )
            node = self._chosen[key] = self.ask(place, parts)
        return node

    def _ahead(self, node: Node, place: int) -> Sequence[Node]:
        """Return where a node leads from a variable that it may not ask."""
        return self.parts[node] if self.place[node] == place else (node,) * self.sizes[place]

    def invert(self, node: Node) -> Node:
        """Return the negation."""
        return self.choose(node, self.false, self.true)

    def every(self, nodes: Iterable[Node]) -> Node:
        """Return the conjunction, true of nothing."""
        result = self.true
        for node in nodes:
            result = self.choose(result, node, self.false)
        return result

    def some(self, nodes: Iterable[Node]) -> Node:
        """Return the disjunction, false of nothing."""
        result = self.false
        for node in nodes:
            result = self.choose(result, self.true, node)
        return result

    def join(self, function: Callable[..., Hashable], one: Node, other: Node) -> Node:
        """Return the diagram of `function` over the values of two diagrams."""
        if self.place[one] == self.place[other] == END:
            values = (self.values[self.end[one]], self.values[self.end[other]])
            return self.constant(function(*values))
        key = (function, one, other)
        node = self._joined.get(key)
        if node is None:
            place = min(self.place[one], self.place[other])
            parts = tuple(
                self.join(function, *ahead)
                for ahead in zip(self._ahead(one, place), self._ahead(other, place), strict=True)
            )
            node = self._joined[key] = self.ask(place, parts)
        return node

    def forget(self) -> None:
        """Drop what is only needed while diagrams are made."""
        self._joined.clear()
        self._chosen.clear()


class View(Graph):
    """Diagrams of a graph with some variables settled. `settled`: place → outcome.

    Nodes are reduced anew, so a variable that no longer matters is gone. A view of a view costs
    only what is left.
    """

    def __init__(self, graph: Graph, settled: Mapping[int, int]) -> None:
        super().__init__()
        self.values = graph.values
        self._graph = graph
        self._settled = settled
        self._here: dict[Node, Node] = {}  # node of the graph → node of the view
        self.asked: list[int] = []  # bit mask of the places that still matter
        self.ends: list[int] = []  # bit mask of the numbers of values it can end in

    def node(self, node: Node) -> Node:
        """Return what is left of a diagram of the graph."""
        here = self._here.get(node)
        if here is None:
            here = self._here[node] = self._left(node)
        return here

    def _left(self, node: Node) -> Node:
        place, here = self._graph.place[node], self._here
        if place == END:
            return self._made(END, (), 0, 1 << self._graph.end[node])
        ahead = self._graph.parts[node]
        if (outcome := self._settled.get(place)) is not None:
            return self.node(ahead[outcome])
        parts = tuple([here[part] if part in here else self.node(part) for part in ahead])
        first = parts[0]
        if parts.count(first) == len(parts):
            return first
        found = self._nodes.get((place, parts))
        if found is None:
            found = self._nodes[place, parts] = self._joint(place, parts)
        return found

    def _joint(self, place: int, parts: tuple[Node, ...]) -> Node:
        """Return a new node of these parts."""
        asked, ends = self.asked, self.ends
        mask, reached = 1 << place, 0
        for part in parts:
            mask |= asked[part]
            reached |= ends[part]
        return self._made(place, parts, mask, reached)

    def _made(self, place: int, parts: tuple[Node, ...], asked: int, ends: int) -> Node:
        self.asked.append(asked)
        self.ends.append(ends)
        return self._add(place, parts, ends.bit_length() - 1 if place == END else -1)

    def can_be(self, node: Node) -> list[Hashable]:
        """Return the values a node of this view can end in."""
        return [self.values[end] for end in bits(self.ends[node])]


def bits(mask: int) -> list[int]:
    """Return the places of the ones in a bit mask, in order."""
    places = []
    while mask:
        low = mask & -mask
        places.append(low.bit_length() - 1)
        mask ^= low
    return places
