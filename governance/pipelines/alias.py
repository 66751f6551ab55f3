"""When an alias of a registry points at something that nobody let run here. Pure."""

from datetime import timedelta
from enum import StrEnum

MOST_TRIES = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)


class WishState(StrEnum):
    DUE = "due"
    DONE = "done"
    OVERTAKEN = "overtaken"  # something else became active meanwhile
    DEAD = "dead"  # tried often enough


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries that failed."""
    factor = int(2 ** min(attempts - 1, 20))
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def is_moved(pointed: str, active: str, ours: str) -> bool:
    """Return whether an alias was moved without approval.

    `pointed` is the number it points at, `active` that of what runs here, `ours` the one to
    which we set it last while the next is on its way; empty where there is none.
    """
    return bool(pointed) and pointed not in {one for one in (active, ours) if one}
