"""Under which numbers the record knows what shows something."""

from collections.abc import Iterable

from django.db.models import Max

from governance.crosswalk.rules import Shown
from governance.ledger.models import Entry, LeafSequence

ENTRY = "entry"


def numbers_of(rows: Iterable[Shown]) -> dict[tuple[str, int, str], int]:
    """Return the number of the last entry about each thing, as `Shown.thing`: two look-ups.

    What the record does not know, or has not numbered yet, is absent.
    """
    things = {row.thing for row in rows if row.kind}
    last = {thing: thing[1] for thing in things if thing[0] == ENTRY}
    found = Entry.objects.filter(
        object_type__in={kind for kind, _, _ in things},
        object_id__in={str(pk) for _, pk, _ in things},
    )
    told = found.values("object_type", "object_id", "action").annotate(last=Max("pk"))
    for row in told.order_by("last"):
        kind, pk = row["object_type"], int(row["object_id"])
        for thing in ((kind, pk, row["action"]), (kind, pk, "")):
            if thing in things:
                last[thing] = row["last"]
    sequence = LeafSequence.objects.filter(entry_id__in=set(last.values()))
    numbers = dict(sequence.values_list("entry_id", "seq"))
    return {thing: numbers[at] for thing, at in last.items() if at in numbers}
