"""Controls in our own words, what they concern, and what shows them, as values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Framework(StrEnum):
    EU_AI_ACT = "eu_ai_act"
    ISO_42001 = "iso_42001"
    NIST_AI_RMF = "nist_ai_rmf"
    GDPR = "gdpr"
    HIPAA = "hipaa"


class Strength(StrEnum):
    """How much of a clause a control's evidence shows: our own judgement, nobody else's."""

    FULL = "full"
    PARTIAL = "partial"
    SUPPORTS = "supports"  # points that way


class Shows(StrEnum):
    """How much of a control a query shows; a hint never counts."""

    WHOLE = "whole"
    PART = "part"
    HINT = "hint"


class State(StrEnum):
    """What there is for a control today."""

    PRESENT = "present"
    STALE = "stale"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class When(StrEnum):
    """What must hold of a system, or not be known, for a control to apply."""

    PERSONAL = "personal"
    PHI = "phi"
    VENDOR = "vendor"
    PROVIDER = "provider"
    RETIRED = "retired"


STATEMENTS = "statements"  # the query of what people said by hand


@dataclass(frozen=True)
class Evidence:
    """A named query that shows something of a control, and what it is asked for."""

    query: str
    of: tuple[str, ...]
    shows: Shows

    @property
    def counts(self) -> bool:
        """Return whether what it finds counts as evidence."""
        return self.shows != Shows.HINT


@dataclass(frozen=True)
class Clause:
    """That a control concerns a clause of a framework, and how far it shows it."""

    ref: str
    strength: Strength
    note: str = ""


@dataclass(frozen=True)
class Control:
    """One control in our own words."""

    code: str
    title: str
    evidence: tuple[Evidence, ...]
    lacks: str = ""  # what would show it, and is not recorded here
    when: tuple[When, ...] = ()
    once: bool = False  # it is the organisation's: told once, not by system
    refs: Mapping[Framework, tuple[Clause, ...]] = field(default_factory=dict)

    @property
    def is_recorded(self) -> bool:
        """Return whether any table here can show it, beside statements by hand."""
        return any(one.counts and one.query != STATEMENTS for one in self.evidence)

    @property
    def takes_statements(self) -> bool:
        """Return whether somebody may say by hand what shows it: where something lacks here."""
        return any(one.query == STATEMENTS for one in self.evidence)

    def is_full(self, framework: Framework) -> bool:
        """Return whether it shows some clause of the framework in full."""
        return any(one.strength == Strength.FULL for one in self.refs.get(framework, ()))

    def as_data(self) -> dict[str, object]:
        """Return all of it as JSON, for its digest."""
        return {
            "code": self.code,
            "title": self.title,
            "lacks": self.lacks,
            "once": self.once,
            "when": list(self.when),
            "evidence": [[one.query, list(one.of), one.shows] for one in self.evidence],
            "refs": {
                framework: [[one.ref, one.strength, one.note] for one in rows]
                for framework, rows in self.refs.items()
            },
        }


@dataclass(frozen=True)
class Shown:
    """One record that shows something, and where it is read."""

    ref: str
    words: str
    on: date | None
    kind: str  # of the object, as the ledger calls it; empty where the ledger knows none
    pk: int
    page: tuple[str | int, ...] = ()  # the view's name and what it takes
    stale: str = ""  # why it counts no more; empty while it does
    key: str = ""  # which of the things asked for it is
    action: str = ""  # that the ledger keeps it under; empty for whatever was recorded last

    @property
    def is_current(self) -> bool:
        """Return whether it counts today."""
        return not self.stale

    @property
    def thing(self) -> tuple[str, int, str]:
        """Return under what the ledger knows it: the object, and the action where one is meant."""
        return (self.kind, self.pk, self.action)
