"""Whoever holds the key that signs: a file of this process, or a process of its own."""

from pathlib import Path

from django.conf import settings

from governance.checkpoints import keyfile
from governance.checkpoints.keyfile import FileSigner, KeyFileError
from governance.checkpoints.models import SigningKey
from governance.common.notes import Signer


def signer() -> Signer:
    """Return who signs for the key that the record says signs now.

    Raises KeyFileError when the key is not to be had, or is another one.
    """
    row = SigningKey.objects.filter(retired_at__isnull=True).first()
    found = held(row.vkey if row else "")
    if row and str(found.key) != row.vkey:
        raise KeyFileError(
            f"The key at hand is {found.key}, but {row.vkey} signs: bring that one, or change "
            "the key with `manage.py rotate_log_key`."
        )
    return found


def held(wanted: str = "") -> Signer:
    """Return who signs here; the next key takes its place if it is the one that is wanted."""
    path: Path = settings.LOG_KEY_FILE
    after = keyfile.aside(path)
    if wanted and after.exists() and str(keyfile.read(after).key) == wanted:
        keyfile.take_next(path)  # a change of keys was cut short between record and file
    return _of_origin(keyfile.read(path))


def _of_origin(found: FileSigner) -> FileSigner:
    origin: str = settings.LOG_ORIGIN
    if origin and found.key.name != origin:
        raise KeyFileError(f"LOG_ORIGIN is {origin}, but the key's origin is {found.key.name}.")
    return found


def first() -> Signer:
    """Return who signs, with a key made now where there is none."""
    path: Path = settings.LOG_KEY_FILE
    if not path.exists():
        origin: str = settings.LOG_ORIGIN
        keyfile.write(path, keyfile.made(origin or keyfile.new_origin()))
    return held()
