"""Leaves, commitments and the Merkle tree of RFC 9162, as pure functions."""

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from governance.common.canonical import canonical_bytes

SCHEMA = "muster/entry/1"
MOST_BODY_BYTES = 65_535  # C2SP entry bundles give a length 16 bits
EMPTY_ROOT = hashlib.sha256(b"").digest()


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
        self._roots: list[bytes] = []  # largest subtree first, one per set bit of size

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        carry, bits = leaf, self.size
        while bits & 1:
            carry = node_hash(self._roots.pop(), carry)
            bits >>= 1
        self._roots.append(carry)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root for the leaves so far; of none, SHA-256 of nothing."""
        if not self._roots:
            return EMPTY_ROOT
        result = self._roots[-1]
        for subtree in reversed(self._roots[:-1]):
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
