"""How a matrix is made from another; the actions call this and write the record."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from governance.common.errors import DomainError
from governance.common.states import change
from raci.matrices import queries
from raci.matrices.models import Assignment, Matrix, Party
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.matrices.schemes import Letter, strongest
from raci.people.holding import hold

Scope = Mapping[str, Any]  # {"system": …} or {"unit": …}


def scope_of(matrix: Matrix) -> Scope:
    """Return what the matrix is for, as a filter."""
    return {"system": matrix.system} if matrix.system else {"unit": matrix.unit}


def claim(scope: Model) -> None:
    """Hold a system or unit, so that two requests do not both make a matrix for it.

    Raises DomainError when it has a draft or an active matrix already.
    """
    hold(scope)
    existing = Matrix.objects.current().filter(**{_field(scope): scope}).first()
    if existing:
        raise DomainError(f"There is one already: {existing}.")


def _field(scope: Model) -> str:
    return "unit" if scope._meta.model_name == "businessunit" else "system"


def next_version(scope: Scope) -> int:
    """Return the number after the highest so far, 1 for the first."""
    last = Matrix.objects.filter(**scope).order_by("-version").first()
    return last.version + 1 if last else 1


def fill(matrix: Matrix, default: Matrix) -> None:
    """Give a new matrix the default's columns, roles resolved and merged, and its letters."""
    scheme = matrix.letters
    column_of = _columns(matrix, default)
    letters: dict[tuple[str, int], list[Letter]] = {}
    for (code, party_id), letter in queries.letters_of(default).items():
        if code in matrix.activities:
            cell = (code, column_of[party_id].pk)
            letters.setdefault(cell, []).append(scheme.translated(letter))
    Assignment.objects.bulk_create(
        Assignment(matrix=matrix, party_id=pk, activity=code, letter=strongest(given, scheme))
        for (code, pk), given in letters.items()
    )
    used = {party_id for _, party_id in letters}
    Party.objects.filter(matrix=matrix).exclude(pk__in=used).delete()


def _columns(matrix: Matrix, default: Matrix) -> dict[int, Party]:
    """Return the default's party id → the new column; one person gets one column."""
    people = queries.directory([matrix])
    columns: dict[str, Party] = {}
    column_of: dict[int, Party] = {}
    for party in default.parties.all():
        person = queries.person_of(party, matrix, people)
        kind = PartyKind.PERSON if person else party.kind
        label = "" if person else party.label
        name = person.handle if person else f"{kind} {label or party.roles}"
        new = Party(matrix=matrix, kind=kind, person=person, label=label, position=party.position)
        column = column_of[party.pk] = columns.setdefault(name, new)
        column.roles = [*column.roles, *party.roles]
    Party.objects.bulk_create(columns.values())
    return column_of


def draft_of(matrix: Matrix, seen: int | None) -> tuple[Matrix, dict[int, int]]:
    """Return the draft to write into, and old party id → its party id; raise the row version.

    A draft is its own; an active matrix gets a draft of the next version, a copy. Raises
    StaleError when the matrix is newer than `seen`, DomainError for a superseded one and
    while another draft is open.
    """
    change(matrix, seen=seen)
    if matrix.status == MatrixStatus.SUPERSEDED:
        raise DomainError(f"{matrix} is superseded; change the current one.")
    if matrix.status == MatrixStatus.DRAFT:
        return matrix, {party.pk: party.pk for party in matrix.parties.all()}
    scope = scope_of(matrix)
    if other := Matrix.objects.filter(**scope, status=MatrixStatus.DRAFT).first():
        raise DomainError(f"Version {other.version} is being drafted already. Change that one.")
    version = next_version(scope)
    draft = Matrix.objects.create(
        **scope, version=version, activities=matrix.activities, scheme=matrix.scheme
    )
    ids = _copy_parties(matrix, draft)
    Assignment.objects.bulk_create(
        Assignment(matrix=draft, party_id=ids[pk], activity=code, letter=letter)
        for (code, pk), letter in queries.letters_of(matrix).items()
    )
    return draft, ids


def _copy_parties(matrix: Matrix, draft: Matrix) -> dict[int, int]:
    old = list(matrix.parties.all())
    new = Party.objects.bulk_create(
        Party(
            matrix=draft,
            kind=party.kind,
            person_id=party.person_id,
            label=party.label,
            roles=party.roles,
            position=party.position,
        )
        for party in old
    )
    return {before.pk: after.pk for before, after in zip(old, new, strict=True)}
