"""Who does an activity of a system at a moment, through which step, acting for whom.

Pure: all that decides stands in frozen rows, and who is on call is asked of a function. The
order of steps: on call, holder, delegate, deputy, next level, gap. Accountability does not
move: whoever acts for the accountable person acts for them, and they stay accountable.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raci.matrices.rules import Activity
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, Letter
from raci.people.rules import Cover, Path, Person


class Through(StrEnum):
    """The step by which the person was found."""

    ON_CALL = "on_call"
    HOLDER = "holder"
    DELEGATE = "delegate"
    DEPUTY = "deputy"
    GAP = "gap"


@dataclass(frozen=True)
class Column:
    """A column of a matrix: a person, a role, or something that is neither."""

    name: str
    person: str = ""  # key of the one named
    roles: tuple[str, ...] = ()  # it stands, or stood, for


Cell = tuple[Column, Letter]


@dataclass(frozen=True)
class Version:
    """A matrix as it was put in force, until the next one."""

    number: int
    activated_at: datetime
    rows: Mapping[str, tuple[Cell, ...]]  # by activity


@dataclass(frozen=True)
class Subject:
    """A system: its units from the organisation down, its owner, its matrices in order of time."""

    ref: str
    path: Path
    owner: str = ""
    versions: tuple[Version, ...] = ()

    def version_at(self, at: datetime) -> Version | None:
        """Return the matrix that was in force at a moment."""
        begun = (version for version in self.versions if version.activated_at <= at)
        return max(begun, key=lambda version: version.activated_at, default=None)


@dataclass(frozen=True)
class Duty:
    """Who a schedule says is on call: a person, or nobody and why."""

    person: str
    words: str


OnCall = Callable[[str, Path, datetime], Duty | None]  # None: no schedule serves the role


def no_schedules(role: str, path: Path, at: datetime) -> None:
    """Say that no schedule serves any role."""


@dataclass(frozen=True)
class World:
    """All that decides who it is, loaded once and asked as often as one likes."""

    cover: Cover
    activities: Mapping[str, Activity]
    role_words: Mapping[str, str]
    on_call: OnCall = no_schedules
    owner_role: str = "PO"


@dataclass(frozen=True)
class Answer:
    """Who it is, or the named gap; with each step that was tried, in words."""

    activity: str
    at: datetime
    through: Through
    person: Person | None = None
    acting_for: str = ""  # the name of the person in whose place
    level: int = 1  # 1: who does it or decides it; above: who was climbed to
    accountable: Person | None = None
    steps: tuple[str, ...] = ()
    gap: str = ""


@dataclass
class _Search:
    """One question under way: what it is about, and what was tried."""

    world: World
    subject: Subject
    activity: Activity
    at: datetime
    steps: list[str]

    def fits(self, key: str, title: str, power: str = "") -> bool:
        """Return whether somebody can be the answer; note why not."""
        cover, person = self.world.cover, self.world.cover.person(key)
        away = cover.away(key, self.at)
        if person.is_service:
            self.steps.append(f"{title} {person.name} is a service account.")
        elif not person.is_there(self.at):
            self.steps.append(f"{title} {person.name} has left.")
        elif away:
            self.steps.append(f"{title} {person.name} is away until {away.end:%Y-%m-%d %H:%M} UTC.")
        elif power and not cover.may(key, power, self.subject.path, self.at, self.activity.amount):
            self.steps.append(f"{title} {person.name} lacks the authority that this needs.")
        else:
            return True
        return False


def who(code: str, subject: Subject, at: datetime, world: World) -> Answer:
    """Return who does, or decides, an activity of a system at a moment, past or to come."""
    version = subject.version_at(at)
    if version is None:
        return _gap(code, at, f"No matrix of {subject.ref} was in force then.")
    activity, cells = world.activities.get(code), version.rows.get(code)
    if activity is None or not cells:
        words = f"Version {version.number} of the matrix has no row for {code}."
        return _gap(code, at, words)
    search = _Search(world, subject, activity, at, [f"Version {version.number} was in force."])
    accountable = _accountable(search, cells)
    for level, found in enumerate(_levels(search, cells), start=1):
        if level > 1:
            search.steps.append(f"Next level, {level}.")
        for column, letters in found:
            for through, key, instead in _candidates(search, column, letters, level):
                person = world.cover.person(key)
                acting = world.cover.person(instead).name if instead else ""
                search.steps.append(_found(through, person, acting))
                return Answer(
                    code, at, through, person, acting, level, accountable, tuple(search.steps)
                )
    return _gap(code, at, _reason(search), accountable, tuple(search.steps))


FOUND = {
    Through.ON_CALL: "{name} is on call.",
    Through.HOLDER: "{name} holds it.",
    Through.DELEGATE: "{name} accepted to act for {acting}.",
    Through.DEPUTY: "{name} is the deputy.",
}


def _found(through: Through, person: Person, acting: str) -> str:
    return FOUND[through].format(name=person.name, acting=acting)


def stand_ins(
    code: str, cell: tuple[Column, frozenset[Letter]], subject: Subject, at: datetime, world: World
) -> list[str]:
    """Return who can be reached for one cell of a row at a moment; nobody is a gap."""
    search = _Search(world, subject, world.activities[code], at, [])
    return [key for _, key, _ in _candidates(search, cell[0], cell[1], 1)]


def _gap(
    code: str,
    at: datetime,
    words: str,
    accountable: Person | None = None,
    steps: tuple[str, ...] = (),
) -> Answer:
    return Answer(code, at, Through.GAP, accountable=accountable, steps=(*steps, words), gap=words)


def _reason(search: _Search) -> str:
    return f"Nobody can be reached for “{search.activity.title}”."


def _levels(
    search: _Search, cells: tuple[Cell, ...]
) -> Iterator[list[tuple[Column, frozenset[Letter]]]]:
    """Return who is asked first, then who is climbed to: a decision is the accountable's."""
    order = sorted(cells, key=lambda cell: (cell[0].name, cell[0].person))
    doing = [(column, RESPONSIBLE) for column, letter in order if letter in RESPONSIBLE]
    answering = [(column, ACCOUNTABLE) for column, letter in order if letter in ACCOUNTABLE]
    if not search.activity.is_decision and doing:
        yield doing
    yield answering
    for role in search.activity.then:
        words = search.world.role_words.get(role, role)
        yield [(Column(words, roles=(role,)), ACCOUNTABLE)]


def _accountable(search: _Search, cells: tuple[Cell, ...]) -> Person | None:
    """Return the one person accountable, also while they are away; None for a gap."""
    columns = [column for column, letter in cells if letter in ACCOUNTABLE]
    if len(columns) != 1:
        return None
    key = _holder(search, columns[0], _roles(search, columns[0], ACCOUNTABLE))
    person = search.world.cover.person(key) if key else None
    return person if person and person.is_there(search.at) else None


def _roles(search: _Search, column: Column, letters: frozenset[Letter]) -> tuple[str, ...]:
    """Return the roles of a column that the activity has this letter for; else all of them."""
    given = search.activity.letters
    return tuple(role for role in column.roles if given.get(role) in letters) or column.roles


def _holder(search: _Search, column: Column, roles: tuple[str, ...]) -> str:
    """Return who is behind a column at the moment: the one named, or the role's holder."""
    if column.person or not roles:
        return column.person
    if search.world.owner_role in roles and search.subject.owner:
        return search.subject.owner
    found = (search.world.cover.holder(role, search.subject.path, search.at) for role in roles)
    return next((key for key in found if key), "")


def _candidates(
    search: _Search, column: Column, letters: frozenset[Letter], level: int
) -> Iterator[tuple[Through, str, str]]:
    """Return who can be the answer for a column, in order: step, who, in whose place."""
    roles = _roles(search, column, letters)
    power = search.activity.authority if search.activity.is_decision or level > 1 else ""
    yield from _by_schedule(search, roles, power)
    key, title = _holder(search, column, roles), _title(search, column, roles)
    if not key:
        search.steps.append(f"{title}: no person is named.")
    elif search.fits(key, f"{title}:", power):
        yield Through.HOLDER, key, ""
    for through, other in _standing_in(search, key, roles):
        if search.fits(other, f"{through.value.capitalize()}:", power):
            yield through, other, key


def _standing_in(
    search: _Search, key: str, roles: tuple[str, ...]
) -> Iterator[tuple[Through, str]]:
    """Return whom a person lets act for them, then the deputies of the roles."""
    cover, path, at = search.world.cover, search.subject.path, search.at
    for taker in cover.delegates(key, search.activity.code, at) if key else ():
        yield Through.DELEGATE, taker
    for role in roles:
        for deputy in cover.deputies(role, path, at):
            if deputy != key:
                yield Through.DEPUTY, deputy


def _title(search: _Search, column: Column, roles: tuple[str, ...]) -> str:
    if roles:
        return search.world.role_words.get(roles[0], roles[0])
    return "Named" if column.person else column.name


def _by_schedule(
    search: _Search, roles: tuple[str, ...], power: str
) -> Iterator[tuple[Through, str, str]]:
    """Return who has the pager, for a role that a schedule serves."""
    for role in roles:
        duty = search.world.on_call(role, search.subject.path, search.at)
        if duty is None:
            continue
        if not duty.person:
            search.steps.append(duty.words)
        elif search.fits(duty.person, "On call:", power):
            yield Through.ON_CALL, duty.person, ""
