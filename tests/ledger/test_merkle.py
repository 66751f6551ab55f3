"""Tiles and proofs against an independent implementation, and against the RFC's own words."""

import random
from functools import cache

import pytest
from pymerkle import InmemoryTree

from governance.ledger.merkle import (
    WIDTH,
    GrowingTree,
    Tree,
    is_consistent,
    root_from_inclusion,
    tile_path,
    tile_root,
    width_at,
)
from governance.ledger.rules import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root

ALL = 300
LARGE = 100_000
BODIES = [b"entry %d" % number for number in range(LARGE)]
LEAVES = [leaf_hash(body) for body in BODIES]


@cache
def tile(level: int, index: int, width: int) -> bytes:
    """Return a tile of the leaves, as the tables would give it."""
    start = index * WIDTH
    if not level:
        return b"".join(LEAVES[start : start + width])
    below = range(start, start + width)
    return b"".join(tile_root(tile(level - 1, one, WIDTH)) for one in below)


def tree(size: int) -> Tree:
    return Tree(size, tile)


@pytest.fixture(scope="module")
def other() -> InmemoryTree:
    """The other implementation, with all entries."""
    made = InmemoryTree(algorithm="sha256")
    for body in BODIES:
        made.append_entry(body)
    return made


# RFC 9162, 2.1.1 to 2.1.4, word for word; slow, and therefore only for small trees.
def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = power(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def power(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = power(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = power(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def sizes(count: int) -> list[int]:
    return random.Random(20261123).sample(range(ALL + 1, LARGE + 1), count)  # noqa: S311


def test_a_growing_tree_has_the_root_of_every_size_and_of_every_full_tile():
    growing, frontier = GrowingTree(), Frontier()
    for leaf in LEAVES[: 3 * WIDTH]:
        assert growing.root() == frontier.root()
        growing.append(leaf)
        frontier.append(leaf)

    assert (growing.size, growing.root()) == (frontier.size, frontier.root())
    assert [growing.tile_root(at) for at in range(4)] == [
        *(root(LEAVES[at * WIDTH : (at + 1) * WIDTH]) for at in range(3)),
        b"",
    ]


def test_every_root_to_three_hundred_agrees(other):
    for size in range(1, ALL + 1):
        assert tree(size).root() == other.get_root(size) == mth(LEAVES[:size])


def test_roots_of_random_sizes_to_a_hundred_thousand_agree(other):
    for size in [*sizes(200), LARGE]:
        assert tree(size).root() == other.get_root(size)


def test_inclusion_to_three_hundred_agrees(other):
    for size in range(1, ALL + 1):
        ours, at = tree(size), other.get_root(size)
        for number in {0, size // 3, size - 1, power(size) % size}:
            proof = ours.inclusion(number)

            assert proof == other.prove_inclusion(number + 1, size).path[1:] or size == 1
            assert root_from_inclusion(LEAVES[number], number, size, proof) == at


def test_inclusion_is_what_the_rfc_says():
    for size in range(1, 70):
        for number in range(size):
            assert tree(size).inclusion(number) == path(number, LEAVES[:size])


def test_inclusion_of_random_entries_to_a_hundred_thousand_agrees(other):
    dice = random.Random(1)  # noqa: S311
    for size in sizes(200):
        number = dice.randrange(size)
        proof = tree(size).inclusion(number)

        assert proof == other.prove_inclusion(number + 1, size).path[1:]
        assert root_from_inclusion(LEAVES[number], number, size, proof) == other.get_root(size)


def test_consistency_is_what_the_rfc_says():
    for second in range(1, 70):
        for first in range(1, second + 1):
            wanted = subproof(first, LEAVES[:second], whole=True)
            assert tree(second).consistency(first) == wanted


def test_consistency_of_every_size_to_three_hundred_holds_between_their_roots(other):
    for second in range(1, ALL + 1):
        for first in {1, second // 2 or 1, power(second), second}:
            old, new = (first, other.get_root(first)), (second, other.get_root(second))
            proof = tree(second).consistency(first)

            assert proof == subproof(first, LEAVES[:second], whole=True)
            assert is_consistent(old, new, proof)


def test_consistency_of_random_sizes_to_a_hundred_thousand_holds_between_their_roots(other):
    dice = random.Random(2)  # noqa: S311
    for second in sizes(200):
        first = dice.randint(1, second)
        old, new = (first, other.get_root(first)), (second, other.get_root(second))
        assert is_consistent(old, new, tree(second).consistency(first))


def changes(proof: list[bytes], dice: random.Random) -> list[list[bytes]]:
    """Return the proof altered: a bit, one less, one more, two in another order."""
    found = [[*proof, LEAVES[0]], proof[:-1], [LEAVES[0], *proof], proof[1:]]
    for at, one in enumerate(proof):
        bit = 1 << dice.randrange(256)
        flipped = (int.from_bytes(one, "big") ^ bit).to_bytes(32, "big")
        found.append([*proof[:at], flipped, *proof[at + 1 :]])
    if len(proof) > 1:
        found.append([proof[1], proof[0], *proof[2:]])
    return [one for one in found if one != proof]


def leads(number: int, size: int, proof: list[bytes]) -> bytes:
    try:
        return root_from_inclusion(LEAVES[number], number, size, proof)
    except ValueError:
        return b""


def test_no_altered_proof_of_an_entry_leads_to_the_root():
    dice = random.Random(3)  # noqa: S311
    for size in [*range(1, 70), *sizes(20)]:
        ours, number = tree(size), dice.randrange(size)
        proof, at = ours.inclusion(number), ours.root()
        for bad in changes(proof, dice):
            assert leads(number, size, bad) != at
        for wrong in {(number + 1) % size, size - 1} - {number}:
            assert leads(wrong, size, proof) != at


def test_no_altered_proof_of_a_beginning_holds():
    dice = random.Random(4)  # noqa: S311
    for second in [*range(2, 70), *sizes(20)]:
        first = dice.randint(1, second)
        old, new = (first, tree(first).root()), (second, tree(second).root())
        proof = tree(second).consistency(first)
        for bad in changes(proof, dice):
            assert not is_consistent(old, new, bad)
        assert not is_consistent(new, old, proof) or first == second


def test_a_record_with_one_leaf_changed_is_not_the_beginning_of_the_true_one():
    for first, second in ((100, 300), (256, 300), (255, 257), (1, 2)):
        false = [*LEAVES[: first - 1], leaf_hash(b"as I like")]
        proof = tree(second).consistency(first)

        assert not is_consistent((first, mth(false)), (second, mth(LEAVES[:second])), proof)


def test_nothing_begins_everything():
    assert is_consistent((0, EMPTY_ROOT), (5, tree(5).root()), tree(5).consistency(0))
    assert not is_consistent((0, LEAVES[0]), (5, tree(5).root()), [])


@pytest.mark.parametrize(("number", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_an_entry_that_is_not_there_has_no_proof(number, size):
    with pytest.raises(ValueError, match="no entry"):
        tree(size).inclusion(number)


@pytest.mark.parametrize("first", [-1, 6])
def test_a_larger_tree_begins_no_smaller_one(first):
    with pytest.raises(ValueError, match="does not begin"):
        tree(5).consistency(first)


def test_the_frontier_gives_the_roots_of_the_tiles():
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES[:600], 1):
        frontier.append(leaf)
        assert frontier.root() == tree(size).root() == root(LEAVES[:size])


@pytest.mark.parametrize(
    ("level", "index", "width", "where"),
    [
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (0, 0, 256, "tile/0/000"),
        (2, 0, 1, "tile/2/000.p/1"),
        (1, 1_000, 17, "tile/1/x001/000.p/17"),
    ],
)
def test_a_tile_lies_where_c2sp_says(level, index, width, where):
    assert tile_path(level, index, width) == where


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification():
    wanted = {(0, 272): 256, (0, 273): 112, (1, 0): 256, (1, 1): 17, (2, 0): 1, (3, 0): 0}

    assert {at: width_at(70_000, *at) for at in wanted} == wanted
