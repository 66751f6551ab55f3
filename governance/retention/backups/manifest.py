"""What a backup says about itself, and whether it is still so."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from governance.common.errors import DomainError

NAME = "manifest.json"
FORMAT = "muster backup 1"
DUMP = "database.dump"
STORAGE, KEYS = "storage", "keys"


class BackupError(DomainError):
    """A backup that is not whole, not ours, or does not fit."""


@dataclass(frozen=True)
class Manifest:
    """A backup: every file with its size and digest, the rows, the head of the record."""

    made_at: str
    version: str
    postgresql: int
    size: int
    root: str
    checkpoint: str  # the newest signed head, empty before the first
    vkey: str
    tables: dict[str, int]
    files: dict[str, dict[str, Any]]  # path → {"bytes", "sha256"}
    keys: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> str:
        """Write it, and return its own digest."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True) + "\n"
        (folder / NAME).write_text(text)
        return hashlib.sha256(text.encode()).hexdigest()


def read(folder: Path) -> Manifest:
    """Return the manifest of a folder; raises BackupError where there is none of ours."""
    try:
        told = json.loads((folder / NAME).read_text())
        if told.pop("format") != FORMAT:
            raise BackupError(f"{folder} is a backup of another format.")
        return Manifest(**told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{folder} is no backup: its manifest cannot be read.") from error


def check(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest; raises BackupError for the first that differs."""
    there = set(paths(folder)) - {NAME}
    for path, told in manifest.files.items():
        file = folder / path
        if path not in there or file.is_symlink():
            raise BackupError(f"The backup lacks {path}.")
        if told != facts(file):
            raise BackupError(f"The backup's {path} is not what it was.")
    if more := sorted(there - set(manifest.files)):
        raise BackupError(f"The backup holds {more[0]}, which its manifest does not name.")


def facts(file: Path) -> dict[str, Any]:
    """Return the size and the digest of a file."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "sha256": digest}


def paths(folder: Path) -> Iterable[str]:
    """Return the paths of all files below a folder, in order."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(str(path.relative_to(folder)) for path in found)
