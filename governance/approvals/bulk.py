"""Several decisions at once: all of them are made, or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.approvals import vote_actions
from governance.approvals.checking import note_refusal
from governance.approvals.models import Release, Vote

VERBS: Mapping[str, Callable[..., Vote]] = {
    "approve": vote_actions.approve,
    "reject": vote_actions.reject,
}


@dataclass(frozen=True)
class Decision:
    """A yes or no to one release: `said` is what `approve` and `reject` take beside the person."""

    release: Release
    event: str
    said: Mapping[str, Any]


def decide(decisions: Sequence[Decision], *, actor: User, proof: Proof | None = None) -> None:
    """Make all the decisions; what stands against one of them stands against all.

    Each is checked as if it were alone, so a list lets nobody decide what one by one they may
    not. The refusal of a person is recorded once, for the release that it is about. Raises what
    `approve` and `reject` raise.
    """
    at = decisions[0]
    try:
        with transaction.atomic():
            for at in sorted(decisions, key=lambda one: one.release.system_id):  # one lock order
                VERBS[at.event](at.release, actor=actor, proof=proof, **at.said)
    except PermissionDenied as refusal:
        note_refusal(at.release, actor, at.event, refusal)  # the first note is undone by now
        raise
