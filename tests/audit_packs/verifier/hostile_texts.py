"""Odd JSON, proofs and checkpoints: what the holder of a key can write into a pack."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import rfc8785

from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.sample import LOG, OTHER, Files, Recipe, Signer, Tree, b64, leaf

Change = Callable[[bytes], bytes]


def inserted(member: bytes) -> Change:
    """Put a member in front of a JSON object's or list's others."""
    return lambda raw: raw[:1] + member + b"," + raw[1:]


def first_member(raw: bytes) -> bytes:
    """Return an object with its first member twice, word for word."""
    value = json.loads(raw)
    if not isinstance(value, dict):
        return raw[:1] + rfc8785.dumps(value[0]) + b"," + raw[1:]
    name = min(value, key=lambda one: one.encode("utf-16-be"))
    return inserted(rfc8785.dumps(name) + b":" + rfc8785.dumps(value[name]))(raw)


ODD_JSON: dict[str, Change] = {
    "nothing": lambda raw: b"",
    "half": lambda raw: raw[: len(raw) // 2],
    "without its end": lambda raw: raw[:-1],
    "a mark of order before it": lambda raw: b"\xef\xbb\xbf" + raw,
    "a space behind it": lambda raw: raw + b" ",
    "a line end behind it": lambda raw: raw + b"\n",
    "a nought behind it": lambda raw: raw + b"\0",
    "itself twice": lambda raw: raw + raw,
    "a name twice": first_member,
    "an empty name": inserted(b'"":1'),
    "a name more": inserted(b'"!":1'),
    "a name of the language": inserted(b'"__proto__":{"predicate":1}'),
    "a constructor": inserted(b'"constructor":{"prototype":{"x":1}}'),
    "a stray byte": lambda raw: raw.replace(b'"', b'"\xff', 1),
    "an overlong letter": lambda raw: raw.replace(b'"', b'"\xc0\xaf', 1),
    "half a character": inserted(b'"!":"\xed\xa0\x80"'),
    "half a character, escaped": inserted(b'"!":"\\ud800"'),
    "half a character in a name": inserted(b'"\\udfff":1'),
    "an escape too many": inserted(b'"!":"\\u0061"'),
    "a raw line end": inserted(b'"!":"\n"'),
    "not a number": inserted(b'"!":NaN'),
    "no end": inserted(b'"!":-Infinity'),
    "a huge number": inserted(b'"!":1e400'),
    "a large number": inserted(b'"!":9007199254740992'),
    "a large float": inserted(b'"!":1e+21'),
    "a float that is whole": inserted(b'"!":1.0'),
    "a small float": inserted(b'"!":1e-7'),
    "a number below nought": inserted(b'"!":-0'),
    "very many digits": inserted(b'"!":' + b"9" * 5_000),
    "a fraction of many digits": inserted(b'"!":0.' + b"1" * 5_000),
    "a deep list": inserted(b'"!":' + b"[" * 99 + b"]" * 99),
    "a deeper list": inserted(b'"!":' + b"[" * 100 + b"]" * 100),
    "the deepest list": inserted(b'"!":' + b"[" * 101 + b"]" * 101),
    "a very deep list": inserted(b'"!":' + b"[" * 20_000 + b"]" * 20_000),
    "deep objects": inserted(b'"!":' + b'{"a":' * 150 + b"1" + b"}" * 150),
    "only brackets": lambda raw: b"[" * 30_000,
    "a comment": lambda raw: raw[:1] + b"/**/" + raw[1:],
    "a comma too many": lambda raw: raw[:-1] + b"," + raw[-1:],
    "single quotes": lambda raw: raw.replace(b'"', b"'"),
    "16 bits a letter": lambda raw: raw.decode().encode("utf-16"),
    "null": lambda raw: b"null",
    "a text": lambda raw: b'"x"',
    "a number": lambda raw: b"1",
    "truth": lambda raw: b"true",
    "an empty list": lambda raw: b"[]",
    "an empty object": lambda raw: b"{}",
    "itself in a list": lambda raw: b"[" + raw + b"]",
}
PROOF, CHECKPOINT = "data/ledger/proofs/000000004.tlog-proof", "data/ledger/checkpoint.txt"
OPENINGS = "data/ledger/openings.json"
PREVIOUS, GROWTH = "data/ledger/previous/", "data/ledger/growth/000000011/"


def proofs(recipe: Recipe) -> Iterator[tuple[str, bytes]]:
    """Yield packs whose proofs the holder of the key sealed in another form or order."""
    lines: dict[str, Callable[[list[bytes]], list[bytes]]] = {
        "reversed": lambda hashes: hashes[::-1],
        "shorter": lambda hashes: hashes[:-1],
        "longer": lambda hashes: [*hashes, hashes[-1]],
        "much longer": lambda hashes: hashes * 40,
        "empty": lambda hashes: [],
        "with an empty line": lambda hashes: [b"", *hashes],
        "with carriage returns": lambda hashes: [one + b"\r" for one in hashes],
        "with spaces": lambda hashes: [b" " + one for one in hashes],
        "cut short": lambda hashes: [one[:-4] for one in hashes],
        "without padding": lambda hashes: [one.rstrip(b"=") for one in hashes],
        "of other letters": lambda hashes: [one[:-2] + b"-=" for one in hashes],
        "of stray bytes": lambda hashes: [b"\xff" + one[1:] for one in hashes],
        "of nothing": lambda hashes: [b64(bytes(32)).encode()] * len(hashes),
    }
    for words, change in lines.items():
        for name in (PROOF, f"{PREVIOUS}consistency.txt", f"{GROWTH}consistency.txt"):
            yield f"{name} {words}", sample.make(recipe, in_lines(name, change)).zip
    heads = (b"index 5", b"index 04", b"index -4", b"index 4 ", b"extra AA==\nindex 4", b"")
    for head in heads:
        yield f"{head!r}", sample.make(recipe, exchanged(PROOF, b"index 4", head)).zip
    for name in (f"{PREVIOUS}checkpoint.txt", f"{GROWTH}checkpoint.txt", CHECKPOINT):
        for other in (f"{PREVIOUS}checkpoint.txt", f"{GROWTH}checkpoint.txt", CHECKPOINT):
            if name != other:
                yield f"{other} as {name}", sample.make(recipe, copied(other, name)).zip
    one, two = (f"data/ledger/entries/{number:09}.json" for number in (4, 7))
    yield "two entries exchanged", sample.make(recipe, swapped(one, two)).zip


def in_lines(name: str, change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    """Change the hashes of a proof."""

    def changed(files: Files) -> None:
        raw = files[name]
        start = raw.index(b"index 4\n") + 8 if name == PROOF else 0
        end = raw.index(b"\n\n") + 1 if name == PROOF else len(raw)
        hashes = change(raw[start:end].split(b"\n")[:-1])
        files[name] = raw[:start] + b"".join(one + b"\n" for one in hashes) + raw[end:]

    return changed


def exchanged(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    """Put one text in the place of another in a file."""
    return lambda files: files.update({name: files[name].replace(old, new, 1)})


def copied(one: str, other: str) -> Callable[[Files], None]:
    """Put a copy of one file in the place of another."""
    return lambda files: files.update({other: files[one]})


def swapped(one: str, other: str) -> Callable[[Files], None]:
    """Exchange two files."""
    return lambda files: files.update({one: files[other], other: files[one]})


def ledgers(recipe: Recipe) -> Iterator[tuple[str, bytes]]:
    """Yield packs whose checkpoints or entries the holder of the key wrote in another way."""
    good = sample.make(recipe)
    root, name = b64(good.tree.root(0, recipe.size)), LOG.name
    texts = {
        "a size of nought": f"{name}\n0\n{root}\n",
        "a nought before the size": f"{name}\n021\n{root}\n",
        "a size below nought": f"{name}\n-21\n{root}\n",
        "a size of other digits": f"{name}\n٢١\n{root}\n",
        "a size of sixteen digits": f"{name}\n9007199254740993\n{root}\n",
        "a size of seventeen digits": f"{name}\n90071992547409930\n{root}\n",
        "another size": f"{name}\n22\n{root}\n",
        "another origin": f"other\n21\n{root}\n",
        "no origin": f"\n21\n{root}\n",
        "an extension": f"{name}\n21\n{root}\nmore\n",
        "a root cut short": f"{name}\n21\n{root[:-4]}\n",
        "no root": f"{name}\n21\n",
        "a carriage return": f"{name}\r\n21\n{root}\n",
        "a break of another kind": f"{name}\u2028\n21\n{root}\n",
    }
    for words, text in texts.items():
        for place in (CHECKPOINT, f"{PREVIOUS}checkpoint.txt"):
            told = sample.note(text, LOG)
            yield f"{words} in {place}", sample.make(recipe, everywhere(place, told)).zip
    text = f"{name}\n21\n{root}\n"
    for words, raw in notes(text).items():
        yield words, sample.make(recipe, everywhere(CHECKPOINT, raw)).zip
    for words, body in entries().items():
        yield words, with_entry(recipe, body)


def notes(text: str) -> dict[str, bytes]:
    """Return a checkpoint in forms that a note may have or not."""
    good, other = sample.note(text, LOG), OTHER.sign(text).encode()
    longer = b"".join(Signer(20 + at % 9, f"w{at}").sign(text).encode() for at in range(105))
    return {
        "signed by another, too": good + other,
        "signed by another first": sample.note(text, OTHER, LOG),
        "signed by another alone": sample.note(text, OTHER),
        "signed twice": sample.note(text, LOG, LOG),
        "signed by very many": good + longer,
        "signed by as many as may": good + b"".join(longer.splitlines(keepends=True)[:99]),
        "a line too long": good + f"— w {b64(bytes(80_000))}\n".encode(),
        "lines as long as may be": good + f"— w {b64(bytes(74_000))}\n".encode(),
        "an empty line behind": good + b"\n",
        "another dash": good.replace("—".encode(), b"-"),
        "two spaces": good.replace("— ".encode(), "—  ".encode()),
        "a tab": good.replace("— ".encode(), "—\t".encode()),
        "a stray byte": good + b"\xe2\x80\x94 \xff AAAAAAAA\n",
        "a signature of nothing": good + "— w AAAAAA==\n".encode(),
        "in the name of the log, of nothing": good + f"— {LOG.name} {b64(bytes(68))}\n".encode(),
    }


def everywhere(place: str, raw: bytes) -> Callable[[Files], None]:
    """Exchange a checkpoint, in the proofs too."""

    def changed(files: Files) -> None:
        old = files[place]
        for name in files:
            if name == place or (place == CHECKPOINT and name.endswith(".tlog-proof")):
                files[name] = files[name].replace(old, raw)

    return changed


def entries() -> dict[str, bytes]:
    """Return bodies of an entry that a program may or may not have made."""
    body, _ = sample.entry(4)
    value: dict[str, Any] = json.loads(body)
    deep = {"who": {"c": "A" * 44}}
    for _ in range(60):
        deep = {"far" * 8: deep}
    changed: dict[str, Any] = {
        "no action": {name: value[name] for name in value if name != "action"},
        "no data": {name: value[name] for name in value if name != "data"},
        "an action of no kind": value | {"action": None},
        "a list of actions": value | {"action": ["release.refused"]},
        "an action too many": value | {"action": "release.refused"},
        "data of no kind": value | {"data": None},
        "data in a list": value | {"data": [value["data"]]},
        "a commitment alone": value | {"data": {"c": "A" * 44}},
        "a commitment of wide letters": value | {"data": {"c": "\U0001f600" * 44}},
        "a place too far to name": value | {"data": deep},
        "as large as an entry may be": value | {"data": "x" * 65_000},
        "larger than any entry": value | {"data": "x" * 65_536},
        "a list": [value],
        "a text": "x",
    }
    odd = {words: change(body) for words, change in ODD_JSON.items()}
    return {f"{words} as entry": rfc8785.dumps(it) for words, it in changed.items()} | {
        f"{words} as entry": raw for words, raw in odd.items() if len(raw) < 3_000
    }


def with_entry(recipe: Recipe, body: bytes, opening: dict[str, Any] | None = None) -> bytes:
    """Return a pack of a ledger in which entry 4 has another body, all of it proven.

    Its opening gets these fields; an empty one is taken out.
    """
    good = sample.make(recipe)
    bodies = [*good.bodies[:4], body, *good.bodies[5:]]
    tree = Tree([leaf(one) for one in bodies])
    chosen = [*range(recipe.first, recipe.last + 1, 3), recipe.size - 1]
    told = sample.said_in(good.files)["predicate"]
    told["ledger"]["root"] = tree.root(0, recipe.size).hex()
    told["previous"]["root"] = tree.root(0, recipe.previous or 0).hex()
    files = dict(good.files) | sample.ledger_files(recipe, bodies, tree, chosen)
    files[OPENINGS] = rfc8785.dumps(list(opened(json.loads(files[OPENINGS]), opening)))
    data = json.loads(files["data/data.json"])
    files["data/data.json"] = rfc8785.dumps(data | told | {"sealed_at": None})
    sample.sealed(files, told, LOG)
    return sample.zipped(files)


def opened(openings: list[dict[str, Any]], other: dict[str, Any] | None) -> Iterator[Any]:
    """Yield openings, that of entry 4 with other fields, or none of it."""
    for one in openings:
        if one["number"] != 4 or other is None:
            yield one
        elif other:
            yield one | other
