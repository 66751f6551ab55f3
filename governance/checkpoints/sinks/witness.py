"""A witness (C2SP tlog-witness): it cosigns a head that continues what it has seen before."""

import hashlib
import http.client
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from governance.checkpoints.sinks.base import (
    AT_ONCE,
    AheadError,
    ForkError,
    Head,
    Kept,
    Put,
    SinkError,
)
from governance.common.notes import (
    DASH,
    Key,
    NoteError,
    decoded,
    encoded,
    number,
    parse_checkpoint,
    split_note,
)
from governance.ledger.tree import consistency_proof
from governance.notices.addresses import RefusedError, resolve
from governance.notices.transport import Fetched, fetch

COSIGNATURE = b"\x04"
MOST_BYTES = 65_536
AHEAD_SECONDS = 600  # that the witness's clock may be before ours
LENGTH = 4 + 8 + 64  # id, time, signature
UNKNOWN_KEY = (
    "It does not know the key that signs now. Whoever runs it has to accept the key by hand, "
    "after comparing it by another way: `muster-witness trust`."
)
Prove = Callable[[int, int], Sequence[bytes]]


@dataclass(frozen=True)
class Cosigner:
    """The public key of a witness: its cosignatures are of version 1."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Cosigner":
        """Return the key that a text says: name+id+base64. Raises NoteError."""
        name, _, rest = text.partition("+")
        digits, _, key = rest.partition("+")
        raw = decoded(key)
        if raw[:1] != COSIGNATURE or len(raw) != 33:
            raise NoteError("This is no key of a witness (Ed25519, cosignature/v1).")
        one = cls(Key(name, raw[1:]).name, raw[1:])
        if one.key_id.hex() != digits:
            raise NoteError("The id of the witness's key is not that of its bytes.")
        return one

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that lead each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    def has_signed(self, text: str, line: str) -> bool:
        """Return whether a signature line is this witness's over a checkpoint's text.

        Raises NoteError for a line of its own that does not hold, or is of the future.
        """
        name, _, rest = line.removeprefix(DASH).partition(" ")
        raw = decoded(rest)
        if not line.startswith(DASH) or name != self.name or raw[:4] != self.key_id:
            return False
        at = int.from_bytes(raw[4:12], "big")
        said = f"cosignature/v1\ntime {at}\n{text}".encode()
        is_held = len(raw) == LENGTH and Key(self.name, self.public).has_signed(said, raw[12:])
        if not is_held or at > time.time() + AHEAD_SECONDS:
            raise NoteError("The cosignature does not hold.")
        return True


@dataclass(frozen=True)
class WitnessSink:
    """Checkpoints shown to a witness; what it signed over them is kept here."""

    url: str
    cosigner: Cosigner
    prove: Prove = consistency_proof
    every: timedelta = AT_ONCE
    is_read_back: bool = True

    @property
    def key(self) -> str:
        """Return the address with the key: another key is another witness."""
        return f"witness:{self.url}#{self.cosigner.name}+{self.cosigner.key_id.hex()}"

    @property
    def words(self) -> str:
        """Return its name and where it answers."""
        return f"Witness {self.cosigner.name} at {urlsplit(self.url).netloc}"

    def put(self, head: Head, known: int) -> Put:
        """Have the head cosigned; a witness that has seen another size is told from there."""
        answer = self._show(head, min(known, head.size))
        if answer.status == 409:
            size = _size(answer.body)
            if size > head.size:
                raise AheadError(size)
            if size == known == head.size:
                raise ForkError(f"It has cosigned another root of {size:,} entries.")
            answer = self._show(head, size)
        return self._read_answer(head, answer)

    def _show(self, head: Head, old: int) -> Fetched:
        proof = self.prove(old, head.size) if 0 < old < head.size else []
        lines = [f"old {old}", *map(encoded, proof), "", head.note]
        return self._ask("POST", "add-checkpoint", "\n".join(lines).encode())

    def _read_answer(self, head: Head, answer: Fetched) -> Put:
        if answer.status == 422:
            raise ForkError("It says that this checkpoint does not continue what it has seen.")
        if answer.status == 409 and _size(answer.body) == head.size:
            raise ForkError(f"It has cosigned another root of {head.size:,} entries.")
        if answer.status == 403:
            raise SinkError(UNKNOWN_KEY)
        if answer.status != 200:
            raise SinkError(f"It answered {answer.status}.")
        text, _ = split_note(head.note.encode())
        try:
            lines = answer.body.decode().splitlines()
            line = next((one for one in lines if self.cosigner.has_signed(text, one)), "")
        except (NoteError, UnicodeDecodeError) as error:
            raise SinkError("Its cosignature does not hold.") from error
        if not line:
            raise SinkError("It answered without a cosignature of its key.")
        return Put(self.url, "cosigned", line)

    def kept(self, origin: str, since: int) -> Sequence[Kept]:
        """Return the newest head that it shows with its own cosignature, if it shows any."""
        answer = self._ask("GET", f"checkpoint?{urlencode({'origin': origin})}", None)
        if answer.status == 404:
            return []  # nothing yet, or a witness that shows nothing
        if answer.status != 200:
            raise SinkError(f"It answered {answer.status}.")
        try:
            text, lines = split_note(answer.body)
            head = parse_checkpoint(text)
            is_own = any(self.cosigner.has_signed(text, line) for line in lines)
            note = answer.body.decode()
        except (NoteError, UnicodeDecodeError) as error:
            raise SinkError("What it shows is no cosigned checkpoint.") from error
        if not is_own or head.origin != origin:
            raise SinkError("What it shows is no cosigned checkpoint of this record.")
        return [Kept(head.size, head.root.hex(), note)]

    def read(self, one: Kept) -> bytes:
        """Return the note that came with the head."""
        return one.path.encode()

    def _ask(self, method: str, path: str, body: bytes | None) -> Fetched:
        headers = {"User-Agent": f"Muster/{settings.VERSION}"}
        try:
            address = f"{self.url.rstrip('/')}/{path}"
            target = resolve(address, plain=True, private=settings.CHECKPOINT_PRIVATE)
            return fetch(target, method, headers, body=body, most=MOST_BYTES)
        except RefusedError as error:
            raise SinkError("Its address lies in a private network.") from error
        except TimeoutError as error:
            raise SinkError("It took too long to answer.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SinkError("It does not answer.") from error


def _size(body: bytes) -> int:
    """Return the size that a 409 tells."""
    try:
        return number(body.decode().removesuffix("\n"))
    except (NoteError, UnicodeDecodeError) as error:
        raise SinkError("It answered 409 without a size.") from error
