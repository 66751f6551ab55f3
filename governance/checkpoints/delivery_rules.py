"""When a checkpoint goes out again, and what speaks against the record. Django-free."""

from datetime import timedelta
from enum import StrEnum


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # tried again later
    SUPERSEDED = "superseded"  # a larger checkpoint goes instead: it covers this one
    REFUSED = "refused"  # what is there contradicts it: a person has to look


DUE = frozenset({DeliveryState.WAITING, DeliveryState.FAILED})


class DoubtKind(StrEnum):
    SMALLER = "smaller"  # fewer entries here than outside
    ROOT = "root"  # other entries here than outside
    FORK = "fork"  # a witness says that it does not continue
    KEY = "key"  # the key that signs is declared lost


READ_ONLY = frozenset({DoubtKind.SMALLER, DoubtKind.ROOT})

LEASE = timedelta(seconds=120)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
JITTER = 0.2
TOLD_AFTER = 10  # failed tries: most of an hour


def next_wait(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after so many failed tries; `jitter` is -1 to 1.

    It doubles from ten seconds to a quarter of an hour, and never ends: a place that comes back
    after a month gets the newest checkpoint.
    """
    doublings = min(max(attempts - 1, 0), 20)
    doubled = FIRST_WAIT * (1 << doublings)
    return min(doubled, LONGEST_WAIT) * (1 + JITTER * jitter)
