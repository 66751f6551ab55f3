"""The contents of a pack as plain data, all of it read at one moment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from governance.audit_packs import sections, verdicts
from governance.audit_packs.attachments import attachments
from governance.audit_packs.by_hand import statements
from governance.audit_packs.duties import obligations
from governance.audit_packs.entries import Chosen, later_than
from governance.audit_packs.escalations import escalations
from governance.audit_packs.heading import Reading, head_of, index_of, texts_of
from governance.audit_packs.incidents import incidents
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.papers import papers
from governance.audit_packs.question_queries import asked_of
from governance.audit_packs.rules import missing
from governance.audit_packs.section_rules import WHOLE, Section, kept
from governance.audit_packs.section_rules import chosen as sections_of
from governance.audit_packs.sections import Batch, Facts
from governance.audit_packs.timeline import timelines
from governance.audit_packs.traces import traces
from governance.checkpoints.actions import checkpoint_now
from governance.checkpoints.models import Checkpoint
from governance.common.canonical import canonical_bytes
from inventory.systems.models import AISystem

BATCH = 200
MOST_TRIES = 3


@dataclass(frozen=True)
class Contents:
    """A pack's data: its head (what, when, who, which record), its systems by name, its entries."""

    head: Facts
    systems: list[Facts]
    numbers: tuple[int, ...] = ()  # of the ledger entries that go with it
    stored: Mapping[str, FieldFile] = field(default_factory=dict)  # files of evidence, by digest

    @cached_property
    def texts(self) -> dict[str, bytes]:
        """Return the RFC 8785 bytes of each system by its ref."""
        return texts_of(self.systems)

    @cached_property
    def index(self) -> list[dict[str, str]]:
        """Return each system with the file of the bag that tells of it."""
        return index_of(self.systems, self.texts)

    def json(self) -> bytes:
        """Return the RFC 8785 bytes of everything, as the PDF holds it."""
        systems = b",".join(self.texts[system["ref"]] for system in self.systems)
        members = {key: canonical_bytes(value) for key, value in self.head.items()}
        members["systems"] = b"[" + systems + b"]"
        pairs = (canonical_bytes(key) + b":" + members[key] for key in sorted(members))
        return b"{" + b",".join(pairs) + b"}"

    def data(self) -> bytes:
        """Return the RFC 8785 bytes of `data.json`: the head, and where each system is told."""
        return canonical_bytes(self.head | {"systems": self.index})


def contents(pack: EvidencePack) -> Contents:
    """Return all that the pack says, from one snapshot of the database.

    A checkpoint is signed just before, so that it covers every entry that the timelines tell
    of. What others wrote between the two makes it begin anew, MOST_TRIES times; then
    the head says how many entries are later than the checkpoint.
    """
    left = MOST_TRIES
    while True:
        left -= 1
        point = checkpoint_now()
        with _snapshot():
            later = later_than(point.size)
            if not later or not left:
                return _read(pack, point, later)


def _read(pack: EvidencePack, point: Checkpoint, later: int) -> Contents:
    now = timezone.now()
    chosen = Chosen(point.size)
    among = AISystem.objects.filter(packs=pack).select_related("unit", "owner", "vendor")
    rows = list(among.order_by("name", "pk"))
    systems: list[Facts] = []
    for at in range(0, len(rows), BATCH):
        batch = Batch(rows[at : at + BATCH], now.date(), whole=len(rows) <= WHOLE, size=point.size)
        systems += _systems(batch, pack)
        chosen.add(batch, pack)
    chosen.add_request(pack)
    with_files = Section.FILES in sections_of(pack.scope)
    files = attachments(systems, pack.requested_by, asked=with_files)
    said = Contents({}, systems, tuple(sorted(chosen.numbers)), files.stored)
    said.head.update(head_of(Reading(pack, now, point, later, chosen, rows), systems, said.index))
    said.head["evidence"] = files.told
    return said


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read everything as it was at one moment; inside a transaction, as that one sees it."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _systems(batch: Batch, pack: EvidencePack) -> Iterator[Facts]:
    """Yield each system of a batch; the number of queries does not grow with it."""
    cards = sections.cards(batch)
    agreements = sections.agreements(batch)
    classifications = verdicts.classifications(batch)
    ways = traces(batch)
    matrices = verdicts.matrices(batch)
    held = obligations(batch)
    versions = verdicts.versions(batch)
    troubles = incidents(batch)
    documents = papers(batch)
    climbed = escalations(batch, pack)
    told = timelines(batch, pack)
    asked = asked_of(batch, pack)
    chosen = sections_of(pack.scope)
    stated = statements(batch) if Section.FRAMEWORKS in chosen else {}
    for system in batch.systems:
        facts: dict[str, Any] = {
            "ref": system.ref,
            "name": system.name,
            "card": cards[system.pk],
            "classification": classifications[system.pk] | ways.get(system.pk, {}),
            "obligations": held[system.pk],
            "raci": matrices.get(system.pk),
            "agreements": agreements.get(system.pk, []),
            "versions": versions.get(system.pk, []),
            "incidents": troubles.get(system.pk, []),
            "escalations": climbed.get(system.pk, []),
            "documents": documents.get(system.pk, []),
            "timeline": told.get(system.pk, []),
            "questions": asked.get(system.ref, []),
        }
        if stated:  # one of each system, where frameworks were chosen
            facts["statements"] = stated[system.pk]
        yield kept(facts, chosen) | {"missing": missing(facts)}
