"""The list of systems: which ones, in which order, and what each row shows.

Constant queries a page, and near-constant time: the order comes from an index, a count stops
at 10,000, and what other stages know is fetched for the rows of one page only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from urllib.parse import parse_qs

from django.db.models import Case, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils import timezone

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.approvals.standing import standing
from governance.classification.models import Assessment
from governance.overview.register_filters import CONDITIONS, with_matrix
from governance.overview.register_search import MOST_HITS, Search, search
from governance.overview.register_state import TIERS, Gap, ListState, read_state
from inventory.systems.models import AISystem, shared_with
from inventory.systems.rules import Stage

PAGE_SIZE = 50
MOST_COUNTED = 10_000
BATCH = 1_000
STORED = (
    "pk", "ref", "name", "stage", "unit__name", "owner__name", "vendor_id", "vendor__name",
    "our_roles", "data_categories", "people_affected", "countries", "architecture", "origin",
    "external_key", "live_since", "changed_at",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """A system as the list and its exports show it."""

    pk: int
    ref: str
    name: str
    stage: str
    unit: str
    owner: str | None
    vendor_id: int | None
    vendor: str | None
    our_roles: list[str]
    data_categories: list[str]
    people_affected: list[str]
    countries: list[str]
    architecture: str
    origin: str
    external_key: str
    live_since: date | None
    changed_at: datetime
    has_purpose: bool
    tier: str | None = None
    due: date | None = None  # the next day on which duties begin
    version: str = ""  # that runs in production, else the approved one
    release: str = ""  # how it stands, in words
    release_look: str = ""  # one of the five states
    gaps: list[Gap] = field(default_factory=list)
    basics: int = len(Gap)  # how many of the gaps could be there

    @property
    def url(self) -> str:
        """Return the address of the system's page."""
        return f"/systems/{self.ref}/"

    @property
    def missing(self) -> int:
        """Return how many of the basics are missing."""
        return len(self.gaps)

    @property
    def met(self) -> int:
        """Return how many of the basics are there."""
        return self.basics - len(self.gaps)


@dataclass(frozen=True)
class Page:
    """One page of the list. `total` is None when there are more than `counted_to`."""

    rows: list[Row]
    first: int
    total: int | None
    has_next: bool
    counted_to: int = MOST_COUNTED


class Register:
    """The systems one person sees, as a list state asks for them."""

    def __init__(self, user: User, state: ListState, today: date) -> None:
        self.user, self.state, self.today = user, state, today

    @cached_property
    def scope(self) -> Q:
        """Return which systems the person sees; asked of the database once."""
        return scope_of(self.user)

    @cached_property
    def _search(self) -> Search:
        return search(self.state.query)

    def systems(self) -> QuerySet[AISystem]:
        """Return the matching systems in the order of the state."""
        return self._ordered(self.matching())

    def matching(self) -> QuerySet[AISystem]:
        """Return the matching systems in no order."""
        found: QuerySet[AISystem] = AISystem.objects.filter(self.scope).order_by()
        if self.state.query:
            found = found.filter(self._search.condition)
        for name, values in self.state.filters.items():
            if values:
                found = found.filter(self._condition(name, values))
        return found

    def page(self) -> Page:
        """Return the page that the state asks for."""
        start = (self.state.page - 1) * PAGE_SIZE
        narrow = self.systems().values("pk")[start : start + PAGE_SIZE + 1]
        found = list(self._stored(self._ordered(AISystem.objects.filter(pk__in=narrow))))
        rows = completed([_row(values) for values in found[:PAGE_SIZE]], self.today)
        has_next = len(found) > PAGE_SIZE
        total: int | None = start + len(found)
        if has_next or (start and not found):
            total = self._counted()
        broad = bool(self.state.query) and self._search.is_broad
        return Page(rows, start + 1, total, has_next, MOST_HITS if broad else MOST_COUNTED)

    def _counted(self) -> int | None:
        """Return how many systems match; None when there are too many to count each time."""
        if self.state.query and self._search.is_broad:
            return None
        counted = self.matching()[: MOST_COUNTED + 1].count()
        return counted if counted <= MOST_COUNTED else None

    def all_rows(self) -> Iterator[Row]:
        """Yield every matching row, read from a cursor of the database in batches."""
        cursor = self._stored(self.systems()).iterator(chunk_size=BATCH)
        while values := list(islice(cursor, BATCH)):
            yield from completed([_row(row) for row in values], self.today)

    def _stored(self, systems: QuerySet[AISystem]) -> QuerySet[AISystem, tuple]:
        return systems.annotate(
            has_purpose=Case(When(intended_purpose="", then=False), default=True)
        ).values_list(*STORED, "has_purpose")

    def _condition(self, name: str, values: tuple[str, ...]) -> Q:
        build = CONDITIONS.get(name)
        found = Q(pk__in=[])
        for value in values:
            found |= build(value, self.user) if build else Q(**{name: value})
        return found

    def _ordered(self, systems: QuerySet[AISystem]) -> QuerySet[AISystem]:
        key = self.state.key
        if key == "tier":
            signed = FilteredRelation(
                "assessments", condition=Q(assessments__superseded_at__isnull=True)
            )
            order = _rank("signed__tier", TIERS)
            systems = systems.annotate(signed=signed, rank=order)
        elif key == "stage":
            systems = systems.annotate(rank=_rank("stage", list(Stage)))
        columns = {
            "name": (Lower("name"), F("pk")),
            "ref": (F("pk"),),
            "changed": (F("changed_at"), F("pk")),
            "unit": (Lower("unit__name"), F("unit_id"), Lower("name"), F("pk")),
        }.get(key, (F("rank"), Lower("name"), F("pk")))
        down = self.state.descending
        return systems.order_by(*(item.desc() if down else item.asc() for item in columns))


def listed(user: User, query: str) -> QuerySet[AISystem]:
    """Return the systems that the list shows a person at an address with this query."""
    state = read_state(parse_qs(query), ())
    return Register(user, state, timezone.localdate()).matching()


def scope_of(user: User) -> Q:
    """Return which systems a person sees, as a condition over plain ids.

    It says the same as `AISystem.objects.visible_to`, but the database can plan for it: no
    condition at all for somebody who sees the whole organisation.
    """
    if not user.is_active:
        return Q(pk__in=[])
    units = dict(visible_units(user).values_list("pk", "parent_id"))
    if None in units.values():
        return Q()
    shared = shared_with(user)
    return Q(unit_id__in=list(units)) | Q(
        pk__in=list(shared.values_list("content_object_id", flat=True))
    )


def completed(rows: list[Row], today: date) -> list[Row]:
    """Return the rows with what other stages know about them: four queries for all."""
    ids = [row.pk for row in rows]
    signed = {
        pk: (tier, days)
        for pk, tier, days in Assessment.objects.current()
        .filter(system__in=ids)
        .order_by()
        .values_list("system_id", "tier", "duty_days")
    }
    releases = standing(ids)
    matrices = set(with_matrix().filter(system__in=ids).values_list("system_id", flat=True))
    covered = set(
        AISystem.agreements.through.objects.filter(aisystem_id__in=ids).values_list(
            "aisystem_id", flat=True
        )
    )
    for row in rows:
        row.tier, days = signed.get(row.pk, (None, []))
        row.due = min((day for day in days if day >= today), default=None)
        if release := releases.get(row.pk):
            row.version, row.release = release.version.label, release.words
            row.release_look = release.look
        there = {
            Gap.PURPOSE: row.has_purpose,
            Gap.OWNER: row.owner is not None,
            Gap.TIER: row.tier is not None,
            Gap.VERSION: bool(row.version),
            Gap.MATRIX: row.pk in matrices,
            Gap.AGREEMENT: row.vendor_id is None or row.pk in covered,
        }
        row.gaps = [gap for gap, is_there in there.items() if not is_there]
    return rows


def _row(values: Iterable) -> Row:
    return Row(*values)


def _rank(column: str, order: Iterable[str]) -> Case:
    cases = [When(**{column: value}, then=Value(at)) for at, value in enumerate(order)]
    return Case(*cases, default=Value(len(cases)), output_field=IntegerField())
