"""Going on after the key that signs is gone for good: two administrators, and a new key.

One declares it lost, which stops all signing; every host that still has the key takes that back
within a minute. Another has the new key made where keys are kept. The old key cannot sign for it:
a note that only the new one signed says so, in the record, outside and in every pack.
"""

from datetime import timedelta

from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability, Proof
from governance.accounts.stepup import require_proof, said_of
from governance.checkpoints.actions import alone, register
from governance.checkpoints.alarms import alarm
from governance.checkpoints.delivery_rules import DoubtKind
from governance.checkpoints.doubting import doubt
from governance.checkpoints.key_notes import Last, loss_text
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.checkpoints.models_delivery import Doubt, Recovery
from governance.checkpoints.signing import keeper, signer
from governance.checkpoints.standing import loss_declared
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.common.notes import Key, sign_note
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK, EMPTY_ROOT
from governance.ledger.tree import root_at, tree_size

WHERE = "the loss of the key"
SINK = "key"  # where the doubt comes from: no place outside
WAIT = timedelta(minutes=3)  # three sweeps: a host that has the key says so in the meantime


@transaction.atomic
def declare_lost(*, actor: User, reason: str, proof: Proof | None) -> Doubt:
    """Return the declaration that the key is gone for good; nothing is signed from now on.

    Who declares it needs the right to administer the organisation, and proves who they are.
    Raises DomainError without a reason, when the key is at hand, or when it is declared already.
    """
    require(actor, Capability.CONFIGURE, None)
    proved = require_proof(proof, actor=actor, where=WHERE)
    if not (reason := reason.strip()):
        raise DomainError("Say how the key was lost, and where you looked for it.")
    alone()
    if (row := SigningKey.objects.filter(retired_at__isnull=True).first()) is None:
        raise DomainError("No key has signed yet, so none is lost.")
    if loss_declared():
        raise DomainError("It is declared already: another administrator has to go on.")
    if not key_missing():
        raise DomainError("The key is at hand here, so it is not lost.")
    last, at = _last(row), database_now()
    said = {"key": row.vkey, "size": last.size, "root": last.root.hex(), "reason": reason}
    record("ledger.key_lost", subject=row, actor=actor, data={**said, "proof": said_of(proved)})
    found = Doubt(kind=DoubtKind.KEY, sink=SINK, person=actor, words=_words(row, last, reason))
    found.outside_size, found.outside_root = last.size, last.root.hex()
    doubt(found, at)
    return Doubt.objects.get(kind=DoubtKind.KEY, ended_at__isnull=True)


def key_missing() -> str:
    """Return why the key that signs cannot be had on this host, empty when it can."""
    if not SigningKey.objects.filter(retired_at__isnull=True).exists():
        return ""  # none was ever made
    try:
        signer()
    except KeyFileError as error:
        return str(error)
    return ""


def _last(row: SigningKey) -> Last:
    """Return the largest head that a key signed."""
    head = Checkpoint.objects.filter(key=row).order_by("-size").first()
    return Last(head.size, bytes(head.root)) if head else Last(0, EMPTY_ROOT)


def _words(row: SigningKey, last: Last, reason: str) -> str:
    known = f"The key {row.vkey} signed the first {last.size:,} entries, and is declared lost."
    return f"{known} {reason}"


def note_found() -> bool:
    """Take the declaration back when this host has the key; return whether it did."""
    if loss_declared() is None or key_missing():
        return False
    with transaction.atomic():
        alone()
        if (found := loss_declared()) is None:
            return False
        at = database_now()
        Doubt.objects.filter(pk=found.pk).update(ended_at=at)
        row = SigningKey.objects.get(retired_at__isnull=True)
        record("ledger.key_found", subject=row, actor=CLOCK, data={"key": row.vkey})
        lines = ("A host that signs has it. Nothing was changed, and heads are signed again.",)
        alarm(f"doubt:{found.pk}", "The key that signs was found", lines, at=at, over=True)
    return True


@transaction.atomic
def replace_lost(*, actor: User, reason: str) -> SigningKey:
    """Return a new key, made on this host, that signs from now on without the old one's word.

    It is for another administrator than the one who declared the loss. Raises DomainError while
    a host may still say that it has the key, and KeyFileError where no key can be made.
    """
    require(actor, Capability.CONFIGURE, None)
    if not (reason := reason.strip()):
        raise DomainError("Say what was done to find the key.")
    alone()
    found, at = _declared(actor), database_now()
    old = SigningKey.objects.get(retired_at__isnull=True)
    before, last, place = Key.parse(old.vkey), _last(old), keeper()
    after = place.make_anew(before)
    note = sign_note(loss_text(before, after.key, at, last), [after])
    SigningKey.objects.filter(pk=old.pk).update(retired_at=at)
    said = {"before": old.vkey, "reason": reason, "note": note}
    new = register(after.key, "ledger.key_replaced", actor, {**said, "size": last.size})
    _close(found, actor, reason)
    lines = (f"It is {new.vkey}.", "Tell it to everybody who checks packs, by another way.")
    alarm(f"doubt:{found.pk}", "A new key signs the record", lines, at=at, over=True)
    transaction.on_commit(lambda: place.settle(new.vkey))
    return new


def _declared(actor: User) -> Doubt:
    """Return the declaration that another person made long enough ago; raises DomainError."""
    if (found := loss_declared()) is None:
        raise DomainError("Nobody has declared the key lost: that comes first, on the page.")
    if found.person_id == actor.pk:
        raise DomainError("You declared it lost, so another administrator has to go on.")
    if database_now() - found.noticed_at < WAIT:
        minutes = int(WAIT.total_seconds() // 60)
        words = f"Wait until {minutes} minutes have passed since it was declared lost"
        raise DomainError(f"{words}: a host that has the key says so in the meantime.")
    if not key_missing():
        raise DomainError("The key is at hand here. Wait a minute, and signing goes on with it.")
    return found


def _close(found: Doubt, actor: User, reason: str) -> None:
    """Write the recovery down, and end the declaration."""
    size = tree_size()
    Recovery.objects.create(
        person=actor,
        reason=reason,
        at=database_now(),
        outside_size=found.outside_size,
        outside_root=found.outside_root,
        own_size=size,
        own_root=root_at(size).hex(),
    )
    Doubt.objects.filter(pk=found.pk).update(ended_at=database_now())
