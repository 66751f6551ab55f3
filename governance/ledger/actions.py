"""The only writer of the record."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from django.db import connection, models, transaction
from django.utils import timezone

from governance.common.canonical import canonical_bytes
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.rules import (
    DEEPEST,
    MOST_BODY_BYTES,
    SCHEMA,
    commitment,
    header,
    leaf_hash,
    pointer,
)
from governance.ledger.tiling import fill_tiles

SEQUENCER_LOCK = 0x4D55_5354  # "MUST"

COLUMNS = (
    "object_type",
    "object_id",
    "object_ref",
    "object_version",
    "action",
    "actor_ref",
    "unit_id",
    "at",
    "schema",
    "body",
    "leaf",
)
INSERT_SQL = (
    f"INSERT INTO ledger_entry ({', '.join(COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join(['%s'] * len(COLUMNS))}) RETURNING id"
)

# One statement: take a batch off the work list and append it behind the last leaf.
SEQUENCE_SQL = """
WITH taken AS (
    DELETE FROM ledger_pending WHERE entry_id IN (
        SELECT entry_id FROM ledger_pending ORDER BY entry_id LIMIT %s
    ) RETURNING entry_id
)
INSERT INTO ledger_leafsequence (seq, entry_id, leaf)
SELECT (SELECT coalesce(max(seq), -1) FROM ledger_leafsequence)
       + row_number() OVER (ORDER BY entry.id), entry.id, entry.leaf
FROM taken JOIN ledger_entry entry ON entry.id = taken.entry_id
WHERE NOT EXISTS (SELECT FROM ledger_leafsequence leaf WHERE leaf.entry_id = entry.id)
"""

# Every entry without a number that does not wait for one.
REBUILD_SQL = """
INSERT INTO ledger_pending (entry_id)
SELECT entry.id FROM ledger_entry entry
WHERE NOT EXISTS (SELECT FROM ledger_leafsequence leaf WHERE leaf.entry_id = entry.id)
ON CONFLICT DO NOTHING
"""


class Actor(Protocol):
    """Whoever did it: a random handle that says nothing about the person."""

    @property
    def handle(self) -> str: ...


@dataclass(frozen=True)
class Personal:
    """A value about a person: the body gets a salted commitment, the value can be erased."""

    value: Any


def record(
    action: str,
    *,
    subject: models.Model,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    unit: int | None = None,
) -> Entry:
    """Append what was done to the record, in the caller's transaction.

    `data` is JSON without floats; wrap what is about a person in Personal. `unit` is the
    business unit whose people may read the entry, None for the whole organisation's.
    Raises RuntimeError outside a transaction and DomainError past 65,535 bytes.
    """
    return record_many(action, [(subject, data or {}, unit)], actor=actor)[0]


def record_many(
    action: str,
    told: Sequence[tuple[models.Model, Mapping[str, Any], int | None]],
    *,
    actor: Actor,
) -> list[Entry]:
    """Append one entry for each (subject, data, unit), in their order, in two statements.

    What `record` says of data, unit and refusals holds here too.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() must run in the transaction of the change it records.")
    hidden: list[list[PersonalValue]] = [[] for _ in told]
    entries = [
        _entry(action, subject, actor, _commit(data, "", values), unit)
        for (subject, data, unit), values in zip(told, hidden, strict=True)
    ]
    _append(entries)
    for entry, values in zip(entries, hidden, strict=True):
        for value in values:
            value.entry_id = entry.pk
    if any(hidden):
        PersonalValue.objects.bulk_create(chain.from_iterable(hidden))
    return entries


def _append(entries: list[Entry]) -> None:
    """Insert entries and set their ids; a single one as bare SQL, at half the cost."""
    if len(entries) > 1:
        Entry.objects.bulk_create(entries)
        return
    for entry in entries:
        with connection.cursor() as cursor:
            cursor.execute(INSERT_SQL, [getattr(entry, column) for column in COLUMNS])
            (entry.pk,) = cursor.fetchone()
        entry._state.adding, entry._state.db = False, connection.alias


def _entry(
    action: str, subject: models.Model, actor: Actor, data: Mapping[str, Any], unit: int | None
) -> Entry:
    entry = Entry(
        object_type=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_ref=str(getattr(subject, "ref", "")),
        object_version=getattr(subject, "row_version", None),
        action=action,
        actor_ref=actor.handle,
        unit_id=unit,
        at=timezone.now(),
        schema=SCHEMA,
    )
    thing = (entry.object_type, entry.object_id, entry.object_ref, entry.object_version)
    said = header(SCHEMA, entry.at, action, entry.actor_ref, unit, thing)
    entry.body = canonical_bytes(said | {"data": data})
    if len(entry.body) > MOST_BODY_BYTES:
        raise DomainError("This change is too large for one ledger entry; make it in parts.")
    entry.leaf = leaf_hash(entry.body)
    return entry


def _commit(value: Any, path: str, hidden: list[PersonalValue]) -> Any:
    """Return the value with each Personal replaced by its commitment, noting what was hidden."""
    if isinstance(value, Personal):
        salt = secrets.token_bytes(32)
        hidden.append(PersonalValue(path=path, salt=salt, value=value.value))
        return {"c": commitment(salt, value.value)}
    if isinstance(value, float):
        raise TypeError(f"No floats in the record: write {path} as text.")
    if path.count("/") > DEEPEST:
        raise DomainError("This change is nested too deeply for a ledger entry.")
    if isinstance(value, Mapping):
        return {key: _commit(item, pointer(path, key), hidden) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_commit(item, pointer(path, at), hidden) for at, item in enumerate(value)]
    return value


def sequence(batch: int = 10_000, *, wait: bool = False) -> int:
    """Give waiting entries their place in the tree; return how many got one.

    Two may run at once: the advisory lock lets one work and sends the other home with 0,
    or, with `wait`, lets it go after the first. Writers are never waited for, and never wait.
    Runs in a transaction of its own, so that the lock is held no longer than the work takes.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if not _take_lock(cursor, wait=wait):
            return 0
        # A statement of its own: its snapshot is taken after the lock, so it sees every row
        # of the sequencer before it, which released the lock by committing.
        cursor.execute(SEQUENCE_SQL, [batch])
        done = int(cursor.rowcount)
        fill_tiles()
        return done


def sequence_all(*, wait: bool = True) -> int:
    """Sequence until nothing waits, and return how many entries got their place.

    With `wait`, every entry committed before the call has its number afterwards.
    """
    total = 0
    while done := sequence(wait=wait):
        total += done
    return total


def rebuild_pending() -> int:
    """Put every entry that has no number, and does not wait, on the work list; return how many."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        _take_lock(cursor, wait=True)
        cursor.execute(REBUILD_SQL)
        return int(cursor.rowcount)


def _take_lock(cursor: Any, *, wait: bool) -> bool:
    """Take the sequencer's lock until the transaction ends; without `wait`, only if it is free."""
    if wait:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
    return bool(cursor.fetchone()[0])
