"""The only eraser of personal values: an entry names each, then the database lets it go.

The bodies keep their salted commitments, so every leaf, root and proof stays as it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from governance.common.errors import DomainError
from governance.ledger.actions import Actor, record
from governance.ledger.models import Entry, Erased, LeafSequence
from governance.ledger.models import Personal as PersonalValue

MOST_NAMED = 40_000  # characters of paths in one entry, which has 65,535 bytes
AROUND = 16  # characters a number and its quotes take


@transaction.atomic
def erase(
    values: Iterable[PersonalValue], *, subject: models.Model, actor: Actor, data: Mapping[str, Any]
) -> list[Entry]:
    """Delete personal values and say so: `personal.erased` entries name numbers and paths.

    What another transaction erased meanwhile is left out. `data` says why and on what ground;
    it must hold no value that goes. Raises DomainError for a value whose entry has no number yet.
    """
    wanted = [value.pk for value in values]
    held = list(
        PersonalValue.objects.select_for_update().filter(pk__in=wanted).order_by("entry_id", "path")
    )
    numbers = numbers_of(held)
    if any(value.entry_id not in numbers for value in held):
        raise DomainError("Some entries have no number yet. Try again in a few seconds.")
    return [_erase(some, numbers, subject, actor, data) for some in _batches(held)]


def numbers_of(values: Iterable[PersonalValue]) -> dict[int, int]:
    """Return the number in the tree of each value's entry that has one, by the entry's id."""
    ids = {value.entry_id for value in values}
    return dict(LeafSequence.objects.filter(entry_id__in=ids).values_list("entry_id", "seq"))


def _erase(
    values: Sequence[PersonalValue],
    numbers: Mapping[int, int],
    subject: models.Model,
    actor: Actor,
    data: Mapping[str, Any],
) -> Entry:
    named: dict[str, list[str]] = defaultdict(list)
    for value in values:
        named[str(numbers[value.entry_id])].append(value.path)
    told = {**data, "values": len(values), "erased": named}
    entry = record("personal.erased", subject=subject, actor=actor, data=told)
    Erased.objects.bulk_create(
        Erased(entry_id=value.entry_id, path=value.path, erasure_id=entry.pk) for value in values
    )
    return entry


def _batches(values: Iterable[PersonalValue]) -> Iterator[list[PersonalValue]]:
    """Cut values into batches that one entry can name."""
    some: list[PersonalValue] = []
    letters = 0
    for value in values:
        letters += len(value.path) + AROUND
        if some and letters > MOST_NAMED:
            yield some
            some, letters = [], len(value.path) + AROUND
        some.append(value)
    if some:
        yield some
