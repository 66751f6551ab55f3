"""What the record keeps of an incident: moments as text, texts about people as commitments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from governance.incidents.rules import Effect
from governance.ledger.actions import Personal

ABOUT_PEOPLE = ("description", "sectoral_route")


def said_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the ledger keeps of an incident."""
    told = ("title", "description", "effects", "widespread", "regime", "aware_at", "zone")
    return {name: kept_as(name, fields[name]) for name in told if name in fields}


def kept_as(name: str, value: Any) -> Any:
    """Return a field as the ledger keeps it: a text that may name people as a commitment."""
    return Personal(value) if name in ABOUT_PEOPLE else plain(value)


def plain(value: Any) -> Any:
    """Return a field as JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, list | tuple) else value


def ordered(effects: Any) -> list[str]:
    """Return effects once each, in the order of the law."""
    given = {str(one) for one in effects}
    return [one.value for one in Effect if one.value in given]
