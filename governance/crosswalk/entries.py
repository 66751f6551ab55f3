"""Under which numbers the record knows what shows something."""

from collections.abc import Iterable

from django.db.models import Max

from governance.crosswalk.rules import Shown
from governance.ledger.models import Entry, LeafSequence

ENTRY = "entry"


def numbers_of(rows: Iterable[Shown]) -> dict[tuple[str, int], int]:
    """Return the number of the last entry about each thing, by its kind and key: two look-ups.

    What the record does not know, or has not numbered yet, is absent.
    """
    wanted = {(row.kind, row.pk) for row in rows if row.kind}
    entries = {pk: (ENTRY, pk) for kind, pk in wanted if kind == ENTRY}
    things = {(kind, str(pk)) for kind, pk in wanted if kind != ENTRY}
    found = Entry.objects.filter(
        object_type__in={kind for kind, _ in things}, object_id__in={pk for _, pk in things}
    )
    last = found.order_by().values_list("object_type", "object_id").annotate(last=Max("pk"))
    entries |= {at: (kind, int(pk)) for kind, pk, at in last if (kind, pk) in things}
    sequence = LeafSequence.objects.filter(entry_id__in=entries)
    return {entries[at]: seq for at, seq in sequence.values_list("entry_id", "seq")}
