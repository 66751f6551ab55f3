"""The only writer of the record."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, models, transaction
from django.utils import timezone

from governance.common.canonical import canonical_bytes
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.queries import header
from governance.ledger.rules import MOST_BODY_BYTES, SCHEMA, commitment, leaf_hash

SEQUENCER_LOCK = 0x4D55_5354  # "MUST"

# One statement: take a batch off the work list and append it behind the last leaf.
SEQUENCE_SQL = """
WITH taken AS (
    DELETE FROM ledger_pending WHERE entry_id IN (
        SELECT entry_id FROM ledger_pending ORDER BY entry_id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING entry_id
)
INSERT INTO ledger_leafsequence (seq, entry_id, leaf)
SELECT (SELECT coalesce(max(seq), -1) FROM ledger_leafsequence)
       + row_number() OVER (ORDER BY entry.id), entry.id, entry.leaf
FROM taken JOIN ledger_entry entry ON entry.id = taken.entry_id
"""


class Actor(Protocol):
    """Whoever did it: a random handle that says nothing about the person."""

    handle: str


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
    if not connection.in_atomic_block:
        raise RuntimeError("record() must run in the transaction of the change it records.")
    hidden: list[PersonalValue] = []
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
    entry.body = canonical_bytes(header(entry) | {"data": _commit(data or {}, "", hidden)})
    if len(entry.body) > MOST_BODY_BYTES:
        raise DomainError("This change is too large for one ledger entry; make it in parts.")
    entry.leaf = leaf_hash(entry.body)
    entry.save(force_insert=True)
    for value in hidden:
        value.entry_id = entry.pk
    if hidden:
        PersonalValue.objects.bulk_create(hidden)
    return entry


def _commit(value: Any, path: str, hidden: list[PersonalValue]) -> Any:
    """Return the value with each Personal replaced by its commitment, noting what was hidden."""
    if isinstance(value, Personal):
        salt = secrets.token_bytes(32)
        hidden.append(PersonalValue(path=path, salt=salt, value=value.value))
        return {"c": commitment(salt, value.value)}
    if isinstance(value, Mapping):
        return {key: _commit(item, f"{path}/{key}", hidden) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_commit(item, f"{path}/{at}", hidden) for at, item in enumerate(value)]
    return value


def sequence(batch: int = 10_000) -> int:
    """Give waiting entries their place in the tree; return how many got one.

    Two may run at once: the advisory lock lets one work and sends the other home with 0.
    Writers are never waited for, and never wait.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        (mine,) = cursor.fetchone() or (False,)
        if not mine:
            return 0
        cursor.execute(SEQUENCE_SQL, [batch])
        return int(cursor.rowcount)


def sequence_all() -> int:
    """Sequence until nothing waits, and return how many entries got their place."""
    total = 0
    while done := sequence():
        total += done
    return total
