"""Who holds a role at a moment, who is away and who acts for whom, over frozen rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

Path = Sequence[int]  # ids of units, the organisation first
T = TypeVar("T")
K = TypeVar("K")


class Rank(StrEnum):
    PRIMARY = "primary"
    DEPUTY = "deputy"


class AbsenceKind(StrEnum):
    """Why somebody is away. Illness is not asked for: nobody here needs to know it."""

    LEAVE = "leave"
    TRAVEL = "travel"
    TRAINING = "training"
    OTHER = "other"


class DelegationStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


S = DelegationStatus
DELEGATION_TRANSITIONS: dict[DelegationStatus, frozenset[DelegationStatus]] = {
    S.PROPOSED: frozenset({S.ACCEPTED, S.REFUSED, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.WITHDRAWN}),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class Person:
    """Somebody who may hold, stand in or act; `key` is the same wherever the person is named."""

    key: str
    name: str
    left_at: datetime | None = None
    is_service: bool = False
    email: str = ""

    @property
    def initials(self) -> str:
        """Return up to two letters for the avatar."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    def is_there(self, at: datetime) -> bool:
        """Return whether this is a person whose account is open at the moment."""
        return not self.is_service and (self.left_at is None or at < self.left_at)


@dataclass(frozen=True)
class Seat:
    """A person in a role of a unit and all below it, from a moment until another."""

    role: str
    unit: int
    person: str
    rank: Rank
    since: datetime
    until: datetime | None = None
    delivery_only: bool = False

    def holds(self, at: datetime) -> bool:
        """Return whether the person has the role at the moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Away:
    """A time in which a person does not answer."""

    person: str
    start: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        """Return whether the moment lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Mandate:
    """Leave to act for somebody else, for all activities or some; accepted, or it is none."""

    giver: str
    taker: str
    start: datetime
    end: datetime
    accepted_at: datetime
    activities: frozenset[str] = frozenset()  # none named: all
    withdrawn_at: datetime | None = None

    def counts(self, activity: str, at: datetime) -> bool:
        """Return whether the taker acts for the giver in the activity at the moment."""
        if self.activities and activity not in self.activities:
            return False
        begun = max(self.start, self.accepted_at) <= at < self.end
        return begun and (self.withdrawn_at is None or at < self.withdrawn_at)

    def meets(self, other: "Mandate") -> bool:
        """Return whether both are for a common activity at a common time."""
        common = not self.activities or not other.activities or self.activities & other.activities
        return bool(common) and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Money:
    """An amount in a currency of ISO 4217."""

    value: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.value:,.0f}"

    def covers(self, amount: "Money") -> bool:
        """Return whether a limit goes as far as an amount; another currency does not."""
        return amount.currency == self.currency and amount.value <= self.value


@dataclass(frozen=True)
class Power:
    """What a person is empowered to do in a unit and all below it."""

    person: str
    unit: int
    kind: str
    since: datetime
    until: datetime | None = None
    limit: Money | None = None  # None: unlimited

    def holds(self, at: datetime) -> bool:
        """Return whether the person has it at the moment."""
        return self.since <= at and (self.until is None or at < self.until)

    def reaches(self, amount: Money | None) -> bool:
        """Return whether it goes as far as an amount."""
        return amount is None or self.limit is None or self.limit.covers(amount)


@dataclass(frozen=True)
class Cover:
    """All about people that decides who answers, indexed. Make it with `cover()`."""

    people: Mapping[str, Person] = field(default_factory=dict)
    seats: Mapping[tuple[int, str], Sequence[Seat]] = field(default_factory=dict)
    absences: Mapping[str, Sequence[Away]] = field(default_factory=dict)
    mandates: Mapping[str, Sequence[Mandate]] = field(default_factory=dict)
    powers: Mapping[tuple[str, str], Sequence[Power]] = field(default_factory=dict)

    def person(self, key: str) -> Person:
        """Return who stands behind a key."""
        return self.people.get(key) or Person(key, key)

    def away(self, key: str, at: datetime) -> Away | None:
        """Return the absence that the moment lies in, the one that ends last."""
        found = [row for row in self.absences.get(key, ()) if row.covers(at)]
        return max(found, key=lambda row: row.end, default=None)

    def holder(self, role: str, path: Path, at: datetime) -> str:
        """Return who has a role for a unit at the moment, by the nearest unit; empty for none."""
        return next(self._seated(role, path, at, Rank.PRIMARY), "")

    def deputies(self, role: str, path: Path, at: datetime) -> list[str]:
        """Return who stands in for a role at the moment, of the nearest unit first."""
        return list(self._seated(role, path, at, Rank.DEPUTY))

    def _seated(self, role: str, path: Path, at: datetime, rank: Rank) -> Iterator[str]:
        for unit in reversed(path):
            for seat in self.seats.get((unit, role), ()):
                if seat.rank == rank and seat.holds(at):
                    yield seat.person

    def delegates(self, giver: str, activity: str, at: datetime) -> list[str]:
        """Return who acts for a person in an activity at the moment, who accepted last first."""
        rows = self.mandates.get(giver, ())
        return [row.taker for row in rows if row.counts(activity, at)]

    def may(
        self, key: str, kind: str, path: Path, at: datetime, amount: Money | None = None
    ) -> bool:
        """Return whether a person has an authority for a unit at the moment, up to an amount."""
        rows = self.powers.get((key, kind), ())
        return any(row.unit in path and row.holds(at) and row.reaches(amount) for row in rows)


def cover(
    people: Iterable[Person] = (),
    seats: Iterable[Seat] = (),
    absences: Iterable[Away] = (),
    mandates: Iterable[Mandate] = (),
    powers: Iterable[Power] = (),
) -> Cover:
    """Return the index of these rows; their order does not matter."""
    by_start = sorted(seats, key=lambda row: (row.since, row.person, row.role, row.unit))
    accepted = sorted(mandates, key=lambda row: (row.accepted_at, row.taker), reverse=True)
    return Cover(
        {person.key: person for person in people},
        grouped(by_start, lambda row: (row.unit, row.role)),
        grouped(sorted(absences, key=lambda row: (row.start, row.end)), lambda row: row.person),
        grouped(accepted, lambda row: row.giver),
        grouped(powers, lambda row: (row.person, row.kind)),
    )


def grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return rows by a key, in their order."""
    found: dict[K, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def chain(mandate: Mandate, others: Iterable[Mandate]) -> str:
    """Return why a mandate would pass on what was passed on, or go round; empty when it does not.

    One step only: who acts for somebody does not let a third act, and nobody acts for
    somebody who acts for them.
    """
    meeting = [row for row in others if row != mandate and row.meets(mandate)]
    if any((row.giver, row.taker) == (mandate.taker, mandate.giver) for row in meeting):
        return "each would act for the other at the same time"
    if any(row.taker == mandate.giver for row in meeting):
        return "who gives it acts for somebody else at that time"
    if any(row.giver == mandate.taker for row in meeting):
        return "who would take it lets somebody else act at that time"
    return ""
