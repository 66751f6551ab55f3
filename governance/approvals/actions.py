"""The verbs of an approval: propose, waive, approve, send back, withdraw."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import queries, rules
from governance.approvals.models import Review, Waiver
from governance.approvals.rules import REVIEW_TRANSITIONS, ReviewStatus
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.common.states import move
from governance.ledger.actions import Actor, Personal, record
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.table import pin_of
from inventory.systems.version_actions import freeze_version

Decision = TypeVar("Decision", bound=Callable[..., None])


class SamePersonError(PermissionDenied):
    """Four eyes: who proposed or worked on a version does not decide about it."""


def next_ref() -> str:
    """Return the next short id, UPD-001 and on; a refused transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('review_ref')")
        row = cursor.fetchone()
    return f"UPD-{row[0]:03d}"


@transaction.atomic
def submit(version: ModelVersion, *, actor: User, reason: str, seen: str | None = None) -> Review:
    """Return a new review of a version, which is frozen from now on.

    `seen` is the version's digest as the person read it. Raises PermissionDenied unless the
    actor may propose versions in the system's unit (a system owner may); DomainError for a
    retired system, an id that is neither pinned nor waived, an empty reason, or a version that
    is being reviewed, approved, or was sent back; StaleError when the version changed.
    """
    system = version.system
    require(actor, Capability.SUBMIT, system.unit)
    held = ModelVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    _refuse_newer(held, seen or version.digest)
    _require_reason(reason, "Say why this version is proposed.")
    _require_live(system)
    _refuse_reviewed(version)
    _require_pinned(held, proposed_by=actor.pk)
    version.refresh_from_db()
    freeze_version(version, actor=actor)
    review = Review.objects.create(
        ref=next_ref(),
        version=version,
        digest=version.digest,
        reason=reason,
        submitted_by=actor,
        assigned_to=queries.approvers([system]).get(system.pk),
    )
    pin = pin_of(version.provider, version.model_id)
    data = {**_about(review), "reason": reason, "pin": pin.state.value}
    record("review.submitted", subject=review, actor=actor, data=data, unit=system.unit_id)
    return review


@transaction.atomic
def reassign(review: Review, *, actor: Actor, to: User | None) -> None:
    """Give a waiting review to who approves updates now; nothing happens when they have it.

    Raises TransitionError when it is decided already.
    """
    before = review.assigned_to
    if before == to:
        return
    waiting = Review.objects.filter(pk=review.pk, assigned_to=before).waiting()
    if not waiting.update(assigned_to=to, row_version=F("row_version") + 1):
        raise TransitionError(f"{review} is decided, or somebody else has it by now.")
    review.refresh_from_db()
    names = {
        "from": Personal(before.name) if before else None,
        "to": Personal(to.name) if to else None,
    }
    data = {**_about(review), "changes": {"assigned_to": names}}
    unit = review.version.system.unit_id
    record("review.reassigned", subject=review, actor=actor, data=data, unit=unit)


@transaction.atomic
def grant_waiver(
    version: ModelVersion, *, actor: User, reason: str, ends_on: date, seen: str | None = None
) -> Waiver:
    """Allow a version whose model id is not pinned to be proposed, until a last day.

    Raises PermissionDenied unless the actor may decide in the unit and neither proposed nor
    worked on the version; DomainError for a pinned id, an empty reason, or an end in the past
    or further off than a year.
    """
    require(actor, Capability.APPROVE, version.system.unit)
    held = ModelVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    _refuse_newer(held, seen or version.digest)
    open_review = Review.objects.filter(version=version).waiting().first()
    _require_other(actor, version, open_review.submitted_by_id if open_review else None)
    _require_reason(reason, "Say why this version may run on an id that is not pinned.")
    pin = pin_of(held.provider, held.model_id)
    if refusal := rules.why_not_waive(timezone.localdate(), ends_on, is_fixed=pin.is_fixed):
        raise DomainError(refusal)
    waiver = Waiver.objects.create(
        version=version, digest=held.digest, reason=reason, granted_by=actor, ends_on=ends_on
    )
    data = {
        "version": version.ref,
        "digest": held.digest,
        "model_id": held.model_id,
        "pin": pin.state.value,
        "reason": reason,
        "ends_on": ends_on.isoformat(),
    }
    record("waiver.granted", subject=waiver, actor=actor, data=data, unit=version.system.unit_id)
    return waiver


def _noting_refusals(decide: Decision) -> Decision:
    """Let a refusal for want of four eyes stand in the record; all else is undone."""

    @wraps(decide)
    def run(review: Review, *, actor: User, **given: Any) -> None:
        try:
            decide(review, actor=actor, **given)
        except SamePersonError as refusal:
            _note_refusal(review, actor, str(refusal))
            raise

    return cast(Decision, run)


@transaction.atomic
def _note_refusal(review: Review, actor: User, reason: str) -> None:
    data = {**_about(review), "reason": reason}
    unit = review.version.system.unit_id
    record("review.refused", subject=review, actor=actor, data=data, unit=unit)


@_noting_refusals
@transaction.atomic
def approve(review: Review, *, actor: User, reason: str = "", seen: str | None = None) -> None:
    """Approve the version under review; status and ledger entry commit together.

    `seen` is the version's digest as the person read it. Raises PermissionDenied unless the
    actor may decide in the unit and neither proposed nor worked on the version; StaleError
    when the version is not what was seen; DomainError when a waiver it needs has ended, or a
    check fails and no reason is given; TransitionError when the review is not open, also if
    somebody decided first.
    """
    _require_decider(actor, review)
    _refuse_changed(review, seen)
    if review.is_open:
        _require_live(review.version.system)
        _require_pinned(review.version, proposed_by=review.submitted_by_id)
        failing = [check.label for check in queries.checks(review.version) if check.fails]
        if failing:
            _require_reason(reason, f"Say why, although a check fails: {', '.join(failing)}.")
    _decide(review, ReviewStatus.APPROVED, actor=actor, reason=reason)


@_noting_refusals
@transaction.atomic
def reject(review: Review, *, actor: User, reason: str, seen: str | None = None) -> None:
    """Send the version back with a reason; it is proposed again only as another version.

    Raises as approve does, and DomainError without a reason.
    """
    _require_decider(actor, review)
    _refuse_changed(review, seen)
    _require_reason(reason, "Say why the version is sent back.")
    _decide(review, ReviewStatus.REJECTED, actor=actor, reason=reason)


@transaction.atomic
def withdraw(review: Review, *, actor: User, reason: str = "") -> None:
    """Take a proposal back; only who made it, or the system's owner.

    Raises TransitionError when it is decided already.
    """
    if actor.pk not in (review.submitted_by_id, review.version.system.owner_id):
        raise PermissionDenied("Only who proposed it, or the system's owner, withdraws it.")
    require(actor, Capability.SUBMIT, review.version.system.unit)
    _decide(review, ReviewStatus.WITHDRAWN, actor=actor, reason=reason)


def _decide(review: Review, to: ReviewStatus, *, actor: User, reason: str) -> None:
    fields = {
        "decided_by": actor,
        "decided_at": timezone.now(),
        "decision_reason": reason,
        "row_version": F("row_version") + 1,
    }
    move(review, to, REVIEW_TRANSITIONS, **fields)
    unit = review.version.system.unit_id
    data = {**_about(review), "reason": reason}
    record(f"review.{to.value}", subject=review, actor=actor, data=data, unit=unit)


def _about(review: Review) -> dict[str, str]:
    version = review.version
    return {
        "system": version.system.ref,
        "version": version.label,
        "model_id": version.model_id,
        "digest": review.digest,
    }


def _require_decider(actor: User, review: Review) -> None:
    require(actor, Capability.APPROVE, review.version.system.unit)
    _require_other(actor, review.version, review.submitted_by_id)


def _require_other(actor: User, version: ModelVersion, submitted_by: int | None) -> None:
    made_by = set(version.contributors.values_list("user_id", flat=True))
    person = rules.Person(actor.pk, actor.is_service)
    if refusal := rules.why_not_decide(person, submitted_by=submitted_by, made_by=made_by):
        raise SamePersonError(refusal)


def _require_reason(reason: str, words: str) -> None:
    if not reason.strip():
        raise DomainError(words)


def _require_live(system: AISystem) -> None:
    if system.is_retired:
        raise DomainError(f"{system} is retired; nothing new is approved for it.")


def _refuse_newer(version: ModelVersion, seen: str) -> None:
    if version.digest != seen:
        raise StaleError(f"{version} changed since you read it. Read it again first.")


def _refuse_changed(review: Review, seen: str | None) -> None:
    """Refuse unless proposed, read and stored are one digest."""
    stored = ModelVersion.objects.select_related("system").get(pk=review.version_id)
    _refuse_newer(stored, review.digest)
    _refuse_newer(stored, seen or review.digest)


def _refuse_reviewed(version: ModelVersion) -> None:
    words = {
        ReviewStatus.SUBMITTED: "waits for approval already",
        ReviewStatus.APPROVED: "is approved already",
        ReviewStatus.REJECTED: "was sent back; add another version and propose that",
    }
    review = version.reviews.filter(status__in=list(words)).first()
    if review:
        raise DomainError(f"{version} {words[ReviewStatus(review.status)]}.")


def _require_pinned(version: ModelVersion, *, proposed_by: int) -> None:
    if queries.may_run(version, proposed_by=proposed_by):
        return
    state = pin_of(version.provider, version.model_id).state
    raise DomainError(
        f"This model id is {state.value}. {queries.pin_words(version)} Choose a pinned id, "
        "or ask somebody else who may approve, and did not work on it, for a waiver with an end "
        "date."
    )
