"""The roles that people hold and the authorities they may have, read from vocabulary.yaml once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

VOCABULARY = Path(__file__).with_name("vocabulary.yaml")


@dataclass(frozen=True)
class Vocabulary:
    """Codes and their words, in their order."""

    roles: Mapping[str, str]
    authorities: Mapping[str, str]
    groups: frozenset[str]  # roles that many have at once


@cache
def vocabulary() -> Vocabulary:
    """Return the roles and authorities that there are."""
    raw = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    return Vocabulary(raw["roles"], raw["authorities"], frozenset(raw["groups"]))
