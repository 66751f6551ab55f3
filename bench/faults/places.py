"""Three places outside for a world: a folder, a bucket, a witness; and what they keep.

The bucket is one of moto's server, with object lock; without that package there are two places.
What is kept is read here without the product's own readers.
"""

import base64
import hashlib
import importlib.util
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launcher.common import PYTHON, ROOT, Problem

from bench.faults.world import World, wait_for

WITNESS = ROOT / "bin" / "muster-witness"
BUCKET = "heads"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
FIRST = "from governance.checkpoints.actions import checkpoint_now; checkpoint_now()"


@dataclass
class Places:
    """Where checkpoints go, and how each place is read back."""

    folder: Path
    witness: str = ""  # its address
    vkey: str = ""  # the witness's public key
    origin: str = ""  # the record's name
    bucket: str = ""  # the server's address
    kinds: list[str] = field(default_factory=lambda: ["file", "witness"])

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that sends checkpoints here."""
        found = [f"file://{self.folder}", f"witness:{self.witness}#{self.vkey}"]
        given = {"CHECKPOINT_PRIVATE": "1"}
        if self.bucket:
            found.insert(1, f"s3://{BUCKET}/muster/")
            given |= {"CHECKPOINT_S3_ENDPOINT": self.bucket, "CHECKPOINT_S3_REGION": "us-east-1"}
            given |= CREDENTIALS
        return given | {"CHECKPOINT_SINKS": " ".join(found)}

    def kept(self) -> dict[str, list[tuple[str, bytes]]]:
        """Return name and bytes of all that each place keeps, every version of an object."""
        found = {"file": self.files(), "witness": [("head", self.head())]}
        return found | ({"s3": self._objects()} if self.bucket else {})

    def files(self) -> list[tuple[str, bytes]]:
        """Return the files of the folder; what a killed writer left has another ending."""
        files = (one for one in self.folder.rglob("*") if one.is_file())
        return [(one.name, one.read_bytes()) for one in files if one.suffix != ".part"]

    def head(self) -> bytes:
        """Return the newest head that the witness shows, with its cosignature."""
        query = urllib.parse.urlencode({"origin": self.origin})
        with urllib.request.urlopen(f"{self.witness}/checkpoint?{query}", timeout=30) as answer:  # noqa: S310
            return bytes(answer.read())

    def _objects(self) -> list[tuple[str, bytes]]:
        client, found = client_of(self.bucket), []
        for page in client.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
            for one in page.get("Versions", []):
                which = {"Bucket": BUCKET, "Key": one["Key"], "VersionId": one["VersionId"]}
                name = one["Key"].rpartition("/")[2]
                found.append((name, client.get_object(**which)["Body"].read()))
        return found


def client_of(endpoint: str) -> Any:
    """Return a connection to the bucket's server."""
    import boto3

    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106 - moto takes any
    )  # fmt: skip


@contextmanager
def outside(world: World) -> Iterator[Places]:
    """Run the places beside a world, whose processes send its checkpoints there from now on."""
    folder = world.folder / "outside"
    folder.mkdir(mode=0o700)
    code, said = world.manage("shell", "-v0", "-c", FIRST)
    if code:
        raise Problem(f"No first checkpoint: {said[-300:]}")
    ((key, name),) = world.ask("SELECT vkey, name FROM checkpoints_signingkey")
    places = Places(folder, origin=name)
    with ExitStack() as running:
        places.vkey, places.witness = running.enter_context(witness(world, key))
        if importlib.util.find_spec("moto"):
            places.bucket = running.enter_context(bucket(world))
            places.kinds.append("s3")
        world.env |= places.settings
        yield places


@contextmanager
def witness(world: World, key: str) -> Iterator[tuple[str, str]]:
    """Run a witness that trusts the record's key; yield its own key and its address."""
    home, alone = world.folder / "witness", [str(PYTHON), "-I", "-S", str(WITNESS)]
    made = [*alone, "init", str(home), "--name", "witness.example/w1", "--log", key]
    subprocess.run(made, env=world.env, check=True, capture_output=True)
    with (world.folder / "witness.log").open("wb") as log:
        child = subprocess.Popen(
            [*alone, "serve", "--listen", "127.0.0.1:0", str(home)], env=world.env,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    with ended(child):
        said = child.stdout.readline().strip() if child.stdout else ""
        vkey, _, address = said.partition(" at ")
        yield vkey, f"http://127.0.0.1:{address.rpartition(':')[2]}"


@contextmanager
def bucket(world: World) -> Iterator[str]:
    """Run a server that speaks S3, with one bucket; yield its address."""
    log = world.folder / "bucket.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [str(PYTHON), "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            env=world.env | {"PYTHONUNBUFFERED": "1"}, stdout=out, stderr=out,
        )  # fmt: skip
    with ended(child):
        wait_for(lambda: bool(_address(log)), 90, "The bucket's server did not start")
        client_of(_address(log)).create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield _address(log)


def _address(log: Path) -> str:
    said = log.read_text(errors="replace").split()
    return next((one for one in said if one.startswith("http://127.0.0.1:")), "")


@contextmanager
def ended(child: "subprocess.Popen[Any]") -> Iterator[None]:
    """End a process when the block ends."""
    try:
        yield
    finally:
        child.kill()
        child.wait(10)
        if child.stdout:
            child.stdout.close()


# --- an independent reckoning of what should be there -----------------------------------------
def roots(bodies: Iterable[bytes], sizes: Sequence[int]) -> dict[int, bytes]:
    """Return the tree hashes of RFC 9162 at some sizes, from the bytes of the entries."""
    peaks: list[tuple[int, bytes]] = []  # whole subtrees from the left: height and hash
    found, wanted = {0: hashlib.sha256(b"").digest()}, set(sizes)
    for size, body in enumerate(bodies, 1):
        peaks.append((0, hashlib.sha256(b"\0" + body).digest()))
        while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
            (height, left), (_, right) = peaks[-2:]
            peaks[-2:] = [(height + 1, hashlib.sha256(b"\1" + left + right).digest())]
        if size in wanted:
            found[size] = _folded([one for _, one in peaks])
    return found


def _folded(hashes: list[bytes]) -> bytes:
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = hashlib.sha256(b"\1" + left + found).digest()
    return found


@dataclass(frozen=True)
class Said:
    """What a note says: the tree's size and root, and whether the record's key signed it."""

    size: int
    root: bytes
    is_signed: bool


def read_note(note: bytes, keys: Sequence[str]) -> Said | None:
    """Return what a signed checkpoint says, None for bytes that are none or only a part of one."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        text, signatures = note.decode().split("\n\n")
        origin, size, root = text.split("\n")[:3]
        own = [line for line in signatures.splitlines() if line.startswith(f"\u2014 {origin} ")]
        raw = base64.b64decode(own[0].rpartition(" ")[2], validate=True)
        said = Said(int(size), base64.b64decode(root, validate=True), is_signed=True)
    except (ValueError, IndexError):
        return None
    for key in keys:
        public = base64.b64decode(key.split("+", 2)[2])[1:]
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{text}\n".encode())
        except InvalidSignature:
            continue
        return said
    return Said(said.size, said.root, is_signed=False)
