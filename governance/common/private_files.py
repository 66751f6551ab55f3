"""Files that only their owner reads: opened with their rights checked, replaced as a whole."""

import os
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_LETTERS = 4_096


class PrivateFileError(Exception):
    """A file that cannot be used, or that others may read. The words say what to do."""


def read(path: Path) -> str:
    """Return the text of a file.

    Raises PrivateFileError when it is unreadable, no plain file, somebody else's, or open to
    others; FileNotFoundError when there is none.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "r") as file:
            _check_rights(path, os.fstat(file.fileno()))
            return file.read(MOST_LETTERS)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PrivateFileError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PrivateFileError(f"{path} holds no text.") from error


def _check_rights(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise PrivateFileError(f"{path} is no plain file.")
    if found.st_mode & OTHERS:
        raise PrivateFileError(f"Others may read {path}: run `chmod 600 {path}`.")
    if found.st_uid != os.geteuid():
        raise PrivateFileError(f"{path} belongs to somebody else than this process: run `chown`.")


def write(path: Path, text: str) -> None:
    """Put a file in its place as a whole, for its owner only, safe from a power cut.

    A file that is there already is replaced.
    """
    rename(lay(path.with_name(f"{path.name}.{os.getpid()}.tmp"), text), path)


def lay(path: Path, text: str) -> Path:
    """Write a fresh file for its owner only, on the disk when this returns; return where it is."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path


def rename(old: Path, new: Path) -> None:
    """Move a file to its place, over what is there, safe from a power cut."""
    old.replace(new)
    folder = os.open(new.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
