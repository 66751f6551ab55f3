"""Reading checkpoints: the newest, proofs that end in one, the keys that signed."""

from collections.abc import Iterable, Iterator

from governance.checkpoints.key_notes import LOSS
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.checkpoints.standing import lost
from governance.common.notes import Key, tlog_proof
from governance.ledger.tree import tree_at


def newest() -> Checkpoint | None:
    """Return the checkpoint over the most entries, None before the first.

    What a recovery left behind does not count.
    """
    left, heads = lost(), Checkpoint.objects.select_related("key").order_by("-size")
    if not left:
        return heads.first()
    held = (one for one in heads.iterator(chunk_size=100) if (one.size, one.root_hex) not in left)
    return next(held, None)


def at_size(size: int) -> Checkpoint | None:
    """Return the checkpoint over so many entries, if one was made then."""
    return Checkpoint.objects.filter(size=size).first()


def entry_proof(number: int, checkpoint: Checkpoint) -> str:
    """Return the tlog-proof that an entry is among those of a checkpoint.

    Raises ValueError when it is not.
    """
    (proof,) = entry_proofs([number], checkpoint)
    return proof


def entry_proofs(numbers: Iterable[int], checkpoint: Checkpoint) -> Iterator[str]:
    """Return the tlog-proofs of many entries in their order; tiles are read once."""
    tree = tree_at(checkpoint.size)
    for number in numbers:
        yield tlog_proof(number, tree.inclusion(number), checkpoint.note)


def public_key() -> str:
    """Return the key that signs now, as auditors pin it; empty before the first checkpoint."""
    row = SigningKey.objects.filter(retired_at__isnull=True).first()
    return row.vkey if row else ""


def keys() -> list[Key]:
    """Return every key that signed at some time, oldest first."""
    return [Key.parse(row.vkey) for row in SigningKey.objects.all()]


def losses() -> list[SigningKey]:
    """Return every key that follows a lost one, which signed nothing for it; oldest first."""
    return list(SigningKey.objects.filter(change_note__startswith=f"{LOSS}\n"))


def key_changes() -> list[str]:
    """Return the notes by which one key follows another, oldest first; losses are among them."""
    rows = SigningKey.objects.exclude(change_note="")
    return list(rows.values_list("change_note", flat=True))
