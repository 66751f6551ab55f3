"""Sending a matrix for review, putting it in force, sending it back.

Whoever may assign in its unit reviews it, but nobody who sent or wrote it.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import now

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change, move
from governance.ledger.actions import Personal
from raci.matrices import checking
from raci.matrices.drafts import scope_of
from raci.matrices.guards import require_assign
from raci.matrices.models import Matrix
from raci.matrices.passing_down import pass_down
from raci.matrices.record_actions import attested, told
from raci.matrices.review_rules import Reviewer, why_not_review
from raci.matrices.rules import MATRIX_TRANSITIONS, MatrixStatus
from raci.matrices.telling import tell_returned, tell_reviewers


def why_not(user: User, matrix: Matrix) -> str:
    """Return why somebody may not put a matrix in force; empty when they may."""
    if not may(user, Capability.ASSIGN, matrix.home):
        return f"Your role does not let you decide who answers in {matrix.home}."
    authors = set(matrix.authors.values_list("pk", flat=True))
    reviewer = Reviewer(user.pk, user.is_service)
    return why_not_review(reviewer, submitted_by=matrix.submitted_by_id, authors=authors)


@transaction.atomic
def submit(matrix: Matrix, *, actor: User, seen: int | None = None) -> None:
    """Send a draft for review; from then on nobody changes it.

    Raises DomainError while a rule finds an error, TransitionError when it is no draft,
    StaleError when it is newer than `seen`.
    """
    require_assign(actor, matrix)
    change(matrix, seen=seen)
    if matrix.status == MatrixStatus.DRAFT:
        _refuse_errors(matrix)
    fields = {"submitted_at": now(), "submitted_by": actor, "returned_reason": ""}
    move(matrix, MatrixStatus.IN_REVIEW, MATRIX_TRANSITIONS, **fields)
    told("matrix.submitted", matrix, actor, {})
    tell_reviewers(matrix, actor=actor)


@transaction.atomic
def send_back(matrix: Matrix, *, actor: User, reason: str, seen: int | None = None) -> None:
    """Make a draft of what is in review again; who sent it may take it back so too.

    Raises DomainError without a reason, TransitionError when it is not in review, StaleError
    when it is newer than `seen`.
    """
    require_assign(actor, matrix)
    if not reason.strip():
        raise DomainError("Say why it goes back, so that it can be mended.")
    change(matrix, seen=seen)
    fields = {"returned_by": actor, "returned_reason": reason.strip()}
    move(matrix, MatrixStatus.DRAFT, MATRIX_TRANSITIONS, **fields)
    told("matrix.sent_back", matrix, actor, {"reason": Personal(reason.strip())})
    tell_returned(matrix, actor=actor)


@transaction.atomic
def activate(matrix: Matrix, *, actor: User, seen: int | None = None) -> int:
    """Put what was reviewed in force; what was in force before is superseded in the same step.

    A default is passed down: rows that follow it say what it says from this moment on.
    Returns in how many matrices that changed a row. Raises PermissionDenied for who sent or
    wrote it, DomainError while a rule finds an error, TransitionError when it is not in
    review, StaleError when it is newer than `seen`.
    """
    if matrix.status == MatrixStatus.IN_REVIEW and (reason := why_not(actor, matrix)):
        raise PermissionDenied(reason)
    require_assign(actor, matrix)
    change(matrix, seen=seen)
    before = None
    if matrix.status == MatrixStatus.IN_REVIEW:
        _refuse_errors(matrix)
        before = Matrix.objects.filter(**scope_of(matrix), status=MatrixStatus.ACTIVE).first()
    if before:
        move(before, MatrixStatus.SUPERSEDED, MATRIX_TRANSITIONS)
    fields = {"activated_at": now(), "activated_by": actor}
    move(matrix, MatrixStatus.ACTIVE, MATRIX_TRANSITIONS, **fields)
    data = {"supersedes": before.version if before else None, **attested(matrix)}
    told("matrix.activated", matrix, actor, data)
    return pass_down(matrix, actor=actor)


def _refuse_errors(matrix: Matrix) -> None:
    errors = [finding for finding in checking.findings(matrix) if finding.is_error]
    if errors:
        first = errors[0]
        rest = f" {len(errors) - 1} more to fix." if len(errors) > 1 else ""
        place = f"{first.row}: " if first.row else ""
        raise DomainError(f"{place}{first.reason} {first.fix}{rest}")
