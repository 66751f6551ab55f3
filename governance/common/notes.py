"""Signed notes, checkpoints and proofs as text (C2SP signed-note, tlog-checkpoint, tlog-proof).

Reading is strict: one text only for the same content, so that no byte of it can be altered
unseen. Signatures are Ed25519 (type 1); lines of other keys and kinds are passed over.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
NAME = re.compile(r"[!-*,-~]{1,200}")  # seen alike on every screen, and read by auditors' programs
MOST_BYTES = 100_000  # auditors' programs read no more of a note
MOST_SIGNATURES = 64
MOST_DIGITS = 18
DASH = "\N{EM DASH} "
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
HASH = 32
DEEPEST = 63


class NoteError(Exception):
    """A text that is no note, or that no known key signed. The words say why."""


@dataclass(frozen=True)
class Key:
    """The public key of a signer: what an auditor pins."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise NoteError("The name of a key has 1 to 200 ASCII letters, no space and no plus.")
        if len(self.public) != HASH:
            raise NoteError("This is no key of a note.")

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Return the key that a verifier's text says: name+id+base64."""
        name, plus, rest = text.strip().partition("+")
        digits, more, encoded = rest.partition("+")
        raw = decoded(encoded) if plus and more else b""
        if raw[:1] != ED25519 or len(raw) != HASH + 1:
            raise NoteError("This is no Ed25519 key of a note: name+id+base64.")
        key = cls(name, raw[1:])
        if digits != key.key_id.hex():
            raise NoteError("The id of the key is not that of its bytes: a letter is wrong.")
        return key

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that lead each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encoded(ED25519 + self.public)}"

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Return whether a signature over a message is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer(Protocol):
    """Whoever holds the private half of a key."""

    @property
    def key(self) -> Key: ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        ...


@dataclass(frozen=True)
class Checkpointed:
    """What a checkpoint says: of whose record, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """What a tlog-proof says: the number of an entry, the hashes, and the note they lead to."""

    index: int
    path: list[bytes]
    note: str
    extra: bytes | None = None


def encoded(raw: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(raw).decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64; raises NoteError unless it is the one text for them."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("This is not base64.") from error
    if encoded(raw) != text:
        raise NoteError("This is not how base64 writes these bytes.")
    return raw


def sign_note(text: str, signers: Iterable[Signer]) -> str:
    """Return the note of a text, with a line for each signer in their order."""
    if not text.endswith("\n") or not _is_plain(text.replace("\n", "")):
        raise NoteError("The text of a note ends with a newline and has no control characters.")
    lines = [signature_line(one.key, one.sign(text.encode())) for one in signers]
    if not lines:
        raise NoteError("A note has a signature.")
    return "\n".join([text, *lines]) + "\n"


def signature_line(key: Key, signature: bytes) -> str:
    """Return the line of one signature, without the newline at its end."""
    return f"{DASH}{key.name} {encoded(key.key_id + signature)}"


def open_note(note: bytes, keys: Sequence[Key]) -> tuple[str, list[Key]]:
    """Return the text of a note, and which of the keys signed it, each once.

    Lines of other keys are passed over. Raises NoteError when the note is malformed, when none
    of the keys signed it, or when a line names one of them and its signature does not hold.
    """
    text, lines = split_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[Key, None] = {}
    for name, raw in map(_signature, lines):
        if (key := known.get((name, raw[:4]))) is None:
            continue
        if not key.has_signed(text.encode(), raw[4:]):
            raise NoteError(f"The signature of {name} does not hold.")
        found[key] = None
    if not found:
        raise NoteError("No key that you trust has signed this.")
    return text, list(found)


def split_note(note: bytes) -> tuple[str, list[str]]:
    """Return the text of a note and its signature lines, nothing of it checked but the form."""
    if len(note) > MOST_BYTES:
        raise NoteError("This is too long for a note.")
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise NoteError("This is not UTF-8.") from error
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or not _is_plain(whole.replace("\n", "")):
        raise NoteError("This is no signed note.")
    lines = signatures[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError("This note has too many signatures.")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    """Return the name of a signature line, and its bytes with the key's id in front."""
    name, space, rest = line.removeprefix(DASH).partition(" ")
    raw = decoded(rest) if line.startswith(DASH) and name and space else b""
    if len(raw) < 5 or "+" in name or any(one.isspace() for one in name):
        raise NoteError("This is no line of a signature.")
    return name, raw


def _is_plain(text: str) -> bool:
    return all(one >= " " for one in text)


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Return the text of a checkpoint, to be signed; it ends with a newline."""
    text = f"{origin}\n{size}\n{encoded(root)}\n"
    parse_checkpoint(text)
    return text


def parse_checkpoint(text: str) -> Checkpointed:
    """Return what the text of a checkpoint says; raises NoteError when it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise NoteError("This is no checkpoint.")
    origin, size, root, *extensions = lines
    raw = decoded(root)
    if len(raw) != HASH:
        raise NoteError("The root of the checkpoint has another length.")
    return Checkpointed(origin, number(size), raw, tuple(extensions))


def number(text: str) -> int:
    """Return a number written in the one way: ASCII digits, no zero in front."""
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or str(int(text)) != text:
        raise NoteError("This is not how a number is written.")
    return int(text)


def open_checkpoint(note: bytes, keys: Sequence[Key], origin: str = "") -> Checkpointed:
    """Return what a signed checkpoint says, after its signatures; of that origin if one is given.

    Raises NoteError as `open_note` and `parse_checkpoint` do.
    """
    text, _ = open_note(note, keys)
    found = parse_checkpoint(text)
    if origin and found.origin != origin:
        raise NoteError(f"This is a checkpoint of {found.origin}, not of {origin}.")
    return found


def tlog_proof(index: int, path: Sequence[bytes], note: str) -> str:
    """Return the proof of one entry as text: its number, the hashes, the signed checkpoint."""
    return "\n".join([PROOF_HEAD, f"index {index}", *map(encoded, path), "", note])


def parse_tlog_proof(text: bytes) -> Proof:
    """Return what a proof says, none of it checked but the form; raises NoteError."""
    head, blank, note = text.partition(b"\n\n")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError as error:
        raise NoteError("This is not UTF-8.") from error
    if not blank or lines.pop(0) != PROOF_HEAD:
        raise NoteError("This is no tlog-proof.")
    extra = decoded(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise NoteError("The proof does not say the number of its entry.")
    index = number(lines.pop(0)[6:])
    path = [decoded(line) for line in lines]
    if len(path) > DEEPEST or any(len(one) != HASH for one in path):
        raise NoteError("The hashes of the proof have another length.")
    parse_checkpoint(split_note(note)[0])
    return Proof(index, path, note.decode(), extra)
