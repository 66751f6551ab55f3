"""The verbs of the signing key: make it once, and let another one sign from now on."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.clock import database_now
from governance.ledger.actions import Actor, record
from governance.ledger.rules import CLOCK
from governance.pipelines import keyfile, tokens
from governance.pipelines.keyfile import KeyFileError
from governance.pipelines.models import SigningKey

LOCK = 0x4D55_4B59  # "MUKY"


def make_key(*, actor: Actor = CLOCK) -> SigningKey:
    """Return the key that signs; the first time it is made.

    Raises KeyFileError when a key signs whose file is not here: another host has it.
    """
    path: Path = settings.DECISION_KEY
    with transaction.atomic():
        _alone()
        current = SigningKey.objects.filter(retired_at__isnull=True).first()
        if current:
            _check_here(current, path)
            return current
        if path.exists():
            return _register(keyfile.read(path), "signing_key.made", actor)
        key = keyfile.new_key()
        new, row = keyfile.lay_aside(path, key), _register(key, "signing_key.made", actor)
    keyfile.put_in_place(new, path)
    return row


def rotate_key(*, actor: Actor = CLOCK) -> SigningKey:
    """Return a new key that signs from now on; the one before counts until its tokens ended.

    A person needs the right to administer the organisation.
    """
    if isinstance(actor, User):
        require(actor, Capability.CONFIGURE, None)
    path: Path = settings.DECISION_KEY
    with transaction.atomic():
        _alone()
        key = keyfile.new_key()
        new, now = keyfile.lay_aside(path, key), database_now()
        SigningKey.objects.filter(retired_at__isnull=True).update(retired_at=now)
        row = _register(key, "signing_key.rotated", actor)
    keyfile.put_in_place(new, path)
    return row


def _alone() -> None:
    """Let one at a time make a key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _check_here(current: SigningKey, path: Path) -> None:
    words = f"The key that signs ({current.kid}) is not in {path}"
    advice = "copy the file from the other host, or run `manage.py rotate_signing_key`"
    if not path.exists():
        raise KeyFileError(f"{words}: {advice}.")
    if tokens.kid_of(tokens.public_bytes(keyfile.read(path))) != current.kid:
        raise KeyFileError(f"{words}; there is another one: {advice}.")


def _register(key: Ed25519PrivateKey, event: str, actor: Actor) -> SigningKey:
    public = tokens.public_bytes(key)
    row = SigningKey.objects.create(
        kid=tokens.kid_of(public), public=tokens.encoded(public), made_at=database_now()
    )
    data = {"kid": row.kid, "public": row.public, "alg": row.alg}
    record(event, subject=row, actor=actor, data=data)
    return row
