"""Who signs: a file of this process, a process of its own behind a socket, or a token."""

from pathlib import Path

from django.conf import settings

from governance.checkpoints.keepers import FileKeeper, Keeper
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.models import SigningKey
from governance.checkpoints.remote import SocketKeeper
from governance.checkpoints.token import TokenKeeper
from governance.common.notes import Signer

SOCKET = "unix:"
TOKEN = "pkcs11:"  # noqa: S105 - a scheme


def signer() -> Signer:
    """Return who signs for the key that the record says signs now.

    Raises KeyFileError when the key is not to be had, or is another one.
    """
    row = SigningKey.objects.filter(retired_at__isnull=True).first()
    found = keeper().held(row.vkey if row else "")
    if row and str(found.key) != row.vkey:
        raise KeyFileError(
            f"The key at hand is {found.key}, but {row.vkey} signs: bring that one, or change "
            "the key with `manage.py rotate_log_key`."
        )
    return found


def keeper() -> Keeper:
    """Return where the settings say that the key is kept."""
    where: str = settings.LOG_SIGNER
    if where.startswith(SOCKET):
        return SocketKeeper(Path(where.removeprefix(SOCKET)))
    if where.startswith(TOKEN):
        return TokenKeeper(where.removeprefix(TOKEN), settings.LOG_ORIGIN, settings.LOG_PIN_FILE)
    if where:
        raise KeyFileError(f"LOG_SIGNER is {where}: it is {SOCKET}PATH, {TOKEN}MODULE or empty.")
    return FileKeeper(settings.LOG_KEY_FILE, settings.LOG_ORIGIN)
