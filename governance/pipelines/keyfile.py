"""The file with the private key: 32 bytes that only the owner reads, replaced as a whole."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.pipelines.tokens import KEY_BYTES, decoded, encoded

OTHERS = stat.S_IRWXG | stat.S_IRWXO
PREFIX = "muster-ed25519:"


class KeyFileError(Exception):
    """A key that cannot be used. The words say what to do about it."""


def new_key() -> Ed25519PrivateKey:
    """Return a fresh key."""
    return Ed25519PrivateKey.generate()


def read(path: Path) -> Ed25519PrivateKey:
    """Return the key of a file.

    Raises KeyFileError when it is missing, unreadable, or others may read it too.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "r") as file:
            _check_rights(path, os.fstat(file.fileno()))
            text = file.read(200).strip()
    except OSError as error:
        words = f"The signing key {path} cannot be read ({error.strerror})"
        raise KeyFileError(f"{words}: run `manage.py make_signing_key`.") from error
    except UnicodeDecodeError as error:
        raise KeyFileError(f"The file {path} is no signing key of ours.") from error
    return _parsed(path, text)


def _check_rights(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyFileError(f"The signing key {path} is no plain file.")
    if found.st_mode & OTHERS:
        raise KeyFileError(f"Others may read the signing key {path}: run `chmod 600 {path}`.")
    if found.st_uid != os.geteuid() and os.geteuid() != 0:
        raise KeyFileError(f"The signing key {path} belongs to somebody else.")


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
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(new, flags, 0o600), "w") as file:
        file.write(PREFIX + encoded(key.private_bytes_raw()) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return new


def put_in_place(new: Path, path: Path) -> None:
    """Make a key that was laid aside the one that signs."""
    new.replace(path)
