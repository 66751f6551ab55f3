"""The process that holds the key: what it signs, and what it refuses whoever asks."""

import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from governance.checkpoints.keepers import Keeper
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.remote import MOST_BYTES, SECONDS
from governance.common import private_files
from governance.common.notes import NoteError, encoded, parse_checkpoint
from governance.common.private_files import PrivateFileError

# What else is signed for whoever asks: the digests of a pack. No origin has a space, so it never
# reads as a checkpoint. A change of keys is signed where the key is kept, and for nobody who asks.
OTHER_TEXT = b"DSSEv1 "
MOST_LINE = 1_000


class RefusedError(Exception):
    """What this process does not sign. The words say why."""


@dataclass(frozen=True)
class Memory:
    """The largest head that was signed, in a file: it is there before the signature goes out."""

    path: Path

    def check(self, message: bytes, origin: str) -> None:
        """Note the head that a message is; raises RefusedError for one that may not be signed."""
        if message.startswith(OTHER_TEXT):
            return
        try:
            said = parse_checkpoint(message.decode())
        except (NoteError, UnicodeDecodeError) as error:
            raise RefusedError("this is nothing that the key of a log signs") from error
        if said.origin != origin or said.extensions:
            raise RefusedError(f"this is no checkpoint of {origin}")
        size, root = self.signed()
        if said.size < size:
            raise RefusedError(f"{size} entries were signed, so {said.size} are not")
        if said.size == size and said.root.hex() != root:
            raise RefusedError(f"another root was signed over {size} entries")
        if said.size > size:
            text = json.dumps({"size": said.size, "root": said.root.hex()})
            private_files.write(self.path, text + "\n")

    def signed(self) -> tuple[int, str]:
        """Return size and root of the largest head so far; 0 before the first."""
        try:
            kept = json.loads(private_files.read(self.path))
            return int(kept["size"]), str(kept["root"])
        except FileNotFoundError:
            return 0, ""
        except (PrivateFileError, ValueError, KeyError, TypeError) as error:
            raise RefusedError(f"what was signed cannot be read from {self.path}") from error


def answer(question: bytes, keeper: Keeper, memory: Memory) -> bytes:
    """Return the answer to one question: `key VKEY`, or `sign VKEY BYTES` and the message."""
    line, _, message = question[: MOST_BYTES + MOST_LINE].partition(b"\n")
    try:
        verb, wanted, *rest = line.decode().split(" ")
        who = keeper.held("" if wanted == "-" else wanted)
        if verb == "key" and not rest:
            return f"ok {who.key}\n".encode()
        if verb != "sign" or rest != [str(len(message))] or str(who.key) != wanted:
            raise RefusedError("this is no question, or about another key")
        memory.check(message, who.key.name)
        return f"ok {encoded(who.sign(message))}\n".encode()
    except (RefusedError, KeyFileError, NoteError) as error:
        return f"no {error}\n".encode()
    except (ValueError, PrivateFileError, OSError) as error:
        return f"no {type(error).__name__}: {error}\n".encode()


def listening(path: Path, rights: int) -> socket.socket:
    """Return the socket at a path, open to those whom its rights and its folder let in."""
    path.unlink(missing_ok=True)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~rights)
    try:
        line.bind(str(path))
    finally:
        os.umask(before)
    line.listen(16)
    return line


def serve(line: socket.socket, keeper: Keeper, memory: Memory, is_over: Callable[[], bool]) -> None:
    """Answer one question after the other until it is over."""
    line.settimeout(0.5)
    while not is_over():
        try:
            caller, _ = line.accept()
        except TimeoutError:
            continue
        with caller:
            caller.settimeout(SECONDS)
            try:
                caller.sendall(answer(_read(caller), keeper, memory))
            except OSError:
                continue  # whoever asked went away


def _read(caller: socket.socket) -> bytes:
    found = bytearray()
    while len(found) < MOST_BYTES + MOST_LINE and (more := caller.recv(65_536)):
        found += more
    return bytes(found)
