"""What the ledger tells of each system, with the number of every entry."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sections import Batch, Facts, names_of
from governance.ledger.models import Entry, Erased, LeafSequence
from governance.ledger.queries import body, personal_values, revealed


def timelines(batch: Batch, pack: EvidencePack) -> dict[int, list[Facts]]:
    """Return each system's entries in the pack's period, oldest first."""
    entries = list(_entries(batch, pack))
    ids = [entry.pk for entry in entries]
    numbers = dict(LeafSequence.objects.filter(entry_id__in=ids).values_list("entry_id", "seq"))
    if batch.size is not None:
        entries = [entry for entry in entries if numbers.get(entry.pk, batch.size) < batch.size]
    names = names_of(entry.actor_ref for entry in entries)
    known = _personal(ids)
    found: dict[int, list[Facts]] = defaultdict(list)
    for entry in entries:
        told = {
            "number": numbers.get(entry.pk),
            "at": body(entry)["at"],
            "action": entry.action,
            "object": entry.object_ref or f"{entry.object_type} {entry.object_id}",
            "actor": names[entry.actor_ref],
            "data": revealed(body(entry)["data"], known[entry.pk]),
            "leaf": bytes(entry.leaf).hex(),
        }
        for system in batch.subjects[entry.object_type, entry.object_id]:
            found[system].append(told)
    return found


def _personal(entries: list[int]) -> dict[int, dict[str, Any]]:
    """Return entry id → path → personal value; of an erased one, when and on what ground."""
    known = personal_values(entries)
    gone = list(Erased.objects.filter(entry_id__in=entries))
    said = Entry.objects.in_bulk({row.erasure_id for row in gone})
    for row in gone:
        erasing = body(said[row.erasure_id])
        why = {"ground": erasing["data"].get("ground", "")}
        known[row.entry_id][row.path] = {"erased": erasing["at"], **why}
    return known


def _entries(batch: Batch, pack: EvidencePack) -> Any:
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, pk in batch.subjects:
        kinds[kind].append(pk)
    told = Q()
    for kind, ids in sorted(kinds.items()):
        told |= Q(object_type=kind, object_id__in=ids)
    rows = Entry.objects.filter(told, **span(pack)).order_by("pk")
    return rows.exclude(object_type="evidencepack")


def span(pack: EvidencePack) -> dict[str, datetime]:
    """Return a pack's period as conditions on a moment; none where it is open."""
    return span_of(pack.period_from, pack.period_to, pack.zone)


def span_of(first: date | None, last: date | None, zone: str) -> dict[str, datetime]:
    """Return days of a zone, both counted, as conditions on a moment; none where one is open."""
    found = {}
    if first:
        found["at__gte"] = _midnight(first, zone)
    if last and last < date.max:
        found["at__lt"] = _midnight(last + timedelta(days=1), zone)
    return found


def _midnight(day: date, zone: str) -> datetime:
    """Return when a day of a zone begins, in UTC; the first days of all only there."""
    if day == date.min:
        return datetime.combine(day, time(), UTC)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
