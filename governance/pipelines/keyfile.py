"""The file with the private key: 32 bytes that only the owner reads, replaced as a whole."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.common import private_files
from governance.common.private_files import PrivateFileError
from governance.pipelines.tokens import KEY_BYTES, decoded, encoded

PREFIX = "muster-ed25519:"


class KeyFileError(Exception):
    """A key that cannot be used. The words say what to do about it."""


def new_key() -> Ed25519PrivateKey:
    """Return a fresh key."""
    return Ed25519PrivateKey.generate()


def read(path: Path) -> Ed25519PrivateKey:
    """Return the key of a file.

    Raises KeyFileError when it is missing, unreadable, somebody else's, or open to others.
    """
    try:
        return _parsed(path, private_files.read(path).strip())
    except FileNotFoundError as error:
        words = f"The signing key {path} is not there"
        raise KeyFileError(f"{words}: run `manage.py make_signing_key`.") from error
    except PrivateFileError as error:
        raise KeyFileError(f"This is no signing key that can be used: {error}") from error


def _parsed(path: Path, text: str) -> Ed25519PrivateKey:
    try:
        raw = decoded(text.removeprefix(PREFIX))
    except Exception as error:
        raise KeyFileError(f"The file {path} is no signing key of ours.") from error
    if not text.startswith(PREFIX) or len(raw) != KEY_BYTES:
        raise KeyFileError(f"The file {path} is no signing key of ours.")
    return Ed25519PrivateKey.from_private_bytes(raw)


def lay_aside(path: Path, key: Ed25519PrivateKey) -> Path:
    """Write a key beside its place, for its owner only; return where, to be put in place later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = PREFIX + encoded(key.private_bytes_raw()) + "\n"
    return private_files.lay(path.with_name(path.name + ".new"), text)


def put_in_place(new: Path, path: Path) -> None:
    """Make a key that was laid aside the one that signs."""
    private_files.rename(new, path)
