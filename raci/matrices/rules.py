"""Letters, parties and the rules of a responsibility matrix (RACI), over a frozen snapshot."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Letter(StrEnum):
    """What a party has to do with an activity; AR is one letter, accountable and responsible."""

    A = "A"
    R = "R"
    AR = "AR"
    C = "C"
    I = "I"  # noqa: E741 - the letter of the trade


WORDS: dict[Letter, str] = {
    Letter.A: "Accountable",
    Letter.R: "Responsible",
    Letter.AR: "Accountable and responsible",
    Letter.C: "Consulted",
    Letter.I: "Informed",
}
ACCOUNTABLE = frozenset({Letter.A, Letter.AR})
RESPONSIBLE = frozenset({Letter.R, Letter.AR})


class PartyKind(StrEnum):
    PERSON = "person"
    ROLE = "role"  # resolved to its holder when asked
    TEAM = "team"
    MAILBOX = "mailbox"
    VENDOR = "vendor"
    SERVICE = "service"  # a service account


class MatrixStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


S = MatrixStatus
MATRIX_TRANSITIONS: dict[MatrixStatus, frozenset[MatrixStatus]] = {
    S.DRAFT: frozenset({S.ACTIVE}),
    S.ACTIVE: frozenset({S.SUPERSEDED}),
    S.SUPERSEDED: frozenset(),
}


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
    roles: tuple[str, ...] = ()  # the column stands, or stood, for
    is_role: bool = False  # it names no person itself
    email: str = ""


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

    @property
    def is_error(self) -> bool:
        """Return whether this blocks activation."""
        return self.severity == Severity.ERROR


def strongest(letters: Iterable[Letter]) -> Letter:
    """Return the one letter of a party that got several: A and R make AR, then A, R, C, I."""
    held = set(letters)
    if Letter.AR in held or {Letter.A, Letter.R} <= held:
        return Letter.AR
    return next(letter for letter in (Letter.A, Letter.R, Letter.C, Letter.I) if letter in held)


def applies(activity: Activity, facts: frozenset[str]) -> bool:
    """Return whether the activity concerns a system with these facts."""
    return not activity.applies_if or bool(activity.applies_if & facts)


def findings(snapshot: Snapshot) -> list[Finding]:
    """Return what rules R01 to R06, R12 and R17 find, row by row, errors before warnings."""
    found = list(_missing_rows(snapshot))
    for row in snapshot.rows:
        found += _row_findings(row, snapshot)
    return found


def _row_findings(row: Row, snapshot: Snapshot) -> list[Finding]:
    if nothing := _nobody_acts(row):
        return [nothing]
    found = [*_accountable_once(row), *_somebody_does_it(row)]
    owners = row.with_letter(ACCOUNTABLE)
    if len(owners) == 1:
        found += _answers(row, owners[0], snapshot)
    return [*found, *_one_letter_each(row)]


def _error(rule: str, row: Activity, reason: str, fix: str) -> Finding:
    return Finding(rule, Severity.ERROR, row.code, reason, fix)


def _missing_rows(snapshot: Snapshot) -> Iterator[Finding]:
    """R01: every applicable mandatory activity has a row."""
    there = {row.activity.code for row in snapshot.rows}
    for activity in snapshot.required:
        if activity.code not in there:
            reason = f"“{activity.title}” is mandatory here and has no row."
            yield _error("R01", activity, reason, f"Add the row {activity.code}.")


def _nobody_acts(row: Row) -> Finding | None:
    """R06: no empty row, and no row with only C and I."""
    if not row.cells:
        return _error("R06", row.activity, "The row is empty.", "Choose one A and an R.")
    if not row.with_letter(ACCOUNTABLE | RESPONSIBLE):
        reason = "The row only has people to consult or to inform."
        return _error("R06", row.activity, reason, "Choose one A and an R.")
    return None


def _accountable_once(row: Row) -> Iterator[Finding]:
    """R02: exactly one A."""
    owners = row.with_letter(ACCOUNTABLE)
    if not owners:
        fix = "Choose one person as A."
        yield _error("R02", row.activity, "Nobody is accountable.", fix)
    if len(owners) > 1:
        reason = f"Accountability is shared by {listed([owner.name for owner in owners])}."
        yield _error("R02", row.activity, reason, "Keep one A.")


def _somebody_does_it(row: Row) -> Iterator[Finding]:
    """R03: at least one R; A/R counts."""
    if not row.with_letter(RESPONSIBLE):
        fix = "Give somebody an R, or A/R to the accountable person."
        yield _error("R03", row.activity, "Nobody is responsible for doing it.", fix)


def _answers(row: Row, owner: Party, snapshot: Snapshot) -> Iterator[Finding]:
    """R17, R04 and R05 for the one accountable party."""
    if snapshot.is_default and owner.kind == PartyKind.ROLE:
        return
    activity, words = row.activity, snapshot.authority_words
    if owner.kind == PartyKind.VENDOR and activity.law:
        reason = f"{owner.name} is an outside party; the law puts this duty ({activity.law}) on us."
        yield _error("R17", activity, reason, f"Give {owner.name} R or C and the A to one of us.")
    elif reason := _not_a_person(owner):
        yield _error("R04", activity, reason, "Give the A to one named person.")
    elif activity.authority and activity.authority not in owner.authorities:
        what = words.get(activity.authority, activity.authority)
        reason = f"{owner.name} lacks the authority this row needs: {what.lower()}."
        fix = f"Give {owner.name} that authority, or the A to somebody who holds it."
        yield Finding("R05", Severity.ERROR, activity.code, reason, fix, Mend.AUTHORITIES)


NOT_A_PERSON: dict[PartyKind, str] = {
    PartyKind.ROLE: "Nobody holds the role {name} today.",
    PartyKind.TEAM: "{name} is a team, and a team cannot answer for anything.",
    PartyKind.MAILBOX: "{name} is a mailbox, not a person.",
    PartyKind.VENDOR: "{name} is a vendor; one of our own people must answer.",
    PartyKind.SERVICE: "{name} is a service account, not a person.",
}


def _not_a_person(owner: Party) -> str:
    """Return why R04 fails: the A is not one named natural person today; empty when it is."""
    if owner.kind in NOT_A_PERSON:
        return NOT_A_PERSON[owner.kind].format(name=owner.name)
    return f"{owner.name} has left." if owner.left else ""


def _one_letter_each(row: Row) -> Iterator[Finding]:
    """R12: a person has at most one letter in a row; A and R together count as one."""
    held: dict[str, list[tuple[Party, Letter]]] = {}
    for party, letter in row.cells:
        if party.person:
            held.setdefault(party.person, []).append((party, letter))
    for cells in held.values():
        letters = {letter for _, letter in cells}
        if len(letters) > 1 and not letters <= {Letter.A, Letter.R, Letter.AR}:
            name, given = cells[0][0].name, listed(sorted(letters))
            reason = f"{name} has more than one letter here: {given}."
            fix = f"Keep {spoken(strongest(letters))} for {name}."
            yield Finding("R12", Severity.WARNING, row.activity.code, reason, fix)


def spoken(letter: str) -> str:
    """Return a letter as it is written for people: A/R for AR."""
    return "A/R" if letter == Letter.AR else letter


def listed(names: list[str]) -> str:
    """Return names as a phrase: Ann, Ben and Cem."""
    words = [spoken(name) for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
