"""Packs with one bit turned, by people who can do more and more about it."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.sample import LISTS, LISTS_OF_TAGS, STATEMENT, Files, Sample

PARTS: dict[str, Callable[[str], bool]] = {
    "pdf": lambda name: name.endswith(".pdf"),
    "json": lambda name: name.endswith(".json") and name != STATEMENT,
    "proof": lambda name: name.endswith((".tlog-proof", "consistency.txt")),
    "checkpoint": lambda name: name.endswith("checkpoint.txt"),
    "envelope": lambda name: name == STATEMENT,
    "list": lambda name: name in (*LISTS, *LISTS_OF_TAGS),
    "key": lambda name: name.startswith("data/keys/"),
    "other": lambda name: name.endswith((".html", ".py")) or name in ("bagit.txt", "bag-info.txt"),
}


class Mutant(NamedTuple):
    """An altered pack, who altered it, and where."""

    kind: str
    place: str
    zip: bytes


def flipped(raw: bytes, bit: int) -> bytes:
    """Return bytes with one bit turned."""
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def in_the_zip(pack: Sample, chance: random.Random) -> Mutant:
    """Turn a bit of the zip itself."""
    bit = chance.randrange(8 * len(pack.zip))
    return Mutant("in the zip", f"bit {bit}", flipped(pack.zip, bit))


def in_a_file(pack: Sample, chance: random.Random) -> tuple[str, Files]:
    """Turn a bit of a file, each part of a pack as often as the others."""
    part = PARTS[chance.choice(list(PARTS))]
    name = chance.choice([name for name, raw in pack.files.items() if part(name) and raw])
    bit = chance.randrange(8 * len(pack.files[name]))
    return f"{name} bit {bit}", pack.files | {name: flipped(pack.files[name], bit)}


def repacked(pack: Sample, chance: random.Random) -> Mutant:
    """Unpack, turn a bit, pack again."""
    place, files = in_a_file(pack, chance)
    return Mutant("repacked", place, sample.zipped(files, pack.recipe.ref))


def relisted(pack: Sample, chance: random.Random) -> Mutant:
    """Turn a bit, then write the lists of digests anew; a list itself is not turned."""
    while True:
        place, files = in_a_file(pack, chance)
        made = sample.relisted(files)
        if made != pack.files:
            return Mutant("relisted", place, sample.zipped(made, pack.recipe.ref))


def restated(pack: Sample, chance: random.Random) -> Mutant:
    """Turn a bit, write all lists and the statement anew, and keep the old signature."""
    while True:
        place, files = in_a_file(pack, chance)
        if place.startswith(STATEMENT):
            continue
        made = sample.restated(files)
        if made != pack.files:
            return Mutant("restated", place, sample.zipped(made, pack.recipe.ref))


KINDS = (in_the_zip, repacked, relisted, restated)


def mutants_of(packs: list[Sample], count: int, seed: int) -> Iterator[Mutant]:
    """Yield as many mutants as asked for, of each kind and of each pack in turn."""
    chance = random.Random(seed)  # noqa: S311
    for at in range(count):
        yield KINDS[at % len(KINDS)](packs[at // len(KINDS) % len(packs)], chance)
