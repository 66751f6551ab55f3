"""Checkpoints that somebody kept outside as files: read strictly, and what they narrow down."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from governance.common.notes import Key, NoteError, open_checkpoint
from governance.ledger.models import LeafSequence
from governance.ledger.rules import Frontier
from governance.ledger.verification import Report

SUFFIX = "*.txt"
MOST_BYTES = 1_000_000


def read_checkpoints(paths: Iterable[Path], keys: Sequence[Key]) -> dict[int, str]:
    """Return the hexadecimal roots of checkpoint files, by size; a path may be a folder of them.

    Raises NoteError for a file that none of the keys signed, and for two roots of one size:
    those are proof that whoever holds the key has signed two histories.
    """
    known: dict[int, str] = {}
    for path in paths:
        files = sorted(path.rglob(SUFFIX)) if path.is_dir() else [path]
        for file in files:
            try:
                said = open_checkpoint(file.read_bytes()[: MOST_BYTES + 1], keys)
            except NoteError as error:
                raise NoteError(f"{file}: {error}") from error
            root = said.root.hex()
            if known.setdefault(said.size, root) != root:
                raise NoteError(f"Two roots over {said.size} entries are signed: see {file}.")
    return known


def where_changed(report: Report, known: Mapping[int, str]) -> str:
    """Return between which numbers the first change lies, as far as several roots tell it.

    Empty where the check named the entry itself, or there is only one root to go by.
    """
    if report.fault is None or report.fault.number is not None or len(known) < 2:
        return ""
    tree, held = Frontier(), 0
    leaves = LeafSequence.objects.order_by("seq").values_list("leaf", flat=True)
    for leaf in leaves.iterator(chunk_size=10_000):
        tree.append(bytes(leaf))
        if (root := known.get(tree.size)) is None:
            continue
        if tree.root().hex() != root.lower():
            return f" The first change lies in the entries #{held} to #{tree.size - 1}."
        held = tree.size
    return f" What is there holds up to entry #{held - 1}." if held else ""
