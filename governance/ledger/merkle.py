"""Tiles and proofs of the Merkle tree (RFC 9162, C2SP tlog-tiles), as pure functions.

A range is (start, stop): the leaves from start up to, without, stop. A tile of level 0 holds 256
leaf hashes side by side; a tile above, the roots of 256 tiles of the level below.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256

from governance.ledger.rules import EMPTY_ROOT, Frontier, node_hash

HEIGHT = 8  # levels of the tree in one tile
WIDTH = 1 << HEIGHT  # hashes side by side in a full tile
HASH = 32  # bytes
KEPT = 1_024  # tiles that one Tree remembers

Range = tuple[int, int]
ReadTile = Callable[[int, int, int], bytes]  # level, index, width: that many hashes, joined


def split(size: int) -> int:
    """Return the largest power of two below a size of two or more."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_ranges(number: int, size: int) -> list[Range]:
    """Return what the proof of one leaf hashes, from the leaf's sibling up (RFC 9162, 2.1.3.1).

    Raises ValueError when there is no such leaf in a tree of that size.
    """
    if not 0 <= number < size:
        raise ValueError(f"There is no entry {number} among {size}.")
    start, stop, found = 0, size, []
    while stop - start > 1:
        middle = start + split(stop - start)
        if number < middle:
            found.append((middle, stop))
            stop = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return what the proof hashes that the first tree begins the second (RFC 9162, 2.1.4.1).

    Nothing is to be proved from an empty tree. Raises ValueError when the first is larger.
    """
    if not 0 <= first <= second:
        raise ValueError(f"A tree of {first} does not begin one of {second}.")
    start, stop, found = 0, second, []
    while first not in (0, stop):
        middle = start + split(stop - start)
        if first <= middle:
            found.append((middle, stop))
            stop = middle
        else:
            found.append((start, middle))
            start = middle
    if start:  # else the first tree itself, whose root whoever checks has
        found.append((start, stop))
    return found[::-1]


def complete(start: int, stop: int) -> list[tuple[int, int]]:
    """Return the complete subtrees of a range, largest first, as (level, index)."""
    found, width = [], stop - start
    for level in reversed(range(width.bit_length())):
        if width >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def folded(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the roots of a range's complete subtrees, largest first."""
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def hashes_of(joined: bytes) -> list[bytes]:
    """Return the hashes of a tile as a list."""
    return [joined[at : at + HASH] for at in range(0, len(joined), HASH)]


def pyramid(joined: bytes) -> list[list[bytes]]:
    """Return the complete nodes over a tile's hashes, level by level from the hashes up."""
    levels = [hashes_of(joined)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)])
    return levels


def tile_root(joined: bytes) -> bytes:
    """Return the root of a full tile: what the tile above holds of it."""
    level = joined
    while len(level) > HASH:
        pairs = range(0, len(level), 2 * HASH)
        level = b"".join([sha256(b"\x01" + level[at : at + 2 * HASH]).digest() for at in pairs])
    return level


class GrowingTree:
    """A tree that takes one leaf after another; what Frontier tells, with the roots of full tiles.

    It hashes tile by tile, which is quicker, and keeps 32 bytes of each.
    """

    def __init__(self) -> None:
        self.size = 0
        self._begun: list[bytes] = []  # leaves behind the last full tile
        self._tiles = Frontier()
        self._roots = bytearray()

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._begun.append(leaf)
        self.size += 1
        if len(self._begun) == WIDTH:
            root = tile_root(b"".join(self._begun))
            self._tiles.append(root)
            self._roots += root
            self._begun.clear()

    def root(self) -> bytes:
        """Return the tree's root for the leaves so far; of none, SHA-256 of nothing."""
        begun = Frontier()
        for leaf in self._begun:
            begun.append(leaf)
        hashes = [*self._tiles.subtrees, *begun.subtrees]
        return folded(hashes) if hashes else EMPTY_ROOT

    def tile_root(self, index: int) -> bytes:
        """Return the root of a full tile of leaves; nothing where there is none yet."""
        return bytes(self._roots[index * HASH : (index + 1) * HASH])


class Tree:
    """The tree at one size, over tiles that are read when they are needed."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._tile = lru_cache(maxsize=KEPT)(self._pyramid)

    def root(self) -> bytes:
        """Return the root over all leaves; of none, SHA-256 of nothing."""
        return self._over((0, self.size)) if self.size else EMPTY_ROOT

    def inclusion(self, number: int) -> list[bytes]:
        """Return the proof that a leaf is in the tree."""
        return [self._over(one) for one in inclusion_ranges(number, self.size)]

    def consistency(self, first: int) -> list[bytes]:
        """Return the proof that the tree of a smaller size is the beginning of this one."""
        return [self._over(one) for one in consistency_ranges(first, self.size)]

    def _over(self, leaves: Range) -> bytes:
        return folded([self._node(level, index) for level, index in complete(*leaves)])

    def _node(self, level: int, index: int) -> bytes:
        tile, height = divmod(level, HEIGHT)
        at, place = divmod(index << height, WIDTH)
        return self._tile(tile, at)[height][place >> height]

    def _pyramid(self, level: int, index: int) -> list[list[bytes]]:
        return pyramid(self._read(level, index, width_at(self.size, level, index)))


def width_at(size: int, level: int, index: int) -> int:
    """Return how many hashes a tile has in a tree of that size; 0 where there is none."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return where C2SP tlog-tiles puts a tile: tile/0/x001/x234/067, .p/5 when partial."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    part = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(['x' + one for one in parts[:-1]] + parts[-1:])}{part}"


def root_from_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a proof leads to (RFC 9162, 2.1.3.2); raises ValueError if it cannot."""
    if not 0 <= number < size:
        raise ValueError("The number is not in the tree.")
    result, last, at = leaf, size - 1, number
    for one in path:
        if not last:
            raise ValueError("The proof is too long.")
        if at & 1 or at == last:
            result = node_hash(one, result)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, one)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("The proof is too short.")
    return result


def is_consistent(
    first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Return whether a proof shows that one tree begins another (RFC 9162, 2.1.4.2).

    A tree is its size and its root.
    """
    (size, root), (larger, larger_root) = first, second
    if size in (0, larger):
        return not path and (root == larger_root if size else root == EMPTY_ROOT)
    if not 0 < size < larger:
        return False
    steps = iter([root, *path] if not size & (size - 1) else path)
    at, last = size - 1, larger - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    start = next(steps, None)
    return start is not None and _climbed(start, steps, at, last) == (root, larger_root)


def _climbed(
    start: bytes, steps: Iterator[bytes], at: int, last: int
) -> tuple[bytes, bytes] | None:
    """Return the roots of both trees that the steps lead to, None when they do not fit."""
    old = new = start
    for one in steps:
        if not last:
            return None
        if at & 1 or at == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, one)
        at, last = at >> 1, last >> 1
    return None if last else (old, new)
