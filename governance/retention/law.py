"""Reading the rules of retention from their file, once."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from governance.retention.rules import CountedFrom, Rule

FILE = Path(__file__).with_name("rules.yaml")


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule of retention, in the order of the file."""
    return tuple(_rule(one) for one in yaml.safe_load(FILE.read_text())["rules"])


def _rule(one: dict[str, Any]) -> Rule:
    return Rule(
        id=one["id"],
        what=one["what"],
        citation=one["citation"],
        why=one["why"],
        months=12 * one.get("years", 0) + one.get("months", 0),
        counted_from=CountedFrom(one["counted_from"]),
        our_roles=frozenset(one.get("our_roles", ())),
        tiers=frozenset(one.get("tiers", ())),
        needs=one.get("needs", ""),
        kinds=frozenset(one["kinds"]),
    )
