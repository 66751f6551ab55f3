"""A matrix as a table, for the page and the evidence pack; and its lines on a system's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from inventory.systems.models import AISystem
from raci.matrices import checking, queries, resolution, rules, schemes
from raci.matrices.catalogue import catalogue
from raci.matrices.inheriting import behind
from raci.matrices.models import Matrix, Party
from raci.matrices.queries import Directory, Letters
from raci.matrices.rules import Activity, Finding, PartyKind
from raci.matrices.schemes import ACCOUNTABLE, Letter, spoken
from raci.matrices.validation import findings as found_by_rules
from raci.matrices.windows import Missing, missing_in

KEY_ACTIVITIES = ("OPS-01", "QLT-01", "CHG-01", "CHG-05")
FIRST = "OPS-01"  # the first response, also at night
KIND_WORDS = {
    PartyKind.TEAM: "Team",
    PartyKind.MAILBOX: "Mailbox",
    PartyKind.VENDOR: "Vendor",
    PartyKind.SERVICE: "Service account",
}


@dataclass(frozen=True)
class Column:
    """A party at the head of the table."""

    id: int
    name: str
    detail: str
    left: int = 0  # the id of whoever is named and has left


@dataclass(frozen=True)
class Cell:
    """One letter, or none, of a party in a row."""

    column: Column
    letter: str
    scheme: str = schemes.RACI.code
    was: str = ""  # as it is stored

    @property
    def is_changed(self) -> bool:
        """Return whether a form holds another letter than the matrix."""
        return self.letter != self.was

    @property
    def words(self) -> str:
        """Return the letter as it is written for people."""
        return spoken(self.letter)

    @property
    def options(self) -> SafeString:
        """Return the options of the cell's select, this letter chosen."""
        return options_of(self.letter, self.scheme)


@cache
def options_of(letter: str, scheme: str) -> SafeString:
    """Return a scheme's letters as options; made once for each, for a page has 1,000 cells."""
    letters = schemes.SCHEMES[scheme].letters
    choices = [("", "·"), *((each.value, spoken(each)) for each in letters)]
    chosen = mark_safe(" selected")
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, chosen if value == letter else "", words) for value, words in choices),
    )


@dataclass(frozen=True)
class GridRow:
    """An activity with its letters, what is wrong with it, and where it comes from."""

    activity: Activity
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]
    standing: str = ""  # inherited, behind or overridden; nothing where no default is above

    @property
    def is_bad(self) -> bool:
        """Return whether an error is in this row."""
        return any(finding.is_error for finding in self.findings)


@dataclass(frozen=True)
class Grid:
    """The whole table with its findings."""

    matrix: Matrix
    columns: tuple[Column, ...]
    phases: tuple[tuple[str, tuple[GridRow, ...]], ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Return how many findings block activation."""
        return sum(finding.is_error for finding in self.findings)

    @property
    def bad_rows(self) -> int:
        """Return how many rows must be mended."""
        return len({finding.row or finding.rule for finding in self.findings if finding.is_error})

    @property
    def leavers(self) -> list[tuple[Column, int]]:
        """Return who has left and is still named, each with how many As they have here."""
        cells = [cell for _, rows in self.phases for row in rows for cell in row.cells]
        return [
            (column, sum(c.column == column and c.letter in ACCOUNTABLE for c in cells))
            for column in self.columns
            if column.left
        ]

    @property
    def before(self) -> str:
        """Return all stored letters on one line, so that a form knows what it was made from."""
        stored = queries.letters_of(self.matrix)
        return " ".join(f"{code}:{column}:{letter}" for (code, column), letter in stored.items())

    @property
    def behind(self) -> int:
        """Return how many inherited rows do not say what the default says today."""
        return sum(row.standing == "behind" for _, rows in self.phases for row in rows)

    @property
    def width(self) -> int:
        """Return how many columns the table has, the activities' own included."""
        return len(self.columns) + 1


def grid(matrix: Matrix, letters: Letters | None = None) -> Grid:
    """Return a matrix (loaded with its grid) as a table, by the stored letters or a form's."""
    around = checking.surroundings([matrix])
    people = around.people
    given = queries.letters_of(matrix) if letters is None else letters
    found = tuple(checking.findings_in(matrix, around, given))
    columns = tuple(_column(party, matrix, people) for party in matrix.parties.all())
    default = queries.default_above(matrix)
    late = behind(matrix, default, people)

    stored = given if letters is None else queries.letters_of(matrix)

    def cell(code: str, column: Column) -> Cell:
        key = (code, column.id)
        return Cell(column, given.get(key, ""), matrix.scheme, stored.get(key, ""))

    def row(code: str) -> GridRow:
        return GridRow(
            catalogue().activities[code],
            tuple(cell(code, column) for column in columns),
            tuple(finding for finding in found if finding.row == code),
            _standing(code, matrix, late) if default else "",
        )

    phases = groupby(map(row, matrix.activities), key=lambda row: row.activity.phase)
    table = tuple((title, tuple(rows)) for title, rows in phases)
    return Grid(matrix, columns, table, found)


def _standing(code: str, matrix: Matrix, late: set[str]) -> str:
    if code in matrix.overridden:
        return "overridden"
    return "behind" if code in late else "inherited"


def _column(party: Party, matrix: Matrix, people: Directory) -> Column:
    roles = _role_words(party.roles)
    if matrix.system is None and party.kind == PartyKind.ROLE:
        return Column(party.pk, roles, party.roles[0])
    person = queries.person_of(party, matrix, people)
    if person:
        return Column(party.pk, person.name, roles, 0 if person.is_active else person.pk)
    if party.kind == PartyKind.ROLE:
        return Column(party.pk, roles, "Nobody named yet")
    return Column(party.pk, party.label, KIND_WORDS[PartyKind(party.kind)])


def _role_words(codes: list[str]) -> str:
    """Return two roles in words and how many more there are."""
    words = [catalogue().roles.get(code, code) for code in codes]
    more = [f"{len(words) - 2} more"] if len(words) > 2 else []
    return ", ".join(words[:2] + more)


@dataclass(frozen=True)
class Answer:
    """Who answers for one activity today, or why nobody does."""

    activity: Activity
    name: str
    gap: str


@dataclass(frozen=True)
class OnSystem:
    """The matrix as the system's own page shows it."""

    system: AISystem
    matrix: Matrix | None  # the active one, else the draft
    answers: tuple[Answer, ...]
    errors: int
    may_assign: bool
    now: resolution.Answer | None = None  # who does FIRST at this moment, once a matrix is in force
    missing: tuple[Missing, ...] = ()  # times ahead without anybody on call


def on_system(system: AISystem, user: User) -> OnSystem:
    """Return who answers for the key activities of a system, and what the rules find."""
    found = list(Matrix.objects.with_grid().current().filter(system=system))
    matrix = min(found, key=lambda item: item.status != rules.MatrixStatus.ACTIVE, default=None)
    may_assign = not system.is_retired and may(user, Capability.ASSIGN, system.unit)
    if matrix is None:
        return OnSystem(system, None, (), 0, may_assign)
    around = checking.surroundings([matrix])
    seen = checking.situation(matrix, around)
    findings = found_by_rules(seen)
    rows = {row.activity.code: row for row in seen.rows}
    answers = tuple(_answer(rows[code], findings) for code in KEY_ACTIVITIES if code in rows)
    errors = sum(finding.is_error for finding in findings)
    is_active = matrix.status == rules.MatrixStatus.ACTIVE
    now = resolution.who(FIRST, seen.in_force(), seen.at, seen.world) if is_active else None
    missing = tuple(missing_in(matrix, around.at, around.pagers)) if is_active else ()
    return OnSystem(system, matrix, answers, errors, may_assign, now, missing)


def _answer(row: rules.Row, findings: Iterable[Finding]) -> Answer:
    code = row.activity.code
    gaps = [item.reason for item in findings if item.is_error and code in (item.row, *item.rows)]
    names = [party.name for party, letter in row.cells if letter in ACCOUNTABLE]
    return Answer(row.activity, schemes.listed(names) if names else "", gaps[0] if gaps else "")


def letters_given(
    pairs: Iterable[tuple[str, object]], matrix: Matrix
) -> dict[tuple[str, int], Letter | None]:
    """Return the cells of a posted form: fields named c-OPS-01-17 with a letter or nothing.

    What is not a cell of this matrix, or not a letter, is left out.
    """
    columns = {party.pk for party in matrix.parties.all()}
    cells: dict[tuple[str, int], Letter | None] = {}
    for name, value in pairs:
        code, _, column = name.removeprefix("c-").rpartition("-")
        if not name.startswith("c-") or not column.isdecimal() or int(column) not in columns:
            continue
        if code in matrix.activities and value in {"", *matrix.letters.letters}:
            cells[code, int(column)] = Letter(str(value)) if value else None
    return cells
