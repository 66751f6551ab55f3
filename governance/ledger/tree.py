"""The tree over the record, read from tiles: roots and proofs at any size it ever had."""

from django.db.models import BinaryField, Max
from django.db.models.functions import Substr

from governance.ledger.merkle import HASH, WIDTH, Tree, tile_root
from governance.ledger.models import LeafSequence, Tile


class GapError(Exception):
    """A number is missing before the newest one, so there is no tree."""


def tree_size() -> int:
    """Return how many entries are in the tree."""
    last = LeafSequence.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else last + 1


def tree_at(size: int) -> Tree:
    """Return the tree as it was at a size; it remembers tiles, so take one for many proofs.

    Raises ValueError when there are fewer entries.
    """
    if not 0 <= size <= tree_size():
        raise ValueError(f"The record never had {size} entries.")
    return Tree(size, read_tile)


def root_at(size: int) -> bytes:
    """Return the root over the first entries, 32 bytes (RFC 9162, 2.1.1)."""
    return tree_at(size).root()


def inclusion_proof(number: int, size: int) -> list[bytes]:
    """Return the proof that an entry is in the tree of a size, from its sibling up."""
    return tree_at(size).inclusion(number)


def consistency_proof(first: int, second: int) -> list[bytes]:
    """Return the proof that the tree of the first size is the beginning of the second's."""
    return tree_at(second).consistency(first)


def read_tile(level: int, index: int, width: int) -> bytes:
    """Return the first hashes of a tile, joined.

    What no full tile holds is taken from the leaves, or the roots of the full tiles below.
    """
    tiles = Tile.objects.filter(level=level, index=index).annotate(
        wanted=Substr("hashes", 1, width * HASH, output_field=BinaryField())
    )
    if (kept := tiles.values_list("wanted", flat=True).first()) is not None:
        return bytes(kept)
    start = index * WIDTH
    if not level:
        return _leaves(start, start + width)
    below = Tile.objects.filter(level=level - 1, index__gte=start, index__lt=start + width)
    roots = dict(below.values_list("index", "root"))
    return b"".join(
        bytes(roots[at]) if at in roots else tile_root(read_tile(level - 1, at, WIDTH))
        for at in range(start, start + width)
    )


def _leaves(start: int, stop: int) -> bytes:
    found = LeafSequence.objects.filter(seq__gte=start, seq__lt=stop).order_by("seq")
    joined = b"".join(bytes(leaf) for leaf in found.values_list("leaf", flat=True))
    if len(joined) != (stop - start) * HASH:
        there = set(found.values_list("seq", flat=True))
        gone = next((one for one in range(start, stop) if one not in there), start)
        raise GapError(f"Entry #{gone} has lost its number, so there is no root over it.")
    return joined
