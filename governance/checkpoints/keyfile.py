"""The private key in a file: PRIVATE+KEY+name+id+base64, as Go's notes have it.

The name is the origin of the log, so it stays with the key wherever the file goes.
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.common import private_files
from governance.common.notes import ED25519, Key, NoteError, decoded, encoded
from governance.common.private_files import PrivateFileError

PREFIX = "PRIVATE+KEY+"


class KeyFileError(Exception):
    """A key that cannot be used. The words say what to do about it."""


@dataclass(frozen=True)
class FileSigner:
    """A key of which this process holds the private half."""

    key: Key
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self.private.sign(message)


def made(name: str) -> FileSigner:
    """Return a fresh key."""
    return _signer(name, Ed25519PrivateKey.generate())


def new_origin() -> str:
    """Return a name for a log that has none."""
    return f"muster-{secrets.token_hex(4)}"


def _signer(name: str, private: Ed25519PrivateKey) -> FileSigner:
    return FileSigner(Key(name, private.public_key().public_bytes_raw()), private)


def read(path: Path) -> FileSigner:
    """Return the key of a file; raises KeyFileError when it is missing, open to others or none."""
    try:
        text = private_files.read(path).strip()
    except FileNotFoundError as error:
        raise KeyFileError(
            f"The key that signs checkpoints is not in {path}: copy it from the host that has it."
        ) from error
    except PrivateFileError as error:
        raise KeyFileError(f"The key that signs checkpoints: {error}") from error
    try:
        return _parsed(text)
    except (NoteError, ValueError) as error:
        raise KeyFileError(f"{path} holds no key of ours.") from error


def _parsed(text: str) -> FileSigner:
    name, digits, raw = text.removeprefix(PREFIX).split("+", 2)
    seed = decoded(raw)
    if not text.startswith(PREFIX) or seed[:1] != ED25519:
        raise NoteError("This is no private key of a note.")
    signer = _signer(name, Ed25519PrivateKey.from_private_bytes(seed[1:]))
    if signer.key.key_id.hex() != digits:
        raise NoteError("The id is another key's.")
    return signer


def is_there(path: Path) -> bool:
    """Return whether there is a file; raises KeyFileError when nobody lets us look."""
    try:
        return path.exists()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be looked for: {error.strerror}.") from error


def write(path: Path, signer: FileSigner) -> None:
    """Keep a key in a file that only its owner reads.

    Raises KeyFileError where no file can be laid.
    """
    seed = encoded(ED25519 + signer.private.private_bytes_raw())
    key = signer.key
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        private_files.write(path, f"{PREFIX}{key.name}+{key.key_id.hex()}+{seed}\n")
    except OSError as error:
        raise KeyFileError(f"No key can be laid at {path}: {error.strerror}.") from error


def aside(path: Path) -> Path:
    """Return where the next key lies until the record says that it signs."""
    return path.with_name(path.name + ".next")


def take_next(path: Path) -> None:
    """Let the next key take the place of the present one, which is destroyed."""
    private_files.rename(aside(path), path)
