"""How many systems there are, by business area and risk tier, counted by the database."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, FilteredRelation, Q

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.overview.register_filters import LACKS
from governance.overview.register_state import Gap
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage

TIERS = ("prohibited", "high", "limited", "minimal", "unclassified")
BESIDE = ("out_of_scope", "not_applicable")  # signed, but no tier of risk
MOST_AREAS = 12
MENDED = (Gap.TIER, Gap.OWNER, Gap.MATRIX)  # what Today asks somebody to mend
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

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row of counts."""
        self.systems += row["systems"]
        self.gaps += sum(row[f"lacks_{gap}"] for gap in Gap)
        self.unassigned += row[f"lacks_{Gap.MATRIX}"]


@dataclass(frozen=True)
class Portfolio:
    """Everything a person sees, counted."""

    total: int
    added: int  # since the month began
    by_tier: dict[str, Tally]
    areas: list[Area]
    more_areas: int
    lacking: dict[Gap, dict[int, int]]  # what systems in use lack: gap → unit → how many
    duty_days: dict[date, int]  # how many systems have duties that begin on a day
    paths: dict[int, list[int]]  # of the units that the person sees

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
    """Return the systems in scope, counted; `month` is its first day.

    The database counts, in one statement; another one reads the units.
    """
    paths, names = _units(user)
    places = {pk: _place(path, names) for pk, path in paths.items()}
    cells: dict[tuple[int | None, str], Tally] = defaultdict(Tally)
    by_tier = {tier: Tally() for tier in (*TIERS, *BESIDE)}
    lacking: dict[Gap, dict[int, int]] = {gap: defaultdict(int) for gap in MENDED}
    days: dict[date, int] = defaultdict(int)
    elsewhere, added = set(), 0
    for row in _counts(scope, month):
        unit, place = row["unit_id"], places.get(row["unit_id"])
        for tally in (cells[place, _tier(row)], by_tier[_tier(row)]):
            tally.add(row)
        for gap, units in lacking.items():
            units[unit] += row[f"open_{gap}"]
        for day in row["signed__duty_days"] or ():
            days[day] += row["systems"]
        added += row["added"]
        if place is None:
            elsewhere.add(unit)
    rows = _areas(cells, names, sorted(elsewhere))
    return Portfolio(
        total=sum(tally.systems for tally in by_tier.values()),
        added=added,
        by_tier=by_tier,
        areas=rows[:MOST_AREAS],
        more_areas=max(len(rows) - MOST_AREAS, 0),
        lacking=lacking,
        duty_days=days,
        paths=paths,
    )


def _tier(row: Mapping[str, Any]) -> str:
    return row["signed__tier"] or "unclassified"


def _counts(scope: Q, month: datetime) -> Iterable[Any]:
    """Return how many systems, new ones and gaps there are, by unit, tier and days of duties."""
    signed = FilteredRelation("assessments", condition=Q(assessments__superseded_at__isnull=True))
    live = ~Q(stage=Stage.RETIRED)
    lacks = {f"lacks_{gap}": Count("pk", filter=LACKS[gap]()) for gap in Gap}
    mended = {f"open_{gap}": Count("pk", filter=live & LACKS[gap]()) for gap in MENDED}
    return (
        AISystem.objects.filter(scope)
        .order_by()
        .annotate(signed=signed)
        .values("unit_id", "signed__tier", "signed__duty_days")
        .annotate(
            systems=Count("pk"),
            added=Count("pk", filter=Q(created_at__gte=month)),
            **lacks,
            **mended,
        )
    )


def _units(user: User) -> tuple[dict[int, list[int]], dict[int, str]]:
    """Return the paths and the names of the units that the person sees."""
    units = list(visible_units(user).order_by().values_list("pk", "name", "path"))
    return {pk: path for pk, _, path in units}, {pk: name for pk, name, _ in units}


def _place(path: list[int], names: Mapping[int, str]) -> int:
    """Return the area of a unit.

    That is the unit right below the organisation, or, for somebody who does not see the
    organisation, the topmost unit that the person sees.
    """
    seen = [above for above in path if above in names]
    is_whole = seen[0] == path[0]  # the organisation itself is seen
    return seen[1] if is_whole and len(seen) > 1 else seen[0]


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
