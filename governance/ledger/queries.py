"""Reading the record: what an entry says, and the tree over all of them."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from governance.ledger.models import Entry, Erased, LeafSequence, Personal
from governance.ledger.rules import CLOCK, pointer
from governance.ledger.sentences import Change, changes, sentence
from governance.ledger.tree import root_at, tree_size


class Person(Protocol):
    """Who stands behind a handle, by today's name."""

    @property
    def name(self) -> str: ...

    @property
    def initials(self) -> str: ...


People = Callable[[Iterable[str]], Mapping[str, Person]]


@dataclass(frozen=True)
class Row:
    """An entry as lists and timelines show it; `number` is None while it waits for one."""

    number: int | None
    at: datetime
    name: str
    initials: str
    sentence: str
    changes: list[Change]
    action: str
    ref: str
    leaf: str

    @property
    def url(self) -> str:
        """Return the address of the entry's page, empty while it waits for its number."""
        return "" if self.number is None else f"/ledger/{self.number}/"


def body(entry: Entry) -> dict[str, Any]:
    """Return the body of an entry as JSON."""
    value: dict[str, Any] = json.loads(bytes(entry.body))
    return value


def data_with_personal(entry: Entry) -> Any:
    """Return the entry's data with the personal values put back in; an erased one says when."""
    return revealed(body(entry)["data"], personal_values([entry.pk])[entry.pk])


def personal_values(entries: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return entry id → path → personal value; of an erased one, `{"erased": when}`."""
    columns = ("entry_id", "path", "value")
    when = Entry.objects.filter(pk=OuterRef("erasure_id")).values("at")
    gone = Erased.objects.annotate(value=JSONObject(erased=Subquery(when)))
    there = Personal.objects.filter(entry_id__in=entries).values_list(*columns)
    erased = gone.filter(entry_id__in=entries).values_list(*columns)
    known: dict[int, dict[str, Any]] = defaultdict(dict)
    for entry_id, path, value in there.union(erased, all=True):
        known[entry_id][path] = value
    return known


def rows(entries: QuerySet[Entry], people: People) -> list[Row]:
    """Return entries as rows in their order: three queries, however many there are.

    `people` returns who stands behind handles; a handle without a person reads as "Somebody".
    """
    number = LeafSequence.objects.filter(entry_id=OuterRef("pk")).values("seq")
    found = list(entries.annotate(number=Subquery(number)))
    known = personal_values([entry.pk for entry in found])
    names: dict[str, Person] = {CLOCK.handle: CLOCK, **people({e.actor_ref for e in found})}
    return [_row(entry, known[entry.pk], names.get(entry.actor_ref)) for entry in found]


def _row(entry: Any, known: dict[str, Any], person: Person | None) -> Row:
    data = revealed(body(entry)["data"], known)
    return Row(
        number=entry.number,
        at=entry.at,
        name=person.name if person else "Somebody",
        initials=person.initials if person else "?",
        sentence=sentence(entry.action, entry.object_ref or _name(data), data),
        changes=changes(data),
        action=entry.action,
        ref=entry.object_ref,
        leaf=bytes(entry.leaf).hex(),
    )


def _name(data: Any) -> str:
    return str(data.get("name") or "") if isinstance(data, dict) else ""


def timeline(*things: tuple[str, object], people: People, limit: int = 20) -> list[Row]:
    """Return what was recorded about things, newest first; a thing is (model name, id).

    Constant queries: timeline(("aisystem", system.pk), people=people_behind).
    """
    about = Q(pk__in=[])
    for object_type, object_id in things:
        about |= Q(object_type=object_type, object_id=str(object_id))
    return rows(Entry.objects.filter(about).order_by("-pk")[:limit], people)


def revealed(value: Any, known: dict[str, Any], path: str = "") -> Any:
    """Return data with the known personal values put back in, each in its path's place."""
    if path in known:
        return known[path]
    if isinstance(value, dict):
        return {key: revealed(item, known, pointer(path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [revealed(item, known, pointer(path, at)) for at, item in enumerate(value)]
    return value


def size_and_root(size: int | None = None) -> tuple[int, str]:
    """Return how many entries are sequenced and the hexadecimal root over them (RFC 9162).

    With `size`, the root as it was when there were that many.
    """
    present = tree_size()
    size = present if size is None else min(size, present)
    return size, root_at(size).hex()


def number_of(entry: Entry) -> int | None:
    """Return the entry's dense number in the tree, None while it waits."""
    return LeafSequence.objects.filter(entry_id=entry.pk).values_list("seq", flat=True).first()
