"""Is the oversight real? How people decide, by quarter: how long they looked, and at what. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

HASTY_SECONDS = 60
LEAST_DECISIONS = 5  # fewer show no habit
LEAST_SHARE = 0.5  # of the groups of the changes


@dataclass(frozen=True)
class Decision:
    """One vote: when, for or against, after how long, having marked how many groups."""

    ref: str
    title: str
    at: datetime
    yes: bool
    opened_at: datetime | None = None
    viewed: int = 0
    shown: int = 0
    is_void: bool = False

    @property
    def seconds(self) -> int | None:
        """Return how long after opening the page; None when it was never opened."""
        if self.opened_at is None:
            return None
        return max(int((self.at - self.opened_at).total_seconds()), 0)

    @property
    def is_hasty(self) -> bool:
        """Return whether it was made within a minute, or without opening the page."""
        return self.seconds is None or self.seconds < HASTY_SECONDS

    @property
    def took(self) -> str:
        """Return how long it took, in words."""
        return "never opened" if self.seconds is None else span(self.seconds)


@dataclass(frozen=True)
class Habit:
    """How one person decided in one quarter."""

    person: str
    quarter: str
    decisions: tuple[Decision, ...]

    @property
    def approvals(self) -> int:
        """Return how many were a yes."""
        return sum(one.yes for one in self.decisions)

    @property
    def refusals(self) -> int:
        """Return how many were a no."""
        return len(self.decisions) - self.approvals

    @property
    def hasty(self) -> int:
        """Return how many were made within a minute, or unread."""
        return sum(one.is_hasty for one in self.decisions)

    @property
    def median_seconds(self) -> int:
        """Return the median time from opening to decision; unread counts as no time."""
        return int(median(one.seconds or 0 for one in self.decisions))

    @property
    def median_words(self) -> str:
        """Return the median time in words."""
        return span(self.median_seconds)

    @property
    def share_viewed(self) -> float | None:
        """Return the share of the groups shown that were marked as viewed; None for no groups."""
        shown = sum(one.shown for one in self.decisions)
        viewed = sum(min(one.viewed, one.shown) for one in self.decisions)
        return viewed / shown if shown else None

    @property
    def share_words(self) -> str:
        """Return the share of groups as a percentage; a dash for none shown."""
        share = self.share_viewed
        return "–" if share is None else f"{share:.0%}"

    @property
    def doubts(self) -> tuple[str, ...]:
        """Return why this looks like a rubber stamp; empty when it does not."""
        if len(self.decisions) < LEAST_DECISIONS or self.refusals:
            return ()
        found = []
        if self.median_seconds < HASTY_SECONDS:
            found.append(f"half of them within {self.median_words}")
        share = self.share_viewed
        if share is not None and share < LEAST_SHARE:
            found.append(f"only {share:.0%} of what changed was marked as viewed")
        return (f"{self.approvals} approvals, no refusal", *found) if found else ()


def quarter_of(at: datetime) -> str:
    """Return the quarter of a moment in its own zone: 2026 Q4."""
    return f"{at.year} Q{(at.month + 2) // 3}"


def habits(votes: Iterable[tuple[str, Decision]]) -> list[Habit]:
    """Return people's decisions by quarter, the newest quarter first, doubtful ones before others.

    `votes` pairs each decision with the name of who made it; its `at` is local time.
    """
    grouped: dict[tuple[str, str], list[Decision]] = {}
    for person, decision in votes:
        grouped.setdefault((quarter_of(decision.at), person), []).append(decision)
    found = [
        Habit(person, quarter, tuple(sorted(decisions, key=lambda one: one.at, reverse=True)))
        for (quarter, person), decisions in grouped.items()
    ]
    found.sort(key=lambda habit: (not habit.doubts, habit.person))
    return sorted(found, key=lambda habit: habit.quarter, reverse=True)


def span(seconds: int) -> str:
    """Return a time in its largest fitting unit: 42 seconds, 7 minutes, 3 hours, 2 days."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {word}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
