"""The ledger entries of a pack: which ones, their bytes, and what opens their commitments."""

import base64
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from governance.audit_packs.completeness import Interval, flagged_actions
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sections import Batch, Facts, names_of
from governance.audit_packs.timeline import span
from governance.audit_packs.verifier.verify_pack import MOST_DRAWN
from governance.common.errors import DomainError
from governance.evaluations.models import Run
from governance.ledger.models import Entry, LeafSequence, Pending, Personal
from governance.ledger.queries import body
from governance.ledger.rules import leaf_hash
from inventory.systems.models import AISystem

Subjects = dict[tuple[str, str], set[int]]
CHUNK = 500
ABOUT_PACKS = "evidencepack"


@dataclass
class Chosen:
    """The numbers of the entries that go into a pack, and those of them to look at first."""

    size: int  # of the checkpoint: entries from there on are in no pack of it
    numbers: set[int] = field(default_factory=set)
    flagged: list[Facts] = field(default_factory=list)
    request: int | None = None  # the entry that asked for the pack

    def add(self, batch: Batch, pack: EvidencePack) -> None:
        """Count in every entry about a system of the batch, or about what hangs on one."""
        subjects = hanging(batch)
        told = flagged_actions()
        names = {system.pk: system.ref for system in batch.systems}
        for row in numbered(about(subjects).filter(**span(pack)), self.size):
            self.numbers.add(row.number)
            if row.action in told:
                refs = sorted(names[pk] for pk in subjects[row.object_type, row.object_id])
                self.flagged.append(_flagged(row) | {"systems": refs})

    def add_request(self, pack: EvidencePack) -> None:
        """Count in the entry that asked for the pack, whatever its period."""
        asked = Entry.objects.filter(
            object_type=ABOUT_PACKS, object_id=str(pack.pk), action="pack.requested"
        )
        for row in numbered(asked, self.size):
            self.request = row.number
            self.numbers.add(row.number)

    def exceptions(self) -> list[Facts]:
        """Return refusals, overrides, waivers and emergencies by number, with people's names."""
        names = names_of(row["actor"] for row in self.flagged)
        rows = sorted(self.flagged, key=lambda row: int(row["number"]))
        return [row | {"actor": names[row["actor"]]} for row in rows]


def _flagged(row: Any) -> Facts:
    return {
        "number": row.number,
        "at": body(row)["at"],
        "action": row.action,
        "object": row.object_ref or f"{row.object_type} {row.object_id}",
        "actor": row.actor_ref,
    }


def hanging(batch: Batch) -> Subjects:
    """Return what the timelines follow, and every other row that points to a system."""
    found: Subjects = defaultdict(set)
    for thing, systems in batch.subjects.items():
        found[thing] |= systems
    for relation in AISystem._meta.related_objects:
        model = relation.related_model
        if relation.one_to_many and model._meta.app_label != EvidencePack._meta.app_label:
            column = relation.field.name
            _hang(found, model._default_manager.filter(**{f"{column}__in": batch.ids}), column)
    _hang(found, Run.objects.filter(version__system__in=batch.ids), "version__system")
    return found


def _hang(found: Subjects, rows: QuerySet[Any], path: str) -> None:
    kind = rows.model._meta.model_name or ""
    for pk, system in rows.order_by().values_list("pk", path):
        found[kind, str(pk)].add(system)


def about(subjects: Subjects) -> QuerySet[Entry]:
    """Return the entries about any of these things."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, pk in subjects:
        kinds[kind].append(pk)
    told = Q(pk__in=[])
    for kind, ids in sorted(kinds.items()):
        told |= Q(object_type=kind, object_id__in=ids)
    return Entry.objects.filter(told)


def numbered(entries: QuerySet[Entry], size: int) -> Iterator[Any]:
    """Yield those entries that lie below a size of the tree, each with its number."""
    place = LeafSequence.objects.filter(entry_id=OuterRef("pk"), seq__lt=size).values("seq")
    rows = entries.annotate(number=Subquery(place)).filter(number__isnull=False)
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def later_than(size: int) -> int:
    """Return how many entries a checkpoint of this size does not cover."""
    beyond = LeafSequence.objects.filter(seq__gte=size).count()
    return beyond + Pending.objects.count()


def interval(pack: EvidencePack, size: int) -> Interval:
    """Return the numbers of the pack's period in the tree of a size.

    Raises DomainError when they are more than auditors' programs draw a sample from.
    """
    found = Interval(0, size - 1) if size else Interval(None, None)
    if limits := span(pack):
        within = Entry.objects.filter(**limits).values("pk")
        places = LeafSequence.objects.filter(seq__lt=size, entry_id__in=within)
        ends = places.aggregate(first=Min("seq"), last=Max("seq"))
        found = Interval(ends["first"], ends["last"])
    if len(found) > MOST_DRAWN:
        raise DomainError(f"The period has more than {MOST_DRAWN:,} entries: choose a shorter one.")
    return found


def bodies(numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield number and hashed bytes of each entry, in this order, some hundred at a time.

    Raises DomainError for an entry whose bytes are not those of its leaf any more.
    """
    for at in range(0, len(numbers), CHUNK):
        places = LeafSequence.objects.in_bulk(numbers[at : at + CHUNK])
        texts = dict(
            Entry.objects.filter(pk__in=[place.entry_id for place in places.values()]).values_list(
                "pk", "body"
            )
        )
        for number in numbers[at : at + CHUNK]:
            text = bytes(texts[places[number].entry_id])
            if leaf_hash(text) != bytes(places[number].leaf):
                raise DomainError(f"Entry {number} of the ledger was changed; nothing is sealed.")
            yield number, text


def openings(numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield salt and value of each commitment in these entries that was not erased."""
    for at in range(0, len(numbers), CHUNK):
        places = LeafSequence.objects.filter(seq__in=numbers[at : at + CHUNK])
        by_entry = dict(places.values_list("entry_id", "seq"))
        rows = list(Personal.objects.filter(entry_id__in=by_entry))
        for row in sorted(rows, key=lambda row: (by_entry[row.entry_id], row.path)):
            yield {
                "number": by_entry[row.entry_id],
                "path": row.path,
                "salt": base64.b64encode(bytes(row.salt)).decode(),
                "value": row.value,
            }
