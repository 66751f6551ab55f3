"""Refusals worded for the person who asked; pages and the API show them as 409."""


class DomainError(Exception):
    """Something the rules refuse. The message is shown to the person as it is."""

    code = "refused"


class TransitionError(DomainError):
    """A status that cannot be reached from the stored one."""

    code = "illegal-transition"


class StaleError(DomainError):
    """The record was changed by someone else since it was read."""

    code = "stale"
