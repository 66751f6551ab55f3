"""A log that is no part of Muster, and a witness that runs as a process."""

import base64
import hashlib
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

WITNESS = Path(__file__).resolve().parent.parent.parent / "bin" / "muster-witness"
DASH = "\u2014 "


def tree_hash(leaves: list[bytes]) -> bytes:
    """Return the tree hash of RFC 9162, 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def sub_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """Return the consistency proof of RFC 9162, 2.1.4.1, word by word."""
    if m == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return [*sub_proof(m, leaves[:k], whole), tree_hash(leaves[k:])]
    return [*sub_proof(m - k, leaves[k:], False), tree_hash(leaves[:k])]


@dataclass
class Log:
    """A log of small leaves with a key of its own."""

    origin: str = "log.example"
    leaves: list[bytes] = field(default_factory=lambda: [b"%d" % n for n in range(300)])
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def vkey(self) -> str:
        """Return the public key as people pass it on."""
        raw = b"\x01" + self.key.public_key().public_bytes_raw()
        name = self.origin.encode()
        given = hashlib.sha256(name + b"\n" + raw).digest()[:4].hex()
        return f"{self.origin}+{given}+{base64.b64encode(raw).decode()}"

    def text(self, size: int) -> str:
        """Return a checkpoint's text."""
        root = base64.b64encode(tree_hash(self.leaves[:size])).decode()
        return f"{self.origin}\n{size}\n{root}\n"

    def note(self, size: int) -> str:
        """Return the signed checkpoint of a size."""
        text = self.text(size)
        raw = bytes.fromhex(self.vkey.split("+")[1]) + self.key.sign(text.encode())
        return f"{text}\n{DASH}{self.origin} {base64.b64encode(raw).decode()}\n"

    def request(self, old: int, size: int, proof: list[bytes] | None = None) -> bytes:
        """Return the body of add-checkpoint."""
        if proof is None:
            proof = sub_proof(old, self.leaves[:size]) if 0 < old < size else []
        lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof), ""]
        return ("\n".join(lines) + "\n" + self.note(size)).encode()


def is_cosigned(vkey: str, text: str, answer: str) -> bool:
    """Check a cosignature/v1 with the cryptography package."""
    name, given, key = vkey.split("+", 2)
    line = answer.removeprefix(f"{DASH}{name} ").removesuffix("\n")
    raw = base64.b64decode(line)
    at = int.from_bytes(raw[4:12], "big")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])
    public.verify(raw[12:], f"cosignature/v1\ntime {at}\n{text}".encode())
    return raw[:4].hex() == given and len(raw) == 76


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program with nothing but the standard library."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(WITNESS), *words],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@dataclass
class Serving:
    """A running witness."""

    process: subprocess.Popen[str]
    vkey: str
    port: int

    def ask(
        self, body: bytes, method: str = "POST", path: str = "/add-checkpoint"
    ) -> tuple[int, str, str]:
        """Return status, content type and body."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request(method, path, body or None)
            answer = link.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
        finally:
            link.close()


@contextmanager
def serving(folder: Path) -> Iterator[Serving]:
    """Run the witness of a folder on a free port, and kill it in the end."""
    command = [sys.executable, "-I", "-S", str(WITNESS), "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*command, str(folder)],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        vkey, _, where = process.stdout.readline().strip().partition(" at ")
        yield Serving(process, vkey, int(where.rpartition(":")[2]))
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()
