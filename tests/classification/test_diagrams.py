"""Decision diagrams alone, held against plain tables of values."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.classification.diagrams import Table, View, bits

SIZES = (2, 3, 2, 4)
ALL = tuple(product(*(range(size) for size in SIZES)))
COLOURS = ("red", "green", "blue")


def value(graph, node, point):
    """Follow a diagram to its value."""
    while graph.parts[node]:
        node = graph.parts[node][point[graph.place[node]]]
    return graph.values[graph.end[node]]


@st.composite
def conditions(draw, deep=3):
    """A condition in two forms: how to make its diagram, and how to compute it."""
    kind = draw(st.sampled_from(["when", "every", "some", "invert"] if deep else ["when"]))
    if kind == "when":
        place = draw(st.sampled_from(range(len(SIZES))))
        true = draw(st.sets(st.sampled_from(range(SIZES[place]))))
        return lambda table: table.when(place, true), lambda point: point[place] in true
    if kind == "invert":
        make, holds = draw(conditions(deep - 1))
        return lambda table: table.invert(make(table)), lambda point: not holds(point)
    parts = draw(st.lists(conditions(deep - 1), min_size=1, max_size=3))
    join = all if kind == "every" else any
    return (
        lambda table: getattr(table, kind)(make(table) for make, _holds in parts),
        lambda point: join(holds(point) for _make, holds in parts),
    )


def coloured(table, first, second):
    """Return a diagram of colours: the first condition decides, then the second."""
    red, green, blue = (table.constant(colour) for colour in COLOURS)
    return table.choose(first, red, table.choose(second, green, blue))


@settings(max_examples=150, deadline=None)
@given(conditions())
def test_a_diagram_says_what_its_condition_says(condition):
    make, holds = condition
    table = Table(SIZES)
    node = make(table)

    assert [value(table, node, point) for point in ALL] == [holds(point) for point in ALL]


@settings(max_examples=100, deadline=None)
@given(conditions(), conditions())
def test_two_ways_to_say_the_same_are_one_node(one, other):
    table = Table(SIZES)
    first, second = one[0](table), other[0](table)

    same = all(one[1](point) == other[1](point) for point in ALL)
    assert (first == second) is same
    assert table.invert(table.every([first, second])) == table.some(
        [table.invert(first), table.invert(second)]
    )


@settings(max_examples=100, deadline=None)
@given(conditions(), conditions())
def test_values_of_two_diagrams_are_joined_point_by_point(one, other):
    table = Table(SIZES)
    first, second = one[0](table), other[0](table)
    node = table.join(lambda a, b: (a, b), coloured(table, first, second), second)

    for point in ALL:
        colour = "red" if one[1](point) else "green" if other[1](point) else "blue"
        assert value(table, node, point) == (colour, other[1](point))


@settings(max_examples=150, deadline=None)
@given(
    conditions(), conditions(), st.dictionaries(st.sampled_from(range(4)), st.just(0) | st.just(1))
)
def test_a_view_keeps_exactly_the_values_and_the_questions_that_are_left(one, other, settled):
    table = Table(SIZES)
    root = coloured(table, one[0](table), other[0](table))
    view = View(table, settled)
    node = view.node(root)

    left = [point for point in ALL if all(point[at] == known for at, known in settled.items())]
    values = {point: value(table, root, point) for point in left}
    assert set(view.can_be(node)) == set(values.values())
    moving = {
        at
        for at in range(len(SIZES))
        if at not in settled
        for point in left
        if len({values[(*point[:at], other_, *point[at + 1 :])] for other_ in range(SIZES[at])}) > 1
    }
    assert set(bits(view.asked[node])) == moving


@settings(max_examples=60, deadline=None)
@given(conditions(), conditions())
def test_a_view_of_a_view_is_the_view_of_both(one, other):
    table = Table(SIZES)
    root = coloured(table, one[0](table), other[0](table))
    first = View(table, {0: 1})
    inner = View(first, {3: 2})
    both = View(table, {0: 1, 3: 2})

    there, here = inner.node(first.node(root)), both.node(root)
    assert inner.can_be(there) == both.can_be(here)
    assert inner.asked[there] == both.asked[here]
