"""What a schedule is made of, and the statuses of what people ask of each other. Pure.

Precedence: an override counts before everything; then the layers, the later one first; a swap
changes who stands in a layer's turn. Nobody who is away is ever the answer: an override or a turn
of somebody away is passed over, and what lies below it is asked. If nobody is left, that is a gap
with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from raci.oncall.wall_clock import zone_of

FORECAST_DAYS = 28
OVERLAP = timedelta(minutes=15)  # after a handover both count as reachable
ALL_WEEK = frozenset(range(7))


class Every(StrEnum):
    """What a rotation counts in; always on the wall clock of the schedule's zone."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class SwapStatus(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


SWAP_TRANSITIONS: Mapping[SwapStatus, frozenset[SwapStatus]] = {
    SwapStatus.ASKED: frozenset({SwapStatus.ACCEPTED, SwapStatus.REFUSED, SwapStatus.WITHDRAWN}),
    SwapStatus.ACCEPTED: frozenset({SwapStatus.WITHDRAWN}),
}


class Through(StrEnum):
    """The step through which somebody is on call."""

    LAYER = "layer"
    SWAP = "swap"
    OVERRIDE = "override"


class Reason(StrEnum):
    """Why nobody is on call."""

    NO_SCHEDULE = "no_schedule"
    NO_LAYERS = "no_layers"
    NO_PEOPLE = "no_people"
    NOT_BEGUN = "not_begun"
    OUTSIDE_HOURS = "outside_hours"
    AWAY = "away"


@dataclass(frozen=True)
class Layer:
    """People in turn: the first begins at `starts`, a naive local time, then every so often.

    `since` and `until` are the instants between which the layer counts: a layer that was
    changed stays what it was for the time before.
    """

    id: int
    position: int
    people: tuple[int, ...]
    starts: datetime
    every: int = 1
    unit: Every = Every.WEEKS
    weekdays: frozenset[int] = ALL_WEEK  # Monday is 0: the days on which its hours begin
    begins: time | None = None
    ends: time | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def step(self) -> timedelta:
        """Return how long a turn is on the wall clock."""
        return timedelta(**{self.unit.value: self.every})

    @property
    def is_restricted(self) -> bool:
        """Return whether it counts on some hours or days only."""
        return self.begins is not None or self.weekdays != ALL_WEEK


@dataclass(frozen=True)
class Override:
    """One person, whatever the layers say. Of several at once the one made last counts."""

    id: int
    person: int
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Swap:
    """An accepted swap: who stands in for whom wherever a layer names the giver."""

    id: int
    giver: int
    taker: int
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Absence:
    """Somebody is away."""

    person: int
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Plan:
    """All that decides who is on call; the order of its rows decides nothing."""

    zone: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    absences: tuple[Absence, ...] = ()

    @cached_property
    def clock(self) -> ZoneInfo:
        """Return the zone; raises ValueError for one that does not exist."""
        return zone_of(self.zone)

    @cached_property
    def latest_first(self) -> tuple[Layer, ...]:
        """Return the layers in the order in which they are asked."""
        return tuple(sorted(self.layers, key=lambda one: (-one.position, -one.id)))

    @cached_property
    def newest_overrides(self) -> tuple[Override, ...]:
        """Return the overrides, the one made last first."""
        return tuple(sorted(self.overrides, key=lambda one: -one.id))

    @cached_property
    def swaps_in_order(self) -> tuple[Swap, ...]:
        """Return the swaps as they were agreed."""
        return tuple(sorted(self.swaps, key=lambda one: (one.id, one.since)))

    @cached_property
    def edges(self) -> list[datetime]:
        """Return every instant at which an override, swap, absence or layer begins or ends."""
        dated: list[Override | Swap | Absence | Layer] = [*self.overrides, *self.swaps]
        dated += [*self.absences, *self.layers]
        found = [edge for row in dated for edge in (row.since, row.until)]
        return sorted({edge for edge in found if edge is not None})


@dataclass(frozen=True)
class Shift:
    """Somebody on call without a break; `goes_on` when the end only was not looked for."""

    person: int
    since: datetime
    until: datetime
    through: Through
    source: int  # id of the layer, swap or override
    note: str = ""
    goes_on: bool = False


@dataclass(frozen=True)
class Gap:
    """Nobody on call, and why; `away` are those who would have been."""

    since: datetime
    until: datetime
    reason: Reason
    away: tuple[int, ...] = ()
    note: str = ""
    goes_on: bool = False


Answer = Shift | Gap
