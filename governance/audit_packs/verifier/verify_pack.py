#!/usr/bin/env python3
"""Check an evidence pack of Muster offline: one file, nothing but Python 3.8 or newer.

    python3 -I -S verify_pack.py --key VKEY [--previous OLD.zip] EP-001.zip

VKEY is the public key of the log that made the pack (it looks like "muster-1a2b3c4d+5e6f7a8b+AX…"),
or a file that holds it. Get it from the organisation by another way than the pack: whoever can
change a pack can also change the key that lies in it. With --previous, an older pack of yours or
its checkpoint.txt, it is also checked that the record only grew since.

Exit: 0 good, 1 altered, 2 unreadable or unsafe to read, 3 the signer is not one you named.

Nothing is unpacked, written or fetched: the file is read into memory once, so that what is hashed
is what is read. Read this file from the top: `verify` is the whole check in the order in which it
is made, the parts after it are its steps, and the tools stand at the end: text forms (base64,
RFC 8785), signed notes and the Merkle tree (C2SP, RFC 9162), signatures (RFC 8032).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import heapq
import json
import os
import re
import stat
import struct
import sys
import zlib
from functools import lru_cache
from typing import Any, Iterable, Iterator, NamedTuple, NoReturn, Sequence, Tuple

GOOD, ALTERED, UNSAFE, FOREIGN = 0, 1, 2, 3
VERDICTS = ("GOOD", "ALTERED", "UNREADABLE OR UNSAFE", "SIGNER UNKNOWN")

# What is read at most: nobody needs more, and no pack can then fill a machine.
MOST_BYTES = 2_000_000_000  # of the zip, and so of all that is in it: nothing is compressed
MOST_FILES = 1_000_000
MOST_NAME = 240  # characters of a member's name
MOST_FOLDERS = 10_000  # and one file lies at most 8 folders deep
MOST_TEXT = 300_000_000  # bytes of a list, a statement or another file that is read as a text
MOST_VALUES = 5_000_000  # of one JSON file
DEEPEST_JSON = 100
MOST_NOTE = 100_000  # bytes of a signed note
MOST_SIGNERS = 100  # of a signed note
MOST_KNOWN = 4  # of them with a key that is known here: their signatures are worked out
MOST_CHANGES = 1_000  # of the key
MOST_EARLIER = 1_000  # checkpoints from which a pack shows growth
MOST_ENTRY = 65_535  # bytes of a ledger's entry
MOST_PLACE = 500  # characters of the place of a personal value in an entry
MOST_KINDS = 1_000  # of things that are said to be missing
MOST_HASHES = 130  # of a proof: two for each level of the tallest tree
MOST_DRAWN = 10_000_000  # entries of the period, among which the sample is drawn
SAMPLED = 25

NEVER_CHECKED = [
    "That Muster wrote down everything that happened, and that what was written was true then.",
    "That a system meets the law: no pack says so.",
    "That the key is really theirs: compare it with what they gave you by another way.",
    "That what is told of the systems follows from the ledger's entries: both are signed, as told.",
    "The times: they are by the signer's own clock.",
    "The certificate of the seal inside the PDF, and its time stamp if it has one (a PDF reader "
    "shows them); its bytes are checked.",
    "That the PDF's pages say what data.json says: both were signed together, as they are.",
]
STOPPED = "What comes after it: the check ends at the first thing that does not hold."


class Refused(Exception):
    """The pack is not accepted; `code` is the exit code that says why."""

    code = UNSAFE


class Altered(Refused):
    """Something is not what was signed."""

    code = ALTERED


class Unsafe(Refused):
    """The file cannot be read, or should not be."""


class Foreign(Refused):
    """It is signed, but by nobody the auditor named."""

    code = FOREIGN


class Report(NamedTuple):
    """What was found: the exit code, what was checked, what was not, and what to look at."""

    code: int
    lines: list[str]
    not_checked: list[str]
    notes: list[str]
    facts: dict[str, Any]


# === The check, in its order =====================================================================
def verify(
    source: str | bytes, keys: Sequence[str | Key], previous: str | bytes | None = None
) -> Report:
    """Check a pack, given by path or as bytes, against the keys the auditor holds."""
    try:
        pinned = [read_key(key) if isinstance(key, str) else key for key in keys]
        older = None if previous is None else load(previous)
        pack = Pack(load(source))  # every byte of the zip has its place
        check_lists(pack)  # every file is the one that the bag's lists give
        statement = check_signature(pack, pinned)  # a key of the auditor's signed the statement
        check_statement(pack, statement)  # which names every file by digest
        check_ledger(pack)  # every entry has its place below the signed root
        check_interval(pack)  # and what was left out is counted
        check_data(pack)  # the systems are those that the statement gives
        check_exceptions(pack)  # no refusal or emergency among the entries is kept quiet
        check_evidence(pack)  # attached files are the ones that the systems' facts name
        check_sample(pack)  # nobody chose the sample
        check_openings(pack)  # names that are shown are the recorded ones
        check_growth(pack, older)  # the ledger only grew
        check_others(pack)  # and nothing else lies here unsaid
        notes = [*flagged(pack), *pack.notable]
        left = clean(pack.not_checked) + NEVER_CHECKED
        return Report(GOOD, clean(pack.done), left, clean(notes), about(pack))
    except Refused as refusal:
        return refused(refusal.code, str(refusal))
    except Exception as problem:  # whatever a pack brings about (want of memory too) is its fault
        words = f"The pack is not laid out as this program knows packs ({problem!r})."
        return refused(UNSAFE, words)


def refused(code: int, words: str) -> Report:
    """Return the report on a pack that is not accepted."""
    return Report(code, clean([words]), [STOPPED, *NEVER_CHECKED], [], {})


class Pack:
    """A pack that is being checked: its files, and what each step has established so far."""

    def __init__(self, data: bytes) -> None:
        files = read_members(memoryview(data))
        folders = {name.partition("/")[0] for name in files}
        if len(folders) != 1:
            raise Unsafe("The zip does not hold exactly one folder.")
        self.folder = folders.pop()
        self.files = {name.partition("/")[2]: file for name, file in files.items()}
        self.size = len(data)
        self.told: dict[str, Any] = {}  # the statement's predicate: what the signer says
        self.data: dict[str, Any] = {}  # data.json
        self.cited: dict[str, set[str]] = {}  # digests in what is told of a system, by its ref
        self.entries: dict[int, str] = {}  # the action of each of the ledger's, by number
        self.keys: list[Key] = []  # the auditor's, and those they lead to
        self.signer = Key("", "", b"", b"")
        self.tree = Checkpoint("", 0, b"")
        self.done = ["The file is a plain zip, and each of its bytes has its place."]
        self.notable: list[str] = []
        self.not_checked: list[str] = []

    def read(self, name: str) -> bytes:
        """Return the bytes of a file that every pack has."""
        if name not in self.files:
            raise Altered(f"The pack has no {name}.")
        if len(self.files[name]) > MOST_TEXT:
            raise Unsafe(f"{name} is larger than {MOST_TEXT:,} bytes.")
        return bytes(self.files[name])

    def json(self, name: str, kind: str) -> Any:
        """Return what a JSON file of the pack says; it has the fields of its kind."""
        return shaped(read_json(self.read(name), name), kind, name)

    def below(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, in their order."""
        return [name for name in self.files if name.startswith(folder)]


# === 1. The zip: every byte of it is accounted for ===============================================
# A pack is a zip of the plainest kind: stored members in the order of their names, one after the
# other, then the directory, then its end. Names, sizes and checksums are read from the headers in
# front of the files; from these alone all headers, the directory and the end are made again and
# compared with what is there, so that nothing can hide in a field or between two.
LOCAL, CENTRAL = struct.Struct("<4s5H3L2H"), struct.Struct("<4s4B4HL2L5H2L")
END, END64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q4sLQL")
MOST_IN_END = 0xFFFF  # files; the end of a zip that holds more counts them in fields of zip64
FIRST_DAY = 0x21  # 1 January 1980
PLAIN_FILE = 0o100644 << 16
PART = r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|/|$))[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)"
SAFE_NAME = re.compile(rf"{PART}(?:/{PART}){{1,8}}")


class Member(NamedTuple):
    """One file in the zip; its headers follow from these four."""

    name: str
    size: int
    checksum: int
    offset: int

    def local(self) -> bytes:
        """Return the header that must stand before the file."""
        fields = (20, 0, 0, 0, FIRST_DAY, self.checksum, self.size, self.size, len(self.name), 0)
        return LOCAL.pack(b"PK\3\4", *fields) + self.name.encode("ascii")

    def central(self) -> bytes:
        """Return the line that must stand for the file in the directory."""
        start = (20, 3, 20, 0, 0, 0, 0, FIRST_DAY, self.checksum, self.size, self.size)
        rest = (len(self.name), 0, 0, 0, 0, PLAIN_FILE, self.offset)
        return CENTRAL.pack(b"PK\1\2", *start, *rest) + self.name.encode("ascii")


def end_of_zip(count: int, size: int, offset: int) -> bytes:
    """Return the bytes that must end a zip whose directory has this length and place."""
    more = b""
    if count > MOST_IN_END:
        record = (b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        more = END64.pack(*record, b"PK\6\7", 0, offset + size, 1)
        count = min(count, 0xFFFF)
    return more + END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)


def read_zip(data: bytes) -> dict[str, bytes]:
    """Return the files of a pack by name; raises Unsafe or Altered. Nothing is unpacked to disk."""
    return {name: bytes(file) for name, file in read_members(memoryview(data)).items()}


def read_members(data: memoryview) -> dict[str, memoryview]:
    """Return every file of the zip by its name, after each of the zip's bytes was accounted for."""
    if bytes(data[:4]) != b"PK\3\4":
        raise Unsafe("This is not a zip file.")
    members: list[Member] = []
    files: dict[str, memoryview] = {}
    at = 0
    while bytes(data[at : at + 4]) == b"PK\3\4":
        member, start = read_header(data, at)
        if members and member.name <= members[-1].name:
            words = "have the same name" if member.name == members[-1].name else "are not in order"
            raise Unsafe(f"Two files in the zip {words}: {member.name}.")
        at = start + member.size
        if at > len(data):
            raise Unsafe(f"{member.name} says it is larger than the zip.")
        if len(members) == MOST_FILES:
            raise Unsafe(f"The zip holds more files than are read, {MOST_FILES:,} at most.")
        members.append(member)
        files[member.name] = data[start:at]
    compare_directory(data, members, at)
    refuse_twins(list(files))
    for member in members:
        if zlib.crc32(files[member.name]) != member.checksum:
            raise Altered(f"{member.name} was changed: its checksum in the zip does not hold.")
    return files


def read_header(data: memoryview, at: int) -> tuple[Member, int]:
    """Return the member whose header stands at a place, and where its bytes begin."""
    start = at + LOCAL.size
    if start > len(data):
        raise Unsafe("The zip is cut off.")
    fields = LOCAL.unpack(data[at:start])
    flags, method, checksum, size, length = fields[2], fields[3], fields[6], fields[8], fields[9]
    member = Member(safe_name(bytes(data[start : start + length])), size, checksum, at)
    start += length
    if data[at:start] != member.local():
        why = odd(flags, method)
        raise Unsafe(f"What stands before {member.name} in the zip is not its header: {why}.")
    return member, start


def odd(flags: int, method: int, system: int = 3, attributes: int = PLAIN_FILE) -> str:
    """Return in words which of the usual tricks of a zip this is."""
    if flags & 0x41:
        return "it is encrypted"
    if method:
        return "it is compressed, and packs are not"
    if attributes >> 28 == 0o12:
        return "it is a symbolic link"
    if system != 3 or attributes != PLAIN_FILE:
        return "it is not a plain file"
    return "it is not written as packs are"


def safe_name(raw: bytes) -> str:
    """Return a member's name; refuse all that could lead out of a folder or mean two things."""
    name = raw.decode("ascii", "replace")
    if len(name) > MOST_NAME or not SAFE_NAME.fullmatch(name):
        raise Unsafe(f"The zip holds a file with an unsafe name: {shown(name)}.")
    return name


def compare_directory(data: memoryview, members: Sequence[Member], start: int) -> None:
    """Compare the zip's directory and end with those that its files call for."""
    at = start
    for member in members:
        line = member.central()
        there = data[at : at + len(line)]
        if there != line:
            if len(there) < len(line) or there[:4] != line[:4]:
                raise Unsafe("The zip is cut off, or its directory is not that of its files.")
            fields = CENTRAL.unpack(there[: CENTRAL.size])
            why = odd(fields[5], fields[6], fields[2], fields[17])
            raise Unsafe(f"The zip's line for {member.name} is not its own: {why}.")
        at += len(line)
    if data[at:] != end_of_zip(len(members), at - start, start):
        raise Unsafe("The zip does not end where it should: it is cut off, or something follows.")


def refuse_twins(files: Sequence[str]) -> None:
    """Refuse names that are one on a disk that takes no heed of case, and a file as a folder."""
    paths = dict.fromkeys(files, "file")
    for name in list(paths):
        while "/" in name:
            name = name.rpartition("/")[0]
            if paths.setdefault(name, "folder") == "file":
                raise Unsafe(f"{name} is both a file and a folder.")
    if len(paths) > len(files) + MOST_FOLDERS:
        raise Unsafe(f"The zip holds more than {MOST_FOLDERS:,} folders.")
    if len({path.casefold() for path in paths}) != len(paths):
        raise Unsafe("Two files or folders in the zip have the same name but for its case.")


# === 2. The lists of digests (BagIt, RFC 8493) ===================================================
LISTS = ["manifest-sha256.txt", "manifest-sha512.txt"]
LISTS_OF_TAGS = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"]
STATEMENT, PROGRAM = "statement.dsse.json", "verify_pack.py"
BAG_FILES = ["bag-info.txt", "bagit.txt", "HOW-TO-CHECK.html", PROGRAM]
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def check_lists(pack: Pack) -> None:
    """Check every file against the bag's own lists of digests."""
    payload = pack.below("data/")
    inside = set(payload)
    tags = [name for name in pack.files if name not in inside and name not in LISTS_OF_TAGS]
    for name in [*BAG_FILES, *LISTS, *LISTS_OF_TAGS, STATEMENT]:
        pack.read(name)
    for names, lists in ((tags, LISTS_OF_TAGS), (payload, LISTS)):
        for name in lists:
            compare_list(pack, name, names)
    octets = sum(len(pack.files[name]) for name in payload)
    oxum = f"\nPayload-Oxum: {octets}.{len(payload)}\n".encode()
    if pack.read("bagit.txt") != BAGIT or pack.read("bag-info.txt").count(oxum) != 1:
        raise Altered("bagit.txt or bag-info.txt does not describe this bag.")
    pack.done.append(
        f"Every one of the {len(pack.files):,} files ({pack.size:,} bytes) has the SHA-256 and the "
        "SHA-512 that the lists in the pack give, and no file is missing or too many."
    )


def compare_list(pack: Pack, listing: str, names: Sequence[str]) -> None:
    """Make one list of digests again and compare; name the first file that differs."""
    method = hashlib.sha512 if "512" in listing else hashlib.sha256
    made = [f"{method(pack.files[name]).hexdigest()}  {name}\n" for name in names]
    expected, text = "".join(made).encode(), pack.files[listing]
    if text == expected:
        return
    said = bytes(text[: 2 * len(expected)]).decode("utf-8", "replace")
    found = set(said.splitlines(keepends=True))
    other = sorted(set(made) - found) or sorted(found - set(made)) or [listing]
    name = shown(other[0].strip().rpartition("  ")[2])
    raise Altered(f"{name} is not as {listing} says: altered, added or missing.")


# === 3. The signature of the statement (DSSE), and whose it is ====================================
IN_TOTO = b"application/vnd.in-toto+json"
# The envelope has one form only, so it is not even read as JSON before its signature holds.
ENVELOPE = re.compile(
    rb'\{"payload":"([A-Za-z0-9+/=]+)","payloadType":"' + re.escape(IN_TOTO) + rb'",'
    rb'"signatures":\[\{"keyid":"([!#-\[\]-~]{1,500})","sig":"([A-Za-z0-9+/=]{88})"\}\]\}'
)
KEY_CHANGES = "data/keys/changes/"
CHANGE_TEXT = re.compile(r"muster key change\n(.+)\n(.+)\n(.+)\n(.+)\n")
LOSS_TEXT = re.compile(r"muster key lost\n(.+)\n(.+)\n(.+)\n(.+)\n([0-9]{1,16})\n(.+)\n")


def check_signature(pack: Pack, pinned: Sequence[Key]) -> bytes:
    """Check who signed the statement's envelope, and return the statement."""
    parts = ENVELOPE.fullmatch(pack.read(STATEMENT))
    if not parts:
        raise Unsafe(f"{STATEMENT} is not an envelope with one signature.")
    statement = from_base64(parts[1].decode(), "The statement")
    key = read_key(parts[2].decode(), f"The key in {STATEMENT}")
    signature = from_base64(parts[3].decode(), "The signature of the statement")
    text = b"DSSEv1 %d %s %d %s" % (len(IN_TOTO), IN_TOTO, len(statement), statement)
    if not is_signed(key.public, text, signature):
        raise Altered(f"The signature of the statement does not hold for {shown(key.name)}.")
    pack.keys = keys_reached(pack, pinned)
    if key not in pack.keys:
        raise Foreign(" ".join([not_known(key, pinned), *pack.notable]))
    known = "a key you gave"
    if key not in pinned:
        known = "to which signed changes of the key lead from the one you gave"
    pack.signer = key
    pack.done.append(f"The list of all digests is signed by {key.text}, {known}.")
    return statement


def not_known(key: Key, pinned: Sequence[Key]) -> str:
    """Return why a signature that holds says nothing: the key is nobody's you named."""
    said = f"The pack is signed with {shown(key.text)}. "
    if not pinned:
        return said + "You named no key: get it by another way than the pack, give it with --key."
    return said + "That is none of the keys you gave, and no change of keys leads to it from one."


def keys_reached(pack: Pack, pinned: Sequence[Key]) -> list[Key]:
    """Return the auditor's keys and those that signed changes lead to: old and new key signed."""
    keys, names = list(pinned), pack.below(KEY_CHANGES)
    if len(names) > MOST_CHANGES:
        raise Unsafe(f"The pack has more than {MOST_CHANGES:,} changes of the key.")
    for name in names:
        raw = pack.read(name)
        text = open_note(raw, [], name)[0]
        if lost := LOSS_TEXT.fullmatch(text):
            check_loss(pack, raw, name, lost)
            continue
        parts = CHANGE_TEXT.fullmatch(text)
        if not parts:
            raise Unsafe(f"{name} is not a change of keys.")
        old, new = (read_key(part, f"A key in {name}") for part in parts.groups()[1:3])
        if old not in keys:
            continue
        signers = open_note(raw, [old, new], name)[1]
        if {old, new} != set(signers) or {old.name, new.name} != {parts[1]}:
            raise Altered(f"{name} is not signed by both the old and the new key.")
        keys.append(new)
        pack.notable.append(f"The key was changed on {shown(parts[4])}: now {shown(new.text)}.")
    return keys


def check_loss(pack: Pack, raw: bytes, name: str, parts: re.Match[str]) -> None:
    """Warn of a key that is said to be lost: the next one is not reached from it."""
    old, new = (read_key(part, f"A key in {name}") for part in parts.groups()[1:3])
    if open_note(raw, [new], name)[1] != [new] or {old.name, new.name} != {parts[1]}:
        raise Altered(f"{name} is not signed by the new key.")
    pack.notable.append(
        f"WARNING: the key changed without the old key's signature at {int(parts[5]):,} entries. "
        f"The pack says that on {shown(parts[4])} {shown(old.text)} was declared lost and "
        f"{shown(new.text)} made. Only they can tell you that the new key is theirs: ask by "
        "another way, and ask why."
    )


# === 4. The statement (in-toto): which files, and what the signer says of them ====================
def check_statement(pack: Pack, raw: bytes) -> None:
    """Check the signed statement against the files, and take over what it says."""
    statement = shaped(read_json(raw, "The statement"), "statement", "The statement")
    subject = [
        {"name": name, "digest": {"sha256": sha256(file).hex()}}
        for name, file in pack.files.items()
        if name != STATEMENT and name not in LISTS_OF_TAGS
    ]
    if statement["subject"] != subject:
        other = shown(", ".join(differing(statement["subject"], subject)))
        raise Altered(f"What was signed is not what is here: {other}.")
    kind = (statement["_type"], statement["predicateType"])
    if kind != ("https://in-toto.io/Statement/v1", "urn:muster:evidence-pack:1"):
        raise Unsafe("The statement is of a kind that this program does not know.")
    pack.told = statement["predicate"]
    if len(pack.told["missing"]) > MOST_KINDS:
        raise Unsafe(f"The statement says of more than {MOST_KINDS:,} kinds that they are missing.")
    if pack.told["pack"] != pack.folder or f"data/{pack.folder}.pdf" not in pack.files:
        raise Altered(f"The statement is about {shown(pack.told['pack'])}, not {pack.folder}.")
    pack.done.append(
        f"The statement names the {len(subject):,} other files by digest, the PDF among them."
    )


def differing(signed: Sequence[Any], here: Sequence[Any]) -> list[str]:
    """Return the files that are gone, and those that are not as they were signed."""
    names, listed = {one["name"] for one in here}, {canonical(one) for one in signed}
    gone = [one["name"] for one in signed if one["name"] not in names]
    other = gone + [one["name"] for one in here if canonical(one) not in listed]
    return [name for name in other if name not in LISTS] or other or ["their order"]


# === 5. The ledger: each entry is a leaf of the signed tree =======================================
CHECKPOINT, OPENINGS = "data/ledger/checkpoint.txt", "data/ledger/openings.json"
ENTRIES, PROOFS = "data/ledger/entries/", "data/ledger/proofs/"
ENTRY = re.compile(ENTRIES + r"([0-9]{9,16})\.json")


def check_ledger(pack: Pack) -> None:
    """Check the signed checkpoint, and that every entry has its place below it."""
    note, told = pack.read(CHECKPOINT), pack.told["ledger"]
    tree = signed_checkpoint(note, pack.keys, CHECKPOINT)
    if tree is None:
        raise Foreign("The checkpoint is not signed by the log's key.")
    said = [told["origin"], told["size"], told["root"]]
    if not same(said, [tree.origin, tree.size, tree.root.hex()]):
        raise Altered("The checkpoint is not the one that the statement speaks of.")
    pack.tree = tree
    names, proofs = pack.below(ENTRIES), pack.below(PROOFS)
    for name in names:
        check_entry(pack, name, note)
    proven = [PROOFS + name[len(ENTRIES) : -len(".json")] + ".tlog-proof" for name in names]
    if proofs != proven:
        raise Altered(f"{min(set(proofs) - set(proven))} proves an entry that is not in the pack.")
    pack.done.append(
        f"Ledger entries here byte for byte: {len(names):,}. Each has its place "
        f"among the {tree.size:,} entries under the signed root {tree.root.hex()}."
    )


def check_entry(pack: Pack, name: str, note: bytes) -> None:
    """Check that one entry is a leaf of the signed tree (C2SP tlog-proof)."""
    named = ENTRY.fullmatch(name)
    if not named or named[1] != f"{int(named[1]):09}":
        raise Altered(f"{name} is not the name of an entry.")
    number, proof = int(named[1]), f"{PROOFS}{named[1]}.tlog-proof"
    body, text = pack.read(name), pack.read(proof)
    if len(body) > MOST_ENTRY:
        raise Unsafe(f"{name} is larger than {MOST_ENTRY:,} bytes.")
    head = f"c2sp.org/tlog-proof@v1\nindex {number}\n".encode()
    tail = b"\n" + note
    if not text.startswith(head) or not text[len(head) :].endswith(tail):
        raise Altered(f"{proof} does not prove entry {number} under the pack's checkpoint.")
    path = hashes_of(text[len(head) : len(text) - len(tail)], proof)
    if not is_included(number, sha256(b"\0" + body), path, pack.tree):
        raise Altered(f"{name} is not entry {number} of the signed ledger.")
    pack.entries[number] = pack.json(name, "entry")["action"]


def check_interval(pack: Pack) -> None:
    """Check the counts of entries that the statement gives."""
    told = pack.told["ledger"]
    span = period_of(pack)
    inside = sum(number in span for number in pack.entries)
    counted = [len(pack.entries), len(span), len(span) - inside]
    if not same([told["entries"], told["interval"], told["withheld"]], counted):
        raise Altered("The counts of ledger entries in the statement do not hold.")
    if type(told["request"]) is not int or told["request"] not in pack.entries:
        raise Altered("The entry that asked for this pack is not in it.")
    pack.notable.append(
        f"Of the {len(span):,} entries of the period, {inside:,} are here and "
        f"{counted[2]:,} were left out as not about these systems."
    )


def period_of(pack: Pack) -> range:
    """Return the numbers of the entries of the pack's period."""
    first, last = pack.told["ledger"]["from"], pack.told["ledger"]["to"]
    if first is None and last is None:
        return range(0)
    if not type(first) is type(last) is int or not 0 <= first <= last < pack.tree.size:
        raise Altered("The interval of ledger entries lies outside the ledger.")
    if last - first >= MOST_DRAWN:
        raise Unsafe(f"The period has more than {MOST_DRAWN:,} entries, too many to check here.")
    return range(first, last + 1)


# === 6. What the pack tells: systems, exceptions, files of evidence, the sample ==================
DATA, SYSTEMS, EVIDENCE = "data/data.json", "data/systems/", "data/evidence/"
FLAGGED = {
    "refused": {"release.refused", "review.refused"},
    "overridden": {"matrix.overridden"},
    "waivers": {"waiver.granted"},
    "emergencies": {
        *("release.emergency_activate", "release.emergency_expire"),
        *("release.retro_approve", "release.retro_reject"),
    },
}  # actions that data.json must list by themselves


def check_data(pack: Pack) -> None:
    """Check data.json against the statement, and the systems against their files."""
    told, data = pack.told, pack.json(DATA, "data")
    for name, value in told.items():
        if name != "sealed_at" and not same(data.get(name), value):
            raise Altered(f"{DATA} and the statement differ in “{shown(name)}”.")
    refs = [system["ref"] for system in data["systems"]]
    if pack.below(SYSTEMS) != sorted(f"{SYSTEMS}{ref}.json" for ref in refs):
        raise Altered("The systems in data.json are not those whose files are here.")
    for system in data["systems"]:
        name = f"{SYSTEMS}{system['ref']}.json"
        facts = pack.json(name, "system")
        pack.cited[system["ref"]] = set(digests_in(facts))
        named = {"file": name, "sha256": sha256(pack.files[name]).hex(), "ref": facts["ref"]}
        if {key: system[key] for key in named} != named:
            raise Altered(f"{name} is not the one that data.json speaks of.")
    population = {"count": len(refs), "refs": sorted(set(refs))}
    if refs != population["refs"] or not same(told["population"], population):
        raise Altered("The systems in the pack are not the population that the statement gives.")
    pack.data = data
    pack.done.append(f"Each system of the population has its file: {len(refs):,}.")


def check_exceptions(pack: Pack) -> None:
    """Check that refusals, overrides, waivers and emergencies are listed, all and no others."""
    lists = pack.data["exceptions"]
    for kind, actions in FLAGGED.items():
        here = {number for number, action in pack.entries.items() if action in actions}
        if {one["number"] for one in lists[kind]} != here:
            raise Altered(f"The list “{kind}” in data.json is not what the entries here say.")
    told = [pack.told["break_glass"], pack.told["refused_actions"]]
    if not same(told, [bool(lists["emergencies"]), len(lists["refused"])]):
        raise Altered("The exceptions in data.json are not those that the statement counts.")
    count = sum(len(lists[kind]) for kind in FLAGGED)
    pack.done.append(f"Refusals, overrides, waivers and emergencies among them: {count:,}, listed.")


def check_evidence(pack: Pack) -> None:
    """Check that each attached file is one that the facts of its systems name by digest."""
    told = pack.data.get("evidence") or {"files": [], "left_out": []}
    for one in [*told["files"], *told["left_out"]]:
        if not one["systems"] or any(
            one["sha256"] not in pack.cited.get(ref, ()) for ref in one["systems"]
        ):
            raise Altered(f"No system's facts name the file {shown(one['sha256'])}.")
    if pack.below(EVIDENCE) != [one["file"] for one in told["files"]]:
        raise Altered("The files of evidence are not those that data.json lists.")
    for one in told["files"]:
        file = pack.files[one["file"]]
        if not same([one["sha256"], one["bytes"]], [sha256(file).hex(), len(file)]):
            raise Altered(f"{one['file']} is not the file that the record names.")
    if told["files"]:
        pack.done.append(
            f"Files of evidence with the digest that the record gives: {len(told['files']):,}."
        )
    if told["left_out"]:
        pack.not_checked.append(
            f"Files of evidence that are not in the pack: {len(told['left_out']):,}. data.json "
            "says which and why, with the digest that such a file must have."
        )


def digests_in(value: Any) -> Iterator[str]:
    """Yield every text in JSON that can be a SHA-256."""
    if isinstance(value, str) and DIGEST.fullmatch(value):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from digests_in(item)


def check_sample(pack: Pack) -> None:
    """Draw the sample again: nobody can have chosen which systems and entries it names."""
    sample, refs = pack.told["sample"], pack.told["population"]["refs"]
    seed = sha256(canonical(pack.data["systems"]).encode()).hex()

    def drawn(things: Iterable[Any]) -> list[Any]:
        return heapq.nsmallest(SAMPLED, things, key=lambda it: sha256(f"{seed}:{it}".encode()))

    left_out = (number for number in period_of(pack) if number not in pack.entries)
    ours = [seed, drawn(refs), drawn(left_out)]
    if not same([sample["seed"], sample["refs"], sample["numbers"]], ours):
        raise Altered("The sample is not the one that its seed draws.")
    pack.done.append(f"The sample (systems: {len(sample['refs'])}) is the one that its seed draws.")


# === 7. Names of people: entries hold commitments, the pack opens those that were not erased ======
def check_openings(pack: Pack) -> None:
    """Check every personal value that is shown against the commitment in its entry."""
    openings = pack.json(OPENINGS, "openings")
    places = [(opening["number"], opening["path"]) for opening in openings]
    if places != sorted(set(places)):
        raise Altered(f"{OPENINGS} is not in its order.")
    shut, opened = 0, dict(zip(places, openings))
    for number in pack.entries:  # read again one by one: all at once can be more than memory holds
        entry = json.loads(bytes(pack.files[f"{ENTRIES}{number:09}.json"]).decode())
        for path, digest in commitments(entry["data"]):
            opening = opened.pop((number, path), None)
            shut += opening is None
            if opening and opening_of(opening) != digest:
                raise Altered(not_recorded(number, path))
    for number, path in opened:
        raise Altered(not_recorded(number, path))
    pack.done.append(f"Personal values shown that are the recorded ones: {len(openings):,}.")
    if shut:
        pack.not_checked.append(
            f"Personal values that were erased or not handed out: {shut:,}. That "
            "they were recorded is proven, what they said is not shown."
        )


def opening_of(opening: dict[str, Any]) -> str:
    """Return the commitment that an opening opens; empty when its salt is none."""
    salt = from_base64(opening["salt"], "A salt")
    digest = sha256(salt + canonical(opening["value"]).encode())
    return base64.b64encode(digest).decode() if len(salt) == 32 else ""


def not_recorded(number: int, path: str) -> str:
    """Return the words for a personal value that the ledger does not hold."""
    return f"The value of {shown(path)} in entry {number} is not the recorded one."


def commitments(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the JSON pointer (RFC 6901) and the digest of each commitment in an entry."""
    if len(path) > MOST_PLACE:
        raise Unsafe("An entry has a place deeper than any that a personal value has.")
    if isinstance(value, dict):
        if set(value) == {"c"} and isinstance(value["c"], str) and len(value["c"]) == 44:
            yield path, value["c"]
            return
        for name, item in value.items():
            yield from commitments(item, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from commitments(item, f"{path}/{at}")


# === 8. The past: the ledger only grew since the earlier checkpoints ==============================
EARLIER = re.compile(r"data/ledger/(?:previous|growth/([^/]*))/")


def check_growth(pack: Pack, raw: bytes | None) -> None:
    """Check that the ledger only grew since the earlier checkpoints: the pack's, the auditor's."""
    told, carried = pack.told["previous"], []
    places: dict[str, str | None] = {} if told is None else {"data/ledger/previous/": None}
    places.update((found[0], found[1]) for name in pack.files if (found := EARLIER.match(name)))
    if len(places) > MOST_EARLIER:
        raise Unsafe(f"The pack shows growth from more than {MOST_EARLIER:,} earlier ledgers.")
    for place, size in sorted(places.items()):
        carried.append(earlier := grown_from(pack, place))
        held = {"size": earlier.size, "root": earlier.root.hex()}
        if not (same(told, held) if size is None else size == f"{earlier.size:09}"):
            raise Altered(f"{place} does not hold the checkpoint that the pack speaks of.")
    if raw is None:
        pack.not_checked.append("Whether the ledger only grew since a pack of yours: none given.")
    else:
        compare_yours(pack, raw, carried)


def grown_from(pack: Pack, place: str) -> Checkpoint:
    """Return an earlier checkpoint in the pack, whose ledger is the start of the pack's."""
    text, signers = open_note(pack.read(f"{place}checkpoint.txt"), pack.keys, place)
    older, path = read_checkpoint(text, place), pack.read(f"{place}consistency.txt")
    if older.origin != pack.tree.origin or not has_grown(older, pack.tree, hashes_of(path, place)):
        raise Altered("The ledger is not the earlier one with entries appended.")
    pack.done.append(f"From {older.size:,} to {pack.tree.size:,} entries the ledger only grew.")
    if not signers:
        pack.not_checked.append(f"Who signed the checkpoint in {place}: you gave no key of theirs.")
    return older


def compare_yours(pack: Pack, raw: bytes, carried: Sequence[Checkpoint]) -> None:
    """Check the pack against the older pack or checkpoint in the auditor's hands."""
    note = Pack(raw).read(CHECKPOINT) if raw[:2] == b"PK" else raw
    yours = signed_checkpoint(note, pack.keys, "Your earlier checkpoint")
    if yours is None or yours.origin != pack.tree.origin:
        raise Foreign("Your earlier checkpoint is of another log, or its key was not given.")
    if yours.size > pack.tree.size:
        raise Altered(
            f"This pack is older than yours: {pack.tree.size:,} entries, yours has {yours.size:,}. "
            "Either an old pack was handed out again, or the ledger was cut."
        )
    if yours.size not in {one.size for one in (pack.tree, *carried)}:
        start = " and ".join(f"{size:,}" for size in sorted({it.size for it in carried})) or "none"
        ask = "ask for a pack that proves it from yours."
        raise Unsafe(f"This pack proves growth from {start}, yours ends at {yours.size:,}: {ask}")
    if yours not in (pack.tree, *carried):
        raise Altered(f"The ledger of {yours.size:,} entries that you hold is another one.")
    pack.done.append(f"Your earlier ledger, of {yours.size:,} entries, is the start of this.")


# === 9. What else lies in the pack ================================================================
KNOWN = re.compile(
    r"(?:bag-info|bagit|(?:tag)?manifest-sha(?:256|512))\.txt|HOW-TO-CHECK\.html|verify_pack\.py|"
    r"statement\.dsse\.json|data/(?:EP-[0-9]+\.pdf|data\.json|ro-crate-metadata\.json|"
    r"systems/[^/]+\.json|evidence/[^/]+|keys/(?:log\.vkey|seal\.pem|changes/[^/]+)|"
    r"ledger/(?:checkpoint\.txt|openings\.json|entries/[^/]+|proofs/[^/]+|"
    r"(?:previous|growth/[0-9]{9,18})/(?:checkpoint|consistency)\.txt))"
)


def check_others(pack: Pack) -> None:
    """Check the key that lies in the pack; tell of the program and of files of unknown kind."""
    if pack.read("data/keys/log.vkey") != f"{pack.signer.text}\n".encode():
        raise Altered("data/keys/log.vkey is not the key that signed.")
    try:
        with open(__file__, "rb") as file:
            ours = file.read()
    except (OSError, NameError):
        ours = b""
    if ours != pack.files[PROGRAM]:
        pack.notable.append(
            f"The {PROGRAM} in the pack is another than this one, perhaps of another version: "
            f"SHA-256 {sha256(pack.files[PROGRAM]).hex()}."
        )
    unknown = [name for name in pack.files if not KNOWN.fullmatch(name)]
    if unknown:
        pack.not_checked.append(
            "What these files are, which are signed but of no kind that this program knows: "
            f"{shown(', '.join(unknown))}."
        )


# === The report ==================================================================================
def about(pack: Pack) -> dict[str, Any]:
    """Return whom and what the pack is about, in the order in which one asks."""
    told = pack.told
    ledger, period, scope = told["ledger"], told["period"], told["scope"]
    days = f"{period.get('from') or 'the beginning'} to "
    days += f"{period.get('to') or 'the day of reading'}"
    count = told["population"]["count"]
    facts = {
        "Pack": f"{told['pack']}, {told['subject']}",
        "Organisation": told["organisation"],
        "Purpose": told.get("purpose") or "not given",
        "Signed by": pack.signer.text,
        "Ledger": f"{ledger['size']:,} entries, of which {ledger['entries']:,} are here",
        "Period": f"{days} ({period['zone']})",
        "Scope": f"{scope['unit']}, systems: {count:,}, chosen by {scope['chosen_by']}",
        "Asked for": f"{told['requested_at']} by {told['requested_by']}",
        "Read, sealed": f"{told['read_at']}, {told['sealed_at']}",
    }
    return {name: shown(value) for name, value in facts.items()}


def flagged(pack: Pack) -> Iterator[str]:
    """Yield what an auditor should look at first."""
    told = pack.told
    if told["break_glass"]:
        count = len(pack.data["exceptions"]["emergencies"])
        yield f"BREAK-GLASS was used ({count}): somebody went past the rules."
    if told["refused_actions"]:
        yield f"Actions that were refused: {told['refused_actions']:,}. The pack lists them."
    for kind, count in sorted(told["missing"].items()):
        if count:
            yield f"Missing: {kind} ({count})."


def shown(text: object, most: int = 200) -> str:
    """Return a text out of the pack so that it cannot play tricks on a screen."""
    plain = "".join(char if char.isprintable() else "?" for char in str(text)[: most + 1])
    return plain if len(plain) <= most else plain[:most] + "…"


def clean(lines: Iterable[str]) -> list[str]:
    """Return the lines of a report, each without tricks and of a length that one reads."""
    return [shown(line, 600) for line in lines]


def in_words(report: Report, file: str) -> str:
    """Return the report as a person reads it."""
    lines = [f"{VERDICTS[report.code]}: {shown(file)}"] + [""] * bool(report.facts)
    lines += [f"  {name + ':':14} {value}" for name, value in report.facts.items()]
    parts = {
        "What was found" if report.code else "What was checked": report.lines,
        "What to look at": report.notes,
        "What was NOT checked": report.not_checked,
    }
    for title, said in parts.items():
        lines += ["", title, *(f"  - {line}" for line in said)] if said else []
    return "\n".join(lines)


# === The command line ============================================================================
class Arguments(argparse.ArgumentParser):
    """The words after the program's name; whatever it says about them, it ends with 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, without playing tricks on a screen."""
        sys.stderr.write(f"{shown(self.format_usage(), 600)}\n{shown(message, 600)}\n")
        raise SystemExit(UNSAFE)


def load(source: str | bytes) -> bytes:
    """Return the bytes of a file, read once; refuse what is no file, and what is too large."""
    if isinstance(source, bytes):
        return source
    try:
        known = os.stat(source)
        if not stat.S_ISREG(known.st_mode):
            raise Unsafe(f"{source} is not a file.")
        if known.st_size > MOST_BYTES:
            raise Unsafe(f"{source} is larger than {MOST_BYTES:,} bytes.")
        with open(source, "rb") as file:
            return file.read(MOST_BYTES)
    except (OSError, ValueError) as problem:
        raise Unsafe(f"{source} cannot be read: {problem}.") from None


def named_keys(values: Sequence[str]) -> list[str]:
    """Return the keys that were given, each as itself or as a file with one on each line."""
    keys: list[str] = []
    for value in values:
        text = value if value.count("+") >= 2 else load(value).decode("ascii", "replace")
        keys += [line.strip() for line in text.splitlines() if line.strip()]
    return keys


def main(arguments: Sequence[str]) -> int:
    """Check the pack that the command line names, say what was found, return the exit code."""
    about_it = "Check an evidence pack of Muster offline."
    parser = Arguments(prog=PROGRAM, description=about_it, allow_abbrev=False, add_help=False)
    parser.add_argument("pack", help="the zip file")
    parser.add_argument("--key", action="append", default=[], help="public key, or a file with it")
    parser.add_argument("--previous", help="an older pack of yours, or its checkpoint.txt")
    parser.add_argument("--report", choices=["text", "json"], default="text")
    options = parser.parse_args(arguments)
    try:
        report = verify(options.pack, named_keys(options.key), options.previous)
    except Refused as refusal:
        report = refused(refusal.code, str(refusal))
    words = in_words(report, options.pack)
    if options.report == "json":
        told = dict(report._asdict(), verdict=VERDICTS[report.code], file=options.pack)
        words = json.dumps(told, indent=1)
    try:
        raw = (words + "\n").encode(sys.stdout.encoding or "ascii", "backslashreplace")
        sys.stdout.buffer.write(raw)
        sys.stdout.flush()
    except (OSError, AttributeError):  # a full disk, a reader that went away, no output at all
        os._exit(UNSAFE)
    return report.code


# === Tools: text forms, each with exactly one way to write a thing ===============================
def sha256(raw: bytes | memoryview) -> bytes:
    """Return the 32 bytes of the SHA-256."""
    return hashlib.sha256(raw).digest()


def from_base64(text: str, what: str) -> bytes:
    """Return what standard base64 says, and refuse any other way to write the same."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Unsafe(f"{what} is not base64.") from None
    if base64.b64encode(raw).decode() != text:
        raise Unsafe(f"{what} is not written as base64 is.")
    return raw


def read_json(raw: bytes, what: str) -> Any:
    """Return the value of canonical JSON (RFC 8785); refuse what has more than one reading.

    Whatever two readers could understand differently (a name twice, NaN, another spelling) is
    not what comes out when the value is written again.
    """
    if sum(map(raw.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Unsafe(f"{what} holds more than {MOST_VALUES:,} values.")
    try:
        value = json.loads(raw.decode("utf-8"), parse_int=whole_number)
        again = canonical(value).encode("utf-8")
    except (ValueError, OverflowError, RecursionError) as problem:
        raise Unsafe(f"{what} is not JSON that can be read safely: {problem}.") from None
    if again != raw:
        raise Unsafe(f"{what} is not in the canonical form of JSON.")
    return value


def canonical(value: Any, depth: int = 0) -> str:
    """Return a JSON value as RFC 8785 writes it."""
    if depth > DEEPEST_JSON:
        raise Unsafe("A JSON file is nested too deeply.")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        members = [f"{canonical(name)}:{canonical(value[name], depth + 1)}" for name in names]
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join([canonical(item, depth + 1) for item in value]) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return json_number(value)
    return json.dumps(value, ensure_ascii=False)


# What must be there in what is read as JSON, and of which kind; there may be more. A name that ends
# with a question mark may be missing or null, "*" stands for every name. The browser has the same.
SHAPES: dict[str, Any] = json.loads("""{
  "statement": {
    "_type": "text", "predicateType": "text", "subject": [{"name": "text"}],
    "predicate": {
      "pack": "text", "subject": "text", "organisation": "text", "purpose?": "text",
      "scope": {"unit": "text", "chosen_by": "text"},
      "population": {"count": "any", "refs": "any"},
      "period": {"from?": "text", "to?": "text", "zone": "text"},
      "requested_by": "text", "requested_at": "text", "read_at": "text", "sealed_at": "text",
      "ledger": {
        "origin": "any", "size": "any", "root": "any", "from": "any", "to": "any",
        "entries": "any", "interval": "any", "withheld": "any", "request": "any"
      },
      "previous": "any",
      "sample": {"seed": "any", "refs": "any", "numbers": "any"},
      "break_glass": "any", "refused_actions": "any", "missing": {"*": "number"}
    }
  },
  "entry": {"action": "text", "data": "any"},
  "data": {
    "systems": [{"ref": "text", "file": "text", "sha256": "text"}],
    "exceptions": {
      "refused": [{"number": "number"}], "overridden": [{"number": "number"}],
      "waivers": [{"number": "number"}], "emergencies": [{"number": "number"}]
    },
    "evidence?": {
      "files": [{"file": "text", "sha256": "digest", "bytes": "number", "systems": ["text"]}],
      "left_out": [{"sha256": "digest", "systems": ["text"]}]
    }
  },
  "system": {"ref": "text"},
  "openings": [{"number": "number", "path": "text", "salt": "text", "value": "any"}]
}""")
DIGEST, ABSENT = re.compile(r"[0-9a-f]{64}"), object()


def shaped(value: Any, kind: str, what: str) -> Any:
    """Return a JSON value that has the shape of its kind; refuse another."""
    if fault := misshaped(value, SHAPES[kind]):
        raise Unsafe(f"{what} is not laid out as this is known here: {shown(fault)}.")
    return value


def misshaped(value: Any, shape: Any, place: str = "all of it") -> str:
    """Return where a JSON value first has not its shape; empty when it has it."""
    if isinstance(shape, str):
        return "" if is_of(shape, value) else place
    if not isinstance(value, type(shape)):
        return place
    return next(filter(None, (misshaped(*part) for part in parts_of(value, shape, place))), "")


def parts_of(value: Any, shape: Any, place: str) -> Iterator[tuple[Any, Any, str]]:
    """Yield each part of a list or object with the shape that it must have, and its place."""
    if isinstance(shape, list):
        yield from ((item, shape[0], place) for item in value)
    elif "*" in shape:
        yield from ((item, shape["*"], place) for item in value.values())
    else:
        for name, part in shape.items():
            bare = name.rstrip("?")
            if bare == name or value.get(bare) is not None:
                yield value.get(bare, ABSENT), part, bare


def is_of(kind: str, value: Any) -> bool:
    """Return whether a JSON value is of one of the simple kinds; true is no number."""
    if kind == "number":
        return type(value) is int
    if kind == "any":
        return value is not ABSENT
    return isinstance(value, str) and (kind == "text" or DIGEST.fullmatch(value) is not None)


def same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are one; in Python alone true would be 1."""
    return canonical(one) == canonical(other)


def json_number(number: int | float) -> str:
    """Return a number as ECMAScript, and so RFC 8785, writes it."""
    if isinstance(number, int) or (number == int(number) and abs(number) < 1e21):
        return str(int(number))
    digits, _, exponent = repr(number).partition("e")
    power = int(exponent or 0)
    if -7 < power < 0:
        sign = "-" if number < 0 else ""
        return sign + "0." + "0" * (-power - 1) + digits.lstrip("-").replace(".", "")
    return digits + (f"e{power:+d}" if exponent else "")


def whole_number(digits: str) -> int:
    """Return an integer that every JSON reader understands alike."""
    if len(digits) > 17 or abs(int(digits)) >= 2**53:
        raise ValueError("a number is too large")
    return int(digits)


# === Tools: keys, signed notes and the Merkle tree (C2SP signed-note; RFC 9162) ==================
KEY_NAME = re.compile(r"[!-*,-~]{1,200}")  # seen alike on every screen


class Key(NamedTuple):
    """A public key as C2SP writes it: name+hash+base64."""

    text: str
    name: str
    key_id: bytes
    public: bytes


def read_key(text: str, what: str = "A key") -> Key:
    """Return the key that a line stands for."""
    name, _, rest = text.partition("+")
    digest, _, encoded = rest.partition("+")
    raw = from_base64(encoded, what)
    key_id = sha256(name.encode() + b"\n" + raw)[:4]
    ours = len(raw) == 33 and raw[0] == 1 and key_id.hex() == digest
    if not ours or not KEY_NAME.fullmatch(name):
        raise Unsafe(f"{what} is not one of an Ed25519 log: {shown(text)}.")
    return Key(text, name, key_id, raw[1:])


def open_note(raw: bytes, keys: Iterable[Key], what: str) -> tuple[str, list[Key]]:
    """Return the text of a signed note and which of the keys signed it, perhaps none.

    A line signed in the name of one of the keys must hold; lines of others are passed over.
    """
    text, lines = split_note(raw, what)
    known: dict[tuple[str, bytes], Key] = {}
    for key in keys:  # of two keys with one id that which was known first
        known.setdefault((key.name, key.key_id), key)
    signers: list[Key] = []
    for line in lines:
        name, signature = signature_in(line, what)
        signer = known.get((name, signature[:4]))
        if not signer:
            continue
        if signer in signers or len(signers) == MOST_KNOWN:
            raise Unsafe(f"{what} has more signatures of {shown(name)} than it can need.")
        if not is_signed(signer.public, text.encode(), signature[4:]):
            raise Altered(f"{what} was changed: the signature of {shown(name)} does not hold.")
        signers.append(signer)
    return text, signers


def split_note(raw: bytes, what: str) -> tuple[str, list[str]]:
    """Return the text of a signed note and its lines of signatures."""
    if len(raw) > MOST_NOTE or any(byte < 32 and byte != 10 for byte in raw):
        raise Unsafe(f"{what} is not a signed note.")
    try:
        head, gap, lines = raw.decode("utf-8").rpartition("\n\n")
    except ValueError:
        raise Unsafe(f"{what} is not text.") from None
    if not gap or not lines.endswith("\n") or lines.count("\n") > MOST_SIGNERS:
        raise Unsafe(f"{what} is not a signed note.")
    return head + "\n", lines[:-1].split("\n")


def signature_in(line: str, what: str) -> tuple[str, bytes]:
    """Return whose signature a line of a note is, and its bytes."""
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    signature = from_base64(encoded, f"A signature of {what}")
    if dash != "—" or len(signature) < 5:
        raise Unsafe(f"{what} has a line that is no signature.")
    return name, signature


class Checkpoint(NamedTuple):
    """The ledger as it was signed: how many entries, and the root over all of them."""

    origin: str
    size: int
    root: bytes


def read_checkpoint(text: str, what: str) -> Checkpoint:
    """Return what the text of a checkpoint says."""
    lines = text.split("\n")
    if len(lines) < 4 or not re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]):
        raise Unsafe(f"{what} is not a checkpoint.")
    return Checkpoint(lines[0], int(lines[1]), hash_of(lines[2], what))


def signed_checkpoint(raw: bytes, keys: Iterable[Key], what: str) -> Checkpoint | None:
    """Return a checkpoint that one of the keys signed for its own log; None if another did."""
    text, signers = open_note(raw, keys, what)
    found = read_checkpoint(text, what)
    return found if any(key.name == found.origin for key in signers) else None


def hash_of(line: str, what: str) -> bytes:
    """Return the 32 bytes of a hash in base64."""
    raw = from_base64(line, f"A hash in {what}")
    if len(raw) != 32:
        raise Unsafe(f"A hash in {what} has the wrong length.")
    return raw


def hashes_of(raw: bytes, what: str) -> list[bytes]:
    """Return the hashes of a proof, one on each line."""
    if len(raw) > 45 * MOST_HASHES or (raw and not raw.endswith(b"\n")):
        raise Unsafe(f"{what} is not a list of hashes, or longer than any proof.")
    return [hash_of(line, what) for line in raw.decode("ascii", "replace").split("\n")[:-1]]


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two branches of the tree."""
    return sha256(b"\1" + left + right)


def sides(at: int, last: int, count: int) -> list[bool] | None:
    """Return of each hash of a path whether it stands to the left; None if their number is wrong.

    `at` is the place of a node and `last` that of the last one on its level (RFC 9162, 2.1.3.2).
    """
    left: list[bool] = []
    for _ in range(count):
        if last == 0:
            return None
        left.append(at & 1 == 1 or at == last)
        while left[-1] and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return left if last == 0 else None


def is_included(number: int, leaf: bytes, path: Sequence[bytes], tree: Checkpoint) -> bool:
    """Return whether an entry has its place in the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= number < tree.size:
        return False
    left = sides(number, tree.size - 1, len(path))
    result = leaf
    for other, is_left in zip(path, left or []):
        result = node(other, result) if is_left else node(result, other)
    return left is not None and result == tree.root


def has_grown(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> bool:
    """Return whether the new tree is the old one with entries appended (RFC 9162, 2.1.4.2)."""
    if old.size == new.size:
        return not path and old.root == new.root
    hashes = list(path) if old.size & (old.size - 1) else [old.root, *path]
    if not 0 < old.size < new.size or not hashes:
        return False
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    left = sides(at, last, len(hashes) - 1)
    before = after = hashes[0]
    for other, is_left in zip(hashes[1:], left or []):
        if is_left:
            before, after = node(other, before), node(other, after)
        else:
            after = node(after, other)
    return left is not None and (before, after) == (old.root, new.root)


# === Tools: signatures, Ed25519 (RFC 8032), verification only ====================================
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]  # x, y, z and t = x·y/z: extended coordinates
NEUTRAL: Point = (0, 1, 1, 0)


def point_add(a: Point, b: Point) -> Point:
    """Return the sum of two points of the curve."""
    low = (a[1] - a[0]) * (b[1] - b[0]) % P
    high = (a[1] + a[0]) * (b[1] + b[0]) % P
    twist = 2 * a[3] * b[3] * D % P
    scale = 2 * a[2] * b[2] % P
    e, f, g, h = high - low, scale - twist, scale + twist, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(factor: int, point: Point) -> Point:
    """Return the point added to itself `factor` times."""
    result = NEUTRAL
    while factor:
        if factor & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        factor >>= 1
    return result


def same_point(a: Point, b: Point) -> bool:
    """Return whether two points are one, whatever their scales."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(raw: bytes) -> Point | None:
    """Return the point that 32 bytes stand for; None unless they are its one canonical form."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def has_small_order(point: Point) -> bool:
    """Return whether eight times the point is nothing: such keys sign everything."""
    return same_point(point_times(8, point), NEUTRAL)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


@lru_cache(maxsize=64)
def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature holds, strictly: no second form of it is accepted."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = point_of(public), point_of(signature[:32])
    factor = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or factor >= ORDER:
        return False
    if has_small_order(key) or has_small_order(nonce):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return same_point(point_times(factor, BASE), point_add(nonce, point_times(challenge, key)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
