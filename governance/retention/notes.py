"""Notes of erasures outside the database, so that a restore can erase again.

A backup from before an erasure still holds the values. Each `personal.erased` entry leaves one
small file that names leaves and paths, never values; whoever restores gives the folder to
`replay_erasures`. Files are written again as long as one is missing.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from governance.accounts.models import BusinessUnit
from governance.ledger.erasing import erase as erase_values
from governance.ledger.models import Entry, Erased
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.rules import CLOCK, moment

AGAIN = "they were erased before, and a backup had brought them back"


def write_notes(folder: Path | None = None) -> int:
    """Write the note of every erasure that has none, each file whole or not at all."""
    folder = folder or settings.ERASURES
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = Erased.objects.order_by().values("erasure_id").distinct()
    written = 0
    for entry in Entry.objects.filter(pk__in=said).only("pk", "at", "leaf"):
        file = folder / f"{bytes(entry.leaf).hex()}.json"
        if not file.exists():
            _write(file, _note(entry))
            written += 1
    return written


def _note(entry: Entry) -> dict[str, Any]:
    gone = list(Erased.objects.filter(erasure_id=entry.pk).values_list("entry_id", "path"))
    leaves = Entry.objects.filter(pk__in=[pk for pk, _path in gone]).values_list("pk", "leaf")
    known = {pk: bytes(leaf).hex() for pk, leaf in leaves}
    values = [{"leaf": known[pk], "path": path} for pk, path in gone]
    return {"erased_at": moment(entry.at), "values": values}


def _write(file: Path, note: dict[str, Any]) -> None:
    new = file.with_suffix(f".{os.getpid()}.new")
    with new.open("w") as stream:
        json.dump(note, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)


def read_notes(folder: Path) -> dict[bytes, set[str]]:
    """Return leaf → paths that were erased, of all the notes in a folder."""
    wanted: dict[bytes, set[str]] = defaultdict(set)
    for file in sorted(folder.glob("*.json")):
        for one in json.loads(file.read_text())["values"]:
            wanted[bytes.fromhex(one["leaf"])].add(one["path"])
    return wanted


def replay(folder: Path) -> int:
    """Erase again what the notes name and a restored backup still holds; return how many values.

    Every entry must have its number: sequence first.
    """
    wanted = read_notes(folder)
    entries = dict(Entry.objects.filter(leaf__in=list(wanted)).values_list("pk", "leaf"))
    held = PersonalValue.objects.filter(entry_id__in=list(entries))
    back = [one for one in held if one.path in wanted[bytes(entries[one.entry_id])]]
    return _erase_again(back)


def _erase_again(back: Iterable[PersonalValue]) -> int:
    going = list(back)
    if going:
        root = BusinessUnit.objects.get(parent__isnull=True)
        erase_values(going, subject=root, actor=CLOCK, data={"ground": AGAIN})
    return len(going)
