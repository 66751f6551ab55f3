"""Reading the record: what an entry says, and the tree over all of them."""

import json
from typing import Any

from governance.ledger.models import Entry, LeafSequence, Personal
from governance.ledger.rules import Frontier, pointer


def body(entry: Entry) -> dict[str, Any]:
    """Return the body of an entry as JSON."""
    value: dict[str, Any] = json.loads(bytes(entry.body))
    return value


def data_with_personal(entry: Entry) -> Any:
    """Return the entry's data with the personal values that were not erased put back in."""
    known = {row.path: row.value for row in Personal.objects.filter(entry_id=entry.pk)}
    return _revealed(body(entry)["data"], "", known)


def _revealed(value: Any, path: str, known: dict[str, Any]) -> Any:
    if path in known:
        return known[path]
    if isinstance(value, dict):
        return {key: _revealed(item, pointer(path, key), known) for key, item in value.items()}
    if isinstance(value, list):
        return [_revealed(item, pointer(path, at), known) for at, item in enumerate(value)]
    return value


def size_and_root(size: int | None = None) -> tuple[int, str]:
    """Return how many entries are sequenced and the hexadecimal root over them (RFC 9162).

    With `size`, the root as it was when there were that many.
    """
    leaves = LeafSequence.objects.order_by("seq")
    if size is not None:
        leaves = leaves.filter(seq__lt=size)
    frontier = Frontier()
    for leaf in leaves.values_list("leaf", flat=True).iterator(chunk_size=10_000):
        frontier.append(bytes(leaf))
    return frontier.size, frontier.root().hex()


def number_of(entry: Entry) -> int | None:
    """Return the entry's dense number in the tree, None while it waits."""
    return LeafSequence.objects.filter(entry_id=entry.pk).values_list("seq", flat=True).first()
