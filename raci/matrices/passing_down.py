"""Passing a default down: rows that follow it say what it says, in every matrix below."""

from django.utils.timezone import now

from governance.accounts.models import User
from governance.common.states import change, move
from raci.matrices import queries
from raci.matrices.catalogue import catalogue
from raci.matrices.drafts import copy_of
from raci.matrices.inheriting import Source, followers, read_for, write_rows
from raci.matrices.models import Matrix
from raci.matrices.record_actions import attested, told
from raci.matrices.review_rules import Origin
from raci.matrices.rules import MATRIX_TRANSITIONS, MatrixStatus, applies
from raci.matrices.telling import held_by_people, tell_changed


def pass_down(default: Matrix, *, actor: User) -> int:
    """Bring what follows a default up to it, and return how many matrices changed.

    A matrix in force gets its next version, in force at once: the default was reviewed. A
    draft is changed in place. Unit defaults pass it on.
    """
    changed = 0
    found = followers(default)
    people = queries.directory(found)
    for matrix in found:
        source = read_for(default, matrix, people)
        codes = _changed(matrix, default, source, people)
        if codes:
            changed += 1 + _bring(matrix, source, codes, default, actor)
    return changed


def _changed(
    matrix: Matrix, default: Matrix, theirs: Source, people: queries.Directory
) -> list[str]:
    """Return the rows that follow the default and differ from it; new ones too, if they apply."""
    ours, facts = read_for(matrix, matrix, people), queries.facts_for(matrix, people)
    kept, activities = set(matrix.overridden), catalogue().activities
    return [
        code
        for code in default.activities
        if code not in kept
        and (code in matrix.activities or applies(activities[code], facts))
        and ours.rows.get(code, {}) != theirs.rows.get(code, {})
    ]


def _bring(matrix: Matrix, source: Source, codes: list[str], default: Matrix, actor: User) -> int:
    """Write the rows; return how many matrices further down changed with it."""
    is_active, held = matrix.status == MatrixStatus.ACTIVE, held_by_people(matrix)
    target = next_in_force(matrix, Origin.INHERITED, actor) if is_active else matrix
    rows = {*target.activities, *codes}
    change(target, seen=None, activities=[code for code in catalogue().activities if code in rows])
    write_rows(target, source, codes)
    told("matrix.inherited", target, actor, {"from": default.ref, "rows": codes})
    tell_changed(target, held, actor=actor)
    return said(target, matrix, actor) if is_active else 0


def next_in_force(matrix: Matrix, origin: Origin, actor: User) -> Matrix:
    """Let a copy supersede a matrix in force without a review, and return it to be written.

    Only for what was decided elsewhere: rows of a reviewed default, and handing over.
    """
    move(matrix, MatrixStatus.SUPERSEDED, MATRIX_TRANSITIONS)
    fields = {"activated_at": now(), "activated_by": actor, "origin": origin}
    return copy_of(matrix, status=MatrixStatus.ACTIVE, **fields)[0]


def said(version: Matrix, before: Matrix, actor: User) -> int:
    """Record that a version came into force; pass a default down."""
    fresh = Matrix.objects.with_grid().get(pk=version.pk)
    told("matrix.activated", fresh, actor, {"supersedes": before.version, **attested(fresh)})
    return pass_down(fresh, actor=actor) if fresh.unit_id else 0
