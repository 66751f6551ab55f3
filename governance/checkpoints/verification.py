"""Checking the record together with every head that was ever signed."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from governance.checkpoints.key_notes import check_note
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.checkpoints.standing import lost
from governance.common.notes import Key, NoteError, open_checkpoint
from governance.ledger.verification import BrokenError, Fault, Head, Report, verify

CHUNK = 2_000


def verify_signed(known: Mapping[int, str] | None = None) -> Report:
    """Check the whole record, every stored checkpoint and every change of keys.

    `known` maps a size to the hexadecimal root that the tree had then, as kept outside.
    """
    return verify(known, signed_heads())


def signed_heads() -> Iterator[Head]:
    """Return what each checkpoint says, by size; raises BrokenError at one that is not signed.

    What a recovery left behind is left out.
    """
    keys, behind = {row.pk: Key.parse(row.vkey) for row in _checked_keys()}, lost()
    for row in Checkpoint.objects.order_by("size").iterator(chunk_size=CHUNK):
        try:
            said = open_checkpoint(row.note.encode(), [keys[row.key_id]])
        except NoteError as error:
            raise BrokenError(Fault(f"The checkpoint over {row.size} entries: {error}")) from error
        if (said.size, said.root) != (row.size, bytes(row.root)):
            what = f"The checkpoint over {row.size} entries says something else than its row."
            raise BrokenError(Fault(what))
        if (said.size, said.root.hex()) not in behind:
            yield said.size, said.root.hex(), "a signed checkpoint"


def _checked_keys() -> list[SigningKey]:
    """Return every key, after its note: each but the first was named by the one before, or lost."""
    rows = list(SigningKey.objects.all())
    for before, row in pairwise(rows):
        try:
            check_note(row.change_note, Key.parse(before.vkey), Key.parse(row.vkey))
        except NoteError as error:
            raise BrokenError(Fault(f"The change to the key {row}: {error}")) from error
    return rows
