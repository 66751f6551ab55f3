"""How one key follows another, as a signed note: with the old key's word, or without it.

A change is signed by both keys, so whoever holds the old one is led to the new one. A loss is
signed by the new key alone: it leads nobody anywhere, and says from which size on that is so.
Django-free.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from governance.common.notes import Key, NoteError, encoded, open_note

CHANGE, LOSS = "muster key change", "muster key lost"


@dataclass(frozen=True)
class Last:
    """The largest head that the lost key signed: how many entries, and the root over them."""

    size: int
    root: bytes


def change_text(before: Key, after: Key, at: datetime) -> str:
    """Return what the note of a change of keys says; both keys sign it."""
    return f"{CHANGE}\n{before.name}\n{before}\n{after}\n{_moment(at)}\n"


def loss_text(before: Key, after: Key, at: datetime, last: Last) -> str:
    """Return what the note of a lost key says; only the new key can sign it."""
    said = f"{before.name}\n{before}\n{after}\n{_moment(at)}\n"
    return f"{LOSS}\n{said}{last.size}\n{encoded(last.root)}\n"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_loss(note: str) -> bool:
    """Return whether a note says that the key before was lost, so that it signed nothing."""
    return note.startswith(f"{LOSS}\n")


def check_note(note: str, before: Key, after: Key) -> None:
    """Raise NoteError unless the note leads from one key to the other, signed by who must sign."""
    must = [after] if is_loss(note) else [before, after]
    text, signed = open_note(note.encode(), must)
    lines = text.split("\n")
    if len(signed) < len(must):
        raise NoteError("It was not signed by both keys.")
    if lines[0] not in (CHANGE, LOSS) or lines[2:4] != [str(before), str(after)]:
        raise NoteError("It is about other keys.")
