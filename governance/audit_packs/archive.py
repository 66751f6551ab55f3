"""The container of a pack: a spool that digests what goes in, and a zip with one form only.

Whoever gets such a zip may demand every byte of it: members stored, in the order of their
names, all with the same date and rights, nothing between them. Pure but for the files.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX, PLAIN_FILE = 3, 0o100644
CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a file lies in the spool, and its digests."""

    offset: int
    size: int
    sha256: bytes
    sha512: bytes


class Spool:
    """Files on their way into a zip, one behind the other in a single file on disk.

    Memory holds some 300 bytes of each, whatever its size.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("w+b")
        self._end = 0
        self.files: dict[str, Kept] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, name: str, body: bytes | Iterable[bytes]) -> Kept:
        """Append a file, given whole or in pieces; raises ValueError for a name that is there."""
        if name in self.files:
            raise ValueError(f"There is a file {name} already.")
        offset, sha256, sha512 = self._end, hashlib.sha256(), hashlib.sha512()
        self._file.seek(offset)
        for piece in (body,) if isinstance(body, bytes) else body:
            sha256.update(piece)
            sha512.update(piece)
            self._end += self._file.write(piece)
        kept = Kept(offset, self._end - offset, sha256.digest(), sha512.digest())
        self.files[name] = kept
        return kept

    def add_file(self, name: str, path: Path) -> Kept:
        """Append a file that lies on disk."""
        with path.open("rb") as file:
            return self.add(name, iter(lambda: file.read(CHUNK), b""))

    def names(self, below: str = "") -> list[str]:
        """Return the names that begin so, in the order of their bytes."""
        return sorted((name for name in self.files if name.startswith(below)), key=str.encode)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in pieces."""
        kept = self.files[name]
        self._file.seek(kept.offset)
        left = kept.size
        while left:
            piece = self._file.read(min(CHUNK, left))
            left -= len(piece)
            yield piece

    def write_zip(self, target: IO[bytes], top: str) -> None:
        """Write everything below one folder as a zip; equal files give equal bytes."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name in self.names():
                with archive.open(member(f"{top}/{name}", self.files[name].size), "w") as place:
                    for piece in self.pieces(name):
                        place.write(piece)


def member(name: str, size: int) -> zipfile.ZipInfo:
    """Return the one form that a file of this name and size has in our zips."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system, info.external_attr = UNIX, PLAIN_FILE << 16
    info.file_size = size  # decides whether the local header has room for 64 bits
    return info
