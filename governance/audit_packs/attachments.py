"""The files that the facts of a pack's systems name by digest: which go with it, and which not."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile

from governance.accounts.models import User
from governance.audit_packs.sections import Facts
from governance.crosswalk.models import Statement
from governance.evaluations.models import Run
from governance.evidence.models import EvidenceItem
from inventory.vendors.models import Agreement

PLACE = "data/evidence/"
LARGEST, LARGEST_ALL = 100_000_000, 500_000_000  # bytes: of one file, of all in a pack
STEP = 5_000  # digests in one query
DIGEST = re.compile(r"[0-9a-f]{64}")
ENDING = re.compile(r"\.[a-z0-9]{1,8}")

UNASKED = "whoever asked for the pack left files out"
UNSEEN = "whoever asked for the pack may not see it"
GONE = "it is not in the storage any more"
CHANGED = "what the storage holds is not what the record names"
LARGE = f"it is larger than {LARGEST:,} bytes"
FULL = f"with it the files of the pack were more than {LARGEST_ALL:,} bytes"


@dataclass(frozen=True)
class Stored:
    """A file of the record: how it is called there, where it lies, and who asks may see it."""

    ref: str
    name: str
    file: FieldFile
    is_visible: bool


@dataclass
class Attachments:
    """The files of a pack: what data.json says of them, and where each lies, by digest."""

    files: list[Facts] = field(default_factory=list)
    left_out: list[Facts] = field(default_factory=list)
    stored: dict[str, FieldFile] = field(default_factory=dict)

    @property
    def told(self) -> Facts:
        """Return what data.json says."""
        return {"files": self.files, "left_out": self.left_out}


def attachments(systems: Iterable[Facts], user: User, *, asked: bool) -> Attachments:
    """Return each file once, in the order of digests, with the systems whose facts name it."""
    cited = cited_by(systems)
    known = _known(list(cited), user)
    found, total = Attachments(), 0
    for digest in sorted(known):
        one = known[digest]
        about: Facts = {"sha256": digest, "systems": sorted(cited[digest], key=str.encode)}
        if one.is_visible:
            about |= {"of": one.ref, "name": one.name}
        size, why = _looked_at(one, digest, total) if asked else (0, UNASKED)
        if why:
            found.left_out.append(about | {"reason": why})
            continue
        total += size
        found.files.append(about | {"file": place_of(digest, one.name), "bytes": size})
        found.stored[digest] = one.file
    return found


def cited_by(systems: Iterable[Facts]) -> Mapping[str, set[str]]:
    """Return every digest in the facts of systems, with the refs of those that name it."""
    cited: dict[str, set[str]] = defaultdict(set)
    for system in systems:
        for digest in _digests(system):
            cited[digest].add(str(system["ref"]))
    return cited


def _digests(value: Any) -> Iterator[str]:
    if isinstance(value, str) and DIGEST.fullmatch(value):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _digests(item)


def place_of(digest: str, name: str) -> str:
    """Return the name of a file in the bag: its digest, and the ending that it had."""
    ending = PurePath(name).suffix.lower()
    return f"{PLACE}{digest}{ending if ENDING.fullmatch(ending) else ''}"


def _known(digests: list[str], user: User) -> dict[str, Stored]:
    """Return the file of each digest that one of our tables keeps, one that is visible first."""
    found: dict[str, Stored] = {}
    for at in range(0, len(digests), STEP):
        for digest, one in _rows(digests[at : at + STEP], user):
            if digest not in found or one.is_visible:
                found[digest] = one
    return found


def _rows(digests: list[str], user: User) -> Iterator[tuple[str, Stored]]:
    kept: list[tuple[QuerySet[Any], QuerySet[Any]]] = [
        (
            EvidenceItem.objects.filter(sha256__in=digests).exclude(file=""),
            EvidenceItem.objects.visible_to(user),
        ),
        (Run.objects.filter(sha256__in=digests), Run.objects.visible_to(user)),
        (
            Statement.objects.filter(sha256__in=digests).exclude(file=""),
            Statement.objects.visible_to(user),
        ),
    ]
    for rows, seen in kept:
        visible = set(seen.filter(sha256__in=digests).values_list("pk", flat=True))
        for row in rows.order_by("-pk"):
            yield row.sha256, Stored(row.ref, row.file_name, row.file, row.pk in visible)
    papers = Agreement.objects.filter(document_sha256__in=digests).exclude(document="")
    seen = Agreement.objects.visible_to(user).values_list("pk", flat=True)
    visible = set(seen.filter(document_sha256__in=digests))
    for paper in papers.order_by("-pk"):
        name = f"{paper.ref}{PurePath(str(paper.document.name)).suffix}"
        yield paper.document_sha256, Stored(paper.ref, name, paper.document, paper.pk in visible)


def _looked_at(one: Stored, digest: str, total: int) -> tuple[int, str]:
    """Return the size of a file, and why it stays out of the pack, if it does."""
    if not one.is_visible:
        return 0, UNSEEN
    try:
        size = one.file.size
        if size > LARGEST:
            return 0, LARGE
        if total + size > LARGEST_ALL:
            return 0, FULL
        if digest_of(one.file) != digest:
            return 0, CHANGED
    except OSError:
        return 0, GONE
    return size, ""


def digest_of(file: FieldFile) -> str:
    """Return the SHA-256 of what the storage holds now; raises OSError when that is nothing."""
    found = hashlib.sha256()
    for piece in pieces(file):
        found.update(piece)
    return found.hexdigest()


def pieces(file: FieldFile) -> Iterator[bytes]:
    """Yield the bytes of a stored file in pieces."""
    with file.storage.open(str(file.name), "rb") as stored:
        yield from stored.chunks()
