"""What the rules of a responsibility matrix (RACI) look at, and what they find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from raci.matrices.schemes import (
    RACI,
    Letter,
    Scheme,
)
from raci.people.rules import Money


class PartyKind(StrEnum):
    PERSON = "person"
    ROLE = "role"  # resolved to its holder when asked
    TEAM = "team"
    MAILBOX = "mailbox"
    VENDOR = "vendor"
    SERVICE = "service"  # a service account


class MatrixStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


S = MatrixStatus
MATRIX_TRANSITIONS: dict[MatrixStatus, frozenset[MatrixStatus]] = {
    S.DRAFT: frozenset({S.IN_REVIEW}),
    S.IN_REVIEW: frozenset({S.ACTIVE, S.DRAFT}),  # put in force, or sent back
    S.ACTIVE: frozenset({S.SUPERSEDED}),
    S.SUPERSEDED: frozenset(),
}


class Declared(StrEnum):
    """What can be put on record about a finding that stays, by its rule."""

    CONFLICT = "R18"  # measured on delivery alone
    SEPARATION = "R11"  # a control in place of separate duties
    FEW = "R15"  # a control in place of more people


class Severity(StrEnum):
    ERROR = "error"  # blocks activation
    WARNING = "warning"


class Mend(StrEnum):
    """Where a finding is mended."""

    ROW = "row"
    HOLDERS = "holders"
    AUTHORITIES = "authorities"
    COVER = "cover"
    SCHEDULES = "schedules"
    RECORD = "record"  # a declaration or an attestation
    ADDRESSES = "addresses"  # whose address is verified


@dataclass(frozen=True)
class Activity:
    """One standard activity, as the catalogue has it."""

    code: str
    title: str
    phase: str
    letters: Mapping[str, Letter]  # role code → letter
    mandatory: bool = False
    applies_if: frozenset[str] = frozenset()
    law: str = ""
    authority: str = ""
    amount: Money | None = None  # up to which the authority must go
    sod: str = ""
    needs_24x7: bool = False
    is_decision: bool = False  # the accountable decides; else the responsible acts
    then: tuple[str, ...] = ()  # roles to climb to when nobody of the row is there


@dataclass(frozen=True)
class Party:
    """Somebody or something in a column, as it resolves today."""

    name: str
    kind: PartyKind = PartyKind.PERSON
    person: str = ""  # who it is, the same for one human in two columns
    left: bool = False
    authorities: frozenset[str] = frozenset()
    limits: Mapping[str, Money] = field(default_factory=dict)  # of authorities that have one
    roles: tuple[str, ...] = ()  # the column stands, or stood, for
    is_role: bool = False  # it names no person itself
    email: str = ""
    is_verified: bool = False  # somebody showed that the address reaches them


@dataclass(frozen=True)
class Row:
    """An activity and who has which letter in it."""

    activity: Activity
    cells: tuple[tuple[Party, Letter], ...] = ()

    def with_letter(self, letters: frozenset[Letter]) -> list[Party]:
        """Return the parties that have one of the letters."""
        return [party for party, letter in self.cells if letter in letters]


@dataclass(frozen=True)
class Snapshot:
    """All that the rules look at. In a default matrix a role may stand for its holders."""

    rows: tuple[Row, ...]
    required: tuple[Activity, ...] = ()  # mandatory and applicable
    is_default: bool = False
    authority_words: Mapping[str, str] = field(default_factory=dict)
    scheme: Scheme = RACI
    separated: frozenset[str] = frozenset()  # codes of rows that are kept separate


@dataclass(frozen=True)
class Finding:
    """What a rule found in a row, why, and what would mend it."""

    rule: str
    severity: Severity
    row: str
    reason: str
    fix: str
    mend: Mend = Mend.ROW
    link: str = ""  # where it is mended
    rows: tuple[str, ...] = ()  # all it is about, when these are several

    @property
    def is_error(self) -> bool:
        """Return whether this blocks activation."""
        return self.severity == Severity.ERROR


def applies(activity: Activity, facts: frozenset[str]) -> bool:
    """Return whether the activity concerns a system with these facts."""
    return not activity.applies_if or bool(activity.applies_if & facts)
