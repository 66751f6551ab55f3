"""A mapping guessed from the header of a file nobody described. Pure.

The guess is shown and can be changed before anything is imported.
"""

from collections.abc import Sequence
from typing import Any

from inventory.imports.mapping import FIELDS, Kind, fold

SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (
        "name",
        "system name",
        "use case name",
        "use case",
        "system",
        "application",
        "application name",
        "title",
        "ai system",
        "tool",
        "product",
    ),
    "intended_purpose": (
        "intended purpose",
        "purpose",
        "description",
        "what is it for",
        "use",
        "intended use",
        "summary",
        "what is the intended purpose and expected benefits of the ai?",
    ),
    "outputs": ("outputs", "output", "describe the ai system’s outputs.", "results"),
    "owner": (
        "owner e-mail",
        "owner email",
        "owner",
        "system owner",
        "business owner",
        "responsible",
        "contact",
        "contact e-mail",
        "contact email",
    ),
    "vendor": ("vendor", "supplier", "provider", "vendor name", "manufacturer", "third party"),
    "stage": (
        "stage",
        "stage of development",
        "lifecycle stage",
        "lifecycle",
        "status",
        "phase",
        "development stage",
    ),
    "architecture": ("architecture", "system type", "type of system"),
    "our_roles": ("our role", "our roles", "role", "ai act role", "role under the ai act"),
    "data_categories": ("data categories", "data category", "data", "data types", "personal data"),
    "people_affected": ("people affected", "affected people", "affected persons", "users"),
    "countries": ("countries", "country", "regions", "where used"),
    "impact_flags": ("impact flags", "impact", "impacts"),
    "initiated_on": ("initiated on", "date initiated", "started", "start date", "started on"),
    "live_since": (
        "live since",
        "go-live date",
        "go live",
        "go-live",
        "date implemented",
        "in production since",
        "deployed on",
        "deployment date",
    ),
    "retired_on": ("retired on", "date retired", "end date", "decommissioned on", "retired"),
}
UNIT = ("unit", "business unit", "department", "agency", "division", "organisation", "organization")
SUB_UNIT = ("sub-unit", "subunit", "team", "bureau", "sub-department", "section", "group")
KEY = ("id", "key", "external key", "system id", "reference", "ref", "number", "asset id", "ci id")

VALUES: dict[str, dict[str, str]] = {
    "stage": {
        "planned": "idea",
        "proposed": "idea",
        "development": "idea",
        "in development": "idea",
        "proof of concept": "pilot",
        "poc": "pilot",
        "test": "pilot",
        "testing": "pilot",
        "trial": "pilot",
        "live": "production",
        "prod": "production",
        "in production": "production",
        "in use": "production",
        "active": "production",
        "operational": "production",
        "deployed": "production",
        "rollout": "limited",
        "limited use": "limited",
        "on hold": "paused",
        "suspended": "paused",
        "decommissioned": "retired",
        "inactive": "retired",
        "discontinued": "retired",
    },
    "our_roles": {"user": "deployer", "operator": "deployer", "developer": "provider"},
    "people_affected": {"staff": "employees", "citizens": "public", "none": "nobody"},
    "data_categories": {
        "pii": "personal",
        "personal data": "personal",
        "none": "no_personal_data",
        "special categories": "special_category",
        "confidential": "confidential_business",
    },
}


def guess_column(header: Sequence[str], names: Sequence[str]) -> str:
    """Return the first column of the header called one of these names, the likeliest name first."""
    folded = {fold(column): column for column in reversed(header)}
    return next((folded[fold(name)] for name in names if fold(name) in folded), "")


def guess_columns(header: Sequence[str]) -> dict[str, str]:
    """Return the likely column of each field, "" where none is likely; none is taken twice."""
    taken: set[str] = set()
    guessed = {}
    for name, synonyms in SYNONYMS.items():
        free = [column for column in header if column not in taken]
        guessed[name] = guess_column(free, (*synonyms, FIELDS[name].label))
        taken.add(guessed[name])
    return guessed


def values_of(name: str) -> dict[str, str]:
    """Return the spellings of a field's values: its own, in words, and common synonyms."""
    own = {value: value for value in FIELDS[name].among}
    words = {value.replace("_", " "): value for value in FIELDS[name].among}
    return own | words | VALUES.get(name, {})


def rule_for(name: str, column: str, *, separator: str) -> Any:
    """Return the mapping's rule that takes a column into a field."""
    target = FIELDS[name]
    if target.kind == Kind.LIST:
        rule: dict[str, Any] = {"column": column, "split": separator}
        return rule | ({"lookup": values_of(name)} if target.among else {})
    if target.kind == Kind.CHOICE:
        return {"column": column, "lookup": values_of(name)}
    return column


def build_mapping(columns: dict[str, str], *, separator: str = ";", **settings: Any) -> dict:
    """Return mapping data from a column for each field; `settings` go in as they are."""
    fields = {
        name: rule_for(name, column, separator=separator)
        for name, column in columns.items()
        if column
    }
    return {"fields": fields} | {name: value for name, value in settings.items() if value}
