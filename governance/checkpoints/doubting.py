"""Writing down what speaks against the record, and telling administrators so.

Nothing of it goes into the record itself: it is the record that is in doubt. The recovery that
answers it is an entry, and names all of this.
"""

from datetime import datetime

from django.db import transaction

from governance.checkpoints.alarms import alarm, alarm_in_app, mail_now
from governance.checkpoints.delivery_rules import READ_ONLY, DeliveryState, DoubtKind
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.models_delivery import Delivery, Doubt, Recovery
from governance.checkpoints.sinks.base import Sink
from governance.ledger.tree import GapError, root_at, tree_size

SUBJECTS = {
    DoubtKind.SMALLER: "Muster is read-only: entries of the record are missing",
    DoubtKind.ROOT: "Muster is read-only: the record is not what was signed",
    DoubtKind.FORK: "A witness contradicts the record; no checkpoint is signed",
    DoubtKind.KEY: "The key that signs the record is declared lost; no checkpoint is signed",
}

LOST = (
    "Writing goes on, nothing is signed. Whoever finds the key puts it back, and signing goes on. "
    "If it is gone, an administrator other than the one who said so has a new key made: see the "
    "page of the recovery."
)


def doubt_fork(sink: Sink, checkpoint: Checkpoint, words: str, at: datetime) -> None:
    """Write down that a witness refuses a checkpoint as no continuation; unless it is left behind.

    A witness that was there at a recovery keeps what was before it, and refuses until it is
    begun anew; once it cosigns again its word counts again.
    """
    for recovery in Recovery.objects.filter(left__contains=[sink.key])[:1]:
        sent = Delivery.objects.filter(sink=sink.key, status=DeliveryState.SENT)
        if not sent.filter(sent_at__gt=recovery.at).exists():
            return
    doubt(
        Doubt(
            kind=DoubtKind.FORK,
            sink=sink.key,
            words=f"{sink.words}: {words}",
            outside_size=checkpoint.size,
            outside_root=bytes(checkpoint.root).hex(),
            note=checkpoint.note,
        ),
        at,
    )


@transaction.atomic
def doubt(found: Doubt, at: datetime) -> None:
    """Write a doubt down, once while it is open, and tell administrators."""
    open_ones = Doubt.objects.filter(kind=found.kind, sink=found.sink, ended_at__isnull=True)
    if open_ones.exists():
        return
    found.own_size = tree_size()
    found.own_root = _root_here(found.own_size)
    found.noticed_at = at
    Doubt.objects.bulk_create([found], ignore_conflicts=True)  # another worker may be as quick
    row, kind = open_ones.latest("pk"), DoubtKind(found.kind)
    tell = alarm_in_app if kind in READ_ONLY else alarm
    tell(f"doubt:{row.pk}", SUBJECTS[kind], lines_of(row), at=at)


def _root_here(size: int) -> str:
    """Return the root of the record here, empty where an entry in the middle has no number."""
    try:
        return root_at(size).hex()
    except GapError:
        return ""


def lines_of(row: Doubt) -> tuple[str, ...]:
    """Return what administrators are told of a doubt."""
    if row.kind == DoubtKind.KEY:
        return (row.words, LOST)
    held = "Nothing is written" if row.kind in READ_ONLY else "Writing goes on, nothing is signed"
    ends = "It stays so until an administrator signs a recovery, which says why it is so."
    return (row.words, f"{held}. {ends}")


def mail_doubts(at: datetime) -> None:
    """Mail what makes the record read-only, once each: the sweep that mails otherwise waits."""
    for row in Doubt.objects.filter(kind__in=READ_ONLY, ended_at__isnull=True):
        if not Doubt.objects.filter(pk=row.pk, mailed_at__isnull=True).update(mailed_at=at):
            continue
        if not mail_now(SUBJECTS[DoubtKind(row.kind)], lines_of(row)):
            Doubt.objects.filter(pk=row.pk).update(mailed_at=None)
