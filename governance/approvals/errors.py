"""Refusals of this stage."""

from django.core.exceptions import PermissionDenied

from governance.approvals.lifecycle import Event
from governance.common.errors import DomainError, StaleError, TransitionError


class SamePersonError(PermissionDenied):
    """Four eyes: who proposed or worked on a version does not decide about it."""


class NotYoursError(PermissionDenied):
    """The matrix names somebody else for this."""


class IllegalTransitionError(TransitionError):
    """The event does not fit the state; `allowed` are those that do."""

    def __init__(self, words: str, allowed: tuple[Event, ...]) -> None:
        super().__init__(words)
        self.allowed = allowed
        self.extra = {"allowed": [event.value for event in allowed]}


class GuardError(DomainError):
    """A guard of the table stands against it; `reasons` are all that do."""

    code = "guard"

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
        self.extra = {"reasons": list(reasons)}


class EvidenceChangedError(StaleError):
    """What was read is not what is stored now."""

    code = "evidence-changed"
