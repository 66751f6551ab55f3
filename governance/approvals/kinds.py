"""Which evidence a release needs: reads evidence.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from governance.approvals.lifecycle import ChangeClass, Tier, rank
from governance.approvals.situation import Basis
from governance.common.canonical import digest

FILE = Path(__file__).with_name("evidence.yaml")
CODE = "2026-11-23"  # of the table of quorums and of the machine; raise it when they change
NOT_FOR_CONFIG = "change_summary"


@dataclass(frozen=True)
class Kind:
    """A kind of evidence."""

    key: str
    title: str
    basis: Basis
    valid_days: int = 0
    run: str = ""  # kind of the evaluation suite it comes from
    independent: bool = False
    may_be_na: bool = False


@dataclass(frozen=True)
class Evidence:
    """The table: kinds, and which of them a tier and a class ask for."""

    kinds: Mapping[str, Kind]
    tiers: Mapping[Tier, tuple[str, ...]]
    classes: Mapping[ChangeClass, tuple[str, ...]]
    recertify: tuple[str, ...]
    version: str

    def needed(self, tier: Tier, change: ChangeClass) -> tuple[Kind, ...]:
        """Return what a change asks for, in the table's order; class 0 asks for the diff only."""
        if change == ChangeClass.CONFIG:
            return (self.kinds[NOT_FOR_CONFIG],)
        asked = {key for one, keys in self.tiers.items() if rank(one) <= rank(tier) for key in keys}
        below = (keys for one, keys in self.classes.items() if rank(one) <= rank(change))
        asked |= {key for keys in below for key in keys}
        return tuple(kind for key, kind in self.kinds.items() if key in asked)


@cache
def evidence_table() -> Evidence:
    """Return the table; a kind that is not described raises KeyError."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    kinds = {
        key: Kind(key, row["title"], Basis(row["basis"]), *_rest(row))
        for key, row in content["kinds"].items()
    }
    tiers = {Tier(one): tuple(keys) for one, keys in content["tiers"].items()}
    classes = {ChangeClass(one): tuple(keys) for one, keys in content["classes"].items()}
    again = tuple(content["recertify"])
    for keys in (*tiers.values(), *classes.values(), again):
        _ = [kinds[key] for key in keys]
    return Evidence(kinds, tiers, classes, again, digest([CODE, content])[:16])


def _rest(row: dict[str, Any]) -> tuple[int, str, bool, bool]:
    flags = row.get("independent", False), row.get("na", False)
    return row.get("valid_days", 0), row.get("run", ""), *flags
