"""The contents of a pack as plain data, all of it read at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from governance.accounts.models import BusinessUnit
from governance.audit_packs import sections, verdicts
from governance.audit_packs.duties import obligations
from governance.audit_packs.escalations import escalations
from governance.audit_packs.incidents import incidents
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.papers import papers
from governance.audit_packs.rules import SCHEMA, missing
from governance.audit_packs.sections import Batch, Facts, iso
from governance.audit_packs.timeline import timelines
from governance.audit_packs.traces import WHOLE, traces
from governance.common.canonical import canonical_bytes
from governance.ledger.actions import sequence_all
from governance.ledger.models import Pending
from governance.ledger.queries import size_and_root
from inventory.systems.models import AISystem

BATCH = 200


@dataclass(frozen=True)
class Contents:
    """A pack's data: its head (what, when, who, which record) and its systems by name."""

    head: Facts
    systems: list[Facts]

    def json(self) -> bytes:
        """Return the RFC 8785 bytes of `data.json`."""
        return canonical_bytes(self.head | {"systems": self.systems})


def contents(pack: EvidencePack) -> Contents:
    """Return all that the pack says, from one snapshot of the database.

    Entries that wait for their number get it first, so that the size and root in the head
    cover every entry that the timelines tell of.
    """
    if Pending.objects.exists():
        sequence_all()
    with _snapshot():
        now = timezone.now()
        size, root = size_and_root()
        chosen = AISystem.objects.filter(packs=pack).select_related("unit", "owner", "vendor")
        rows = list(chosen.order_by("name", "pk"))
        systems = [
            told
            for at in range(0, len(rows), BATCH)
            for told in _systems(
                Batch(rows[at : at + BATCH], now.date(), whole=len(rows) <= WHOLE), pack
            )
        ]
    head = {
        "schema": SCHEMA,
        "pack": pack.ref,
        "subject": pack.subject,
        "organisation": BusinessUnit.objects.get(parent__isnull=True).name,
        "scope": _scope(pack, systems),
        "period": {"from": iso(pack.period_from), "to": iso(pack.period_to)},
        "requested_by": pack.requested_by.name,
        "requested_at": iso(pack.requested_at),
        "read_at": iso(now),
        "software": {"name": "Muster", "version": settings.VERSION},
        "ledger": {"size": size, "root": root},
    }
    return Contents(head, systems)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read everything as it was at one moment; inside a transaction, as that one sees it."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _scope(pack: EvidencePack, systems: list[Facts]) -> Facts:
    return {
        "kind": pack.kind,
        "unit": pack.unit.name,
        "chosen_by": pack.scope,
        "population": len(systems),
        "refs": sorted(system["ref"] for system in systems),
    }


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
        }
        yield facts | {"missing": missing(facts)}
