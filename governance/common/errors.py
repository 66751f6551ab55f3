"""Refusals worded for the person who asked; pages and the API show them as 409."""


class DomainError(Exception):
    """Something the rules refuse. The message is shown to the person as it is."""

    code = "refused"
    status = 409  # of its page


class GoneError(DomainError):
    """Something that was handed out once and is not any more; its page says 410."""

    code = "gone"
    status = 410


class TransitionError(DomainError):
    """A status that cannot be reached from the stored one."""

    code = "illegal-transition"


class StaleError(DomainError):
    """The record was changed by someone else since it was read."""

    code = "stale"
