"""A matrix with all that surrounds it: its people through time, its system, its age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from raci.matrices.resolution import Column, Subject, Version, World
from raci.matrices.rules import Activity, Finding, Mend, Party, Severity, Snapshot
from raci.matrices.schemes import Letter
from raci.people.rules import Cover

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Side = tuple[str, frozenset[Letter]]  # an activity, and the letters that count in it


@dataclass(frozen=True)
class Separation:
    """Two duties that one person must not have."""

    one: Side
    other: Side
    why: str
    always: bool = False
    warn: bool = False
    applies_if: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Load:
    """For how much somebody is accountable in all matrices in force."""

    activities: int = 0
    points: int = 0  # weighted by the risk of each system


@dataclass(frozen=True)
class Situation(Snapshot):
    """What R07 to R21 look at beside the rows."""

    at: datetime = LONG_AGO
    world: World = field(default_factory=lambda: World(Cover(), {}, {}))
    subject: Subject = field(default_factory=lambda: Subject("", ()))
    facts: frozenset[str] = frozenset()
    lawful: tuple[Activity, ...] = ()  # duties of the law that apply
    separations: tuple[Separation, ...] = ()
    groups: frozenset[str] = frozenset()
    is_small: bool = False  # an organisation of up to five people
    is_live: bool = False  # used in earnest: the bar for production holds
    in_force_since: datetime | None = None  # None: it is a draft
    attested: Mapping[str, datetime] = field(default_factory=dict)  # by person, the last time
    declared: Mapping[tuple[str, str], str] = field(default_factory=dict)  # rule, person or row
    loads: Mapping[str, Load] = field(default_factory=dict)
    on_call: Mapping[str, float] = field(default_factory=dict)  # person → part of all hours ahead
    uncovered: Mapping[str, str] = field(default_factory=dict)  # role → gaps ahead; all that count

    @property
    def cover(self) -> Cover:
        """Return all about its people."""
        return self.world.cover

    def control(self, rule: str, code: str = "") -> str:
        """Return what is on record in place of what a rule asks for in a row; empty for nothing."""
        return self.declared.get((rule, code)) or self.declared.get((rule, ""), "")

    def in_force(self) -> Subject:
        """Return the system as if these rows were in force, to ask who it is by them."""
        rows = {
            row.activity.code: tuple((column_of(party), letter) for party, letter in row.cells)
            for row in self.rows
        }
        return replace(self.subject, versions=(Version(0, LONG_AGO, rows),))


def column_of(party: Party) -> Column:
    """Return a party as it is asked about."""
    return Column(party.name, "" if party.is_role else party.person, party.roles)


def about(
    rule: str, codes: Iterable[str], reason: str, fix: str, *, mend: Mend, error: bool = True
) -> Finding:
    """Return a finding about one or several rows; the reason says which."""
    rows = sorted(set(codes))
    severity = Severity.ERROR if error else Severity.WARNING
    first = rows[0] if rows else ""
    return Finding(rule, severity, first, reason, fix, mend, rows=tuple(rows))


def in_rows(codes: Iterable[str]) -> str:
    """Return where: in OPS-01, OPS-02 and 3 more."""
    rows = sorted(set(codes))
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return f"in {', '.join(rows[:3])}{more}"


def controlled(now: Situation, rule: str, code: str, reason: str, fix: str) -> tuple[str, str]:
    """Return a reason with the compensating control on record, or a fix that asks for one."""
    if control := now.control(rule, code):
        return f"{reason} Instead: {control}", "Look at the control again when people change."
    return reason, f"{fix} In an organisation this small, put a compensating control on record."
