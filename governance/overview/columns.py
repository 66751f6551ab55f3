"""The columns of the list, for the page and for the exports alike."""

from collections.abc import Callable
from dataclasses import dataclass

from governance.common.states import words
from governance.overview.register import Row
from governance.overview.register_state import GAP_WORDS, TIER_WORDS


@dataclass(frozen=True)
class Column:
    """One column: its key in the address, its words, the sort it offers, its text."""

    key: str
    label: str
    text: Callable[[Row], str]
    sort: str = ""


def _many(values: list[str]) -> str:
    return ", ".join(words(value) for value in values)


COLUMNS: tuple[Column, ...] = (
    Column("tier", "Tier", lambda row: TIER_WORDS.get(row.tier or "unclassified", ""), "tier"),
    Column("ready", "Basics", lambda row: "; ".join(GAP_WORDS[gap] for gap in row.gaps)),
    Column("stage", "Stage", lambda row: words(row.stage), "stage"),
    Column("unit", "Unit", lambda row: row.unit, "unit"),
    Column("owner", "Owner", lambda row: row.owner or ""),
    Column("vendor", "Vendor", lambda row: row.vendor or ""),
    Column("model", "Model", lambda row: f"{row.version} {row.release.lower()}".strip()),
    Column("due", "Next date", lambda row: row.due.isoformat() if row.due else ""),
    Column("roles", "Our roles", lambda row: _many(row.our_roles)),
    Column("data", "Data", lambda row: _many(row.data_categories)),
    Column("people", "People affected", lambda row: _many(row.people_affected)),
    Column("countries", "Countries", lambda row: ", ".join(row.countries)),
    Column("architecture", "Architecture", lambda row: words(row.architecture)),
    Column("origin", "Origin", lambda row: words(row.origin)),
    Column("key", "External key", lambda row: row.external_key),
    Column("live", "Live since", lambda row: row.live_since.isoformat() if row.live_since else ""),
    Column("changed", "Changed", lambda row: f"{row.changed_at:%Y-%m-%d}", "changed"),
)
BY_KEY = {column.key: column for column in COLUMNS}
DEFAULT = ("tier", "ready", "stage", "unit", "owner", "model", "changed")
ALWAYS = (
    Column("ref", "Id", lambda row: row.ref, "ref"),
    Column("name", "Name", lambda row: row.name, "name"),
)


def chosen(keys: tuple[str, ...]) -> list[Column]:
    """Return the columns of these keys in their fixed order, the usual ones without any."""
    return [column for column in COLUMNS if column.key in (keys or DEFAULT)]
