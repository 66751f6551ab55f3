"""Reading a thing once while one page is put together, however many parts of it ask.

Only pages open a reading: an action asks the database each time, because it changes what it asks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.db.models import Model

T = TypeVar("T", bound=Model)
R = TypeVar("R")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Let what is marked with `read_once` be read once until the block ends."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def read_once(read: Callable[[T], R]) -> Callable[[T], R]:
    """Mark a function of one row whose answer holds for the whole of a reading.

    The answer is shared: whoever gets it changes nothing in it.
    """

    @wraps(read)
    def ask(row: T) -> R:
        known = _known.get()
        if known is None:
            return read(row)
        key = (read.__module__, read.__qualname__, type(row), row.pk)
        if key not in known:
            known[key] = read(row)
        answer: R = known[key]
        return answer

    return ask
