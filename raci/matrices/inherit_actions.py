"""Letting rows follow the default above, or keeping them apart from it."""

from collections.abc import Iterable

from django.db import transaction

from governance.accounts.models import User
from governance.common.errors import DomainError
from raci.matrices import queries
from raci.matrices.drafts import draft_of, follow, keep_apart
from raci.matrices.guards import require_assign
from raci.matrices.models import Matrix
from raci.matrices.record_actions import told
from raci.matrices.telling import held_by_people, tell_changed


@transaction.atomic
def inherit(
    matrix: Matrix, *, actor: User, codes: Iterable[str], seen: int | None = None
) -> Matrix:
    """Let rows say what the default above says, now and from now on; return the draft.

    Raises DomainError for a row that the matrix or the default does not have, and StaleError
    when the matrix is newer than `seen`.
    """
    require_assign(actor, matrix)
    wanted, default = _rows(matrix, codes), queries.default_above(matrix)
    if missing := [code for code in wanted if not default or code not in default.activities]:
        raise DomainError(f"No default above has the row {missing[0]}.")
    held = held_by_people(matrix)
    draft, _ = draft_of(matrix, seen, actor)
    follow(draft, wanted)
    from_ = default.ref if default else ""
    told("matrix.inherited", draft, actor, {"from": from_, "rows": wanted})
    tell_changed(draft, held, actor=actor)
    return draft


@transaction.atomic
def override(
    matrix: Matrix, *, actor: User, codes: Iterable[str], seen: int | None = None
) -> Matrix:
    """Keep rows as they are, whatever the default above comes to say; return the draft.

    Raises DomainError for a row that the matrix does not have, and StaleError when the matrix
    is newer than `seen`.
    """
    require_assign(actor, matrix)
    wanted = _rows(matrix, codes)
    draft, _ = draft_of(matrix, seen, actor)
    keep_apart(draft, wanted)
    told("matrix.overridden", draft, actor, {"rows": wanted})
    return draft


def _rows(matrix: Matrix, codes: Iterable[str]) -> list[str]:
    wanted = sorted(set(codes))
    if unknown := [code for code in wanted if code not in matrix.activities]:
        raise DomainError(f"The matrix has no row {unknown[0]}.")
    return wanted
