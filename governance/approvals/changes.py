"""How much a change weighs: class 0, A, B, C or D, from two bundles and what people declare.

One table decides (change_rows.py); the heaviest row that fires is the suggestion. What the table
does not know is at least B. Many minor changes together make the next one major.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from governance.approvals.change_rows import (
    AI_ACT_QUESTIONS,
    DECLARED,
    PLAN,
    TABLE,
    UNKNOWN_ROW,
    Compared,
    Declared,
    Question,
    Row,
)
from governance.approvals.lifecycle import CLASS_WORDS, ChangeClass
from inventory.systems.bundles.diff import Change, compare_leaves
from inventory.systems.bundles.rules import Bundle

__all__ = [
    "CLASS_WORDS",
    "ChangeClass",
    "Cumulative",
    "Declared",
    "PastChange",
    "Question",
    "Reason",
    "Suggestion",
    "cumulative",
    "suggest",
]
C = ChangeClass


@dataclass(frozen=True)
class Reason:
    """Why a change is at least of a class: where, and in words."""

    path: str  # of the bundle, or declared.… for what a person declared
    words: str
    change_class: ChangeClass


@dataclass(frozen=True)
class Suggestion:
    """The class that the table suggests, with every row that fired, the heaviest first."""

    change_class: ChangeClass
    reasons: tuple[Reason, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return what the AI Act asks about this change; none below class D."""
        return AI_ACT_QUESTIONS if self.change_class == C.SUBSTANTIAL else ()


def suggest(before: Bundle | None, after: Bundle, declared: Declared) -> Suggestion:
    """Return the class of the change from one bundle to another, with every reason for it.

    Without a bundle before, the version is the first of its kind: class C at least.
    """
    reasons = list(_declared(declared))
    if before is None:
        reasons.append(Reason("", "There is no version before it.", C.CRITICAL))
    else:
        reasons += _differences(before, after, declared)
    if not reasons:
        reasons.append(Reason("", "The same bundle again.", C.CONFIG))
    reasons.sort(key=lambda reason: reason.change_class, reverse=True)
    return Suggestion(reasons[0].change_class, tuple(reasons))


def _declared(declared: Declared) -> Iterator[Reason]:
    for name, change_class, words in DECLARED:
        if not getattr(declared, name):
            continue
        if change_class == C.SUBSTANTIAL and declared.in_predetermined_plan:
            yield Reason(f"declared.{name}", words.rstrip(".") + PLAN, C.CRITICAL)
        else:
            yield Reason(f"declared.{name}", words, change_class)


def _differences(before: Bundle, after: Bundle, declared: Declared) -> Iterator[Reason]:
    both = Compared(before, after, declared)
    for change in compare_leaves(before.leaves, after.leaves, {}, {}):
        if not change.is_same:
            row = row_for(both, change)
            yield Reason(change.path, row.words, row.change_class)


def row_for(both: Compared, change: Change) -> Row:
    """Return the row that decides about a changed value: the closest, then the first."""
    fitting = [
        row for row in TABLE if change.at[: len(row.at)] == row.at and row.when(both, change)
    ]
    return max(fitting, key=lambda row: len(row.at), default=UNKNOWN_ROW)


MOST_MINOR = 5  # since the last validation of class B or above; the next one is the sixth
MOST_POINTS = Decimal(1)  # of quality, up or down, all together
MOST_GROWTH = Decimal("0.25")  # of the few-shot examples
LONGEST = timedelta(days=180)


@dataclass(frozen=True)
class PastChange:
    """A change that was let through: its class, when, and what it did."""

    change_class: ChangeClass
    at: datetime
    quality_delta_points: Decimal | None = None
    examples_before: int | None = None
    examples_after: int | None = None


@dataclass(frozen=True)
class Cumulative:
    """Whether many small changes make the next one at least major; None when they do not."""

    floor: ChangeClass | None
    reasons: tuple[Reason, ...]


def cumulative(
    history: Iterable[PastChange], now: datetime, proposed: PastChange | None = None
) -> Cumulative:
    """Return whether the next change is at least of class B, because of those before it.

    Counted are the minor changes since the last of class B or above; `proposed` is the one in
    hand, where its effect is known already. Without any of class B the oldest one counts from.
    """
    past = sorted(history, key=lambda change: change.at)
    majors = [number for number, change in enumerate(past) if change.change_class >= C.MAJOR]
    since = past[majors[-1] + 1 :] if majors else past
    minor = [change for change in since if change.change_class == C.MINOR]
    counted = [*minor, *([proposed] if proposed else [])]
    began = past[majors[-1]].at if majors else past[0].at if past else None
    words = [_count(minor), _points(counted), _growth(counted), _age(began, now)]
    reasons = tuple(Reason("", one, C.MAJOR) for one in words if one)
    return Cumulative(C.MAJOR if reasons else None, reasons)


def _count(minor: list[PastChange]) -> str:
    if len(minor) < MOST_MINOR:
        return ""
    return f"{len(minor)} minor changes since the last major one; the next is one too many."


def _points(counted: list[PastChange]) -> str:
    total = sum((change.quality_delta_points or Decimal(0) for change in counted), Decimal(0))
    if abs(total) <= MOST_POINTS:
        return ""
    return f"Quality moved by {total:+f} points since the last major change."


def _growth(counted: list[PastChange]) -> str:
    known = [c for c in counted if c.examples_before is not None and c.examples_after is not None]
    if not known or not known[0].examples_before:
        return ""
    first, last = known[0].examples_before, known[-1].examples_after or 0
    if last - first < MOST_GROWTH * first:
        return ""
    return f"Few-shot examples grew from {first} to {last} since the last major change."


def _age(began: datetime | None, now: datetime) -> str:
    if began is None or now - began < LONGEST:
        return ""
    return f"The last major change is {(now - began).days} days old."
