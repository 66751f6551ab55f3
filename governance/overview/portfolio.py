"""How many systems there are, by business area and risk tier, counted by the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, FilteredRelation, Q

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.overview.register import LACKS
from governance.overview.register_state import Gap
from inventory.systems.models import AISystem

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
    gaps: int = 0
    unassigned: int = 0  # no matrix in force

    def add(self, other: "Tally") -> None:
        """Add another one."""
        self.systems += other.systems
        self.gaps += other.gaps
        self.unassigned += other.unassigned


@dataclass(frozen=True)
class Portfolio:
    """Everything a person sees, counted."""

    total: int
    added: int  # since the month began
    by_tier: dict[str, Tally]
    areas: list[Area]
    more_areas: int

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


def portfolio(user: User, scope: Q, month: datetime) -> Portfolio:
    """Return the systems in scope by area and tier; `month` is its first day.

    The database counts, in one statement; another one reads the units.
    """
    places, names = _places(user)
    cells: dict[tuple[int | None, str], Tally] = defaultdict(Tally)
    by_tier = {tier: Tally() for tier in (*TIERS, *BESIDE)}
    elsewhere, added = set(), 0
    for unit, tier, tally, new in _counts(scope, month):
        place = places.get(unit)
        cells[place, tier].add(tally)
        by_tier[tier].add(tally)
        added += new
        if place is None:
            elsewhere.add(unit)
    rows = _areas(cells, names, sorted(elsewhere))
    return Portfolio(
        total=sum(tally.systems for tally in by_tier.values()),
        added=added,
        by_tier=by_tier,
        areas=rows[:MOST_AREAS],
        more_areas=max(len(rows) - MOST_AREAS, 0),
    )


def _counts(scope: Q, month: datetime) -> Iterable[tuple[int, str, Tally, int]]:
    """Yield unit, tier, what is there, and how many are new this month."""
    signed = FilteredRelation("assessments", condition=Q(assessments__superseded_at__isnull=True))
    lacks = {f"lacks_{gap}": Count("pk", filter=build()) for gap, build in LACKS.items()}
    rows: Iterable[Any] = (
        AISystem.objects.filter(scope)
        .order_by()
        .annotate(signed=signed)
        .values("unit_id", "signed__tier")
        .annotate(
            systems=Count("pk"),
            added=Count("pk", filter=Q(created_at__gte=month)),
            **lacks,
        )
    )
    for row in rows:
        gaps = sum(row[name] for name in lacks)
        tally = Tally(row["systems"], gaps, row[f"lacks_{Gap.MATRIX}"])
        yield row["unit_id"], row["signed__tier"] or "unclassified", tally, row["added"]


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


def _areas(
    cells: Mapping[tuple[int | None, str], Tally],
    names: Mapping[int, str],
    elsewhere: list[int],
) -> list[Area]:
    """Return the rows, those with the most high-risk systems and gaps first."""
    rows = []
    for place in {place for place, _ in cells}:
        name = names[place] if place else "Shared with you"
        units = [("unit", str(unit)) for unit in ([place] if place else elsewhere)]
        rows.append(Area(name, _list(units), _row(place, cells, units)))
    return sorted(rows, key=_severity)


def _row(
    place: int | None,
    cells: Mapping[tuple[int | None, str], Tally],
    units: list[tuple[str, str]],
) -> list[Cell]:
    row = []
    for tier in TIERS:
        tally = cells.get((place, tier), Tally())
        row.append(Cell(tier, tally.systems, tally.gaps, _list([*units, ("tier", tier)])))
    return row


def _list(filters: list[tuple[str, str]]) -> str:
    return f"/systems/?{urlencode(filters)}"


def _severity(area: Area) -> tuple[int, int, int, str]:
    prohibited, high, *_ = area.cells
    gaps = sum(cell.gaps for cell in area.cells)
    return (-prohibited.systems - high.systems, -gaps, -area.systems, area.name)
