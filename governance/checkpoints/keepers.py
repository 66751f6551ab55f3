"""Where the private half of the key is kept: what every such place can do, and the file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from governance.checkpoints import keyfile
from governance.checkpoints.keyfile import KeyFileError
from governance.common.notes import Key, Signer


class Keeper(Protocol):
    """A place that keeps the key. Each function raises KeyFileError where it cannot."""

    def held(self, wanted: str) -> Signer:
        """Return who signs for the wanted key, or for the one that is there if that is empty."""
        ...

    def first(self) -> Signer:
        """Return who signs, with a key made now where there is none."""
        ...

    def make_next(self, before: Key) -> Signer:
        """Return the key after another; it is kept, and `held` finds it once it is wanted."""
        ...

    def make_anew(self, before: Key) -> Signer:
        """Return a new key where the one before is gone; nothing that lies there is destroyed."""
        ...

    def settle(self, wanted: str) -> None:
        """Destroy what was kept beside the wanted key."""
        ...


@dataclass(frozen=True)
class FileKeeper:
    """Keeps the key in a file that only this process's user reads."""

    path: Path
    origin: str = ""

    def held(self, wanted: str) -> Signer:
        """Return the key of the file; a change that was cut short is finished first."""
        after = keyfile.aside(self.path)
        if wanted and keyfile.is_there(after) and str(keyfile.read(after).key) == wanted:
            keyfile.take_next(self.path)
        found = keyfile.read(self.path)
        if self.origin and found.key.name != self.origin:
            raise KeyFileError(
                f"LOG_ORIGIN is {self.origin}, but the key's origin is {found.key.name}."
            )
        return found

    def first(self) -> Signer:
        """Return the key of the file, which is made where there is none."""
        if not keyfile.is_there(self.path):
            keyfile.write(self.path, keyfile.made(self.origin or keyfile.new_origin()))
        return self.held("")

    def make_next(self, before: Key) -> Signer:
        """Return a new key, laid beside the file."""
        after = keyfile.made(before.name)
        keyfile.write(keyfile.aside(self.path), after)
        return after

    def make_anew(self, before: Key) -> Signer:
        """Return a new key, laid beside a place that must be empty."""
        if self.path.exists():
            raise KeyFileError(f"{self.path} is not the key, but move it away first, by hand.")
        return self.make_next(before)

    def settle(self, wanted: str) -> None:
        """Let the wanted key take the file's place, over the one before."""
        self.held(wanted)
