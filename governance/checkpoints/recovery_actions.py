"""Going on with a record that something outside speaks against: one person signs for it."""

from collections.abc import Iterator

from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability, Proof
from governance.accounts.stepup import require_proof, said_of
from governance.checkpoints.delivery_rules import DUE, DeliveryState, DoubtKind
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.models_delivery import Delivery, Doubt, Recovery
from governance.checkpoints.outside import origin
from governance.checkpoints.sinks.base import SinkError
from governance.checkpoints.sinks.configured import sinks
from governance.checkpoints.standing import open_doubts
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.ledger.actions import record, sequence_all
from governance.ledger.tree import GapError, root_at, tree_size

Pair = tuple[int, str]
WHERE = "the recovery of the record"


def recover(*, actor: User, reason: str, proof: Proof | None) -> Recovery:
    """Return the recovery by which the record goes on as it is; its entry names both heads.

    Who signs needs the right to administer the organisation. Checkpoints outside that the record
    contradicts are left behind: they are named, and stay where they are. Raises DomainError
    without a reason, or when nothing speaks against the record, and ReauthenticationRequired
    without a fresh proof of who signs.
    """
    require(actor, Capability.CONFIGURE, None)
    proved = require_proof(proof, actor=actor, where=WHERE)
    sequence_all()
    _check_whole()
    behind = sorted(_left_behind())
    return _sign(actor, reason.strip(), behind, proved)


def _check_whole() -> None:
    """Refuse to sign for a record in whose middle a number is gone: no head can ever be signed."""
    try:
        root_at(tree_size())
    except GapError as error:
        raise DomainError(f"{error} No signature mends that: restore a backup first.") from error


@transaction.atomic
def _sign(actor: User, reason: str, behind: list[Pair], proof: Proof) -> Recovery:
    if not reason:
        raise DomainError("Say what happened, and why the record goes on as it is.")
    doubts = list(open_doubts().exclude(kind=DoubtKind.KEY).select_for_update())
    if not doubts:
        raise DomainError("Nothing outside speaks against the record: there is nothing to recover.")
    worst = max(doubts, key=lambda one: one.outside_size)
    size = tree_size()
    row = Recovery.objects.create(
        person=actor,
        reason=reason,
        at=database_now(),
        outside_size=worst.outside_size,
        outside_root=worst.outside_root,
        own_size=size,
        own_root=root_at(size).hex(),
        lost=[list(pair) for pair in _with(behind, doubts)],
        left=[sink.key for sink in sinks() if sink.key.startswith("witness:")],
    )
    _keep_back(row)
    Doubt.objects.filter(pk__in=[one.pk for one in doubts]).update(ended_at=row.at)
    record("ledger.recovered", subject=row, actor=actor, data=_said(row, doubts, proof))
    return row


def _keep_back(row: Recovery) -> None:
    """Let no checkpoint that was left behind go out any more."""
    on_their_way = [*DUE, DeliveryState.SENDING]
    waiting = Delivery.objects.filter(status__in=on_their_way).select_related("checkpoint")
    left = {(size, root) for size, root in row.lost}
    heads = ((one.pk, one.checkpoint) for one in waiting)
    gone = [pk for pk, head in heads if (head.size, head.root_hex) in left]
    waiting.filter(pk__in=gone).update(status=DeliveryState.SUPERSEDED, claim="", leased_until=None)


def _with(behind: list[Pair], doubts: list[Doubt]) -> list[Pair]:
    """Return what is left behind, with what the doubts named and the record contradicts."""
    named = [(one.outside_size, one.outside_root) for one in doubts]
    return sorted({*behind, *(pair for pair in named if not _holds(*pair))})


def _said(row: Recovery, doubts: list[Doubt], proof: Proof) -> dict[str, object]:
    return {
        "reason": row.reason,
        "outside": {"size": row.outside_size, "root": row.outside_root},
        "own": {"size": row.own_size, "root": row.own_root},
        "found": [one.words for one in doubts],
        "left_behind": len(row.lost),
        "proof": said_of(proof),
    }


def _left_behind() -> Iterator[Pair]:
    """Return the checkpoints outside that the record contradicts, down to the first that holds."""
    name = origin()
    for sink in sinks():
        try:
            for one in sink.kept(name, 0) if sink.is_read_back else []:
                if _holds(one.size, one.root):
                    break
                yield one.size, one.root
        except SinkError:
            continue
    for head in Checkpoint.objects.order_by("-size").iterator(chunk_size=100):
        if _holds(head.size, head.root_hex):
            break
        yield head.size, head.root_hex


def _holds(size: int, root: str) -> bool:
    """Return whether the record begins as a checkpoint says."""
    return size <= tree_size() and root_at(size).hex() == root
