"""Which duties there are after a signature, what state one is in, and when it is due. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

Key = tuple[str, str]  # role and obligation: with the system, what makes a duty one


class DutyStatus(StrEnum):
    """What a person said last; nothing yet counts as missing."""

    MISSING = "missing"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    MET = "met"
    LAPSED = "lapsed"  # was met; no evidence for it counts any more
    PROPOSED = "proposed"  # said not to apply; another person has to agree
    NOT_APPLICABLE = "not_applicable"


class DutyState(StrEnum):
    """What a duty is today: the status, the evidence and the day taken together."""

    MISSING = "missing"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"
    ENDED = "ended"  # the classification that counts now does not ask for it


D = DutyStatus
OPEN = frozenset({D.MISSING, D.IN_PROGRESS, D.WAITING, D.LAPSED})
DUTY_TRANSITIONS: Mapping[DutyStatus, frozenset[DutyStatus]] = {
    D.MISSING: frozenset({D.IN_PROGRESS, D.WAITING, D.MET, D.PROPOSED}),
    D.IN_PROGRESS: frozenset({D.MISSING, D.WAITING, D.MET, D.PROPOSED}),
    D.WAITING: frozenset({D.MISSING, D.IN_PROGRESS, D.WAITING, D.MET, D.PROPOSED}),
    D.MET: frozenset({D.MISSING, D.IN_PROGRESS, D.MET, D.LAPSED, D.PROPOSED}),  # MET: checked again
    D.LAPSED: frozenset({D.MISSING, D.IN_PROGRESS, D.WAITING, D.MET, D.PROPOSED}),
    D.PROPOSED: frozenset({D.MISSING, D.NOT_APPLICABLE}),
    D.NOT_APPLICABLE: frozenset({D.MISSING}),
}
ARTICLE = re.compile(r"Arts? \d+")


@dataclass(frozen=True)
class Change:
    """What a signature does to the duties of a system."""

    begun: tuple[Key, ...] = ()
    kept: tuple[Key, ...] = ()
    ended: tuple[Key, ...] = ()
    back: tuple[Key, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether every duty stays as it was."""
        return not (self.begun or self.ended or self.back)


def keys_of(duties: Iterable[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    """Return the duties of a signed result, one for each of our roles, in their order."""
    return {(role, duty["id"]): duty for duty in duties for role in duty["roles"]}


def change(known: Mapping[Key, bool], asked: Collection[Key]) -> Change:
    """Return what becomes of the duties; `known` says of each whether it applied until now."""
    return Change(
        begun=tuple(key for key in asked if key not in known),
        kept=tuple(key for key in asked if known.get(key) is True),
        ended=tuple(key for key, applied in known.items() if applied and key not in asked),
        back=tuple(key for key in asked if known.get(key) is False),
    )


def article_of(citation: Sequence[str]) -> str:
    """Return the article that the first citation names: Art 26 for Art 26(2)."""
    found = ARTICLE.match(citation[0]) if citation else None
    return found[0].replace("Arts", "Art") if found else ""


@dataclass(frozen=True)
class Standing:
    """All that the state of a duty depends on."""

    status: DutyStatus
    applies_on: date | None  # first day under the text in force; None: that text has no such duty
    is_proven: bool  # some of its evidence counts today
    has_ended: bool = False


def state_of(duty: Standing, today: date) -> DutyState:
    """Return what a duty is today.

    Met holds only while evidence stands behind it, and is missing from then on whatever the
    day. What nobody spoke of yet waits until its first day of application, and is missing then.
    """
    if duty.has_ended:
        return DutyState.ENDED
    if duty.status in (D.MET, D.LAPSED):
        is_met = duty.status == D.MET and duty.is_proven
        return DutyState.MET if is_met else DutyState.MISSING
    if duty.status == D.PROPOSED:
        return DutyState.WAITING
    if duty.status == D.MISSING and (duty.applies_on is None or duty.applies_on > today):
        return DutyState.WAITING
    return DutyState(duty.status)


class Due(StrEnum):
    """How soon something is due, as a list is divided."""

    OVERDUE = "overdue"
    WEEK = "this week"
    MONTH = "this month"
    LATER = "later"
    SOMEDAY = "someday"


def due_group(day: date | None, today: date) -> Due:
    """Return under which heading a day stands: 7 days are a week, 31 days a month."""
    if day is None:
        return Due.SOMEDAY
    if day < today:
        return Due.OVERDUE
    if day <= today + timedelta(days=7):
        return Due.WEEK
    return Due.MONTH if day <= today + timedelta(days=31) else Due.LATER


@dataclass(frozen=True)
class Table:
    """Which activity of a matrix answers for an obligation, and which for all others."""

    usual: str
    by_obligation: Mapping[str, str] = field(default_factory=dict)

    def activities(self, obligation: str) -> tuple[str, ...]:
        """Return the codes to ask, the closest first."""
        own = self.by_obligation.get(obligation)
        return (own, self.usual) if own and own != self.usual else (self.usual,)

    @property
    def codes(self) -> frozenset[str]:
        """Return every code of the table."""
        return frozenset({self.usual, *self.by_obligation.values()})
