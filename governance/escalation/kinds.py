"""The kinds of things that fall due, read from kinds.yaml once, and refused when wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from governance.classification.law import PackError
from governance.classification.source import parsed
from governance.escalation.kind_reading import Field, KindError, Ladders, read_kind, read_stages
from governance.escalation.lasting import Lasts
from governance.escalation.rules import Plan
from governance.notices.rules import Severity

KINDS = Path(__file__).with_name("kinds.yaml")
SECTIONS = frozenset({"at", "ladders", "kinds"})


@dataclass(frozen=True)
class Kind:
    """What falls due in one way: from when it counts, who is told when, and how it ends."""

    code: str
    title: str
    counts_from: str
    resolves: str
    severity: Severity
    responsible: tuple[str, ...]
    plan: Plan
    lasts: Mapping[str, Lasts]  # by tier; "" for all; empty: the thing has a date of its own
    activity: str
    horizon_days: int  # how long before it is due it is told of first

    def time_of(self, tier: str = "") -> Lasts | None:
        """Return how long something has, None where it has a date of its own."""
        found = self.lasts.get(tier) or self.lasts.get("other")
        return found or self.lasts.get("")


@dataclass(frozen=True)
class Kinds:
    """All kinds, and the local hour at which days begin to be told of."""

    at: str
    by_code: Mapping[str, Kind]


@cache
def kinds() -> Kinds:
    """Return the kinds of the data file; KindError, which names kind and field, when wrong."""
    return read(KINDS.name, KINDS.read_bytes())


def read(file: str, body: bytes) -> Kinds:
    """Return the kinds that a file describes; raises KindError for anything that does not hold."""
    try:
        raw = parsed(file, body)
    except PackError as error:
        raise KindError(file, "", "file", str(error)) from error
    top = Field(file, "", raw)
    top.only(SECTIONS)
    ladders: Ladders = {
        str(name): read_stages(Field(file, f"ladders.{name}", {"stages": stages}))
        for name, stages in top.mapping("ladders").items()
    }
    found = {
        str(code): _kind(file, str(code), about, ladders)
        for code, about in top.mapping("kinds").items()
    }
    return Kinds(top.hour("at"), found)


def _kind(file: str, code: str, about: Any, ladders: Ladders) -> Kind:
    return Kind(code=code, **read_kind(Field(file, code, about), ladders))
