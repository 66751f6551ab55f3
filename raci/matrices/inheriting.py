"""Rows of one matrix in the terms of another: who a default's roles are for a system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.systems.rules import Stage
from raci.matrices import queries
from raci.matrices.catalogue import catalogue
from raci.matrices.models import OPEN, Assignment, Matrix, Party
from raci.matrices.queries import Directory
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import Letter, Scheme, strongest


@dataclass(frozen=True)
class Slot:
    """Who or what a column is, the same in every matrix."""

    kind: PartyKind
    person: int | None = None
    label: str = ""
    role: str = ""


Rows = Mapping[str, Mapping[Slot, Letter]]  # activity → who → letter


@dataclass(frozen=True)
class Source:
    """A matrix read for another: its rows, and the roles each of its columns stood for."""

    rows: Rows
    roles: Mapping[Slot, tuple[str, ...]]
    order: Mapping[Slot, int]


def slot_of(party: Party, matrix: Matrix, people: Directory) -> Slot:
    """Return what a column is for a matrix today; in a default a role stands for itself."""
    keeps_roles = matrix.system is None and party.kind == PartyKind.ROLE
    person = None if keeps_roles else queries.person_of(party, matrix, people)
    if person:
        return Slot(PartyKind.PERSON, person.pk)
    if party.kind == PartyKind.ROLE:
        return Slot(PartyKind.ROLE, role=party.roles[0])
    return Slot(PartyKind(party.kind), label=party.label)


def read_for(source: Matrix, matrix: Matrix, people: Directory) -> Source:
    """Return what a matrix says, with roles and letters as another has them; merged by person."""
    parties, scheme = list(source.parties.all()), matrix.letters
    slots = {party.pk: slot_of(party, matrix, people) for party in parties}
    found: dict[str, dict[Slot, list[Letter]]] = {}
    for (code, party_id), letter in queries.letters_of(source).items():
        translated = scheme.translated(letter)
        found.setdefault(code, {}).setdefault(slots[party_id], []).append(translated)
    roles: dict[Slot, tuple[str, ...]] = {}
    order: dict[Slot, int] = {}
    for party in parties:
        slot = slots[party.pk]
        roles[slot] = (*roles.get(slot, ()), *party.roles)
        order.setdefault(slot, party.position)
    rows = {
        code: {slot: strongest(letters, scheme) for slot, letters in cells.items()}
        for code, cells in found.items()
    }
    return Source(rows, roles, order)


def standard(scheme: Scheme) -> Source:
    """Return the standard activities with their roles, in the letters of a scheme."""
    slots = {role: Slot(PartyKind.ROLE, role=role) for role in catalogue().roles}
    return Source(
        {
            code: {slots[role]: scheme.translated(to) for role, to in activity.letters.items()}
            for code, activity in catalogue().activities.items()
        },
        {slot: (role,) for role, slot in slots.items()},
        {slot: at for at, slot in enumerate(slots.values())},
    )


def write_rows(matrix: Matrix, source: Source, codes: Iterable[str]) -> None:
    """Let a draft say in some rows what the source says; columns that it lacks are added."""
    wanted = list(codes)
    cells = {code: source.rows.get(code, {}) for code in wanted}
    columns = columns_for(matrix, source, {slot for row in cells.values() for slot in row})
    Assignment.objects.filter(matrix=matrix, activity__in=wanted).delete()
    Assignment.objects.bulk_create(
        Assignment(matrix=matrix, party=columns[slot], activity=code, letter=letter)
        for code, row in cells.items()
        for slot, letter in row.items()
    )


def columns_for(matrix: Matrix, source: Source, needed: Iterable[Slot]) -> dict[Slot, Party]:
    """Return a column for each of these, made where the matrix has none."""
    columns: dict[Slot, Party] = {}
    for party in Party.objects.filter(matrix=matrix):
        role = party.roles[0] if party.kind == PartyKind.ROLE else ""
        slot = Slot(PartyKind(party.kind), party.person_id, party.label, role)
        columns[slot] = party
    missing = sorted(set(needed) - set(columns), key=lambda slot: source.order.get(slot, 0))
    made = Party.objects.bulk_create(
        Party(
            matrix=matrix,
            kind=slot.kind,
            person_id=slot.person,
            label=slot.label,
            roles=list(dict.fromkeys(source.roles.get(slot) or ([slot.role] if slot.role else []))),
            position=source.order.get(slot, 0),
        )
        for slot in missing
    )
    return columns | dict(zip(missing, made, strict=True))


def behind(matrix: Matrix, default: Matrix | None, people: Directory) -> set[str]:
    """Return the inherited rows that do not say what the default says today.

    Roles passed on since are the reason, for a change of the default itself is passed down.
    """
    if default is None:
        return set()
    ours, theirs = read_for(matrix, matrix, people).rows, read_for(default, matrix, people).rows
    kept = set(matrix.overridden)
    return {
        code
        for code in matrix.activities
        if code not in kept and ours.get(code, {}) != theirs.get(code, {})
    }


def followers(default: Matrix) -> list[Matrix]:
    """Return the matrices, in force or not yet, that follow a default and no nearer one.

    Those of retired systems stay as they were.
    """
    unit = default.unit
    if unit is None:
        return []
    below = (
        Matrix.objects.with_grid()
        .filter(status__in=[*OPEN, MatrixStatus.ACTIVE])
        .exclude(unit=unit)
        .exclude(system__stage=Stage.RETIRED)
        .filter(queries.below("system__unit__path", unit.pk) | queries.below("unit__path", unit.pk))
    )
    nearer = set(
        Matrix.objects.filter(status=MatrixStatus.ACTIVE, unit__path__contains=[unit.pk])
        .exclude(unit=unit)
        .values_list("unit", flat=True)
    )
    return [matrix for matrix in below if not nearer & set(_above(matrix))]


def _above(matrix: Matrix) -> list[int]:
    """Return the units whose default may serve a matrix: all above, for a system its own too."""
    path: list[int] = matrix.home.path
    return path if matrix.system_id else path[:-1]
