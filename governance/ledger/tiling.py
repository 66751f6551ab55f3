"""Making the full tiles of the tree; whoever calls holds the sequencer's lock."""

from collections.abc import Iterator

from django.db.models import Max

from governance.ledger.merkle import HEIGHT, WIDTH, tile_root
from governance.ledger.models import Tile
from governance.ledger.tree import GapError, read_tile, tree_size

MADE_AT_ONCE = 256  # tiles in one statement


def fill_tiles() -> int:
    """Make each full tile behind the last one, on every level; return how many were made.

    Where a number is missing it stops: numbering goes on, and a check of the record names it.
    """
    size, level, made = tree_size(), 0, 0
    while (full := size >> HEIGHT * (level + 1)) > 0:
        last = Tile.objects.filter(level=level).aggregate(last=Max("index"))["last"]
        first = 0 if last is None else last + 1
        for start in range(first, full, MADE_AT_ONCE):
            tiles = list(_tiles(level, start, min(start + MADE_AT_ONCE, full)))
            Tile.objects.bulk_create(tiles)
            made += len(tiles)
        level += 1
    return made


def _tiles(level: int, start: int, stop: int) -> Iterator[Tile]:
    for index in range(start, stop):
        try:
            hashes = read_tile(level, index, WIDTH)
        except GapError:
            return
        yield Tile(level=level, index=index, hashes=hashes, root=tile_root(hashes))
