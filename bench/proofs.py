"""How fast proofs are made and checked, and entries verified, each against a bare baseline.

    bench/run --only proofs [--quick]

Writes a tree of a million leaves, and some thousand whole entries, into the database of
DATABASE_URL: give it one of its own, as bench/run does.
"""

import hashlib
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY = b"x" * 500  # bytes of a usual entry
LEAVES = """
INSERT INTO ledger_leafsequence (seq, entry_id, leaf)
SELECT at, -at - 1, sha256(at::text::bytea) FROM generate_series(
    (SELECT coalesce(max(seq), -1) + 1 FROM ledger_leafsequence), %s - 1) at
"""


def median_ms(work: Callable[[int], object], times: int) -> float:
    """Return how long one of many takes, in milliseconds."""
    taken = []
    for turn in range(times):
        begin = time.perf_counter()
        work(turn)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1000


def per_second(work: Callable[[], int]) -> float:
    """Return how many of something a second does."""
    begin = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begin)


def hashing(count: int) -> dict[str, float]:
    """Return entries a second from their bytes to the root, and of SHA-256 of the bytes alone."""
    from governance.ledger.rules import Frontier, leaf_hash

    def ours() -> int:
        tree = Frontier()
        for _ in range(count):
            tree.append(leaf_hash(ENTRY))
        return len(tree.root()) and count

    def bare() -> int:
        for _ in range(count):
            hashlib.sha256(ENTRY).digest()
        return count

    pairs = [(per_second(ours), per_second(bare)) for _ in range(3)]
    return {
        "verified_per_second": round(statistics.median(one for one, _ in pairs)),
        "verified_over_bare": round(statistics.median(bare / one for one, bare in pairs), 2),
    }


def checking(count: int) -> dict[str, float]:
    """Return whole entries a second that are checked out of the database, and only read."""
    from bench.ledger import fill
    from governance.checkpoints.actions import checkpoint_now
    from governance.checkpoints.verification import verify_signed
    from governance.ledger.verification import SEQUENCED, _rows

    fill(count)
    checkpoint_now()

    def ours() -> int:
        report = verify_signed()
        if report.fault:
            raise SystemExit(f"The record does not hold: {report.fault}")
        return report.size

    def bare() -> int:
        from django.db import transaction

        with transaction.atomic():
            return sum(1 for _ in _rows(SEQUENCED, 0, count + 1))

    pairs = [(per_second(ours), per_second(bare)) for _ in range(3)]
    return {
        "checked_per_second": round(statistics.median(one for one, _ in pairs)),
        "checked_over_bare": round(statistics.median(bare / one for one, bare in pairs), 2),
    }


def grown(entries: int) -> dict[str, float]:
    """Let the tree have so many leaves; return how many a second went into tiles."""
    from django.db import connection, transaction

    from governance.ledger.tiling import fill_tiles
    from governance.ledger.tree import tree_size

    before = tree_size()
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [entries])
        cursor.execute("ANALYZE ledger_leafsequence")
    with transaction.atomic():
        rate = per_second(lambda: fill_tiles() and entries - before)
    return {"tiled_per_second": round(rate)}


def proving(entries: int, times: int) -> dict[str, float]:
    """Return milliseconds to make a proof and to check one, with their baselines."""
    from governance.checkpoints.keyfile import made
    from governance.common.notes import checkpoint_text, sign_note, tlog_proof
    from governance.ledger.models import LeafSequence
    from governance.ledger.tree import consistency_proof, inclusion_proof, root_at

    signer, dice = made("bench"), random.Random(1)
    note = sign_note(checkpoint_text("bench", entries, root_at(entries)), [signer])
    numbers = [dice.randrange(entries) for _ in range(times)]
    proofs = [tlog_proof(one, inclusion_proof(one, entries), note).encode() for one in numbers]
    leaves = [bytes(LeafSequence.objects.get(seq=one).leaf) for one in numbers]
    public = Ed25519PublicKey.from_public_bytes(signer.key.public)
    signature, text = signer.sign(b"x" * 70), b"x" * 70
    row = median_ms(lambda at: LeafSequence.objects.get(seq=numbers[at]), times)
    make = median_ms(lambda at: inclusion_proof(numbers[at], entries), times)
    link = median_ms(lambda at: consistency_proof(numbers[at] or 1, entries), times)
    check = median_ms(lambda at: _checked(proofs[at], leaves[at], signer.key), times)
    bare = median_ms(lambda at: public.verify(signature, text), times)
    return {
        "entries": entries,
        "make_ms": round(make, 2),
        "make_over_row": round(make / row, 1),
        "consistency_ms": round(link, 2),
        "check_ms": round(check, 3),
        "check_over_bare": round(check / bare, 1),
        "proof_bytes": round(statistics.median(len(one) for one in proofs)),
    }


def _checked(proof: bytes, leaf: bytes, key: Any) -> None:
    """Check a proof as whoever holds the key does: form, signature, and the way to the root."""
    from governance.common.notes import open_checkpoint, parse_tlog_proof
    from governance.ledger.merkle import root_from_inclusion

    found = parse_tlog_proof(proof)
    said = open_checkpoint(found.note.encode(), [key])
    if root_from_inclusion(leaf, found.index, said.size, found.path) != said.root:
        raise SystemExit("A proof does not hold.")


def measure(
    entries: int = 1_000_000, whole: int = 20_000, hashed: int = 300_000, times: int = 300
) -> dict[str, float]:
    """Return all figures; needs a migrated database that may be written to."""
    figures = hashing(hashed) | checking(whole)
    return figures | grown(entries) | proving(entries, times)
