"""Checking a file against the record: is it what was sealed, and does the record hold?"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.accounts.models import User
from governance.audit_packs.models_sharing import PackWithdrawal
from governance.ledger.actions import sequence_all
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.queries import body, size_and_root
from governance.ledger.rules import leaf_hash

GOOD, ALTERED, UNREADABLE = 0, 1, 2


@dataclass(frozen=True)
class Verdict:
    """What was found: the exit code, and a line of words for each thing that was checked."""

    code: int
    lines: list[str]


def check_file(path: Path) -> Verdict:
    """Return whether a file is a pack that this record sealed, and whether its entry holds."""
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return Verdict(UNREADABLE, [f"Cannot read {path}: {error.strerror}."])
    sequence_all()
    return check_digest(sha256)


def check_digest(sha256: str) -> Verdict:
    """Return what the record says of a file with this SHA-256."""
    found = [
        (entry, data)
        for entry in Entry.objects.filter(action="pack.sealed").order_by("pk")
        if sha256 in _digests(data := body(entry)["data"])
    ]
    if not found:
        return Verdict(
            ALTERED,
            [
                f"sha256 {sha256}",
                "No sealed pack has this SHA-256: the file was altered, or is from elsewhere.",
            ],
        )
    entry, data = found[0]
    if fault := _fault(entry, data):
        return Verdict(ALTERED, [f"sha256 {sha256}", fault])
    return Verdict(GOOD, _story(entry, data, sha256))


def _digests(data: dict[str, Any]) -> set[str]:
    """Return the SHA-256 of the file that an entry sealed, and of the PDF inside it."""
    return {data.get("sha256", ""), data.get("pdf", {}).get("sha256", "")} - {""}


def _fault(entry: Entry, data: dict[str, Any]) -> str:
    """Return what is wrong with a sealing entry, empty when all agrees."""
    leaf = leaf_hash(bytes(entry.body))
    place = LeafSequence.objects.filter(entry_id=entry.pk).first()
    if leaf != bytes(entry.leaf):
        return "The entry that sealed this file was changed: its hash does not fit its text."
    if place is None or leaf != bytes(place.leaf):
        return "The entry that sealed this file is not in the ledger's tree."
    size, root = size_and_root(data["ledger"]["size"])
    if (size, root) != (data["ledger"]["size"], data["ledger"]["root"]):
        return (
            f"The ledger was changed: over its first {data['ledger']['size']} entries the root "
            f"is {root}, and the pack was sealed at {data['ledger']['root']}."
        )
    return ""


def _story(entry: Entry, data: dict[str, Any], sha256: str) -> list[str]:
    number = LeafSequence.objects.get(entry_id=entry.pk).seq
    what = "the file that was sealed" if data["sha256"] == sha256 else "the PDF that was sealed"
    return [
        f"{data['pack']} holds: this is {what}.",
        f"sealed   {entry.at:%Y-%m-%d %H:%M:%S} UTC, asked for by {_asker(entry) or 'somebody'}",
        f"ledger   #{number}, over {data['ledger']['size']} entries",
        f"root     {data['ledger']['root']}",
        f"sha256   {sha256}",
        f"systems  {data['systems']}",
        *_withdrawn(data["pack"]),
    ]


def _asker(entry: Entry) -> User | None:
    """Return who asked for the pack that an entry sealed, None where that is not known."""
    same = {"object_type": entry.object_type, "object_id": entry.object_id}
    asked = Entry.objects.filter(**same, action="pack.requested").values("actor_ref")
    return User.objects.filter(handle__in=asked).first()


def _withdrawn(ref: str) -> list[str]:
    """Return a line where the pack was withdrawn: it is what was sealed, and not relied on."""
    row = PackWithdrawal.objects.filter(pack__ref=ref).select_related("by").first()
    if row is None:
        return []
    return [f"WITHDRAWN {row.at:%Y-%m-%d} by {row.by}: {row.reason}"]
