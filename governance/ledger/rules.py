"""Leaves, commitments and the Merkle tree of RFC 9162, as pure functions."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from governance.common.canonical import canonical_bytes

SCHEMA = "muster/entry/1"
MOST_BODY_BYTES = 65_535  # C2SP entry bundles give a length 16 bits
DEEPEST = 60  # levels of nesting in the data of an entry
EMPTY_ROOT = hashlib.sha256(b"").digest()
_text = json.encoder.encode_basestring  # as RFC 8785 writes text
_read_json = json.JSONDecoder().raw_decode


@dataclass(frozen=True)
class Clock:
    """Who acts when nobody asked: Muster itself, because the time had come."""

    handle: str = "muster"
    name: str = "Muster"
    initials: str = "M"


CLOCK = Clock()


def leaf_hash(body: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ body), 32 bytes (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right), 32 bytes (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees so far: enough to give the root at any size."""

    def __init__(self) -> None:
        self.size = 0
        self.subtrees: list[bytes] = []  # their roots, largest first, one per set bit of size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        carry, bits = leaf, self.size
        while bits & 1:
            carry = node_hash(self.subtrees.pop(), carry)
            bits >>= 1
        self.subtrees.append(carry)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root for the leaves so far; of none, SHA-256 of nothing."""
        if not self.subtrees:
            return EMPTY_ROOT
        result = self.subtrees[-1]
        for subtree in reversed(self.subtrees[:-1]):
            result = node_hash(subtree, result)
        return result


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the Merkle tree hash of leaf hashes in their order (RFC 9162, 2.1.1)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def commitment(salt: bytes, value: Any) -> str:
    """Return base64(SHA-256(salt ‖ RFC 8785 bytes of the value)); salt is 32 random bytes."""
    return base64.b64encode(hashlib.sha256(salt + canonical_bytes(value)).digest()).decode()


def moment(at: datetime) -> str:
    """Return a moment as the body writes it: UTC, microseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def header(
    schema: str, at: datetime, action: str, actor: str, unit: int | None, thing: Sequence[Any]
) -> dict[str, Any]:
    """Return the part of a body that the columns repeat; thing is type, id, ref, version."""
    names = ("type", "id", "ref", "version")
    return {
        "schema": schema,
        "at": moment(at),
        "action": action,
        "actor": actor,
        "unit": unit,
        "object": dict(zip(names, thing, strict=True)),
    }


def says_header(body: bytes, columns: Sequence[Any]) -> bool:
    """Return whether a body is, byte for byte, what record() writes around its data.

    The columns are as header() takes them, the moment as the body writes it. What this refuses
    may still be the same header in another form: header_faults() tells, and takes longer.
    """
    schema, at, action, actor, unit, kind, pk, ref, version = columns
    before = f'{{"action":{_text(action)},"actor":{_text(actor)},"at":"{at}","data":'
    behind = (
        f',"object":{{"id":{_text(pk)},"ref":{_text(ref)},"type":{_text(kind)},'
        f'"version":{_number(version)}}},"schema":{_text(schema)},"unit":{_number(unit)}}}'
    )
    try:
        said = body.decode()
        _, end = _read_json(said, len(before))
    except ValueError:
        return False
    return said.startswith(before) and said[end:] == behind


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def header_faults(body: bytes, columns: Sequence[Any]) -> list[str]:
    """Return the names of the columns that differ from the body; columns as header() takes them.

    A body that is no object of this schema differs in its schema.
    """
    try:
        said = json.loads(body.decode())
        said.pop("data")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["schema"]
    schema, at, action, actor, unit, *thing = columns
    stored = header(schema, at, action, actor, unit, thing)
    if said == stored:
        return []
    return [name for name, value in stored.items() if said.get(name) != value] or ["schema"]


def pointer(path: str, key: object) -> str:
    """Return the JSON pointer (RFC 6901) of a member below a path."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def value_at(value: Any, path: str) -> Any:
    """Return what lies at a JSON pointer, or None where nothing does."""
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value
