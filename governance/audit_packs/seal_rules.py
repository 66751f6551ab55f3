"""Levels of a seal and states of its time stamp."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)
MOST_DOUBLINGS = 6


class SealLevel(StrEnum):
    BASIC = "B-B"  # the time is our own clock's
    TIMED = "B-T"  # a third party's time is in the seal


@dataclass(frozen=True)
class Promise:
    """What the cover says of the seal that will be put on the file."""

    level: SealLevel
    certificate_sha256: str
    log_key: str = ""  # of the ledger, as it is pinned
    has_service: bool = False  # a third party is named that is to tell the time

    @property
    def is_pending(self) -> bool:
        """Return whether the third party's time is to come later, beside the pack."""
        return stamp_state(self.level, has_service=self.has_service) == StampState.PENDING


class StampState(StrEnum):
    NONE = "none"
    IN_SEAL = "in_seal"
    PENDING = "pending"
    BESIDE = "beside"


STAMP_TRANSITIONS: dict[StampState, frozenset[StampState]] = {
    StampState.NONE: frozenset(),
    StampState.IN_SEAL: frozenset(),
    StampState.PENDING: frozenset({StampState.BESIDE}),
    StampState.BESIDE: frozenset(),
}
STAMP_WORDS = {
    StampState.NONE: "No third-party time",
    StampState.IN_SEAL: "Time stamp of a third party in the seal",
    StampState.PENDING: "Time stamp pending",
    StampState.BESIDE: "Stamped by a third party, beside the pack",
}


def stamp_state(level: SealLevel, *, has_service: bool) -> StampState:
    """Return where the stamp of a fresh seal stands."""
    if level == SealLevel.TIMED:
        return StampState.IN_SEAL
    return StampState.PENDING if has_service else StampState.NONE


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to a limit."""
    doublings: int = min(attempts - 1, MOST_DOUBLINGS)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
