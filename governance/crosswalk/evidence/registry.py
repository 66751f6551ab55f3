"""The queries by name, what each looks at, and the systems they are asked about."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property

from django.db import models
from django.db.models import Func, Prefetch, Value
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from governance.crosswalk.rules import Evidence, Shown
from inventory.systems.models import AISystem
from inventory.vendors.models import Vendor

MOST_ROWS = 5  # of one query about one system that are kept
SHOWN_COLUMNS = (
    *("ref", "name", "intended_purpose", "our_roles", "stage", "data_categories", "countries"),
    *("architecture", "retired_on", "changed_at", "unit", "vendor", "owner"),
)
# Each once, where a join would bring it again with every system.
BESIDE = (
    Prefetch("unit", BusinessUnit.objects.only("name", "path", "parent")),
    Prefetch("vendor", Vendor.objects.only("name", "ref", "created_at")),
    Prefetch("owner", User.objects.only("name", "is_active")),
)


@dataclass(frozen=True)
class Scope:
    """The systems that are asked about, and the moment."""

    systems: Sequence[AISystem]
    now: datetime

    @cached_property
    def ids(self) -> list[int]:
        """Return the keys of the systems."""
        return [system.pk for system in self.systems]

    @cached_property
    def among(self) -> Func:
        """Return the keys for a look-up."""
        return _among(self.ids)

    @cached_property
    def by_pk(self) -> Mapping[int, AISystem]:
        """Return the systems by their keys."""
        return {system.pk: system for system in self.systems}

    @cached_property
    def changed_on(self) -> Mapping[int, date | None]:
        """Return on which day the register's entry of each system was changed last."""
        return {system.pk: self.day(system.changed_at) for system in self.systems}

    @cached_property
    def zone(self) -> tzinfo:
        """Return the organisation's zone."""
        return timezone.get_current_timezone()

    @cached_property
    def today(self) -> date:
        """Return the day in the organisation's zone."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def below(self) -> Mapping[int, list[int]]:
        """Return the systems at and below each unit that serves any of them."""
        found: dict[int, list[int]] = defaultdict(list)
        for system in self.systems:
            for unit in system.unit.path:
                found[unit].append(system.pk)
        return found

    def day(self, at: datetime | None) -> date | None:
        """Return the day of a moment; none where nobody kept it."""
        return at.astimezone(self.zone).date() if at else None

    def age(self, day: date | None) -> int:
        """Return how many days ago a day was; none counts as today."""
        return (self.today - day).days if day else 0

    def served(self, unit: int | None, row: Shown) -> Iterable[tuple[int, Shown]]:
        """Yield a row for every system that a unit serves; without a unit for all of them."""
        return ((pk, row) for pk in (self.ids if unit is None else self.below.get(unit, ())))


def _among(keys: Iterable[int]) -> Func:
    """Return keys for a look-up: one text, where a list would be a parameter for each."""
    return Func(
        Value("{" + ",".join(map(str, keys)) + "}"),
        template="(SELECT unnest(%(expressions)s::bigint[]))",
        output_field=models.BigIntegerField(),
    )


def scope_of(systems: Iterable[int], now: datetime) -> Scope:
    """Return the systems of these keys as queries need them: four look-ups."""
    rows = AISystem.objects.filter(pk__in=_among(systems)).prefetch_related(*BESIDE)
    return Scope(list(rows.only(*SHOWN_COLUMNS).order_by("name", "pk")), now)


Find = Callable[[Scope, tuple[str, ...]], Iterable[tuple[int, Shown]]]


@dataclass(frozen=True)
class Query:
    """A named query: what it looks at, and how that is called."""

    name: str
    model: type[models.Model]
    words: str  # what it looks for, in the plural
    find: Find
    takes: bool = False  # whether it must be asked for something


QUERIES: dict[str, Query] = {}


def query(model: type[models.Model], words: str, *, takes: bool = False) -> Callable[[Find], Find]:
    """Register a query under the name of its function."""

    def keep(find: Find) -> Find:
        name = find.__name__
        QUERIES[name] = Query(name, model, words, find, takes)
        return find

    return keep


def found(wanted: Iterable[Evidence], scope: Scope) -> dict[Evidence, dict[int, list[Shown]]]:
    """Return what each evidence shows about each system, what counts first, then the newest.

    A query that several controls ask runs once, for all that any of them asks for.
    """
    asked: dict[str, list[Evidence]] = defaultdict(list)
    for one in wanted:
        asked[one.query].append(one)
    told: dict[Evidence, dict[int, list[Shown]]] = {}
    for name, evidence in sorted(asked.items()):
        everything = tuple(sorted({key for one in evidence for key in one.of}))
        rows = list(QUERIES[name].find(scope, everything))
        for one in evidence:
            told[one] = _by_system(rows, one)
    return told


def _by_system(rows: Iterable[tuple[int, Shown]], evidence: Evidence) -> dict[int, list[Shown]]:
    found: dict[int, list[Shown]] = defaultdict(list)
    for system, row in rows:
        if not evidence.of or row.key in evidence.of:
            found[system].append(row)
    for shown in found.values():
        if len(shown) > 1:
            shown.sort(key=_newest_first)
            del shown[MOST_ROWS:]
    return dict(found)


def _newest_first(row: Shown) -> tuple[bool, int, str]:
    return (not row.is_current, -(row.on or date.min).toordinal(), row.ref)
