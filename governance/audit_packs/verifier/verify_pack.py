#!/usr/bin/env python3
"""Check an evidence pack of Muster offline: one file, nothing but Python 3.8 or newer.

    python3 -I -S verify_pack.py --key VKEY [--previous OLD.zip] EP-001.zip

VKEY is the public key of the log that made the pack (it looks like "muster-1a2b3c4d+5e6f7a8b+AX…"),
or a file that holds it. Get it from the organisation by another way than the pack: whoever can
change a pack can also change the key that lies in it. With --previous, an older pack of yours or
its checkpoint.txt, it is also checked that the record only grew since.

Exit: 0 good, 1 altered, 2 unreadable or unsafe to read, 3 the signer is not one you named.

Nothing is unpacked, written or fetched: the file is read into memory once, so that what is hashed
is what is read. The parts below, in order: refusals, signatures (RFC 8032), text forms (base64,
RFC 8785), the zip, signed notes and the Merkle tree (C2SP, RFC 9162), the checks, the report.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from functools import lru_cache
from typing import Any, Callable, Iterable, NamedTuple, Sequence, Tuple

GOOD, ALTERED, UNSAFE, FOREIGN = 0, 1, 2, 3
VERDICTS = {
    GOOD: "GOOD",
    ALTERED: "ALTERED",
    UNSAFE: "UNREADABLE OR UNSAFE",
    FOREIGN: "SIGNER UNKNOWN",
}
MOST_BYTES = 2 * 1024**3  # of the zip, and so of all that is in it: nothing is compressed
MOST_FILES = 1_000_000
MOST_NAME = 240  # characters of a member's name
DEEPEST_JSON = 100
MOST_NOTE = 1_000_000  # bytes of a signed note


# --- Refusals -----------------------------------------------------------------------------------
class Refused(Exception):
    """The pack is not accepted; `code` is the exit code that says why."""

    code = UNSAFE


class Altered(Refused):
    """Something is not what was signed."""

    code = ALTERED


class Unsafe(Refused):
    """The file cannot be read, or should not be."""

    code = UNSAFE


class Foreign(Refused):
    """It is signed, but by nobody the auditor named."""

    code = FOREIGN


# --- Ed25519 (RFC 8032), verification only ------------------------------------------------------
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


# --- Text forms: base64 and RFC 8785 JSON, each with exactly one way to write a thing ------------
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


def without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of a JSON object, and refuse a name that comes twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name comes twice")
    return members


def whole_number(digits: str) -> int:
    """Return an integer that every JSON reader understands alike."""
    if len(digits) > 17 or abs(int(digits)) >= 2**53:
        raise ValueError("a number is too large")
    return int(digits)


def no_constant(word: str) -> None:
    """Refuse NaN and Infinity, which Python would read and which are no JSON."""
    raise ValueError(f"{word} is no JSON")


def read_json(raw: bytes, what: str) -> Any:
    """Return the value of canonical JSON; refuse what two readers could understand differently."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=without_repeats,
            parse_int=whole_number,
            parse_constant=no_constant,
        )
        again = canonical(value).encode("utf-8")
    except (ValueError, OverflowError, RecursionError) as problem:
        raise Unsafe(f"{what} is not JSON that can be read safely: {problem}.") from None
    if again != raw:
        raise Unsafe(f"{what} is not in the canonical form of JSON.")
    return value


# --- The zip: every byte of it is accounted for --------------------------------------------------
# A pack is a zip of the plainest kind: stored members in the order of their names, one after the
# other, then the directory, then its end. Every header can be worked out from names, sizes and
# checksums; it is made again here and compared, so nothing can hide in a field or between two.
LOCAL, CENTRAL = struct.Struct("<4s5H3L2H"), struct.Struct("<4s4B4HL2L5H2L")
END, END64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
ZIP64_FROM = 0x7FFFFFFF  # larger numbers go into the zip64 fields
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
FIRST_DAY = 0x21  # 1 January 1980
PLAIN_FILE = 0o100644 << 16
PART = r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|/|$))[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)"
SAFE_NAME = re.compile(rf"{PART}(?:/{PART})+")


class Member(NamedTuple):
    """One file in the zip, as the directory tells of it."""

    name: str
    size: int
    checksum: int
    offset: int

    @property
    def has_long_size(self) -> bool:
        """Return whether the header before the file gives its size in zip64 fields."""
        return self.size * 1.05 > ZIP64_FROM

    def local(self) -> bytes:
        """Return the header that must stand before the file."""
        long, size = self.has_long_size, FULL32 if self.has_long_size else self.size
        extra = struct.pack("<2H2Q", 1, 16, self.size, self.size) if long else b""
        fields = (45 if long else 20, 0, 0, 0, FIRST_DAY, self.checksum, size, size)
        name = self.name.encode("ascii")
        return LOCAL.pack(b"PK\3\4", *fields, len(name), len(extra)) + name + extra

    def central(self) -> bytes:
        """Return the line that must stand for the file in the directory."""
        long = [self.size, self.size] if self.size > ZIP64_FROM else []
        long += [self.offset] if self.offset > ZIP64_FROM else []
        extra = struct.pack(f"<2H{len(long)}Q", 1, 8 * len(long), *long) if long else b""
        version = 45 if long or self.has_long_size else 20
        size = FULL32 if self.size > ZIP64_FROM else self.size
        offset = FULL32 if self.offset > ZIP64_FROM else self.offset
        name = self.name.encode("ascii")
        start = (version, 3, version, 0, 0, 0, 0, FIRST_DAY, self.checksum, size, size)
        rest = (len(name), len(extra), 0, 0, 0, PLAIN_FILE, offset)
        return CENTRAL.pack(b"PK\1\2", *start, *rest) + name + extra


def end_of_zip(count: int, size: int, offset: int) -> bytes:
    """Return the bytes that must end a zip whose directory has this length and place."""
    more = b""
    if count > FULL16 or size > ZIP64_FROM or offset > ZIP64_FROM:
        more = END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        more += LOCATOR64.pack(b"PK\6\7", 0, offset + size, 1)
        count, size, offset = min(count, FULL16), min(size, FULL32), min(offset, FULL32)
    return more + END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)


def find_directory(data: memoryview) -> tuple[int, int, int]:
    """Return how many members the zip has, and size and place of its directory."""
    if len(data) < END.size or bytes(data[:4]) != b"PK\3\4":
        raise Unsafe("This is not a zip file, or its end is missing.")
    mark, _, _, _, count, size, offset, _ = END.unpack(data[-END.size :])
    if mark != b"PK\5\6":
        raise Unsafe("The zip does not end where it should: it is cut off, or something follows.")
    before = len(data) - END.size - LOCATOR64.size - END64.size
    if before >= 0 and bytes(data[before : before + 4]) == b"PK\6\6":
        count, size, offset = END64.unpack(data[before : before + END64.size])[7:]
    if count > MOST_FILES:
        raise Unsafe(f"The zip says it holds {count:,} files; at most {MOST_FILES:,} are read.")
    ending = end_of_zip(count, size, offset)
    if offset + size + len(ending) != len(data) or bytes(data[offset + size :]) != ending:
        raise Unsafe("The end of the zip is not what its directory calls for.")
    return count, size, offset


def refuse_odd(version: int, system: int, flags: int, method: int, attributes: int) -> None:
    """Refuse, in words, the usual tricks of a zip; the comparison after it would find any."""
    if flags & 0x41:
        raise Unsafe("A file in the zip is encrypted.")
    if flags or method or version not in (20, 45):
        raise Unsafe("A file in the zip is compressed, or written in another way than packs are.")
    if attributes >> 28 == 0o12:
        raise Unsafe("The zip holds a symbolic link.")
    if system != 3 or attributes != PLAIN_FILE:
        raise Unsafe("The zip holds something that is not a plain file.")


def read_directory(data: memoryview, count: int, start: int, end: int) -> list[Member]:
    """Return the members that the directory lists, each line exactly as it must be."""
    members = []
    at = start
    for _ in range(count):
        if at + CENTRAL.size > end or bytes(data[at : at + 4]) != b"PK\1\2":
            raise Unsafe("The directory of the zip is broken.")
        fields = CENTRAL.unpack(data[at : at + CENTRAL.size])
        version, system, flags, method = fields[1], fields[2], fields[5], fields[6]
        refuse_odd(version, system, flags, method, fields[17])
        checksum, size, offset, length, more = fields[9], fields[11], fields[18], *fields[12:14]
        at += CENTRAL.size
        name = safe_name(bytes(data[at : at + length]))
        extra = bytes(data[at + length : at + length + more])
        long = [n for (n,) in struct.iter_unpack("<Q", extra[4:])] if len(extra) % 8 == 4 else []
        if size == FULL32 and len(long) >= 2:
            size, long = long[0], long[2:]
        if offset == FULL32 and long:
            offset = long[0]
        member = Member(name, size, checksum, offset)
        if bytes(data[at - CENTRAL.size : at + length + more]) != member.central():
            raise Unsafe(f"The zip's line for {name} is not written as packs are.")
        members.append(member)
        at += length + more
    if at != end:
        raise Unsafe("The directory of the zip is longer than its files.")
    return members


def safe_name(raw: bytes) -> str:
    """Return a member's name; refuse all that could lead out of a folder or mean two things."""
    name = raw.decode("ascii", "replace")
    if len(name) > MOST_NAME or not SAFE_NAME.fullmatch(name) or "\ufffd" in name:
        raise Unsafe(f"The zip holds a file with an unsafe name: {shown(name)}.")
    return name


def read_members(data: memoryview) -> dict[str, memoryview]:
    """Return every file of the zip by its name, after each of the zip's bytes was accounted for."""
    count, size, offset = find_directory(data)
    members = read_directory(data, count, offset, offset + size)
    names = [member.name for member in members]
    if len({name.casefold() for name in names}) != len(names):
        raise Unsafe("Two files in the zip have the same name.")
    if names != sorted(names):
        raise Unsafe("The files in the zip are not in the order of their names.")
    files, at = {}, 0
    for member in members:
        header = member.local()
        start = at + len(header)
        if member.offset != at or bytes(data[at:start]) != header:
            raise Unsafe(f"What stands before {member.name} in the zip is not its header.")
        at = start + member.size
        if at > offset:
            raise Unsafe(f"{member.name} says it is larger than the zip.")
        files[member.name] = data[start:at]
        if zlib.crc32(files[member.name]) != member.checksum:
            raise Altered(f"{member.name} was changed: its checksum in the zip does not hold.")
    if at != offset:
        raise Unsafe("There are bytes between the last file of the zip and its directory.")
    return files


def read_zip(data: bytes) -> dict[str, bytes]:
    """Return the files of a pack by name; raises Unsafe or Altered. Nothing is unpacked to disk."""
    return {name: bytes(file) for name, file in read_members(memoryview(data)).items()}


def shown(text: object, most: int = 200) -> str:
    """Return a text out of the pack so that it cannot play tricks on a screen."""
    plain = "".join(char if char.isprintable() else "?" for char in str(text)[: most + 1])
    return plain if len(plain) <= most else plain[:most] + "…"


# --- Keys, signed notes and the Merkle tree (C2SP signed-note, tlog-proof; RFC 9162) --------------
class Key(NamedTuple):
    """A public key as C2SP writes it: name+hash+base64."""

    text: str
    name: str
    key_id: bytes
    public: bytes


def read_key(text: str) -> Key:
    """Return the key that a line stands for."""
    name, _, rest = text.partition("+")
    digest, _, encoded = rest.partition("+")
    raw = from_base64(encoded, "A key")
    key_id = sha256(name.encode() + b"\n" + raw)[:4]
    ours = len(raw) == 33 and raw[0] == 1 and key_id.hex() == digest
    if not ours or not name or not name.isprintable():
        raise Unsafe(f"This is not a key of an Ed25519 log: {shown(text)}.")
    return Key(text, name, key_id, raw[1:])


def open_note(raw: bytes, keys: Iterable[Key], what: str) -> tuple[str, list[Key]]:
    """Return the text of a signed note and which of the keys signed it, perhaps none.

    A line signed in the name of one of the keys must hold; lines of others are passed over.
    """
    if len(raw) > MOST_NOTE or any(byte < 32 and byte != 10 for byte in raw):
        raise Unsafe(f"{what} is not a signed note.")
    try:
        head, gap, lines = raw.decode("utf-8").rpartition("\n\n")
    except ValueError:
        raise Unsafe(f"{what} is not text.") from None
    if not gap or not lines.endswith("\n"):
        raise Unsafe(f"{what} is not a signed note.")
    known = {(key.name, key.key_id): key for key in keys}
    signers: list[Key] = []
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        signature = from_base64(encoded, f"A signature of {what}")
        if dash != "—" or len(signature) < 5:
            raise Unsafe(f"{what} has a line that is no signature.")
        key = known.get((name, signature[:4]))
        if key and not is_signed(key.public, (head + "\n").encode(), signature[4:]):
            raise Altered(f"{what} was changed: the signature of {shown(name)} does not hold.")
        if key and key not in signers:
            signers.append(key)
    return head + "\n", signers


class Checkpoint(NamedTuple):
    """The ledger as it was signed: how many entries, and the root over all of them."""

    origin: str
    size: int
    root: bytes


def read_checkpoint(text: str, what: str) -> Checkpoint:
    """Return what the text of a checkpoint says."""
    lines = text.split("\n")
    if len(lines) < 4 or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
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


def hashes_of(text: str, what: str) -> list[bytes]:
    """Return the hashes of a proof, one on each line."""
    if text and not text.endswith("\n"):
        raise Unsafe(f"{what} is not a list of hashes.")
    lines = text.split("\n")[:-1]
    if len(lines) > 130:
        raise Unsafe(f"{what} is longer than any proof.")
    return [hash_of(line, what) for line in lines]


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


# --- The checks ---------------------------------------------------------------------------------
BAG_FILES = ["bag-info.txt", "bagit.txt", "HOW-TO-CHECK.html", "verify_pack.py"]
LISTS = ["manifest-sha256.txt", "manifest-sha512.txt"]
LISTS_OF_TAGS = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"]
STATEMENT, DATA = "statement.dsse.json", "data/data.json"
CHECKPOINT, OPENINGS = "data/ledger/checkpoint.txt", "data/ledger/openings.json"
PREVIOUS, GROWTH = "data/ledger/previous/checkpoint.txt", "data/ledger/previous/consistency.txt"
ENTRY = re.compile(r"data/ledger/entries/([0-9]{9,18})\.json")
PROOF = re.compile(r"data/ledger/proofs/([0-9]{9,18})\.tlog-proof")
CHANGE = re.compile(r"data/keys/changes/[0-9]{3,}\.txt")
CHANGE_TEXT = re.compile(r"muster key change\n(.+)\n(.+)\n(.+)\n(.+)\n")
IN_TOTO = "application/vnd.in-toto+json"
MOST_SAMPLED = 25


class Pack:
    """A pack that is being checked: its files, and what each check has established so far."""

    def __init__(self, data: bytes) -> None:
        files = read_members(memoryview(data))
        folders = {name.partition("/")[0] for name in files}
        if len(folders) != 1:
            raise Unsafe("The zip does not hold exactly one folder.")
        self.folder = folders.pop()
        self.files = {name.partition("/")[2]: file for name, file in files.items()}
        self.size = len(data)
        self.told: dict[str, Any] = {}  # the statement's predicate: what the signer says
        self.data: dict[str, Any] = {}
        self.entries: dict[int, Any] = {}
        self.keys: list[Key] = []
        self.signer: Key | None = None
        self.tree = Checkpoint("", 0, b"")
        self.done: list[str] = []
        self.notable: list[str] = []
        self.not_checked: list[str] = []

    def read(self, name: str) -> bytes:
        """Return the bytes of a file that every pack has."""
        if name not in self.files:
            raise Altered(f"The pack has no {name}.")
        return bytes(self.files[name])

    def matching(self, pattern: re.Pattern[str]) -> list[str]:
        """Return the names of the files of one kind, in their order."""
        return [name for name in self.files if pattern.fullmatch(name)]


def check_lists(pack: Pack) -> None:
    """Check every file against the bag's own lists of digests (BagIt, RFC 8493)."""
    payload = [name for name in pack.files if name.startswith("data/")]
    tags = [name for name in pack.files if name not in payload and name not in LISTS_OF_TAGS]
    for name in [*BAG_FILES, *LISTS, *LISTS_OF_TAGS, STATEMENT]:
        pack.read(name)
    for names, lists in ((tags, LISTS_OF_TAGS), (payload, LISTS)):
        for name in lists:
            compare_list(pack, name, names)
    bagit = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    octets = sum(len(pack.files[name]) for name in payload)
    oxum = f"\nPayload-Oxum: {octets}.{len(payload)}\n".encode()
    if pack.read("bagit.txt") != bagit or oxum not in pack.read("bag-info.txt"):
        raise Altered("bagit.txt or bag-info.txt does not describe this bag.")
    pack.done.append(
        f"Every one of the {len(pack.files):,} files ({pack.size:,} bytes) has the SHA-256 and the "
        "SHA-512 that the lists in the pack give, and no file is missing or too many."
    )


def compare_list(pack: Pack, listing: str, names: Sequence[str]) -> None:
    """Make one list of digests again and compare; name the first file that differs."""
    method = hashlib.sha512 if "512" in listing else hashlib.sha256
    made = [f"{method(pack.files[name]).hexdigest()}  {name}" for name in names]
    text = pack.read(listing)
    if text == "".join(line + "\n" for line in made).encode():
        return
    found = set(text.decode("utf-8", "replace").split("\n")) - {""}
    other = sorted(set(made) - found) or sorted(found - set(made)) or [listing]
    name = shown(other[0].rpartition("  ")[2])
    raise Altered(f"{name} is not as {listing} says: altered, added or missing.")


def check_signature(pack: Pack, pinned: Sequence[Key]) -> bytes:
    """Check the statement's envelope (DSSE) and return the statement; set who signed."""
    envelope = read_json(pack.read(STATEMENT), STATEMENT)
    try:
        (signature,) = envelope["signatures"]
        keyid, sig, payload = signature["keyid"], signature["sig"], envelope["payload"]
        expected = {"payload": payload, "payloadType": IN_TOTO, "signatures": [signature]}
        if envelope != expected or set(signature) != {"keyid", "sig"}:
            raise ValueError
        key = read_key(keyid)
        statement = from_base64(payload, "The statement")
        signed = from_base64(sig, "The signature of the statement")
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Unsafe(f"{STATEMENT} is not an envelope with one signature.") from None
    text = b"DSSEv1 %d %s %d %s" % (len(IN_TOTO), IN_TOTO.encode(), len(statement), statement)
    if not is_signed(key.public, text, signed):
        raise Altered(f"The signature of the statement does not hold for {shown(key.name)}.")
    pack.keys = keys_reached(pack, pinned)
    if key not in pack.keys:
        raise Foreign(not_known(key, pinned))
    pack.signer = key
    pack.done.append(f"The list of all digests is signed by {key.text}, {how_known(key, pinned)}.")
    return statement


def not_known(key: Key, pinned: Sequence[Key]) -> str:
    """Return why a signature that holds says nothing: the key is nobody's you named."""
    said = f"The pack is signed with {shown(key.text)}. "
    if not pinned:
        return said + "You named no key: get it by another way than the pack, give it with --key."
    return said + "That is none of the keys you gave, and no change of keys leads to it from one."


def how_known(key: Key, pinned: Sequence[Key]) -> str:
    """Return how the auditor's keys lead to the signer's."""
    if key in pinned:
        return "a key you gave"
    return "to which signed changes of the key lead from the one you gave"


def keys_reached(pack: Pack, pinned: Sequence[Key]) -> list[Key]:
    """Return the auditor's keys and those that signed changes lead to: old and new key signed."""
    keys = list(pinned)
    for name in pack.matching(CHANGE):
        raw = pack.read(name)
        text = open_note(raw, [], name)[0]
        parts = CHANGE_TEXT.fullmatch(text)
        if not parts:
            raise Unsafe(f"{name} is not a change of keys.")
        old, new = read_key(parts[2]), read_key(parts[3])
        if old not in keys:
            continue
        signers = open_note(raw, [old, new], name)[1]
        if {old, new} != set(signers) or {old.name, new.name} != {parts[1]}:
            raise Altered(f"{name} is not signed by both the old and the new key.")
        keys.append(new)
        pack.notable.append(f"The key was changed on {shown(parts[4])}: now {shown(new.text)}.")
    return keys


def check_statement(pack: Pack, raw: bytes) -> None:
    """Check the signed statement (in-toto) against the files, and take over what it says."""
    statement = read_json(raw, "The statement")
    subject = [
        {"name": name, "digest": {"sha256": sha256(file).hex()}}
        for name, file in pack.files.items()
        if name != STATEMENT and name not in LISTS_OF_TAGS
    ]
    said = statement.get("subject")
    if said != subject:
        listed = said if isinstance(said, list) else []
        other = [str(one["name"]) for one in subject if one not in listed]
        other = [name for name in other if name not in LISTS] or other or ["a file that is gone"]
        raise Altered(f"What was signed is not what is here: {shown(', '.join(other))}.")
    pack.told = statement.get("predicate")
    kind = (statement.get("_type"), statement.get("predicateType"))
    if kind != ("https://in-toto.io/Statement/v1", "urn:muster:evidence-pack:1"):
        raise Unsafe("The statement is of a kind that this program does not know.")
    if pack.told["pack"] != pack.folder or f"data/{pack.folder}.pdf" not in pack.files:
        raise Altered(f"The statement is about {shown(pack.told['pack'])}, not {pack.folder}.")
    pack.done.append(
        f"The statement names the {len(subject):,} other files by digest, the PDF among them."
    )


def check_ledger(pack: Pack) -> None:
    """Check the signed checkpoint, and that every entry has its place below it."""
    note = pack.read(CHECKPOINT)
    tree = signed_checkpoint(note, pack.keys, CHECKPOINT)
    if tree is None:
        raise Foreign("The checkpoint is not signed by the log's key.")
    pack.tree, told = tree, pack.told["ledger"]
    if (told["origin"], told["size"], told["root"]) != (tree.origin, tree.size, tree.root.hex()):
        raise Altered("The checkpoint is not the one that the statement speaks of.")
    names, proofs = pack.matching(ENTRY), set(pack.matching(PROOF))
    for name in names:
        proof = name.replace("/entries/", "/proofs/").replace(".json", ".tlog-proof")
        check_entry(pack, name, proof, note)
        proofs.remove(proof)
    if proofs:
        raise Altered(f"{min(proofs)} proves an entry that is not in the pack.")
    check_interval(pack, told)
    pack.done.append(
        f"Ledger entries here byte for byte: {len(names):,}. Each has its place "
        f"among the {tree.size:,} entries under the signed root {tree.root.hex()}."
    )


def check_entry(pack: Pack, name: str, proof: str, note: bytes) -> None:
    """Check that one entry is a leaf of the signed tree."""
    body, digits = pack.read(name), name.rpartition("/")[2][: -len(".json")]
    number = int(digits)
    head = f"c2sp.org/tlog-proof@v1\nindex {number}\n".encode()
    tail = b"\n" + note
    text = pack.read(proof)
    if digits != f"{number:09}" or not text.startswith(head) or not text.endswith(tail):
        raise Altered(f"{proof} does not prove entry {number} under the pack's checkpoint.")
    path = hashes_of(text[len(head) : len(text) - len(tail)].decode("ascii", "replace"), proof)
    if not is_included(number, sha256(b"\0" + body), path, pack.tree):
        raise Altered(f"{name} is not entry {number} of the signed ledger.")
    pack.entries[number] = read_json(body, name)


def check_interval(pack: Pack, told: dict[str, Any]) -> None:
    """Check the counts of entries that the statement gives."""
    first, last = told["from"], told["to"]
    interval = 0 if first is None else last - first + 1
    inside = [n for n in pack.entries if first is not None and first <= n <= last]
    counted = (len(pack.entries), interval, interval - len(inside))
    if (told["entries"], told["interval"], told["withheld"]) != counted or interval < 0:
        raise Altered("The counts of ledger entries in the statement do not hold.")
    if interval and not 0 <= first <= last < pack.tree.size:
        raise Altered("The interval of ledger entries lies outside the ledger.")
    if told["request"] not in pack.entries:
        raise Altered("The entry that asked for this pack is not in it.")
    pack.notable.append(
        f"Of the {interval:,} entries of the period, {len(inside):,} are here and "
        f"{counted[2]:,} were left out as not about these systems."
    )


def check_growth(pack: Pack, raw: bytes | None) -> None:
    """Check that the ledger only grew since the earlier checkpoints: the pack's, the auditor's."""
    told, carried = pack.told["previous"], None
    if any((told is None) == (name in pack.files) for name in (PREVIOUS, GROWTH)):
        raise Altered("The earlier checkpoint is not as the statement says.")
    if told is not None:
        text, signers = open_note(pack.read(PREVIOUS), pack.keys, PREVIOUS)
        carried = read_checkpoint(text, PREVIOUS)
        path = hashes_of(pack.read(GROWTH).decode("ascii", "replace"), GROWTH)
        if (told["size"], told["root"]) != (carried.size, carried.root.hex()):
            raise Altered("The earlier checkpoint is not the one that the statement speaks of.")
        if carried.origin != pack.tree.origin or not has_grown(carried, pack.tree, path):
            raise Altered("The ledger is not the earlier one with entries appended.")
        if not signers:
            pack.not_checked.append("Who signed the earlier checkpoint: you did not give its key.")
        grown = f"From {carried.size:,} to {pack.tree.size:,} entries the ledger only grew."
        pack.done.append(grown)
    if raw is None:
        pack.not_checked.append("Whether the ledger only grew since a pack of yours: none given.")
        return
    compare_yours(pack, raw, carried)


def compare_yours(pack: Pack, raw: bytes, carried: Checkpoint | None) -> None:
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
    if yours in (pack.tree, carried):
        pack.done.append(f"Your earlier ledger, of {yours.size:,} entries, is the start of this.")
    elif yours.size in (pack.tree.size, carried.size if carried else -1):
        raise Altered(f"The ledger of {yours.size:,} entries that you hold is another one.")
    else:
        start = f"from {carried.size:,} entries" if carried else "from none"
        raise Unsafe(
            f"This pack proves growth {start}, yours ends at {yours.size:,}: ask for a pack that "
            "proves it from yours."
        )


def check_data(pack: Pack) -> None:
    """Check data.json against the statement, the files of systems, the counts and the sample."""
    pack.data = read_json(pack.read(DATA), DATA)
    told, data = pack.told, pack.data
    for name, value in told.items():
        if name != "sealed_at" and data.get(name) != value:
            raise Altered(f"{DATA} and the statement differ in “{shown(name)}”.")
    refs = [system["ref"] for system in data["systems"]]
    found = [name for name in pack.files if name.startswith("data/systems/")]
    if refs != sorted(set(refs)) or found != sorted(f"data/systems/{ref}.json" for ref in refs):
        raise Altered("The systems in data.json are not those whose files are here.")
    for system in data["systems"]:
        name = f"data/systems/{system['ref']}.json"
        raw = pack.read(name)
        same = system["file"] == name and system["sha256"] == sha256(raw).hex()
        if not same or read_json(raw, name)["ref"] != system["ref"]:
            raise Altered(f"{name} is not the one that data.json speaks of.")
    if told["population"]["refs"] != refs or told["population"]["count"] != len(refs):
        raise Altered("The systems in the pack are not the population that the statement gives.")
    flags = data["exceptions"]
    counted = (bool(flags["emergencies"]), len(flags["refused"]))
    if (told["break_glass"], told["refused_actions"]) != counted:
        raise Altered("The exceptions in data.json are not those that the statement counts.")
    pack.done.append(f"Each system of the population has its file: {len(refs):,}.")


def check_sample(pack: Pack) -> None:
    """Draw the sample again: nobody can have chosen which systems and entries it names."""
    sample, told = pack.told["sample"], pack.told["ledger"]
    refs = pack.told["population"]["refs"]
    seed = sha256(canonical(pack.data["systems"]).encode()).hex()

    def drawn(things: Iterable[Any]) -> list[Any]:
        ranked = sorted(things, key=lambda thing: sha256(f"{seed}:{thing}".encode()))
        return ranked[:MOST_SAMPLED]

    span = range(0) if told["from"] is None else range(told["from"], told["to"] + 1)
    numbers = drawn(number for number in span if number not in pack.entries)
    if (sample["seed"], sample["refs"], sample["numbers"]) != (seed, drawn(refs), numbers):
        raise Altered("The sample is not the one that its seed draws.")
    pack.done.append(f"The sample (systems: {len(sample['refs'])}) is the one that its seed draws.")


def check_openings(pack: Pack) -> None:
    """Check every personal value that is shown against the commitment in its entry."""
    openings = read_json(pack.read(OPENINGS), OPENINGS)
    places = [(opening["number"], opening["path"]) for opening in openings]
    if places != sorted(set(places)):
        raise Altered(f"{OPENINGS} is not in its order.")
    for opening in openings:
        number, path = opening["number"], opening["path"]
        salt = from_base64(opening["salt"], "A salt")
        digest = sha256(salt + canonical(opening["value"]).encode())
        expected = {"c": base64.b64encode(digest).decode()}
        if value_at(pack.entries[number]["data"], path) != expected:
            raise Altered(f"The value of {shown(path)} in entry {number} is not the recorded one.")
    hidden = sum(commitments(entry["data"]) for entry in pack.entries.values())
    pack.done.append(f"Personal values shown that are the recorded ones: {len(openings):,}.")
    if hidden > len(openings):
        pack.not_checked.append(
            f"Personal values that were erased or not handed out: {hidden - len(openings):,}. That "
            "they were recorded is proven, what they said is not shown."
        )


def value_at(value: Any, path: str) -> Any:
    """Return what lies at a JSON pointer (RFC 6901)."""
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def commitments(value: Any) -> int:
    """Return how many commitments to personal values lie in a part of an entry."""
    if isinstance(value, dict):
        if set(value) == {"c"} and isinstance(value["c"], str) and len(value["c"]) == 44:
            return 1
        return sum(commitments(item) for item in value.values())
    return sum(commitments(item) for item in value) if isinstance(value, list) else 0


# --- The report ---------------------------------------------------------------------------------
NEVER_CHECKED = [
    "That Muster wrote down everything that happened, and that what was written was true then.",
    "That a system meets the law: no pack says so.",
    "That the key is really theirs: compare it with what they gave you by another way.",
    "The certificate of the seal inside the PDF (a PDF reader shows it); its bytes are checked.",
    "That the PDF's pages say what data.json says: both were signed together, as they are.",
]


STOPPED = "What comes after it: the check ends at the first thing that does not hold."


class Report(NamedTuple):
    """What was found: the exit code, what was checked, what was not, and what to look at."""

    code: int
    lines: list[str]
    not_checked: list[str]
    notes: list[str]
    facts: dict[str, Any]


def about(pack: Pack) -> dict[str, Any]:
    """Return whom and what the pack is about, in the order in which one asks."""
    told = pack.told
    ledger, period, scope = told["ledger"], told["period"], told["scope"]
    count = told["population"]["count"]
    days = f"{period['from'] or 'the beginning'} to {period['to'] or 'the day of reading'}"
    return {
        "Pack": f"{told['pack']}, {told['subject']}",
        "Organisation": told["organisation"],
        "Purpose": told["purpose"] or "not given",
        "Signed by": pack.signer.text if pack.signer else "",
        "Ledger": f"{ledger['size']:,} entries, of which {ledger['entries']:,} are here",
        "Period": f"{days} ({period['zone']})",
        "Scope": f"{scope['unit']}, systems: {count:,}, chosen by {scope['chosen_by']}",
        "Asked for": f"{told['requested_at']} by {told['requested_by']}",
        "Read, sealed": f"{told['read_at']}, {told['sealed_at']}",
    }


def flagged(pack: Pack) -> list[str]:
    """Return what an auditor should look at first."""
    told, lines = pack.told, list(pack.notable)
    if told["break_glass"]:
        count = len(pack.data["exceptions"]["emergencies"])
        lines.insert(0, f"BREAK-GLASS was used ({count}): somebody went past the rules.")
    if told["refused_actions"]:
        lines.append(
            f"Actions that were refused: {told['refused_actions']:,}. The pack lists them."
        )
    for kind, count in sorted(told["missing"].items()):
        if count:
            lines.append(f"Missing: {kind} ({count}).")
    return lines


CHECKS: list[Callable[[Pack], None]] = [check_ledger, check_data, check_sample, check_openings]


def verify(
    source: str | bytes, keys: Sequence[str | Key], previous: str | bytes | None = None
) -> Report:
    """Check a pack, given by path or as bytes, against the keys the auditor holds."""
    try:
        pinned = [read_key(key) if isinstance(key, str) else key for key in keys]
        older = None if previous is None else load(previous)
        pack = Pack(load(source))
        pack.done.append("The file is a plain zip, and each of its bytes has its place.")
        check_lists(pack)
        check_statement(pack, check_signature(pack, pinned))
        for check in CHECKS:
            check(pack)
        check_growth(pack, older)
        notes = [shown(line, 600) for line in flagged(pack)]
        return Report(GOOD, pack.done, pack.not_checked + NEVER_CHECKED, notes, about(pack))
    except Refused as refusal:
        return Report(refusal.code, [shown(refusal, 600)], [STOPPED, *NEVER_CHECKED], [], {})
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as problem:
        words = f"The pack is not laid out as this program knows packs ({problem!r})."
        return Report(UNSAFE, [shown(words, 600)], [STOPPED, *NEVER_CHECKED], [], {})


def load(source: str | bytes) -> bytes:
    """Return the bytes of a file, read once; refuse a file that is too large."""
    if isinstance(source, bytes):
        return source
    try:
        with open(source, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise Unsafe(f"{source} cannot be read: {problem.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise Unsafe(f"{source} is larger than {MOST_BYTES:,} bytes.")
    return data


def in_words(report: Report, file: str) -> str:
    """Return the report as a person reads it."""
    lines = [f"{VERDICTS[report.code]}: {shown(file)}"] + [""] * bool(report.facts)
    lines += [f"  {name + ':':14} {shown(value)}" for name, value in report.facts.items()]
    parts = {
        "What was found" if report.code else "What was checked": report.lines,
        "What to look at": report.notes,
        "What was NOT checked": report.not_checked,
    }
    for title, said in parts.items():
        lines += ["", title, *(f"  - {line}" for line in said)] if said else []
    return "\n".join(lines)


def named_keys(values: Sequence[str]) -> list[str]:
    """Return the keys that were given, each as itself or as a file with one on each line."""
    keys: list[str] = []
    for value in values:
        text = value if value.count("+") >= 2 else load(value).decode("ascii", "replace")
        keys += [line.strip() for line in text.splitlines() if line.strip()]
    return keys


def main(arguments: Sequence[str]) -> int:
    """Check the pack that the command line names, say what was found, return the exit code."""
    parser = argparse.ArgumentParser(description="Check an evidence pack of Muster offline.")
    parser.add_argument("pack", help="the zip file")
    parser.add_argument("--key", action="append", default=[], help="public key, or a file with it")
    parser.add_argument("--previous", help="an older pack of yours, or its checkpoint.txt")
    parser.add_argument("--report", choices=["text", "json"], default="text")
    options = parser.parse_args(arguments)
    try:
        report = verify(options.pack, named_keys(options.key), options.previous)
    except Refused as refusal:
        report = Report(refusal.code, [shown(refusal)], [STOPPED, *NEVER_CHECKED], [], {})
    if options.report == "json":
        told = dict(report._asdict(), verdict=VERDICTS[report.code], file=options.pack)
        print(json.dumps(told, indent=1))
    else:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print(in_words(report, options.pack))
    return report.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
