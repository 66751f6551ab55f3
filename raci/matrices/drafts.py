"""How a matrix is made from another; the actions call this and write the record."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.common.states import change
from raci.matrices import queries
from raci.matrices.inheriting import read_for, standard, write_rows
from raci.matrices.models import Assignment, Matrix, Party
from raci.matrices.rules import MatrixStatus
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


def fill(matrix: Matrix, default: Matrix | None) -> None:
    """Give a new matrix the default's letters, for a system with people for roles; merged.

    Without a default it gets those of the standard activities.
    """
    people = queries.directory([matrix])
    source = read_for(default, matrix, people) if default else standard(matrix.letters)
    write_rows(matrix, source, matrix.activities)


def follow(matrix: Matrix, codes: Iterable[str]) -> None:
    """Let rows of a draft say what the default above says, from now on."""
    wanted = [code for code in codes if code in matrix.activities]
    if default := queries.default_above(matrix):
        write_rows(matrix, read_for(default, matrix, queries.directory([matrix])), wanted)
    kept = set(matrix.overridden) - set(wanted)
    _set_overridden(matrix, kept)


def keep_apart(matrix: Matrix, codes: Iterable[str]) -> None:
    """Let rows of a draft no longer follow the default; the topmost default follows nothing."""
    if matrix.system_id or matrix.home.parent_id:
        _set_overridden(matrix, {*matrix.overridden, *codes})


def _set_overridden(matrix: Matrix, codes: set[str]) -> None:
    matrix.overridden = sorted(codes)
    matrix.save(update_fields=["overridden"])


def draft_of(matrix: Matrix, seen: int | None, actor: User) -> tuple[Matrix, dict[int, int]]:
    """Return the draft to write into, and old party id → its party id; raise the row version.

    A draft is its own; an active matrix gets a draft of the next version, a copy. Whoever
    writes is one of its authors from then on. Raises StaleError when the matrix is newer than
    `seen`, DomainError for one that is superseded or in review, and while another draft is open.
    """
    change(matrix, seen=seen)
    if matrix.status == MatrixStatus.SUPERSEDED:
        raise DomainError(f"{matrix} is superseded; change the current one.")
    if matrix.status == MatrixStatus.IN_REVIEW:
        raise DomainError(f"{matrix} is in review. Send it back first, then change it.")
    if matrix.status == MatrixStatus.DRAFT:
        matrix.authors.add(actor)
        return matrix, {party.pk: party.pk for party in matrix.parties.all()}
    if other := Matrix.objects.open().filter(**scope_of(matrix)).first():
        raise DomainError(f"Version {other.version} is being drafted already. Change that one.")
    draft, ids = copy_of(matrix)
    draft.authors.add(actor)
    return draft, ids


def copy_of(matrix: Matrix, **fields: Any) -> tuple[Matrix, dict[int, int]]:
    """Return the next version, a draft with the same rows, and old party id → its party id."""
    scope = scope_of(matrix)
    kept = {name: getattr(matrix, name) for name in ("scheme", "activities", "overridden")}
    draft = Matrix.objects.create(**scope, version=next_version(scope), **kept, **fields)
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
