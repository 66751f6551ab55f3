"""How a matrix comes into force, and who may review one: somebody who did not write it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """How a version comes into force."""

    REVIEWED = "reviewed"  # by somebody else than who wrote it
    INHERITED = "inherited"  # by the default above, whose rows it follows
    REASSIGNED = "reassigned"  # by handing over what somebody had; letters stay as they were
    EARLIER = "earlier"  # before reviews were asked for


@dataclass(frozen=True)
class Reviewer:
    """Whoever wants to review, as far as four eyes go."""

    id: int
    is_service: bool = False


def why_not_review(
    reviewer: Reviewer, *, submitted_by: int | None, authors: Collection[int]
) -> str:
    """Return why somebody may not put a matrix in force; empty when nothing forbids it."""
    if reviewer.is_service:
        return "Only a person reviews, not a service account."
    if reviewer.id == submitted_by:
        return "You sent this version for review, so somebody else must put it in force."
    if reviewer.id in authors:
        return "You worked on this version, so somebody else must put it in force."
    return ""
