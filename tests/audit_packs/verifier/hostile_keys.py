"""Keys that lead nowhere: odd changes of a log's key, and odd keys in an auditor's hands."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, product

from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.sample import LOG, OTHER, Files, Recipe, Signer, b64

PLACE = "data/keys/changes/"
DAY = "2026-01-01T09:00:00Z"
NAMES = [
    "a b",
    "a\u00a0b",
    "a\u2028b",
    "a\u200bb",
    "\u3000",
    "ä",
    "\U0001f600",
    "a" * 200,
    "a" * 201,
]
NAMES += ["a\u0378b", "a\u1c89b", 'a"b', "a\\b", "a\x7fb", "a+b", "\ufffd", "a" * 440]


def change(
    old: Signer, new: Signer, *by: Signer, name: str = "", day: str = DAY, kind: str = "change"
) -> bytes:
    """Return the note of a change of keys, signed by whomever."""
    more = f"7\n{b64(bytes(32))}\n" if kind == "lost" else ""
    text = f"muster key {kind}\n{name or new.name}\n{old.vkey}\n{new.vkey}\n{day}\n{more}"
    return sample.note(text, *(by or (old, new)))


def chain(length: int) -> dict[str, bytes]:
    """Return so many changes of keys, one after the other, none of which leads to ours."""
    signers = [Signer(5 + at % 2) for at in range(length + 1)]
    return {f"{at:04}": change(old, new) for at, (old, new) in enumerate(pairwise(signers))}


def key_changes(recipe: Recipe) -> Iterator[tuple[str, bytes]]:
    """Yield packs of our key with odd changes of keys, and packs signed by odd keys."""
    old, thief = Signer(3), Signer(9)
    good = change(old, LOG)
    odd = {
        "of another day": change(old, LOG, day="\u2028"),
        "of a day of two lines": change(old, LOG, day="1\n2"),
        "of no day": change(old, LOG, day=""),
        "of another log": change(old, LOG, name="other"),
        "of another kind": good.replace(b"change", b"chance"),
        "by the old key alone": change(old, LOG, old),
        "by the new key alone": change(old, LOG, LOG),
        "by a thief": change(old, thief, thief),
        "by both and a third": change(old, LOG, old, LOG, OTHER),
        "by both, twice": change(old, LOG, old, LOG, old, LOG),
        "by very many": change(old, LOG, *[old] * 200),
        "to itself": change(LOG, LOG, LOG),
        "to itself by both": change(LOG, LOG, LOG, LOG),
        "from ours": change(LOG, thief),
        "from ours by a thief": change(LOG, thief, thief),
        "of letters": good.replace(b"muster key", b"muster kex"),
        "cut": good[:-2],
        "empty": b"",
        "long": good + f"— w {b64(bytes(80_000))}\n".encode(),
        "of stray bytes": b"\xff" + good,
        "of a key with a name more": good.replace(old.vkey.encode(), b"x" + old.vkey.encode()),
        "lost": change(old, LOG, LOG, kind="lost"),
        "lost by a thief": change(old, LOG, thief, kind="lost"),
        "lost and signed by both": change(old, LOG, old, LOG, kind="lost"),
        "lost on another day": change(old, LOG, LOG, kind="lost", day="\u2029"),
        "lost by another log": change(old, LOG, LOG, kind="lost", name="other"),
    }
    for words, raw in odd.items():
        yield words, sample.make(recipe, put({"001.txt": raw})).zip
    yield (
        "two in another order",
        sample.make(replace(recipe, older=(old,)), put({"000.txt": change(thief, old)})).zip,
    )
    for name in NAMES:
        yield f"a signer named {name!r}", sample.make(replace(recipe, signer=Signer(1, name))).zip


def put(changes: dict[str, bytes]) -> Callable[[Files], None]:
    """Put changes of keys into a pack."""
    return lambda files: files.update({PLACE + name: raw for name, raw in changes.items()})


def pinned(old: Signer) -> list[tuple[str, ...]]:
    """Return what an auditor may give as keys."""
    body, name = LOG.vkey.partition("+")[2], LOG.name
    odd = [LOG.vkey + "=", LOG.vkey + " ", " " + LOG.vkey, LOG.vkey[:-1], f"+{body}", f"x+{body}"]
    odd += [
        LOG.vkey.upper(),
        f"{name}++{body}",
        name,
        "",
        "x",
        "x+y+z",
        LOG.vkey.replace("+A", "+"),
    ]
    odd += ["a\u00a0b", *(Signer(1, one).vkey for one in NAMES)]
    sure = [(), (OTHER.vkey,), (old.vkey,), (OTHER.vkey, LOG.vkey), (LOG.vkey, LOG.vkey)]
    return [*sure, *((one,) for one in odd), *product((LOG.vkey,), odd)]
