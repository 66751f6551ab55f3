"""A folder: best on another machine, mounted here, where what is there cannot be rewritten."""

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from governance.checkpoints.sinks.base import (
    AT_ONCE,
    ContradictionError,
    Head,
    Kept,
    Put,
    SinkError,
    folder_of,
    parse_name,
)

PART = ".part"
STALE_SECONDS = 3_600  # of a file that a killed worker left half written
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class FileSink:
    """Checkpoints as files, each written once."""

    path: Path
    every: timedelta = AT_ONCE
    is_read_back: bool = True

    @property
    def key(self) -> str:
        """Return the address of the folder."""
        return f"file://{self.path}"

    @property
    def words(self) -> str:
        """Return where it is, and whether that is the disk that Muster's data lies on."""
        here = ", on this same machine" if self.is_here else ""
        return f"Folder {self.path}{here}"

    @property
    def is_here(self) -> bool:
        """Return whether the folder lies on the disk of Muster's own data."""
        with suppress(OSError):
            return self.path.stat().st_dev == Path(settings.DATA_DIR).stat().st_dev
        return False

    def put(self, head: Head, known: int) -> Put:
        """Write the file whole or not at all; one with other content is never replaced."""
        folder = self.path / folder_of(head.origin)
        try:
            self._expect(folder, known)
            if head.key_note:
                _write_once(folder / head.key_note_name, head.key_note.encode())
            made = _write_once(folder / head.name, head.note.encode())
        except OSError as error:
            raise SinkError(f"The folder could not be written: {error.strerror}.") from error
        if not made:
            _compare(folder / head.name, head.note.encode())
        return Put(str(folder / head.name), "written" if made else "was there already")

    def _expect(self, folder: Path, known: int) -> None:
        """Refuse to begin again in a folder that is gone: a disk may not be mounted."""
        if not self.path.is_dir() or (known and not folder.is_dir()):
            raise SinkError("The folder is not there: is its disk mounted?")
        folder.mkdir(exist_ok=True)
        stale = time.time() - STALE_SECONDS
        for file in folder.glob(f"*{PART}"):
            with suppress(OSError):
                if file.stat().st_mtime < stale:
                    file.unlink()

    def kept(self, origin: str, since: int) -> Sequence[Kept]:
        """Return the files of that size or larger, the newest first."""
        folder = self.path / folder_of(origin)
        try:
            found = [parse_name(one.name, one.path) for one in os.scandir(folder)]
        except FileNotFoundError:
            if self.path.is_dir():
                return []
            raise SinkError("The folder is not there: is its disk mounted?") from None
        except OSError as error:
            raise SinkError(f"The folder could not be read: {error.strerror}.") from error
        return sorted((one for one in found if one and one.size >= since), reverse=True)

    def read(self, one: Kept) -> bytes:
        """Return what a file holds."""
        try:
            with Path(one.path).open("rb") as file:
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            raise SinkError(f"A file could not be read: {error.strerror}.") from error


def _write_once(path: Path, data: bytes) -> bool:
    """Write a file under its name at once and on the disk; return False when it was there."""
    if path.exists():
        return False
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}{PART}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        made = _rename_unless_there(new, path)
    finally:
        new.unlink(missing_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return made


def _rename_unless_there(new: Path, path: Path) -> bool:
    """Give a file its name, in one step where the file system can link; never over another."""
    try:
        path.hardlink_to(new)
    except FileExistsError:
        return False
    except OSError:
        if path.exists():
            return False
        new.rename(path)
    return True


def _compare(path: Path, data: bytes) -> None:
    try:
        found = path.read_bytes()
    except OSError as error:
        raise SinkError(f"A file could not be read: {error.strerror}.") from error
    if found != data:
        raise ContradictionError(
            f"The file {path.name} is there with other content: somebody changed it. "
            "It was left as it is."
        )
