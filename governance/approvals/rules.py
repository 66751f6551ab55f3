"""Statuses of a review, who may decide it, and what changed between two versions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReviewStatus(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


S = ReviewStatus
REVIEW_TRANSITIONS: dict[ReviewStatus, frozenset[ReviewStatus]] = {
    S.SUBMITTED: frozenset({S.APPROVED, S.REJECTED, S.WITHDRAWN}),
    S.APPROVED: frozenset(),
    S.REJECTED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
REVIEW_WORDS: dict[ReviewStatus, str] = {
    S.SUBMITTED: "Waiting for approval",
    S.APPROVED: "Approved",
    S.REJECTED: "Sent back",
    S.WITHDRAWN: "Withdrawn",
}
REVIEW_STATES: dict[ReviewStatus, str] = {  # one of the five states of the interface
    S.SUBMITTED: "wait",
    S.APPROVED: "met",
    S.REJECTED: "missing",
    S.WITHDRAWN: "na",
}
LONGEST_WAIVER_DAYS = 365


@dataclass(frozen=True)
class Person:
    """Whoever wants to decide, as far as four eyes go."""

    id: int
    is_service: bool = False


def why_not_decide(person: Person, *, submitted_by: int | None, made_by: Collection[int]) -> str:
    """Return why the person may not decide about a version; empty when nothing forbids it.

    `made_by` are all who made or edited the version. A token acts as its owner, so the owner
    is the person here.
    """
    if person.is_service:
        return "Only a person decides, not a service account."
    if person.id == submitted_by:
        return "You proposed this version, so somebody else must decide."
    if person.id in made_by:
        return "You worked on this version, so somebody else must decide."
    return ""


def why_not_waive(today: date, ends_on: date, *, is_fixed: bool) -> str:
    """Return why there cannot be such a waiver; empty when there can."""
    if is_fixed:
        return "This model id is pinned; it needs no waiver."
    if ends_on < today:
        return "The end of the waiver lies in the past."
    if (ends_on - today).days > LONGEST_WAIVER_DAYS:
        return f"A waiver ends within {LONGEST_WAIVER_DAYS} days."
    return ""


@dataclass(frozen=True)
class Check:
    """One thing an approver looks at first: met, missing, or not applicable."""

    label: str
    state: str
    words: str

    @property
    def fails(self) -> bool:
        """Return whether an approval must say why it is given all the same."""
        return self.state == "missing"


@dataclass(frozen=True)
class Change:
    """One field of a version, before and after."""

    label: str
    was: str
    now: str

    @property
    def is_same(self) -> bool:
        """Return whether nothing changed."""
        return self.was == self.now


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    title: str
    changes: tuple[Change, ...]

    @property
    def count(self) -> int:
        """Return how many fields changed."""
        return sum(not change.is_same for change in self.changes)


GROUPS: dict[str, dict[str, str]] = {
    "Behaviour": {
        "provider": "Provider",
        "model_id": "Model id",
        "prompt_sha256": "Prompts (SHA-256)",
    },
    "Configuration": {"region": "Region", "label": "Version"},
    "Documents": {"notes": "What changes, and why"},
}


def compare(before: Mapping[str, str] | None, after: Mapping[str, str]) -> tuple[Group, ...]:
    """Return the fields of two versions side by side; without a first, all is new."""
    old = before or {}
    return tuple(
        Group(
            title,
            tuple(
                Change(words, old.get(name, ""), after.get(name, ""))
                for name, words in fields.items()
            ),
        )
        for title, fields in GROUPS.items()
    )
