"""The verbs of the record's head: sign it, and let another key sign from now on."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.checkpoints.key_notes import change_text
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.checkpoints.queries import at_size, newest
from governance.checkpoints.signing import keeper, signer
from governance.checkpoints.standing import is_held, loss_declared
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.common.notes import Key, checkpoint_text, sign_note
from governance.ledger.actions import Actor, record, sequence_all
from governance.ledger.rules import CLOCK
from governance.ledger.tree import root_at, tree_size

LOCK = 0x4D55_4350  # "MUCP"


class HeldError(DomainError):
    """No head is signed at present: something outside speaks against the record."""


class RewrittenError(Exception):
    """The record is not what was signed before, so nothing is signed."""


def checkpoint_now() -> Checkpoint:
    """Return the signed head over every entry committed before the call.

    It is signed now unless there is one for the present size already. Raises KeyFileError when
    the key cannot be had, HeldError while something outside speaks against the record, and
    RewrittenError when the record no longer begins as it was signed.
    """
    make_key()
    sequence_all()
    with transaction.atomic():
        alone()
        last, size = newest(), tree_size()
        _check_begins_as_signed(last, size)
        if last and last.size == size:
            return last
        _check_held(size)
        who, root = signer(), root_at(size)
        return Checkpoint.objects.create(
            size=size,
            root=root,
            note=sign_note(checkpoint_text(who.key.name, size, root), [who]),
            key=SigningKey.objects.get(vkey=str(who.key)),
            signed_at=database_now(),
        )


def _check_begins_as_signed(last: Checkpoint | None, size: int) -> None:
    if last is None:
        return
    if size < last.size:
        raise RewrittenError(f"{last.size} entries were signed, and there are only {size}.")
    if root_at(last.size) != bytes(last.root):
        raise RewrittenError(f"The first {last.size} entries are not those that were signed.")


def _check_held(size: int) -> None:
    """Refuse to sign in doubt, or a second root for a size from before a recovery."""
    if loss_declared():
        raise HeldError(
            "No head of the record is signed at present, because its key is declared lost. "
            "An administrator has to bring it back, or have a new one made."
        )
    if is_held():
        raise HeldError(
            "No head of the record is signed at present, because something outside speaks "
            "against it. An administrator has to sign a recovery first."
        )
    if at_size(size):
        raise HeldError(f"Another head over {size} entries was signed before the recovery.")


def make_key(*, actor: Actor = CLOCK) -> SigningKey:
    """Return the key that signs; the first time it is made, or taken from where it lies."""
    with transaction.atomic():
        alone()
        if row := SigningKey.objects.filter(retired_at__isnull=True).first():
            return row
        return register(keeper().first().key, "ledger.key_made", actor, {})


@transaction.atomic
def rotate_key(*, actor: User, reason: str) -> SigningKey:
    """Return a new key that signs from now on, named in a note that the key before signed too.

    Who does it needs the right to administer the organisation. The private half of the key
    before is destroyed. Raises DomainError without a reason, KeyFileError without the old key.
    """
    require(actor, Capability.CONFIGURE, None)
    if not reason.strip():
        raise DomainError("Say why the key is changed.")
    alone()
    before, now = signer(), database_now()
    place = keeper()
    after = place.make_next(before.key)
    note = sign_note(change_text(before.key, after.key, now), [before, after])
    SigningKey.objects.filter(retired_at__isnull=True).update(retired_at=now)
    said = {"before": str(before.key), "reason": reason.strip(), "note": note}
    row = register(after.key, "ledger.key_changed", actor, said)
    transaction.on_commit(lambda: place.settle(row.vkey))
    return row


def alone() -> None:
    """Let one at a time sign heads or change keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def register(key: Key, event: str, actor: Actor, said: Mapping[str, Any]) -> SigningKey:
    """Write down that a key signs from now on, with the note by which it follows if it has one."""
    row = SigningKey.objects.create(
        vkey=str(key), name=key.name, made_at=database_now(), change_note=said.get("note", "")
    )
    record(event, subject=row, actor=actor, data={"key": row.vkey, **said})
    return row
