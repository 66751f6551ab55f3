"""What a list of systems is asked for: the address, read and written. Pure.

Every state of the list is an address; a saved view is a named address. Values that nothing
knows are left out, and told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

from inventory.systems.rules import DataCategory, Origin, OurRole, Stage

SORTS = ("name", "ref", "changed", "stage", "tier", "unit")
TIERS = ("prohibited", "high", "limited", "minimal", "out_of_scope", "unclassified")
TIER_WORDS = {
    "prohibited": "Prohibited",
    "high": "High-risk",
    "limited": "Limited",
    "minimal": "Minimal",
    "out_of_scope": "Out of scope",
    "unclassified": "Unclassified",
}
LONGEST_VALUE = 200


class Gap(StrEnum):
    """What a system should have and may lack."""

    PURPOSE = "purpose"
    OWNER = "owner"
    TIER = "tier"
    VERSION = "version"
    MATRIX = "matrix"
    AGREEMENT = "agreement"


GAP_WORDS = {
    Gap.PURPOSE: "no intended purpose",
    Gap.OWNER: "no owner",
    Gap.TIER: "no signed classification",
    Gap.VERSION: "no approved model version",
    Gap.MATRIX: "no matrix in force",
    Gap.AGREEMENT: "no agreement with the vendor",
}
ANY_GAP = "1"
RELEASE_WORDS = {  # how the model stands in production
    "active": "Active",
    "canary": "Canary",
    "emergency_active": "Active in an emergency",
    "approved": "Approved, not running",
    "in_review": "Waiting for approval",
    "suspended": "Suspended",
    "expired": "Expired",
    "none": "Nothing approved",
}
# Filters over a fixed vocabulary: the parameter, its words, the values it knows.
VOCABULARIES: dict[str, tuple[str, Mapping[str, str]]] = {
    "tier": ("Tier", TIER_WORDS),
    "stage": ("Stage", {stage: stage.value.capitalize() for stage in Stage}),
    "origin": ("Origin", {o: o.value.capitalize() for o in Origin if o != Origin.API}
               | {Origin.API: "API"}),
    "role": ("Our role", {r: r.value.replace("_", " ").capitalize() for r in OurRole}),
    "data": ("Data", {d: d.value.replace("_", " ").capitalize() for d in DataCategory}),
    "release": ("Model", RELEASE_WORDS),
    "gaps": ("Gaps", {ANY_GAP: "Any gap"} | {g: w.capitalize() for g, w in GAP_WORDS.items()}),
}  # fmt: skip
# Filters whose values are rows of the database.
OPEN = ("unit", "owner", "vendor", "agreement")
FILTERS = (*VOCABULARIES, *OPEN)


@dataclass(frozen=True)
class ListState:
    """One state of the list; `filters` maps a parameter to its values, which are alternatives."""

    query: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "name"
    page: int = 1
    columns: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()  # (parameter, value) that was left out

    @property
    def key(self) -> str:
        """Return the field the list is ordered by, without the direction."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Return whether the order is turned round."""
        return self.sort.startswith("-")

    def pairs(self, *, with_page: bool = False) -> list[tuple[str, str]]:
        """Return the state as parameters, leaving out what is so by default."""
        found = [("q", self.query)] if self.query else []
        found += [(name, value) for name in FILTERS for value in self.filters.get(name, ())]
        found += [("sort", self.sort)] if self.sort != "name" else []
        found += [("cols", ",".join(self.columns))] if self.columns else []
        return found + ([("page", str(self.page))] if with_page and self.page > 1 else [])

    def address(self) -> str:
        """Return the state as a query string, with its question mark."""
        return "?" + urlencode(self.pairs(with_page=True))

    def without(self, name: str, value: str) -> "ListState":
        """Return the state with one value of a filter taken away, on its first page."""
        kept = tuple(item for item in self.filters.get(name, ()) if item != value)
        return replace(self, filters={**self.filters, name: kept}, page=1)

    def sorted_by(self, key: str) -> "ListState":
        """Return the state ordered by a field; by the same field again turns it round."""
        turned = f"-{key}" if self.sort == key else key
        return replace(self, sort=turned, page=1)

    def on_page(self, page: int) -> "ListState":
        """Return the state on another page."""
        return replace(self, page=page)


def read_state(params: Mapping[str, Sequence[str]], known_columns: Iterable[str]) -> ListState:
    """Return the state that an address asks for; `params` maps a name to its values."""
    filters: dict[str, tuple[str, ...]] = {}
    unknown: list[tuple[str, str]] = []
    for name in FILTERS:
        values = dict.fromkeys(item for item in params.get(name, ()) if item)
        for value in values:
            good = _is_known(name, value)
            if good:
                filters[name] = (*filters.get(name, ()), value)
            else:
                unknown.append((name, value[:LONGEST_VALUE]))
    sort = _last(params, "sort") or "name"
    if sort.removeprefix("-") not in SORTS:
        unknown.append(("sort", sort[:LONGEST_VALUE]))
        sort = "name"
    asked = [column for text in params.get("cols", ()) for column in text.split(",")]
    columns = tuple(column for column in known_columns if column in asked)
    page = _last(params, "page")
    return ListState(
        query=_last(params, "q").replace("\x00", "").strip()[:LONGEST_VALUE],
        filters=filters,
        sort=sort,
        page=max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        columns=columns,
        unknown=tuple(unknown),
    )


def _is_known(name: str, value: str) -> bool:
    if name in VOCABULARIES:
        return value in VOCABULARIES[name][1]
    if name == "unit":
        return value.isascii() and value.isdigit() and len(value) < 19
    return len(value) <= LONGEST_VALUE and "\x00" not in value


def _last(params: Mapping[str, Sequence[str]], name: str) -> str:
    values = params.get(name) or [""]
    return str(values[-1])
