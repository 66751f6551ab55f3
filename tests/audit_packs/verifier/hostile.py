"""A thousand hostile packs, each a small good one altered by somebody: with the key or without."""

import copy
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785

from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.broken import ONE, tricks
from tests.audit_packs.verifier.hostile_bounds import KEYS, SMALL, at_bounds
from tests.audit_packs.verifier.hostile_keys import key_changes, pinned
from tests.audit_packs.verifier.hostile_texts import ODD_JSON, ledgers, proofs
from tests.audit_packs.verifier.mutants import mutants_of
from tests.audit_packs.verifier.sample import LOG, Files, Recipe, Sample, Signer, zipped

OLD = Signer(3)
WHOLE = Recipe(**vars(SMALL) | {"older": (OLD,), "evidence": (ONE,), "left_out": (b"a film",)})
DATA, OPENINGS, SYSTEM = "data/data.json", "data/ledger/openings.json", "data/systems/AIS-001.json"
GONE = object()
WRONG: list[Any] = [None, True, False, 0, 1, -1, 1.5, 1e21, "", "x", [], {}, [None], {"a": 1}, GONE]


@dataclass(frozen=True)
class Hostile:
    """A pack to be checked, with the keys and the older pack of whoever checks it."""

    what: str
    zip: bytes
    keys: tuple[str, ...] = (LOG.vkey,)
    previous: bytes | None = None


def hostile(per_field: int = 2) -> list[Hostile]:
    """Return all packs; of each field in them so many wrong values."""
    chance = random.Random(11)  # noqa: S311
    good = sample.make(WHOLE)
    made = [Hostile("nothing was altered", good.zip)]
    made += [Hostile(one.kind + ", " + one.place, one.zip) for one in mutants_of([good], 200, 5)]
    made += named("member", members(good, chance))
    made += named("statement", statements(good, chance))
    made += named("field", fields(good, chance, per_field))
    made += named("zip", enumerate([*tricks(), *cuts(good.zip, chance)]))
    made += named("proof", proofs(WHOLE))
    made += named("ledger", ledgers(WHOLE))
    made += [Hostile(words, raw, KEYS) for words, raw in at_bounds()]
    changed = list(key_changes(SMALL))
    for keys in ((LOG.vkey,), (OLD.vkey,), (OLD.vkey, LOG.vkey)):
        made += [Hostile(f"key change: {words}, {len(keys)}", raw, keys) for words, raw in changed]
    made += [Hostile(f"pinned: {keys}", good.zip, keys) for keys in pinned(OLD)]
    return [*made, *pasts(good)]


def named(kind: str, packs: Iterable[tuple[object, bytes]]) -> list[Hostile]:
    """Return packs under their names."""
    return [Hostile(f"{kind}: {name}", raw) for name, raw in packs]


# --- Members: gone, renamed, twice, exchanged; each with what the hand that did it can make anew --
def members(good: Sample, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield packs in which a file is gone, renamed, emptied or another's."""
    told = sample.said_in(good.files)["predicate"]
    for name in sorted(good.files):
        ways = changes_of(name, chance.choice([one for one in good.files if one != name]))
        for words in chance.sample(list(ways), 2):
            yield f"{name} {words}, signed", resigned(good, ways[words], told)
        files, words = dict(good.files), chance.choice(list(ways))
        ways[words](files)
        again = chance.choice([dict, sample.relisted, sample.restated])
        if again is not sample.restated or files.get(sample.STATEMENT, b"").startswith(b"{"):
            yield f"{name} {words}, {again.__name__}", zipped(again(files))


def changes_of(name: str, other: str) -> dict[str, Callable[[Files], object]]:
    """Return what can be done to a file."""
    return {
        "gone": lambda files: files.pop(name),
        "renamed": lambda files: files.update({f"{name}x": files.pop(name)}),
        "emptied": lambda files: files.update({name: b""}),
        f"as {other}": lambda files: files.update({name: files[other]}),
    }


def resigned(good: Sample, change: Callable[[Files], object], told: Any) -> bytes:
    """Return a pack that the holder of the key altered and sealed, lists of tags and all."""
    files = dict(good.files)
    change(files)
    listed = {name: files.get(name) for name in good.files}
    sample.sealed(files, told, LOG)
    for name in (*sample.LISTS, *sample.LISTS_OF_TAGS, sample.STATEMENT):
        if listed[name] != good.files[name]:  # what was changed is one of those just made
            files.pop(name, None)
            files |= {} if listed[name] is None else {name: listed[name]}
    return zipped(files)


# --- The statement and the other JSON: unreadable, or of another shape ----------------------------
def statements(good: Sample, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield packs whose holder of the key signed JSON that can be read in no way or in two."""
    said = sample.statement(good.files, sample.said_in(good.files)["predicate"])
    for words, odd in ODD_JSON.items():
        yield f"{words} as statement", stated(good.files, odd(said))
        name = chance.choice([DATA, OPENINGS, SYSTEM])
        yield f"{words} as {name}", with_text(good, name, odd(good.files[name]))


def stated(files: Files, raw: bytes) -> bytes:
    """Return a pack with any bytes as its signed statement."""
    made = dict(files)
    sample.envelope(made, raw, LOG)
    sample.tags(made)
    return zipped(made)


def with_text(good: Sample, name: str, raw: bytes) -> bytes:
    """Return a pack whose holder of the key sealed other bytes as one of its files."""
    told = sample.said_in(good.files)["predicate"]
    return resigned(good, lambda files: files.update({name: raw}), told)


def fields(good: Sample, chance: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield packs in which one field of a signed JSON is gone or has a value of another kind."""
    statement = json.loads(sample.statement(good.files, sample.said_in(good.files)["predicate"]))
    for path, document in wrong(statement, chance, count):
        yield f"{path} in the statement", restated(good, document)
    for name in (DATA, OPENINGS, SYSTEM):
        for path, document in wrong(json.loads(good.files[name]), chance, count):
            yield f"{path} in {name}", with_text(good, name, rfc8785.dumps(document))


def restated(good: Sample, document: Any) -> bytes:
    """Return a pack with a statement, and with data.json that says the same."""
    files = dict(good.files)
    told = document.get("predicate") if isinstance(document, dict) else None
    if isinstance(told, dict):
        data = json.loads(files[DATA])
        gone = set(sample.said_in(files)["predicate"]) - set(told)
        data = {name: value for name, value in data.items() if name not in gone} | told
        data.pop("sealed_at", None)
        files[DATA] = rfc8785.dumps(data)
        sample.payload(files)
        subject = json.loads(sample.statement(files, {}))["subject"]
        if document.get("subject") == sample.said_in(good.files)["subject"]:
            document["subject"] = subject
    return stated(files, rfc8785.dumps(document))


def wrong(document: Any, chance: random.Random, count: int) -> Iterator[tuple[str, Any]]:
    """Yield a document again and again, each time with another value in one place."""
    for path in places(document):
        for value in chance.sample(WRONG, min(count, len(WRONG))):
            made = copy.deepcopy(document)
            if path:
                put(made, path, value)
            elif value is not GONE:
                made = value
            words = "nothing" if value is GONE else json.dumps(value)
            yield f"{words} at {'/'.join(map(str, path))}", made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in JSON; of a list the first two places are enough."""
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list):
        for at, item in enumerate(value[:2]):
            yield from places(item, (*path, at))


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    """Set what stands at a place, or take it away."""
    for step in path[:-1]:
        value = value[step]
    if new is GONE:
        del value[path[-1]]
    else:
        value[path[-1]] = new


# --- The zip cut, and packs beside the ones of before ---------------------------------------------
def cuts(raw: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield a pack cut in front and behind."""
    for at in [chance.randrange(len(raw)) for _ in range(15)]:
        yield raw[:at]
        yield raw[at:]
    yield raw + raw
    yield b""


def pasts(good: Sample) -> Iterator[Hostile]:
    """Yield packs for somebody who holds an older one, or says so."""
    for size in (7, 11, 12, 21, 30):
        recipe = Recipe(size=size, first=1, last=min(size, 17) - 1, systems=1, previous=None)
        older = sample.make(recipe)
        note = older.files["data/ledger/checkpoint.txt"]
        for past in (older.zip, note, note[:-1], b"PK" + note, older.zip[:-1], b""):
            yield Hostile(f"after one of {size}", good.zip, (LOG.vkey,), past)
        yield Hostile(f"handed out again after {size}", older.zip, (LOG.vkey,), good.zip)
    for past in (sample.note(f"{LOG.name}\n7\n{sample.b64(bytes(32))}\n", LOG), good.zip):
        yield Hostile("after another past", good.zip, (LOG.vkey,), past)
        yield Hostile("after another past, by the old key", good.zip, (OLD.vkey,), past)
