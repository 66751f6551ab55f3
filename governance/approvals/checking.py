"""Turning what stands against an event into the error that a page or the API shows."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction

from governance.accounts.models import User
from governance.accounts.stepup import ReauthenticationRequired
from governance.approvals.errors import (
    EvidenceChangedError,
    GuardError,
    IllegalTransitionError,
    NotYoursError,
    SamePersonError,
)
from governance.approvals.lifecycle import Event
from governance.approvals.machine import events_from, illegal, refusals
from governance.approvals.models import Release
from governance.approvals.moving import note
from governance.approvals.situation import Situation

P = ParamSpec("P")
R = TypeVar("R")


def check(event: Event, now: Situation) -> None:
    """Raise what stands against an event: who, then four eyes, then proof, then everything else.

    IllegalTransitionError, SamePersonError, NotYoursError, ReauthenticationRequired,
    EvidenceChangedError or GuardError with all reasons.
    """
    if wrong := illegal(event, now.state):
        raise IllegalTransitionError(wrong, events_from(now.state))
    found = refusals(event, now)
    for words, error in (
        (now.same_person, SamePersonError),
        (now.not_allowed, NotYoursError),
        (now.unproved, ReauthenticationRequired),
    ):
        if words and words in found:
            raise error(words)
    if now.evidence_changed and event != Event.EVIDENCE_CHANGED and found:
        raise EvidenceChangedError(found[0])
    if found:
        raise GuardError(found)


def noting_refusals(
    decide: Callable[Concatenate[Release, P], R],
) -> Callable[Concatenate[Release, P], R]:
    """Let a refusal of a person stand in the record; everything else of the action is undone."""

    @wraps(decide)
    def run(release: Release, /, *args: P.args, **given: P.kwargs) -> R:
        try:
            return decide(release, *args, **given)
        except PermissionDenied as refusal:
            actor: Any = given.get("actor")
            if isinstance(actor, User):
                note_refusal(release, actor, decide.__name__, refusal)
            raise

    return run


WHY: dict[type[Exception], str] = {
    SamePersonError: "same person",
    NotYoursError: "not theirs",
    ReauthenticationRequired: "stale login",
}


@transaction.atomic
def note_refusal(release: Release, actor: User, verb: str, refusal: PermissionDenied) -> None:
    """Write down what somebody wanted to do to a release, and why they may not."""
    data = {"wanted": verb, "why": WHY.get(type(refusal), "not their role"), "reason": str(refusal)}
    note(release, "release.refused", actor, data)
