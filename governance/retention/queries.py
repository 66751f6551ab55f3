"""What the record holds about a person, and which of it must be kept."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Func, Max, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from governance.accounts.access import people_behind
from governance.accounts.models import User
from governance.ledger.erasing import numbers_of
from governance.ledger.models import Entry
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.queries import Row, rows
from governance.ledger.sentences import words
from governance.retention.law import rules
from governance.retention.rules import Ruling, ruling
from governance.retention.standings import Standings, standings, systems_of

SHORTEST = 3  # letters that a search needs
MOST = 2_000  # values in one look; the rest comes with the next
OWN_PATHS = ("/name", "/email", "/person", "/changes/name/from", "/changes/email/from")
DISCLOSURES = ("pack.downloaded", "pack.shared")
MOST_TOLD = 200  # disclosures in one look


@dataclass(frozen=True)
class Held:
    """One personal value of the record, and what keeps it; `number` is None while it waits."""

    value: PersonalValue
    entry: Entry
    number: int | None
    shown: str
    names_more: bool  # it says more than the name looked for: it may name others
    ruling: Ruling | None


@dataclass(frozen=True)
class Deeds:
    """Entries by the person, by kind: the handle behind them says nothing by itself."""

    kind: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Holdings:
    """All that the record holds about somebody."""

    person: User | None
    words: tuple[str, ...]
    held: list[Held]
    deeds: list[Deeds]
    keeps_name: Ruling | None  # what keeps the name of whoever acted
    disclosures: list[Row]  # packs given or fetched since: who has them
    namesakes: list[User]
    is_cut: bool

    @property
    def free(self) -> list[Held]:
        """Return what may be erased now."""
        return [one for one in self.held if not one.ruling and one.number is not None]

    @property
    def kept(self) -> list[Held]:
        """Return what a rule keeps."""
        return [one for one in self.held if one.ruling]

    @property
    def waiting(self) -> list[Held]:
        """Return what has no number yet; a few seconds later it has."""
        return [one for one in self.held if not one.ruling and one.number is None]


def holdings(*, person: User | None = None, text: str = "", today: date | None = None) -> Holdings:
    """Return what the record holds about a person with an account, or about a name or address."""
    looked_for = words_for(person) if person else (text.strip(),)
    today = today or timezone.localdate()
    values = values_about(looked_for)
    known = standings()
    held = _held(values[:MOST], looked_for, known, today)
    return Holdings(
        person=person,
        words=looked_for,
        held=held,
        deeds=_deeds(person) if person else [],
        keeps_name=_keeps_name(person, known, today) if person else None,
        disclosures=_disclosures(held),
        namesakes=_namesakes(person, looked_for),
        is_cut=len(values) > MOST,
    )


def words_for(person: User) -> tuple[str, ...]:
    """Return a person's name and address, and those the record knows from before."""
    about = Entry.objects.filter(object_type="user", object_id=str(person.pk)).values("pk")
    past = PersonalValue.objects.filter(entry_id__in=about, path__in=OWN_PATHS)
    names = [person.name, person.email, *past.values_list("value", flat=True)]
    kept = [name for name in names if isinstance(name, str) and len(name) >= SHORTEST]
    return tuple(dict.fromkeys(kept))


def values_about(looked_for: Sequence[str]) -> list[PersonalValue]:
    """Return the personal values that say one of these names or addresses as whole words."""
    asked = Q(pk__in=[])
    for word in looked_for:
        if len(word) >= SHORTEST:
            asked |= Q(said__icontains=json.dumps(word, ensure_ascii=False)[1:-1])
    rows = PersonalValue.objects.annotate(said=Cast(F("value"), TextField()))
    found = rows.filter(asked).order_by("entry_id", "path")
    return [value for value in found if says(value.value, looked_for)]


def says(value: Any, looked_for: Iterable[str]) -> bool:
    """Return whether a value holds one of the words, whole: "Ann" is not in "Annabel"."""
    if isinstance(value, dict):
        return any(says(item, looked_for) for item in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return any(says(item, looked_for) for item in value)
    return isinstance(value, str) and any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", value, re.IGNORECASE) for word in looked_for
    )


def _held(
    values: list[PersonalValue], looked_for: Sequence[str], known: Standings, today: date
) -> list[Held]:
    entries = Entry.objects.in_bulk({value.entry_id for value in values})
    about, numbers = systems_of(entries.values()), numbers_of(values)
    exact = {word.casefold() for word in looked_for}
    rulings = {pk: _ruling(entry, known, about, today) for pk, entry in entries.items()}
    return [
        Held(
            value=value,
            entry=entries[value.entry_id],
            number=numbers.get(value.entry_id),
            shown=words(value.value),
            names_more=not (
                isinstance(value.value, str) and value.value.casefold().strip() in exact
            ),
            ruling=rulings[value.entry_id],
        )
        for value in values
    ]


def _ruling(
    entry: Entry, known: Standings, about: dict[tuple[str, str], int], today: date
) -> Ruling | None:
    kind = entry.action.partition(".")[0]
    return ruling(kind, entry.at.date(), known.of(entry, about), rules(), today)


def _deeds(person: User) -> list[Deeds]:
    told = Entry.objects.filter(actor_ref=person.handle).order_by()
    kind = Func(F("action"), Value("."), Value(1), function="split_part", output_field=TextField())
    rows = told.values(kind=kind).annotate(count=Count("pk"), first=Min("at"), last=Max("at"))
    return [Deeds(**row) for row in rows.order_by("kind")]


def _keeps_name(person: User, known: Standings, today: date) -> Ruling | None:
    """Return what keeps the name of whoever wrote, decided or signed the longest."""
    kinds = Q(pk__in=[])
    for kind in {kind for rule in rules() for kind in rule.kinds}:
        kinds |= Q(action__startswith=f"{kind}.")
    told: QuerySet[Entry] = Entry.objects.filter(kinds, actor_ref=person.handle)
    newest = told.order_by("action", "object_type", "object_id", "unit_id", "-pk").distinct(
        "action", "object_type", "object_id", "unit_id"
    )
    entries = list(newest.defer("body"))
    about = systems_of(entries)
    found = [_ruling(entry, known, about, today) for entry in entries]
    return max((one for one in found if one), key=lambda one: one.until or date.max, default=None)


def _disclosures(held: list[Held]) -> list[Row]:
    """Return to whom packs went after the first of these values was recorded, newest first."""
    if not held:
        return []
    since = min(one.entry.at for one in held)
    told = Entry.objects.filter(action__in=DISCLOSURES, at__gte=since).order_by("-pk")
    return rows(told[:MOST_TOLD], people_behind)


def _namesakes(person: User | None, looked_for: Sequence[str]) -> list[User]:
    """Return other people with one of the names."""
    asked = Q(pk__in=[])
    for word in looked_for:
        asked |= Q(name__iexact=word)
    return list(User.objects.filter(asked).exclude(pk=person.pk if person else 0))
