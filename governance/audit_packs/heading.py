"""The head of a pack: what it is about, how complete it is, and which record it was read from."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from governance.accounts.models import BusinessUnit
from governance.audit_packs.completeness import Interval, by_kind, sample
from governance.audit_packs.entries import Chosen, interval
from governance.audit_packs.growth import held_sizes, previous_size
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import MISSING, SCHEMA
from governance.audit_packs.section_rules import Section, chosen
from governance.audit_packs.sections import Facts, iso
from governance.audit_packs.software import commit
from governance.checkpoints.models import Checkpoint
from governance.common.canonical import canonical_bytes
from governance.common.notes import parse_checkpoint, split_note
from governance.crosswalk.packing import crosswalk_facts
from governance.ledger.tree import root_at
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Reading:
    """One reading of the record for a pack: when, at which checkpoint, and what was chosen."""

    pack: EvidencePack
    at: datetime
    point: Checkpoint
    later: int  # entries that came between the checkpoint and the reading
    chosen: Chosen
    systems: Sequence[AISystem]


def texts_of(systems: Iterable[Facts]) -> dict[str, bytes]:
    """Return the RFC 8785 bytes of each system by its ref."""
    return {system["ref"]: canonical_bytes(system) for system in systems}


def index_of(systems: Iterable[Facts], texts: Mapping[str, bytes]) -> list[dict[str, str]]:
    """Return each system with its file in the bag and that file's digest, in order of refs."""
    return [
        {
            "ref": system["ref"],
            "name": system["name"],
            "file": f"data/systems/{system['ref']}.json",
            "sha256": hashlib.sha256(texts[system["ref"]]).hexdigest(),
        }
        for system in sorted(systems, key=lambda it: str(it["ref"]).encode())
    ]


def head_of(reading: Reading, systems: list[Facts], index: list[dict[str, str]]) -> Facts:
    """Return the head of a pack about these systems."""
    pack, chosen = reading.pack, reading.chosen
    within = interval(pack, reading.point.size)
    exceptions = by_kind(chosen.exceptions())
    earlier = previous(pack, reading.point.size)
    return {
        **_asked(pack),
        "population": {"count": len(index), "refs": [it["ref"] for it in index]},
        "read_at": iso(reading.at),
        "software": {"name": "Muster", "version": settings.VERSION, "commit": commit()},
        "ledger": _ledger(reading, within),
        "previous": earlier,
        "grown_from": _grown_from(reading, earlier),
        "sample": sample(index, within, chosen.numbers),
        "missing": counted(systems),
        "frameworks": _frameworks(reading),
        "exceptions": exceptions,
        "refused_actions": len(exceptions["refused"]),
        "break_glass": bool(exceptions["emergencies"]),
    }


def _frameworks(reading: Reading) -> Facts | None:
    """Return where the controls of each framework stand, None when that was left out."""
    if Section.FRAMEWORKS not in chosen(reading.pack.scope):
        return None
    return crosswalk_facts(reading.systems, reading.at)


def _asked(pack: EvidencePack) -> Facts:
    """Return what was asked for, by whom and when."""
    kept = chosen(pack.scope)
    return {
        "schema": SCHEMA,
        "pack": pack.ref,
        "purpose": pack.purpose,
        "subject": pack.subject,
        "organisation": BusinessUnit.objects.get(parent__isnull=True).name,
        "scope": {
            "kind": pack.kind,
            "unit": pack.unit.name,
            "filter": pack.scope,
            "left_out": [section.value for section in Section if section not in kept],
            "chosen_by": pack.requested_by.name,
        },
        "period": {"from": iso(pack.period_from), "to": iso(pack.period_to), "zone": pack.zone},
        "requested_by": pack.requested_by.name,
        "requested_at": iso(pack.requested_at),
    }


def _ledger(reading: Reading, within: Interval) -> Facts:
    """Return which part of which ledger the pack holds, and what of it is left out."""
    numbers = reading.chosen.numbers
    return {
        "origin": origin_of(reading.point.note),
        "size": reading.point.size,
        "root": bytes(reading.point.root).hex(),
        "from": within.first,
        "to": within.last,
        "interval": len(within),
        "entries": len(numbers),
        "withheld": len(within) - within.count(numbers),
        "request": reading.chosen.request,
        "later": reading.later,
    }


def origin_of(note: str) -> str:
    """Return whose record a checkpoint is of."""
    return parse_checkpoint(split_note(note.encode())[0]).origin


def counted(systems: Iterable[Facts]) -> dict[str, int]:
    """Return how many systems lack what, in the words of the pack; nothing for what none lacks."""
    lacks = Counter(words for system in systems for words in system["missing"])
    return {words: lacks[words] for words in MISSING if lacks[words]}


def previous(pack: EvidencePack, size: int) -> dict[str, Any] | None:
    """Return size and root of the ledger that whoever gets this pack holds already."""
    held = previous_size(pack, size)
    return None if held is None else {"size": held, "root": root_at(held).hex()}


def _grown_from(reading: Reading, earlier: Facts | None) -> list[int]:
    """Return the other ledgers from which the pack shows growth, by size."""
    known = earlier["size"] if earlier else None
    return [one for one in held_sizes(reading.pack, reading.point.size) if one != known]
