"""How many systems there are, by business area and risk tier, counted by the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.classification.models import Assessment
from inventory.systems.models import AISystem
from raci.models import Matrix
from raci.rules import MatrixStatus

TIERS = ("prohibited", "high", "limited", "minimal", "unclassified")
BESIDE = ("out_of_scope", "not_applicable")  # signed, but no tier of risk
MOST_AREAS = 12
SHADES = (0, 2, 5, 9, 14)  # up to so many gaps; more is the darkest


@dataclass(frozen=True)
class Cell:
    """The systems of one area and tier, and the gaps among them."""

    tier: str
    systems: int
    gaps: int
    url: str

    @property
    def shade(self) -> int:
        """Return 0 to 5: how many gaps, as a colour."""
        return next((at for at, most in enumerate(SHADES) if self.gaps <= most), len(SHADES))


@dataclass(frozen=True)
class Area:
    """A row of the heat map: a business unit with all below it."""

    name: str
    url: str
    cells: list[Cell]

    @property
    def systems(self) -> int:
        """Return how many systems the row shows."""
        return sum(cell.systems for cell in self.cells)


@dataclass
class Tally:
    """Systems and gaps, added up."""

    systems: int = 0
    ownerless: int = 0
    unassigned: int = 0  # no matrix in force

    def add(self, row: Mapping[str, int], sign: int = 1) -> None:
        """Add, or with sign -1 take away, one row of counts."""
        self.systems += sign * row["systems"]
        self.ownerless += sign * row["ownerless"]
        self.unassigned += sign * row["unassigned"]

    @property
    def gaps(self) -> int:
        """Return how much is missing: an owner, a matrix."""
        return self.ownerless + self.unassigned


@dataclass(frozen=True)
class Portfolio:
    """Everything a person sees, counted."""

    total: int
    added: int  # since the month began
    by_tier: dict[str, Tally]
    areas: list[Area] = field(default_factory=list)
    more_areas: int = 0

    @property
    def mix(self) -> list[tuple[str, int]]:
        """Return the tiers with their numbers, for the bar; unclassified comes last."""
        order = (*TIERS[:-1], *BESIDE, TIERS[-1])
        return [("none" if t == TIERS[-1] else t, self.by_tier[t].systems) for t in order]

    @property
    def signed(self) -> int:
        """Return how many systems have a signed classification."""
        return self.total - self.by_tier["unclassified"].systems

    @property
    def unassigned(self) -> int:
        """Return how many systems have no matrix in force."""
        return sum(tally.unassigned for tally in self.by_tier.values())


def portfolio(user: User, month: datetime) -> Portfolio:
    """Return the person's systems by area and tier in three queries; `month` is its first day."""
    places, areas = _places(user)
    cells: dict[tuple[int | None, str], Tally] = defaultdict(Tally)
    added = 0
    for row in _all_systems(user, month):
        added += row["added"]
        cells[places.get(row["unit_id"]), "unclassified"].add(row)
    for row in _signed_systems(user):
        place = places.get(row["system__unit_id"])
        cells[place, row["tier"]].add(row)
        cells[place, "unclassified"].add(row, sign=-1)
    by_tier = {tier: Tally() for tier in (*TIERS, *BESIDE)}
    for (_, tier), tally in cells.items():
        by_tier[tier].add(vars(tally))
    rows = _areas(cells, areas)
    return Portfolio(
        total=sum(tally.systems for tally in by_tier.values()),
        added=added,
        by_tier=by_tier,
        areas=rows[:MOST_AREAS],
        more_areas=max(len(rows) - MOST_AREAS, 0),
    )


def _gap_counts(prefix: str) -> dict[str, Count]:
    active = Matrix.objects.filter(status=MatrixStatus.ACTIVE, system__isnull=False)
    assigned = Q(**{f"{prefix}pk__in": active.values("system_id")})
    return {
        "systems": Count("pk"),
        "ownerless": Count("pk", filter=Q(**{f"{prefix}owner__isnull": True})),
        "unassigned": Count("pk", filter=~assigned),
    }


def _all_systems(user: User, month: datetime) -> Iterable[Any]:
    rows = AISystem.objects.visible_to(user).order_by().values("unit_id")
    added = Count("pk", filter=Q(created_at__gte=month))
    return rows.annotate(added=added, **_gap_counts(""))


def _signed_systems(user: User) -> Iterable[Any]:
    rows = Assessment.objects.current().visible_to(user).order_by()
    return rows.values("system__unit_id", "tier").annotate(**_gap_counts("system__"))


def _places(user: User) -> tuple[dict[int, int], dict[int, str]]:
    """Return unit → area, and the names of the areas.

    An area is a unit right below the organisation, or, for somebody who does not see the
    organisation, the topmost unit that the person sees.
    """
    units = list(visible_units(user).order_by().values_list("pk", "name", "path"))
    names = {pk: name for pk, name, _ in units}
    places = {}
    for pk, _, path in units:
        seen = [above for above in path if above in names]
        is_whole = seen[0] == path[0]  # the organisation itself is seen
        places[pk] = seen[1] if is_whole and len(seen) > 1 else seen[0]
    return places, names


def _areas(cells: Mapping[tuple[int | None, str], Tally], names: Mapping[int, str]) -> list[Area]:
    """Return the rows, those with the most high-risk systems and gaps first."""
    sizes = Counter[int | None]()
    for (place, _), tally in cells.items():
        sizes[place] += tally.systems
    rows = [_area(place, cells, names) for place, size in sizes.items() if size]
    return sorted(rows, key=_severity)


def _area(
    place: int | None, cells: Mapping[tuple[int | None, str], Tally], names: Mapping[int, str]
) -> Area:
    where = {"unit": place} if place else {"shared": 1}
    made = []
    for tier in TIERS:
        tally = cells.get((place, tier), Tally())
        url = f"/systems/?{urlencode({**where, 'tier': tier})}"
        made.append(Cell(tier, tally.systems, tally.gaps, url))
    name = names[place] if place else "Shared with you"
    return Area(name, f"/systems/?{urlencode(where)}", made)


def _severity(area: Area) -> tuple[int, int, int, str]:
    prohibited, high, *_ = area.cells
    gaps = sum(cell.gaps for cell in area.cells)
    return (-prohibited.systems - high.systems, -gaps, -area.systems, area.name)
