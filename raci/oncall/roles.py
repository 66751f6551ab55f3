"""The roles that a schedule can serve."""

from raci.people.vocabulary import vocabulary

NEVER_ON_CALL = {"PO", "ALL", "STAFF", "USERS"}  # each system's owner, and groups of people


def roles() -> dict[str, str]:
    """Return the roles that somebody can have at any hour, with their words."""
    found = vocabulary().roles
    return {code: words for code, words in found.items() if code not in NEVER_ON_CALL}
