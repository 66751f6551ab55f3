"""The key in a process of its own: what is asked over its Unix socket."""

import socket
from dataclasses import dataclass
from pathlib import Path

from governance.checkpoints.keyfile import KeyFileError
from governance.common.notes import Key, NoteError, Signer, decoded

SECONDS = 10.0
MOST_BYTES = 300_000_000  # of what is signed: as large as the statement of a pack may be


@dataclass(frozen=True)
class SocketSigner:
    """A key that another process holds."""

    key: Key
    path: Path

    def sign(self, message: bytes) -> bytes:
        """Return the signature; raises KeyFileError when the other process refuses."""
        said = _ask(self.path, f"sign {self.key} {len(message)}\n".encode() + message)
        try:
            signature = decoded(said)
        except NoteError as error:
            raise KeyFileError(f"What {self.path} answered is no signature: {error}") from error
        if not self.key.has_signed(message, signature):
            raise KeyFileError(f"What {self.path} answered is no signature of {self.key}.")
        return signature


@dataclass(frozen=True)
class SocketKeeper:
    """Asks the process of `manage.py run_signer`."""

    path: Path

    def held(self, wanted: str) -> Signer:
        """Return who signs over there."""
        try:
            return SocketSigner(
                Key.parse(_ask(self.path, f"key {wanted or '-'}\n".encode())), self.path
            )
        except NoteError as error:
            raise KeyFileError(f"What {self.path} answered is no key: {error}") from error

    def first(self) -> Signer:
        """Return who signs over there; that process makes its key itself."""
        return self.held("")

    def make_next(self, before: Key) -> Signer:
        """Refuse: whoever may ask for signatures may not change the key."""
        raise KeyFileError(
            "Change the key as the user of the signing process: without LOG_SIGNER, and with "
            "its LOG_KEY_FILE."
        )

    def make_anew(self, before: Key) -> Signer:
        """Refuse, for the same reason."""
        return self.make_next(before)

    def settle(self, wanted: str) -> None:
        """Ask for the wanted key, which lets the other process finish a change."""
        self.held(wanted)


def _ask(path: Path, question: bytes) -> str:
    """Return the answer of the process behind a socket; raises KeyFileError for a refusal."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(SECONDS)
            line.connect(str(path))
            line.sendall(question)
            line.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: line.recv(65_536), b"")).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"Nobody signs behind {path}: {error}.") from error
    verdict, _, words = said.strip().partition(" ")
    if verdict != "ok":
        raise KeyFileError(f"The signing process refuses: {words or 'no answer'}")
    return words
