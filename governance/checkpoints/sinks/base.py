"""What every place outside has in common, and how checkpoints are named there."""

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from urllib.parse import quote

from django.db import DatabaseError

NAME = re.compile(r"([0-9]{20})-([0-9a-f]{64})\.txt")
AT_ONCE = timedelta(0)
log = logging.getLogger(__name__)


class SinkError(Exception):
    """A place that did not take a checkpoint, or did not show one; it is tried again."""


class AheadError(SinkError):
    """A witness has cosigned a larger head than the one it was shown."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The witness holds {size:,} entries already.")
        self.size = size


class ContradictionError(SinkError):
    """A place holds something that this checkpoint contradicts. No other try ends otherwise."""


class ForkError(ContradictionError):
    """A witness says that this checkpoint does not continue what it has cosigned."""


@dataclass(frozen=True)
class Head:
    """A checkpoint as it leaves the machine."""

    origin: str
    size: int
    root: bytes
    note: str
    key_note: str = ""  # how its key follows the one before, where the place has none of it yet

    @property
    def name(self) -> str:
        """Return its name in every place: two roots of one size have two names."""
        return name_of(self.size, self.root.hex())

    @property
    def key_note_name(self) -> str:
        """Return the name of that note, which is none of a checkpoint."""
        return f"key-{hashlib.sha256(self.key_note.encode()).hexdigest()[:16]}.note"


@dataclass(frozen=True)
class Put:
    """Where a checkpoint was put, in words, and what a witness signed over it."""

    where: str
    words: str
    cosignature: str = ""


@dataclass(frozen=True, order=True)
class Kept:
    """A checkpoint that a place says it keeps, by its name: size, root, and how to read it."""

    size: int
    root: str  # hexadecimal digits
    path: str


class Sink(Protocol):
    """One place outside."""

    @property
    def key(self) -> str:
        """Return what tells it from other places, without secrets."""
        ...

    @property
    def words(self) -> str:
        """Return what it is, for people."""
        ...

    @property
    def every(self) -> timedelta:
        """Return how long it is left alone after each checkpoint."""
        ...

    @property
    def is_read_back(self) -> bool:
        """Return whether it shows what it keeps."""
        ...

    def put(self, head: Head, known: int) -> Put:
        """Keep a checkpoint there, once; the same one again changes nothing.

        `known` is the size it took last. Raises SinkError.
        """
        ...

    def kept(self, origin: str, since: int) -> Sequence[Kept]:
        """Return what it keeps of that size or larger, the newest first. Raises SinkError."""
        ...

    def read(self, one: Kept) -> bytes:
        """Return the note that it keeps. Raises SinkError."""
        ...


@contextmanager
def on_its_own(sink: Sink) -> Iterator[None]:
    """Let whatever else goes wrong at a place be a SinkError: it must not stop other places."""
    try:
        yield
    except (SinkError, DatabaseError):
        raise
    except Exception as error:
        log.exception("%s failed in a way that nobody foresaw.", sink.key)
        raise SinkError(f"It failed ({type(error).__name__}): see the log.") from error


def name_of(size: int, root: str) -> str:
    """Return the name of a checkpoint: names sort as sizes do."""
    return f"{size:020d}-{root}.txt"


def parse_name(name: str, path: str) -> Kept | None:
    """Return what a name says, None for a file that is no checkpoint."""
    found = NAME.fullmatch(name)
    return Kept(int(found[1]), found[2], path) if found else None


def folder_of(origin: str) -> str:
    """Return the folder of one log, so that several may share a place."""
    return quote(origin, safe="") if origin.strip(".") else quote(f"log {origin}")
