"""How fast the auditor's program checks: a proof, a signature, a whole pack of 1,000 entries.

Baselines: pymerkle for proofs (a library for them), OpenSSL by `cryptography` for signatures,
and for the pack the reading and hashing that any check of it must do (zipfile, SHA-256, SHA-512).

Run: .venv/bin/python -m bench.verifier
"""

import hashlib
import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree, verify_inclusion

from governance.audit_packs.verifier.verify_pack import (
    Checkpoint,
    is_included,
    is_signed,
    verify,
)
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.sample import LOG, Recipe, Tree, leaf

ENTRIES, SIZE = 1_000, 20_000
AIM_PACK_SECONDS, AIM_PROOF_MS = 5.0, 50.0


def measure() -> dict[str, Any]:
    """Return rates and times of each, beside its baseline's."""
    return proofs() | signatures() | packs()


def proofs(leaves: int = 4096) -> dict[str, Any]:
    """Return proofs per second, ours and pymerkle's, of the same tree and leaves."""
    entries = [f"entry {at}".encode() for at in range(leaves)]
    theirs = InmemoryTree(algorithm="sha256")
    for entry in entries:
        theirs.append_entry(entry)
    hashes = [leaf(entry) for entry in entries]
    ours = Tree(hashes)
    head = Checkpoint("log", leaves, ours.root(0, leaves))
    if theirs.get_root() != head.root:
        raise RuntimeError("The two trees have different roots.")
    paths = [ours.inclusion(at, 0, leaves) for at in range(leaves)]
    made = [theirs.prove_inclusion(at + 1, leaves) for at in range(leaves)]
    one = fastest(lambda: [is_included(at, hashes[at], paths[at], head) for at in range(leaves)])
    other = fastest(
        lambda: [verify_inclusion(hashes[at], head.root, made[at]) for at in range(leaves)]
    )
    return {
        "tree": leaves,
        "proofs_per_second": round(leaves / one),
        "pymerkle_per_second": round(leaves / other),
        "proof_ms": round(1000 * one / leaves, 4),
        "aim_proof_ms": AIM_PROOF_MS,
    }


def signatures(count: int = 40) -> dict[str, Any]:
    """Return milliseconds for one signature, in Python alone and by OpenSSL."""
    public = LOG.raw[1:]
    signed = [(str(at).encode(), LOG.private.sign(str(at).encode())) for at in range(count)]
    check = is_signed.__wrapped__
    library = Ed25519PublicKey.from_public_bytes(public)
    ours = fastest(lambda: [check(public, text, raw) for text, raw in signed])
    theirs = fastest(lambda: [library.verify(raw, text) for text, raw in signed])
    return {
        "signature_ms": round(1000 * ours / count, 2),
        "openssl_signature_ms": round(1000 * theirs / count, 3),
    }


def packs() -> dict[str, Any]:
    """Return what a pack of 1,000 entries takes."""
    recipe = Recipe(size=SIZE, first=100, last=100 + 3 * (ENTRIES - 2), previous=1_000)
    pack = sample.make(recipe).zip

    def checked() -> None:
        is_signed.cache_clear()
        report = verify(pack, [LOG.vkey])
        if report.code:
            raise RuntimeError(report.lines[0])

    seconds = fastest(checked)
    tracemalloc.start()
    checked()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    bare = fastest(lambda: read_and_hash(pack))
    return {
        "entries": ENTRIES,
        "ledger": SIZE,
        "pack_mib": round(len(pack) / 2**20, 2),
        "pack_seconds": round(seconds, 3),
        "bare_seconds": round(bare, 3),
        "ratio": round(seconds / bare, 1),
        "peak_mib": round(peak / 2**20, 1),
        "aim_pack_seconds": AIM_PACK_SECONDS,
    }


def read_and_hash(pack: bytes) -> None:
    """Read and hash every member, as any check must."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        for name in archive.namelist():
            raw = archive.read(name)
            hashlib.sha256(raw).digest()
            hashlib.sha512(raw).digest()


def fastest(work: Callable[[], object], times: int = 3) -> float:
    """Return the processor seconds of the quickest of a few runs."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
