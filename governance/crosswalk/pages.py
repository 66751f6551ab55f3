"""What the pages of frameworks show, made from a survey."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from governance.crosswalk.clauses import clause_of
from governance.crosswalk.entries import numbers_of
from governance.crosswalk.lawful import Law, applies_from, law_of
from governance.crosswalk.queries import Coverage, Line, Looked, Survey
from governance.crosswalk.reading import FrameworkHead
from governance.crosswalk.rules import STATEMENTS, Clause, Control, Framework, State
from governance.crosswalk.standings import Standing
from inventory.systems.models import AISystem

MOST_LINES = 3  # of one control in the list of a framework
MOST_ROWS = 50  # of one query on the page of a control
MOST_SYSTEMS = 30
ORDER = (State.MISSING, State.STALE, State.PRESENT, State.NOT_APPLICABLE)
LOOKS: Mapping[State, tuple[str, str]] = {
    State.PRESENT: ("met", "Present"),
    State.STALE: ("wait", "Stale"),
    State.MISSING: ("missing", "Missing"),
    State.NOT_APPLICABLE: ("na", "Not applicable"),
}


@dataclass(frozen=True)
class ControlRow:
    """A control under a clause: where it stands and the records that show it."""

    standing: Standing
    clauses: tuple[Clause, ...]  # those under this heading
    lines: list[Line]
    more: int

    @property
    def look(self) -> str:
        """Return which of the five states of the interface it looks like."""
        return LOOKS[self.standing.state][0]

    @property
    def words(self) -> str:
        """Return its state in words."""
        words = LOOKS[self.standing.state][1]
        return f"{words} in part" if self.standing.is_partial else words


@dataclass(frozen=True)
class FrameworkPage:
    """A framework by its clauses, what is missing first."""

    told: Survey
    coverage: Coverage
    state: State | None

    @cached_property
    def groups(self) -> list[tuple[str, list[ControlRow]]]:
        """Return the controls of the wanted state under the headings of the framework."""
        groups = []
        for clause, standings in self.coverage.by_clause:
            rows = [self._row(one, clause) for one in standings if self._wanted(one)]
            rows.sort(key=lambda row: ORDER.index(row.standing.state))
            if rows:
                groups.append((clause, rows))
        return groups

    @property
    def days(self) -> Mapping[str, list[tuple[str, date]]]:
        """Return from when on the articles of each heading apply, where the law says it."""
        if self.coverage.head.key != Framework.EU_AI_ACT:
            return {}
        return {clause: list(applies_from(clause)) for clause, _rows in self.groups}

    def _wanted(self, one: Standing) -> bool:
        return self.state in (None, one.state)

    def _row(self, one: Standing, clause: str) -> ControlRow:
        key = self.coverage.head.key
        clauses = tuple(ref for ref in one.clauses if clause_of(key, ref.ref) == clause)
        lines, more = self._lines[one.control.code]
        return ControlRow(one, clauses, lines, more)

    @cached_property
    def _lines(self) -> dict[str, tuple[list[Line], int]]:
        controls = (one.control for one in self.coverage.standings)
        return {one.code: self.told.first_lines(one, MOST_LINES) for one in controls}


@dataclass(frozen=True)
class InFramework:
    """A control in one framework: its clauses and where it stands."""

    head: FrameworkHead
    law: Law
    row: ControlRow
    days: Mapping[str, tuple[tuple[str, date], ...]]


@dataclass(frozen=True)
class Found:
    """What a query found, and the number under which the record knows each."""

    looked: Looked
    rows: list[tuple[Line, int | None]]
    more: int


@dataclass(frozen=True)
class ControlPage:
    """One control in all its frameworks, with all that shows it."""

    control: Control
    frameworks: list[InFramework]
    found: list[Found]
    missing: list[AISystem]
    more_missing: int
    why_not: list[tuple[str, list[AISystem], int]]  # why it does not apply, to which, how many more


def control_page(told: Survey, control: Control) -> ControlPage:
    """Return the page of a control: one more look-up than the survey, for the entries' numbers.

    Statements have a part of the page of their own, which shows those withdrawn too.
    """
    standings = [told.standing(control, key) for key in control.refs]
    looked = [one for one in told.looked(control) if one.evidence.query != STATEMENTS]
    numbers = numbers_of(line.shown for one in looked for line in one.lines[:MOST_ROWS])
    missing = sorted(frozenset().union(*(one.missing for one in standings)))
    systems = [told.scope.by_pk[pk] for pk in missing]
    return ControlPage(
        control=control,
        frameworks=[_in_framework(told, one) for one in standings],
        found=[_found(one, numbers) for one in looked],
        missing=systems[:MOST_SYSTEMS],
        more_missing=max(0, len(systems) - MOST_SYSTEMS),
        why_not=_why_not(told, standings),
    )


def _in_framework(told: Survey, one: Standing) -> InFramework:
    head = told.catalogue.frameworks[one.framework]
    is_act = one.framework == Framework.EU_AI_ACT
    days = {ref.ref: applies_from(ref.ref) for ref in one.clauses} if is_act else {}
    return InFramework(head, law_of(head), ControlRow(one, one.clauses, [], 0), days)


def _found(one: Looked, numbers: Mapping[tuple[str, int, str], int]) -> Found:
    rows = [(line, numbers.get(line.shown.thing)) for line in one.lines]
    return Found(one, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


def _why_not(told: Survey, standings: list[Standing]) -> list[tuple[str, list[AISystem], int]]:
    reasons: dict[str, set[int]] = {}
    for one in standings:
        for pk, because in one.why_not.items():
            reasons.setdefault(because, set()).add(pk)
    return [
        (
            because,
            [told.scope.by_pk[pk] for pk in sorted(pks)[:MOST_SYSTEMS]],
            max(0, len(pks) - MOST_SYSTEMS),
        )
        for because, pks in sorted(reasons.items())
    ]
