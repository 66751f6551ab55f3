"""Packs that somebody made on purpose: what the program refuses, the browser must refuse alike."""

import base64
import json
import sys
import zipfile
from collections.abc import Callable
from itertools import count

import rfc8785

from governance.audit_packs.verifier import verify_pack
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.sample import LOG, Files, Recipe, Signer, b64, member, zipped

OPENINGS, ENTRIES = "data/ledger/openings.json", "data/ledger/entries/"
PROGRAM = ["/usr/bin/env", "-i", sys.executable, "-I", "-S", verify_pack.__file__]
ALTERED, UNSAFE = verify_pack.ALTERED, verify_pack.UNSAFE


def signed(change: Callable[[dict], None], recipe: Recipe | None = None) -> bytes:
    """Return a pack whose signer says in data.json, and in the statement, what is not so."""
    pack = sample.make(recipe)
    files, told = dict(pack.files), sample.said_in(pack.files)["predicate"]
    data = json.loads(files["data/data.json"])
    change(data)
    files["data/data.json"] = rfc8785.dumps(data)
    told = {name: data.get(name, value) for name, value in told.items()}
    sample.sealed(files, told, LOG)
    return zipped(files)


def with_openings(change: Callable[[list], None]) -> bytes:
    """Return a pack whose signer opens the commitments in another way."""

    def changed(files: Files) -> None:
        listed = json.loads(files[OPENINGS])
        change(listed)
        listed.sort(key=lambda one: (one["number"], one["path"]))
        files[OPENINGS] = rfc8785.dumps(listed)

    return sample.make(change=changed).zip


def spelled(path: str) -> Callable[[list], None]:
    """Open the first commitment a second time, under another spelling of its place."""
    return lambda listed: listed.append(listed[0] | {"path": path})


def resalted(listed: list) -> None:
    """Take the first two digits of a value into its salt: the digest is that of what is left."""
    (one,) = [one for one in listed if one["number"] == sample.A_NUMBER]
    text, salt = rfc8785.dumps(one["value"]), base64.b64decode(one["salt"])
    one.update(salt=b64(salt + text[:2]), value=json.loads(text[2:]))


def quiet(kind: str, **told: object) -> Callable[[dict], None]:
    """Keep quiet about one kind of exceptions."""

    def changed(data: dict) -> None:
        data["exceptions"][kind] = []
        data.update(told)

    return changed


def of_others(data: dict) -> None:
    """Name another entry than that of the refusal."""
    data["exceptions"]["refused"] = [{"number": 10}]


def many_signers(files: Files) -> None:
    """Give a change of keys very many lines of signatures, each of which takes a while."""
    old = Signer(3)
    text = f"muster key change\n{LOG.name}\n{LOG.vkey}\n{old.vkey}\n2026-01-01T09:00:00Z\n"
    files["data/keys/changes/001.txt"] = sample.note(text, *[old] * 2_000)


def listing(raw: bytes) -> Callable[[Files], None]:
    """Put something else in the place of a list of digests."""
    return lambda files: files.update({"manifest-sha256.txt": raw})


def as_statement(raw: bytes) -> bytes:
    """Return a pack with something else in the place of the signed statement."""
    files = dict(sample.make().files)
    files[sample.STATEMENT] = raw
    sample.tags(files)
    return zipped(files)


def relisted(change: Callable[[Files], None]) -> bytes:
    """Return a pack that somebody without a key altered, with the lists of tags made anew."""
    files = dict(sample.make().files)
    change(files)
    sample.tags(files)
    return zipped(files)


def counted_as_truth(data: dict) -> None:
    """Write true where 1 should stand: in Python alone the two are equal."""
    data["refused_actions"] = True


def another_vkey(files: Files) -> None:
    """Put a key of one's own beside the pack of another."""
    files["data/keys/log.vkey"] = (Signer(9).vkey + "\n").encode()


ONE, TWO = b"a certificate", b"a report"
WITH_FILES = Recipe(evidence=(ONE, TWO), left_out=(b"a film",))


def files_told(**fields: object) -> bytes:
    """Return a pack that says something else of its first file of evidence."""
    return signed(lambda data: data["evidence"]["files"][0].update(fields), WITH_FILES)


def with_file(change: Callable[[Files], None]) -> bytes:
    """Return a pack with files of evidence that its signer exchanged."""
    return sample.make(WITH_FILES, change).zip


def exchanged(files: Files) -> None:
    """Put one file of evidence in the place of another."""
    one, two = sample.attached(ONE)["file"], sample.attached(TWO)["file"]
    files[one], files[two] = files[two], files[one]


BROKEN: dict[str, tuple[Callable[[], bytes], int]] = {
    "a commitment opened twice, from the end": (
        lambda: with_openings(spelled("/people/-1/who~1is")),
        ALTERED,
    ),
    "a commitment opened twice, by another start": (
        lambda: with_openings(spelled("x/people/0/who~1is")),
        ALTERED,
    ),
    "a commitment opened twice, with a nought before": (
        lambda: with_openings(spelled("/people/00/who~1is")),
        ALTERED,
    ),
    "a length instead of a place": (
        lambda: with_openings(lambda all_: all_[2].update(path="/people/length")),
        ALTERED,
    ),
    "a value cut into its salt": (lambda: with_openings(resalted), ALTERED),
    "an entry that is not here": (
        lambda: with_openings(lambda all_: all_[2].update(number=11)),
        ALTERED,
    ),
    "a refusal kept quiet": (lambda: signed(quiet("refused", refused_actions=0)), ALTERED),
    "an emergency kept quiet": (
        lambda: signed(quiet("emergencies", break_glass=False), Recipe(emergencies=1)),
        ALTERED,
    ),
    "an exception that is none": (lambda: signed(of_others), ALTERED),
    "a period that begins within an entry": (
        lambda: signed(lambda data: data["ledger"].update({"from": 10.5, "to": 40.5})),
        ALTERED,
    ),
    "a truth for a number": (lambda: signed(counted_as_truth), ALTERED),
    "another key beside it": (lambda: sample.make(change=another_vkey).zip, ALTERED),
    "files of evidence exchanged": (lambda: with_file(exchanged), ALTERED),
    "a file of evidence that is not listed": (
        lambda: with_file(lambda files: files.update({"data/evidence/x": b"x"})),
        ALTERED,
    ),
    "a file of evidence taken out": (
        lambda: with_file(lambda files: files.pop(sample.attached(ONE)["file"])),
        ALTERED,
    ),
    "a file of another size": (lambda: files_told(bytes=1), ALTERED),
    "a file that no system names": (lambda: files_told(systems=["AIS-002"]), ALTERED),
    "a file of no system": (lambda: files_told(systems=[]), ALTERED),
    "a file that was left out and that no system names": (
        lambda: signed(
            lambda data: data["evidence"]["left_out"][0].update(sha256="0" * 64), WITH_FILES
        ),
        ALTERED,
    ),
    "very many signatures": (lambda: sample.make(change=many_signers).zip, UNSAFE),
    "a list of nothing but line ends": (lambda: relisted(listing(b"\n" * 3_000_000)), ALTERED),
    "a list of a stray text": (lambda: relisted(listing(b"\xff\xfe \x1b[2J")), ALTERED),
    "a statement of empty lists": (
        lambda: as_statement(b"[" + b"[]," * 1_000_000 + b"[]]"),
        UNSAFE,
    ),
    "a statement of opening brackets": (lambda: as_statement(b"[" * 1_000_000), UNSAFE),
    "a statement with a mark before it": (
        lambda: as_statement(b"\xef\xbb\xbf" + sample.make().files[sample.STATEMENT]),
        UNSAFE,
    ),
    "a key of another kind": (
        lambda: as_statement(
            sample.make().files[sample.STATEMENT].replace(LOG.vkey.encode(), b"log+1+AA==")
        ),
        UNSAFE,
    ),
}


def tricks() -> list[bytes]:
    """Return zips that are no packs but try to pass for harmless ones."""
    made = []
    fields = [
        {"external_attr": 0o120777 << 16},
        {"external_attr": 0o100755 << 16},
        {"external_attr": 0o040755 << 16 | 0x10},
        {"create_system": 0},
        {"compress_type": zipfile.ZIP_DEFLATED},
        {"date_time": (2026, 1, 1, 0, 0, 0)},
        {"comment": b"hidden"},
        {"extra": b"\xfe\xca\x04\x00abcd"},
        {"internal_attr": 1},
    ]
    names = [
        *("../a", "EP-001/../a", "/a/b", "EP-001//a", "EP-001\\a", "EP-001/a\0b", "EP-001/\x1b[2J"),
        *(
            "EP-001/ä",
            "EP-001/a.",
            "EP-001/.a",
            "EP-001/nul",
            "EP-001/a/",
            "a",
            "C:/a",
            "EP-001/a ",
        ),
    ]
    for at, known in zip(count(), fields, strict=False):
        info = member(f"EP-001/{at}")
        for name, value in known.items():
            setattr(info, name, value)
        made.append(sample.archive((info, b"hello")))
    for name in names:
        length = len(name.encode())
        raw = sample.archive((member("X" * length), b"hello"))
        made.append(raw.replace(b"X" * length, name.encode()))
    pairs = [("a", "a/b"), ("A/x", "a/y"), ("A", "a"), ("b", "a")]
    for pair in pairs:
        made.append(sample.archive(*[(member(f"EP-001/{name}"), b"hello") for name in pair]))
    raw = sample.make().zip
    directory = raw.index(b"PK\1\2")
    places = (0, raw.index(b"PK\3\4", 4), directory, len(raw) - 22, len(raw))
    made += [raw[:at] + b"\0" + raw[at:] for at in places]
    made += [raw[: directory + 8] + b"\1" + raw[directory + 9 :], raw[:-2] + b"\5\0hello"]
    return [*made, b"PK\3\4", b"PK\5\6" + bytes(18), b"PK\3\4" + raw]
