"""Packs made from nothing but the words of their format: a second hand beside the product's."""

import base64
import hashlib
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Files = dict[str, bytes]  # by path in the bag
LISTS = ("manifest-sha256.txt", "manifest-sha512.txt")
LISTS_OF_TAGS = ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt")
STATEMENT = "statement.dsse.json"
BAG_INFO = b"""Source-Organization: Halden Health
Bagging-Date: 2026-11-22
External-Identifier: EP-001
Payload-Oxum: 0.0
Bag-Software-Agent: Muster
Internal-Sender-Description: Evidence
"""


def b64(raw: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(raw).decode()


def hexed(raw: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


class Signer:
    """A log's key, made from a number so that packs are the same each time."""

    def __init__(self, seed: int, name: str = "muster-0a1b2c3d") -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.name, self.raw = name, b"\1" + public
        self.key_id = hashlib.sha256(name.encode() + b"\n" + self.raw).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{b64(self.raw)}"

    def sign(self, text: str) -> str:
        """Return the signature line of a note."""
        return f"— {self.name} {b64(self.key_id + self.private.sign(text.encode()))}\n"


def note(text: str, *signers: Signer) -> bytes:
    """Return a signed note."""
    return (text + "\n" + "".join(signer.sign(text) for signer in signers)).encode()


LOG, OTHER = Signer(1), Signer(2)


class Tree:
    """RFC 9162 by its recursive definition, sure and slow; equal parts are worked out once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.root = cache(self._root)

    def _root(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self.leaves[start]
        middle = start + split(end - start)
        pair = self.root(start, middle) + self.root(middle, end)
        return hashlib.sha256(b"\1" + pair).digest()

    def inclusion(self, at: int, start: int, end: int) -> list[bytes]:
        """Return the path of a leaf (2.1.3.1)."""
        if end - start == 1:
            return []
        middle = start + split(end - start)
        if at < middle:
            return [*self.inclusion(at, start, middle), self.root(middle, end)]
        return [*self.inclusion(at, middle, end), self.root(start, middle)]

    def growth(self, old: int, start: int, end: int, *, whole: bool = True) -> list[bytes]:
        """Return the consistency proof of the first `old` leaves (2.1.4.1)."""
        if old == end - start:
            return [] if whole else [self.root(start, end)]
        half = split(end - start)
        middle = start + half
        if old <= half:
            return [*self.growth(old, start, middle, whole=whole), self.root(middle, end)]
        return [*self.growth(old - half, middle, end, whole=False), self.root(start, middle)]


def split(count: int) -> int:
    """Return the largest power of two below a count."""
    return 1 << (count - 1).bit_length() - 1


def leaf(body: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\0" + body).digest()


@dataclass
class Recipe:
    """What a sample is made of; each field may be changed to make another."""

    ref: str = "EP-001"
    size: int = 61
    first: int = 10
    last: int = 40
    systems: int = 3
    previous: int | None = 23
    others: Sequence[int] = ()  # sizes of more earlier ledgers that it shows growth from
    signer: Signer = LOG
    older: Sequence[Signer] = ()  # its keys before, oldest first
    lost: Sequence[Signer] = ()  # those of them that signed nothing for the next one
    emergencies: int = 0
    evidence: Sequence[bytes] = ()  # files that the first system's facts name
    left_out: Sequence[bytes] = ()  # the same, but not in the pack


@dataclass
class Sample:
    """A pack before it is a zip: its files, and what is needed to make them again."""

    recipe: Recipe
    files: Files
    bodies: list[bytes]
    tree: Tree

    @cached_property
    def zip(self) -> bytes:
        """Return the pack."""
        return zipped(self.files, self.recipe.ref)


REFUSED, EMERGENCIES = 13, range(16, 41, 3)  # entries that a pack must list by themselves
A_NUMBER = 16  # the entry whose personal value is no text


def action(number: int, emergencies: int) -> str:
    """Return what an entry is about."""
    if number in EMERGENCIES[:emergencies]:
        return "release.emergency_activate"
    return "release.refused" if number == REFUSED else "system.changed"


def entry(number: int, emergencies: int = 0) -> tuple[bytes, dict[str, Any]]:
    """Return an entry's bytes, and the opening of the one personal value in it."""
    chance = random.Random(number)  # noqa: S311
    salt, value = chance.randbytes(32), 123456 if number == A_NUMBER else f"Ada Löwe {number}"
    commitment = hashlib.sha256(salt + rfc8785.dumps(value)).digest()
    body = {
        "schema": "muster/entry/1",
        "at": f"2026-11-20T10:00:{number % 60:02}.000000Z",
        "action": action(number, emergencies),
        "actor": chance.randbytes(8).hex(),
        "unit": 4,
        "object": {"type": "aisystem", "id": str(number), "ref": "AIS-001", "version": number},
        "data": {"note": f"Änderung {number}", "people": [{"who/is": {"c": b64(commitment)}}]},
    }
    place = "/people/0/who~1is"
    opening = {"number": number, "path": place, "salt": b64(salt), "value": value}
    return rfc8785.dumps(body), opening


def ledger_files(recipe: Recipe, bodies: Sequence[bytes], tree: Tree, chosen: list[int]) -> Files:
    """Return what lies in data/ledger/."""
    end = note(checkpoint(recipe.signer.name, recipe.size, tree), recipe.signer)
    files = {"data/ledger/checkpoint.txt": end}
    for number in chosen:
        path = tree.inclusion(number, 0, recipe.size)
        head = f"c2sp.org/tlog-proof@v1\nindex {number}\n"
        proof = (head + "".join(b64(one) + "\n" for one in path) + "\n").encode() + end
        files[f"data/ledger/proofs/{number:09}.tlog-proof"] = proof
        files[f"data/ledger/entries/{number:09}.json"] = bodies[number]
    openings = [entry(number)[1] for number in chosen[:-1]]  # the last one's was erased
    files["data/ledger/openings.json"] = rfc8785.dumps(openings)
    if recipe.previous:
        files |= growth_files(recipe, tree, recipe.previous, "previous/")
    for size in recipe.others:
        files |= growth_files(recipe, tree, size, f"growth/{size:09}/")
    return files


def growth_files(recipe: Recipe, tree: Tree, size: int, place: str) -> Files:
    """Return an earlier checkpoint, and the proof that the ledger only grew since."""
    old = checkpoint(recipe.signer.name, size, tree)
    path = tree.growth(size, 0, recipe.size)
    return {
        f"data/ledger/{place}checkpoint.txt": note(old, recipe.signer),
        f"data/ledger/{place}consistency.txt": "".join(b64(one) + "\n" for one in path).encode(),
    }


def checkpoint(origin: str, size: int, tree: Tree) -> str:
    """Return the text of a checkpoint."""
    return f"{origin}\n{size}\n{b64(tree.root(0, size))}\n"


def key_files(recipe: Recipe) -> Files:
    """Return the log's keys: the present one, and how each came from the one before."""
    files = {"data/keys/log.vkey": (recipe.signer.vkey + "\n").encode()}
    signers = [*recipe.older, recipe.signer]
    for at, (old, new) in enumerate(pairwise(signers), 1):
        said = f"{new.name}\n{old.vkey}\n{new.vkey}\n2026-0{at}-01T09:00:00Z\n"
        text, who = f"muster key change\n{said}", [old, new]
        if old in recipe.lost:
            text, who = f"muster key lost\n{said}7\n{b64(bytes(32))}\n", [new]
        files[f"data/keys/changes/{at:03}.txt"] = note(text, *who)
    return files


def told_of(recipe: Recipe, tree: Tree, chosen: list[int], systems: list[Any]) -> dict[str, Any]:
    """Return the statement's predicate."""
    refs = [system["ref"] for system in systems]
    seed = hexed(rfc8785.dumps(systems))

    def drawn(things: Sequence[Any]) -> list[Any]:
        return sorted(things, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())[
            :25
        ]

    span = range(recipe.first, recipe.last + 1)
    left_out = [number for number in span if number not in chosen]
    old = recipe.previous
    return {
        "pack": recipe.ref,
        "purpose": "Yearly audit",
        "subject": "Claims triage and two more",
        "organisation": "Halden Health",
        "scope": {"kind": "unit", "unit": "Claims", "filter": {}, "chosen_by": "Ines Halvorsen"},
        "population": {"count": len(refs), "refs": refs},
        "period": {"from": "2026-01-01", "to": None, "zone": "Europe/Oslo"},
        "requested_by": "Ines Halvorsen",
        "requested_at": "2026-11-22T10:00:00Z",
        "read_at": "2026-11-22T10:00:05Z",
        "sealed_at": "2026-11-22T10:00:09Z",
        "software": {"name": "Muster", "version": "1.0", "commit": "0" * 40},
        "ledger": {
            "origin": recipe.signer.name,
            "size": recipe.size,
            "root": tree.root(0, recipe.size).hex(),
            "from": recipe.first,
            "to": recipe.last,
            "entries": len(chosen),
            "interval": len(span),
            "withheld": len(left_out),
            "request": chosen[-1],
        },
        "previous": {"size": old, "root": tree.root(0, old).hex()} if old else None,
        "sample": {
            "seed": seed,
            "refs": drawn(refs),
            "numbers": drawn(left_out),
            "rule": "lowest SHA-256(seed:thing), at most 25",
        },
        "break_glass": recipe.emergencies > 0,
        "missing": {"no agreement": 2, "no owner": 0},
        "refused_actions": int(REFUSED in chosen),
    }


@cache
def _ledger(size: int, emergencies: int) -> tuple[list[bytes], Tree]:
    bodies = [entry(number, emergencies)[0] for number in range(size)]
    return bodies, Tree([leaf(body) for body in bodies])


def make(recipe: Recipe | None = None, change: Callable[[Files], None] | None = None) -> Sample:
    """Return a signed sample; `change` may alter the files before they are listed and signed."""
    recipe = recipe or Recipe()
    bodies, tree = _ledger(recipe.size, recipe.emergencies)
    chosen = [*range(recipe.first, recipe.last + 1, 3), recipe.size - 1]
    files = ledger_files(recipe, bodies, tree, chosen) | key_files(recipe)
    systems = []
    for number in range(1, recipe.systems + 1):
        ref = f"AIS-{number:03}"
        shown = [*recipe.evidence, *recipe.left_out] if number == 1 else []
        facts = {"ref": ref, "name": f"System {number}", "card": {"share": 0.25}}
        raw = rfc8785.dumps(facts | {"proofs": [{"sha256": hexed(one)} for one in shown]})
        files[f"data/systems/{ref}.json"] = raw
        told = {"ref": ref, "name": f"System {number}", "file": f"data/systems/{ref}.json"}
        systems.append(told | {"sha256": hexed(raw)})
    told = told_of(recipe, tree, chosen, systems)
    flagged = EMERGENCIES[: recipe.emergencies]
    exceptions = {
        "refused": [{"number": number} for number in chosen if number == REFUSED],
        "overridden": [],
        "waivers": [],
        "emergencies": [{"number": number} for number in chosen if number in flagged],
    }
    data = {name: value for name, value in told.items() if name != "sealed_at"}
    data |= {"schema": "muster/pack/2", "systems": systems, "exceptions": exceptions}
    data["evidence"] = {
        "files": sorted(map(attached, recipe.evidence), key=lambda one: one["file"]),
        "left_out": [{"sha256": hexed(one), "systems": ["AIS-001"]} for one in recipe.left_out],
    }
    files |= {attached(one)["file"]: one for one in recipe.evidence}
    files["data/data.json"] = rfc8785.dumps(data)
    pages = random.Random(5).randbytes(3000)  # noqa: S311
    files[f"data/{recipe.ref}.pdf"] = b"%PDF-1.7\n" + pages + b"\n%%EOF\n"
    files["data/ro-crate-metadata.json"] = rfc8785.dumps({"@graph": []})
    files["HOW-TO-CHECK.html"] = b"<!doctype html><title>How to check</title>"
    files["verify_pack.py"] = b"print('hello')\n"
    files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    if change:
        change(files)
    sealed(files, told, recipe.signer)
    return Sample(recipe, files, bodies, tree)


def attached(raw: bytes) -> dict[str, Any]:
    """Return what data.json says of an attached file."""
    place = f"data/evidence/{hexed(raw)}.txt"
    return {"sha256": hexed(raw), "file": place, "bytes": len(raw), "systems": ["AIS-001"]}


def sealed(files: Files, told: Mapping[str, Any], signer: Signer) -> None:
    """Write the lists, the signed statement and the lists of tags."""
    for name in (*LISTS, *LISTS_OF_TAGS, STATEMENT):
        files.pop(name, None)
    payload(files)
    envelope(files, statement(files, told), signer)
    tags(files)


def payload(files: Files) -> None:
    """Write the lists of digests of what lies in data/, and how much that is."""
    names = sorted(name for name in files if name.startswith("data/"))
    octets = sum(len(files[name]) for name in names)
    info = files.get("bag-info.txt", BAG_INFO)
    oxum = f"Payload-Oxum: {octets}.{len(names)}\n".encode()
    files["bag-info.txt"] = re.sub(rb"Payload-Oxum: .*\n", oxum, info)
    for listing in LISTS:
        files[listing] = listed(files, names, listing)


def tags(files: Files) -> None:
    """Write the lists of digests of what lies beside data/."""
    names = sorted(
        name for name in files if not name.startswith("data/") and name not in LISTS_OF_TAGS
    )
    for listing in LISTS_OF_TAGS:
        files[listing] = listed(files, names, listing)


def listed(files: Files, names: Sequence[str], listing: str) -> bytes:
    """Return a list of digests."""
    method = hashlib.sha512 if "512" in listing else hashlib.sha256
    return "".join(f"{method(files[name]).hexdigest()}  {name}\n" for name in names).encode()


def statement(files: Files, told: Mapping[str, Any]) -> bytes:
    """Return the in-toto statement over all files but the envelope and the lists of tags."""
    left = (STATEMENT, *LISTS_OF_TAGS)
    subject = [
        {"name": name, "digest": {"sha256": hexed(files[name])}}
        for name in sorted(files)
        if name not in left
    ]
    return rfc8785.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subject,
            "predicateType": "urn:muster:evidence-pack:1",
            "predicate": dict(told),
        }
    )


def envelope(files: Files, said: bytes, signer: Signer, keyid: str | None = None) -> None:
    """Sign a statement."""
    kind = "application/vnd.in-toto+json"
    text = f"DSSEv1 {len(kind)} {kind} {len(said)} ".encode() + said
    signature = {"keyid": keyid or signer.vkey, "sig": b64(signer.private.sign(text))}
    told = {"payload": b64(said), "payloadType": kind, "signatures": [signature]}
    files[STATEMENT] = rfc8785.dumps(told)


def said_in(files: Files) -> dict[str, Any]:
    """Return the statement of a pack."""
    told: dict[str, Any] = json.loads(base64.b64decode(json.loads(files[STATEMENT])["payload"]))
    return told


def relisted(files: Files) -> Files:
    """Return the files with all lists made anew: what somebody without a key can do."""
    made = dict(files)
    payload(made)
    tags(made)
    return made


def restated(files: Files) -> Files:
    """Return the files with all lists and the statement made anew under the old signature."""
    made = dict(files)
    payload(made)
    told = json.loads(made[STATEMENT])
    said = statement(made, said_in(made)["predicate"])
    made[STATEMENT] = rfc8785.dumps(told | {"payload": b64(said)})
    tags(made)
    return made


def member(name: str) -> zipfile.ZipInfo:
    """Return the description of a member as packs have it."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr, info.create_system = 0o100644 << 16, 3
    return info


def zipped(files: Files, folder: str = "EP-001", order: Sequence[str] | None = None) -> bytes:
    """Return files as the zip of a pack."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in order or sorted(files):
            archive.writestr(member(f"{folder}/{name}"), files[name])
    return out.getvalue()


def archive(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """Return a zip of members as they are described."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for info, raw in members:
            made.writestr(info, raw)
    return out.getvalue()
