"""Checking the record: every leaf, every column, every personal value and the root.

The check stops at the first thing that does not hold and streams, so memory stays constant.
Writers may go on meanwhile: what is appended during the check may or may not be in it.
"""

import heapq
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

import psycopg
from django.db import connection, transaction

from governance.ledger.merkle import GrowingTree, tile_root
from governance.ledger.models import Entry
from governance.ledger.rules import (
    commitment,
    header_faults,
    leaf_hash,
    says_header,
    value_at,
)
from governance.ledger.tree import tree_size

CHUNK = 1_000  # rows that come at once
TILES_AT_ONCE = 50  # these are of 16 KB
BLOCK = 50_000  # entries of one statement; between two of them the known roots are fetched
BELOW_ALL = -(2**63)
PLAN = "SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off; SET LOCAL jit = off"
# The moment comes as the body writes it: PostgreSQL is quicker at this, and works beside us.
SEQUENCED = """
SELECT l.seq, l.entry_id, l.leaf, e.leaf, e.body,
    e.schema, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    e.action, e.actor_ref, e.unit_id,
    e.object_type, e.object_id, e.object_ref, e.object_version
FROM ledger_leafsequence l LEFT JOIN ledger_entry e ON e.id = l.entry_id
WHERE l.seq >= %s AND l.seq < %s ORDER BY l.seq
"""
WAITING = """
SELECT e.id, p.entry_id IS NOT NULL, e.leaf, e.body,
    e.schema, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    e.action, e.actor_ref, e.unit_id,
    e.object_type, e.object_id, e.object_ref, e.object_version
FROM ledger_entry e
LEFT JOIN ledger_leafsequence l ON l.entry_id = e.id
LEFT JOIN ledger_pending p ON p.entry_id = e.id
WHERE l.entry_id IS NULL ORDER BY e.id
"""
VANISHED = """
SELECT p.entry_id FROM ledger_pending p LEFT JOIN ledger_entry e ON e.id = p.entry_id
WHERE e.id IS NULL ORDER BY p.entry_id
"""
PERSONAL = """
SELECT p.entry_id, p.path, p.salt, p.value::text, e.body, e.action, l.seq
FROM ledger_personal p
LEFT JOIN ledger_entry e ON e.id = p.entry_id
LEFT JOIN ledger_leafsequence l ON l.entry_id = p.entry_id
ORDER BY p.entry_id
"""
# What each tile holds, and what the leaves or the tiles below say that it should hold.
TILES = """
SELECT t.level, t.index, t.hashes, t.root, CASE WHEN t.level = 0 THEN (
    SELECT string_agg(l.leaf, ''::bytea ORDER BY l.seq) FROM ledger_leafsequence l
    WHERE l.seq >= t.index * 256 AND l.seq < (t.index + 1) * 256
) ELSE (
    SELECT string_agg(b.root, ''::bytea ORDER BY b.index) FROM ledger_tile b
    WHERE b.level = t.level - 1 AND b.index >= t.index * 256 AND b.index < (t.index + 1) * 256
) END
FROM ledger_tile t ORDER BY t.level, t.index
"""

Head = tuple[int, str, str]  # a size, the hexadecimal root that the tree had then, who says so


@dataclass(frozen=True)
class Fault:
    """The first thing that does not hold; `number` and `entry_id` where it is one entry."""

    what: str
    number: int | None = None
    entry_id: int | None = None
    action: str = ""

    def __str__(self) -> str:
        number = "" if self.number is None else f" #{self.number}"
        entry = "" if self.entry_id is None else f" (id {self.entry_id}, {self.action or '?'})"
        return f"Entry{number}{entry}: {self.what}" if number or entry else self.what


@dataclass(frozen=True)
class Report:
    """What a check found: the tree's size and root, how many entries wait, the first fault."""

    size: int
    root: str
    waiting: int
    fault: Fault | None = None


class BrokenError(Exception):
    """Carries the first fault out of the walk."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def verify(known: Mapping[int, str] | None = None, heads: Iterable[Head] = ()) -> Report:
    """Check the whole record and return what was found.

    `known` maps a size to the hexadecimal root that the tree had then, as kept outside; `heads`
    are more of them, by size. The roots that sealed packs and earlier checks wrote into the
    record are compared as well.
    """
    tree, waiting = GrowingTree(), 0
    given = [(size, root, "the root you gave") for size, root in (known or {}).items()]
    try:
        with transaction.atomic():  # rolled back at a fault, which leaves a statement unfinished
            told = heapq.merge(sorted([*given, *_recorded_roots()]), heads, key=lambda one: one[0])
            _walk(tree, told)
            waiting = _check_waiting()
            _check_personal()
            _check_tiles(tree)
    except BrokenError as broken:
        return Report(tree.size, tree.root().hex(), waiting, broken.fault)
    return Report(tree.size, tree.root().hex(), waiting)


def _recorded_roots() -> Iterator[Head]:
    rows = Entry.objects.filter(action__in=["pack.sealed", "ledger.checked"])
    for pk, body in rows.values_list("pk", "body").iterator():
        ledger = json.loads(bytes(body)).get("data", {}).get("ledger") or {}
        if "size" in ledger and "root" in ledger:
            yield ledger["size"], ledger["root"], f"the root in entry id {pk}"


class _Known:
    """The roots known for some sizes, by size; fetched in parts, while no other rows stream."""

    def __init__(self, told: Iterator[Head]) -> None:
        self._told = told
        self._next = next(told, None)
        self._due: deque[Head] = deque()

    def fetch(self, most: float = inf) -> None:
        """Have the roots at hand of all sizes up to this one."""
        while self._next and self._next[0] <= most:
            self._due.append(self._next)
            self._next = next(self._told, None)

    @property
    def due(self) -> int | None:
        """Return the next size at which a root is known and at hand."""
        return self._due[0][0] if self._due else None

    def compare(self, tree: GrowingTree) -> None:
        """Compare each root known for the tree's present size."""
        while self._due and self._due[0][0] == tree.size:
            _, root, source = self._due.popleft()
            if tree.root().hex() != root.lower():
                what = f"The first {tree.size} entries are not what they were: {source} differs."
                raise BrokenError(Fault(what))

    def refuse_larger(self, tree: GrowingTree) -> None:
        """Raise BrokenError when a root is over more entries than there are."""
        for size, _, source in self._due:
            what = f"The record has {tree.size} entries, but {source} is over {size}:"
            raise BrokenError(Fault(f"{what} some are gone."))


def _walk(tree: GrowingTree, told: Iterator[Head]) -> None:
    """Check every sequenced entry in order, and the root at each known size on the way."""
    known = _Known(told)  # begun before the size is read: what is signed later is not in it
    for start in range(0, tree_size(), BLOCK):
        known.fetch(start + BLOCK)
        known.compare(tree)
        for row in _rows(SEQUENCED, start or BELOW_ALL, start + BLOCK):
            number, _, leaf, entry_leaf, body, *columns = row
            if number != tree.size or leaf != entry_leaf or not _holds(leaf, body, columns):
                _check_sequenced(tree.size, row)
            tree.append(leaf)
            if tree.size == known.due:
                known.compare(tree)
    known.fetch()
    known.compare(tree)
    known.refuse_larger(tree)


def _holds(leaf: bytes, body: bytes, columns: list[Any]) -> bool:
    """Return whether an entry is as record() wrote it; when not, it may be written otherwise."""
    return leaf_hash(body) == leaf and says_header(body, columns)


def _check_sequenced(expected: int, row: tuple[Any, ...]) -> None:
    number, entry_id, sequenced_leaf, leaf, body, *columns = row
    if number != expected:
        raise BrokenError(Fault(f"number {expected} is missing before it.", number, entry_id))
    if body is None:
        raise BrokenError(Fault("the entry is gone.", number, entry_id))
    if leaf != sequenced_leaf:
        what = "its leaf is not the one that was put in the tree."
        raise BrokenError(Fault(what, number, entry_id, columns[2]))
    _check_entry(number, entry_id, leaf, body, columns)


def _check_entry(
    number: int | None, entry_id: int, leaf: bytes, body: bytes, columns: list[Any]
) -> None:
    if leaf_hash(body) != leaf:
        raise BrokenError(Fault("its body was changed.", number, entry_id, columns[2]))
    schema, at, *others = columns
    if wrong := header_faults(body, [schema, datetime.fromisoformat(at), *others]):
        what = f"the column {', '.join(wrong)} does not say what the body says."
        raise BrokenError(Fault(what, number, entry_id, columns[2]))


def _check_waiting() -> int:
    """Check the entries that have no number yet, and return how many they are."""
    waiting = 0
    for entry_id, is_pending, leaf, body, *columns in _rows(WAITING):
        if not is_pending:
            what = "it neither has a number nor waits for one; rebuild_pending() lets it wait."
            raise BrokenError(Fault(what, None, entry_id, columns[2]))
        _check_entry(None, entry_id, leaf, body, columns)
        waiting += 1
    for (entry_id,) in _rows(VANISHED):
        raise BrokenError(Fault("it waited for its number and is gone.", None, entry_id))
    return waiting


def _check_personal() -> None:
    """Check that every personal value still there is the one the body commits to."""
    for entry_id, path, salt, value, body, action, number in _rows(PERSONAL):
        if body is None:
            raise BrokenError(Fault(f"the value at {path} has no entry.", number, entry_id))
        promised = value_at(json.loads(body).get("data"), path)
        if promised != {"c": commitment(salt, json.loads(value))}:
            what = f"the personal value at {path} is not the one it committed to."
            raise BrokenError(Fault(what, number, entry_id, action))


def _check_tiles(tree: GrowingTree) -> None:
    """Check that the tiles, out of which proofs are made, are those of the leaves."""
    for level, index, hashes, root, wanted in _rows(TILES, chunk=TILES_AT_ONCE):
        known = tree.tile_root(index) if level == 0 else b""
        if hashes != wanted or (known or tile_root(hashes)) != root:
            raise BrokenError(Fault(f"The tile {level}/{index} is not that of its entries."))


def _rows(sql: str, *values: int, chunk: int | None = None) -> Iterator[tuple[Any, ...]]:
    """Stream the rows of a query, bytes as bytes; the server reads on while they are checked.

    Nothing else may be asked of the database before the last row.
    """
    with connection.cursor() as cursor:  # along the indexes: the first rows at once, no sort
        cursor.execute(PLAN)
    with psycopg.Cursor(connection.connection) as cursor:
        yield from cursor.stream(sql, values, binary=True, size=chunk or CHUNK)
