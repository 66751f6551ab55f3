"""Reads the table of model ids from model_ids.yaml and checks it."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from inventory.systems.pins.rules import (
    Known,
    PinProvider,
    PinRule,
    PinState,
    PinTable,
    folded,
)

FILE = Path(__file__).with_name("model_ids.yaml")


@cache
def document() -> dict[str, Any]:
    """Return the file as it is."""
    value: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return value


@cache
def pin_table() -> PinTable:
    """Return the table, with every pattern compiled; a bad label or pattern raises ValueError."""
    content = document()
    providers = {
        key: PinProvider(key, entry["name"], _rules(entry["rules"]), entry["how"])
        for key, entry in content["providers"].items()
    }
    aliases = {
        folded(spelling): key
        for key, entry in content["providers"].items()
        for spelling in (key, entry["name"], *entry["aliases"])
    }
    known: dict[str, list[Known]] = {}
    for row in content["examples"]:
        id_ = Known(row["id"], PinState(row["label"]), row.get("retires", ""))
        known.setdefault(row["provider"], []).append(id_)
    ids = {provider: tuple(found) for provider, found in known.items()}
    return PinTable(_rules(content["any"]), providers, aliases, ids)


def _rules(rows: list[dict[str, str]]) -> tuple[PinRule, ...]:
    return tuple(
        PinRule(PinState(row["label"]), re.compile(row["regex"]), row["why"]) for row in rows
    )
