"""Copying rows from a default or from another system's matrix: first looked at, then one save."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.ledger.actions import Personal
from raci.matrices import queries
from raci.matrices.drafts import draft_of, keep_apart
from raci.matrices.guards import require_assign
from raci.matrices.inheriting import Slot, Source, read_for, write_rows
from raci.matrices.models import Matrix
from raci.matrices.queries import OWNER_ROLE
from raci.matrices.record_actions import told
from raci.matrices.rowpage import names
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import Letter, spoken
from raci.matrices.telling import held_by_people, tell_changed


@dataclass(frozen=True)
class Changed:
    """A row that copying changes: what it says now, and then."""

    code: str
    now: str
    then: str


def sources(user: User, matrix: Matrix) -> QuerySet[Matrix]:
    """Return what one may copy from: what is in force, of systems only for a system."""
    rows = Matrix.objects.visible_to(user).filter(status=MatrixStatus.ACTIVE)
    if matrix.system is None:
        rows = rows.filter(system__isnull=True)
    same = {"system": matrix.system} if matrix.system else {"unit": matrix.unit}
    return rows.exclude(**same).select_related("system", "unit").order_by("system__name", "pk")


def would_change(matrix: Matrix, source: Matrix) -> list[Changed]:
    """Return the rows that both have and say differently, in words."""
    ours, theirs = _both(matrix, source)
    words = names([*ours.order, *theirs.order])
    return [
        Changed(code, _said(ours.rows.get(code, {}), words), _said(theirs.rows[code], words))
        for code in matrix.activities
        if code in theirs.rows and ours.rows.get(code, {}) != theirs.rows[code]
    ]


def _both(matrix: Matrix, source: Matrix) -> tuple[Source, Source]:
    people = queries.directory([matrix])
    return read_for(matrix, matrix, people), _for_owner(source, matrix, people)


def _for_owner(source: Matrix, matrix: Matrix, people: queries.Directory) -> Source:
    """Return the rows of a source; what its system's owner has goes to this system's owner."""
    found = read_for(source, matrix, people)
    if not (source.system and matrix.system and matrix.system.owner_id):
        return found
    theirs = next((s for s in found.order if s.person and s.person == source.system.owner_id), None)
    if theirs is None or OWNER_ROLE not in found.roles[theirs]:
        return found
    ours = replace(theirs, person=matrix.system.owner_id)
    if ours == theirs or ours in found.order:
        return found
    rows = {
        code: {ours if slot == theirs else slot: letter for slot, letter in row.items()}
        for code, row in found.rows.items()
    }
    roles = {ours if slot == theirs else slot: kept for slot, kept in found.roles.items()}
    order = {ours if slot == theirs else slot: at for slot, at in found.order.items()}
    return Source(rows, roles, order)


def _said(row: Mapping[Slot, Letter], words: Mapping[Slot, str]) -> str:
    return ", ".join(f"{words[slot]} {spoken(letter)}" for slot, letter in row.items())


@transaction.atomic
def copy_rows(matrix: Matrix, *, source: Matrix, actor: User, seen: int | None = None) -> Matrix:
    """Let all rows that both have say what the source says, and return the draft.

    One save, one ledger entry. Raises DomainError when nothing would change, and StaleError
    when the matrix is newer than `seen`.
    """
    require_assign(actor, matrix)
    changes = would_change(matrix, source)
    if not changes:
        raise DomainError(f"{source} says what this matrix says already.")
    codes, held = [one.code for one in changes], held_by_people(matrix)
    _, theirs = _both(matrix, source)
    draft, _ = draft_of(matrix, seen, actor)
    write_rows(draft, theirs, codes)
    keep_apart(draft, codes)
    rows = {one.code: {"from": Personal(one.now), "to": Personal(one.then)} for one in changes}
    told("matrix.copied", draft, actor, {"from": source.ref, "changes": rows})
    tell_changed(draft, held, actor=actor)
    return draft
