"""Packs at each bound of what is read, and one step beyond it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import rfc8785

from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.hostile_keys import chain, put
from tests.audit_packs.verifier.hostile_texts import CHECKPOINT, everywhere, with_entry
from tests.audit_packs.verifier.sample import LOG, Files, Recipe, Signer, b64

SMALL = Recipe(size=21, first=1, last=17, systems=2, previous=7, others=(11,), emergencies=1)
OLDER = tuple(Signer(seed) for seed in (3, 4, 5, 6))
KEYS = (LOG.vkey, OLDER[0].vkey)  # to be checked with: they lead to all
CHANGED = replace(SMALL, older=OLDER)


def deep(folders: int) -> bytes:
    """Return a pack in which a file lies so many folders deep, that of the pack counted."""
    place = "data/" + "x/" * (folders - 2) + "x.txt"
    return sample.make(SMALL, lambda files: files.update({place: b"x"})).zip


def wide(folders: int) -> bytes:
    """Return a zip of so many folders besides those of every pack."""
    return sample.zipped({f"data/{at:06}/x": b"" for at in range(folders - 2)})


def lacking(kinds: int) -> bytes:
    """Return a pack whose statement says of so many kinds of things that they are missing."""
    pack = sample.make(SMALL)
    told: dict[str, Any] = sample.said_in(pack.files)["predicate"]
    told["missing"] = {f"no {at}": 1 for at in range(kinds)}
    files = dict(pack.files)
    data = {name: value for name, value in told.items() if name != "sealed_at"}
    files["data/data.json"] = rfc8785.dumps(json.loads(files["data/data.json"]) | data)
    sample.sealed(files, told, LOG)
    return sample.zipped(files)


def grown(ledgers: int) -> bytes:
    """Return a pack that says it grew from so many ledgers, and proves it of none."""

    def more(files: Files) -> None:
        files.update({f"data/ledger/growth/{at:09}/x": b"" for at in range(100, ledgers + 98)})

    return sample.make(SMALL, more).zip


def signed_by(*signers: Signer) -> bytes:
    """Return a pack whose checkpoint many keys signed that lead to one another."""
    tree = sample.make(CHANGED).tree
    text = sample.checkpoint(LOG.name, SMALL.size, tree)
    return sample.make(CHANGED, everywhere(CHECKPOINT, sample.note(text, *signers))).zip


def long_note(length: int) -> bytes:
    """Return a pack whose checkpoint is a note of so many bytes."""
    good = sample.make(SMALL)
    known = good.files[CHECKPOINT]
    line = f"— w {b64(bytes(9))}\n".encode()
    rest = length - len(known) - len(line)
    raw = known + line.replace(b" w ", b" " + b"w" * (rest + 1) + b" ")
    return sample.make(SMALL, everywhere(CHECKPOINT, raw)).zip


def sized(length: int) -> bytes:
    """Return a pack with an entry of so many bytes."""
    value = json.loads(sample.entry(4)[0])
    empty = len(rfc8785.dumps(value | {"data": ""}))
    return with_entry(SMALL, rfc8785.dumps(value | {"data": "x" * (length - empty)}), {})


def far(length: int) -> bytes:
    """Return a pack with a commitment whose place has so many characters."""
    body, opening = sample.entry(4)
    value = json.loads(body)
    place = "x" * (length - len("/people/0/who~1is") - 1)
    value["data"] = {place: value["data"]}
    openings = {"number": 4, "path": f"/{place}{opening['path']}"}
    return with_entry(SMALL, rfc8785.dumps(value), openings)


# By name: how it is made at a step of the bound, the bound, and what is said of one beyond it.
BOUNDS: dict[str, tuple[Callable[[int], bytes], int, str]] = {
    "folders deep": (deep, 8, "unsafe name"),
    "folders": (wide, 10_000, "folders"),
    "kinds of missing things": (lacking, 1_000, "missing"),
    "earlier ledgers": (grown, 1_000, "earlier ledgers"),
    "changes of the key": (lambda n: sample.make(SMALL, put(chain(n))).zip, 1_000, "changes"),
    "signers": (lambda n: signed_by(*[*OLDER, LOG][-n:]), 4, "more signatures"),
    "bytes of a note": (long_note, 100_000, "not a signed note"),
    "bytes of an entry": (sized, 65_535, "is larger than 65,535"),
    "characters of a place": (far, 500, "a place deeper"),
}


def at_bounds() -> list[tuple[str, bytes]]:
    """Return the packs at their bounds and those beyond."""
    return [
        (f"{most + more:,} {name}", make(most + more))
        for name, (make, most, _) in BOUNDS.items()
        for more in (0, 1)
    ]
