"""The bag of a pack: payload, manifests, signed statement, and the zip around them (RFC 8493)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from governance.audit_packs.archive import Kept, Spool
from governance.audit_packs.attachments import pieces
from governance.audit_packs.crate import crate
from governance.audit_packs.entries import bodies, openings
from governance.audit_packs.guide import guide
from governance.audit_packs.pdf_seal import SealInfo
from governance.audit_packs.queries import Contents
from governance.audit_packs.sections import Facts, iso
from governance.audit_packs.statement import envelope, statement
from governance.audit_packs.verifier.verify_pack import MOST_BYTES
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.queries import at_size, entry_proofs, key_changes
from governance.common.canonical import canonical_bytes
from governance.common.errors import DomainError
from governance.common.notes import Signer, encoded
from governance.ledger.tree import consistency_proof

VERIFIER = Path(__file__).resolve().parent / "verifier" / "verify_pack.py"
PAYLOAD = "data/"
TAG_MANIFEST = "tagmanifest-"
ENVELOPE = "statement.dsse.json"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
STEP = 500  # entries between two signs of life


@dataclass(frozen=True)
class Papers:
    """The files of a pack that were printed: its PDF, and the certificate of the PDF's seal."""

    pdf: Path
    seal_certificate: bytes = b""  # PEM; empty where the PDF carries no seal
    seal: SealInfo | None = None


@dataclass(frozen=True)
class Bagged:
    """A finished zip, and the PDF in it."""

    file: Path
    pdf: Kept


def write_bag(
    said: Contents,
    papers: Papers,
    signer: Signer,
    at: datetime,
    alive: Callable[[], None] = lambda: None,
) -> Bagged:
    """Write the pack's zip beside its PDF and return it; `at` is when it is sealed.

    Equal contents, PDF, key and time give equal bytes. Calls alive() every few hundred entries.
    Raises DomainError when the key is another than that of the checkpoint, when an entry is not
    the one of its leaf, or when the zip is larger than auditors' programs read.
    """
    folder, ref = papers.pdf.parent, str(said.head["pack"])
    point = _point(said, signer)
    with Spool(folder / "spool") as spool:
        pdf = spool.add_file(f"{PAYLOAD}{ref}.pdf", papers.pdf)
        _tell(spool, said)
        _add_evidence(spool, said)
        _add_ledger(spool, said, point, alive)
        _add_keys(spool, signer, papers)
        spool.add(
            f"{PAYLOAD}ro-crate-metadata.json", canonical_bytes(crate(said.head, spool.files))
        )
        _add_tags(spool, said, at)
        digests = {name: kept.sha256 for name, kept in spool.files.items()}
        signed = statement(digests, said.head, sealed_at=str(iso(at)))
        spool.add(ENVELOPE, envelope(signed, signer))
        _add_manifests(spool, "", TAG_MANIFEST)
        target = folder / f"{ref}.zip"
        with target.open("wb") as file:
            spool.write_zip(file, ref)
    if target.stat().st_size > MOST_BYTES:
        raise DomainError(f"The pack is larger than {MOST_BYTES:,} bytes: choose fewer systems.")
    return Bagged(target, pdf)


def _point(said: Contents, signer: Signer) -> Checkpoint:
    point = at_size(said.head["ledger"]["size"])
    if point is None or point.key.vkey != str(signer.key):
        raise DomainError("The key of the ledger was changed while the pack was built.")
    return point


def _tell(spool: Spool, said: Contents) -> None:
    spool.add(f"{PAYLOAD}data.json", said.data())
    for system in said.index:
        spool.add(system["file"], said.texts[system["ref"]])


def _add_evidence(spool: Spool, said: Contents) -> None:
    """Add the files that data.json lists, each as it was when it was looked at for that list."""
    for one in said.head.get("evidence", {}).get("files", []):
        digest = one["sha256"]
        kept = spool.add(one["file"], pieces(said.stored[digest]))
        if kept.sha256.hex() != digest:
            raise DomainError(f"The file of {one['of']} was changed while the pack was built.")


def _add_ledger(spool: Spool, said: Contents, point: Checkpoint, alive: Callable[[], None]) -> None:
    """Add entries, proofs, openings and checkpoints, a few hundred entries at a time."""
    place = f"{PAYLOAD}ledger/"
    proofs = entry_proofs(said.numbers, point)
    for at, ((number, body), proof) in enumerate(zip(bodies(said.numbers), proofs, strict=True)):
        spool.add(f"{place}entries/{number:09d}.json", body)
        spool.add(f"{place}proofs/{number:09d}.tlog-proof", proof.encode())
        if at % STEP == 0:
            alive()
    spool.add(f"{place}openings.json", _listed(openings(said.numbers)))
    spool.add(f"{place}checkpoint.txt", point.note.encode())
    if earlier := said.head["previous"]:
        _add_growth(spool, f"{place}previous/", earlier["size"], point)
    for size in said.head.get("grown_from", ()):
        _add_growth(spool, f"{place}growth/{size:09d}/", size, point)


def _add_growth(spool: Spool, place: str, size: int, point: Checkpoint) -> None:
    """Add an earlier checkpoint, and the proof that the ledger only grew since."""
    known = at_size(size)
    if known is None:
        raise DomainError(f"The checkpoint at {size} is not in the record any more.")
    spool.add(f"{place}checkpoint.txt", known.note.encode())
    hashes = consistency_proof(size, point.size)
    spool.add(f"{place}consistency.txt", "".join(f"{encoded(it)}\n" for it in hashes).encode())


def _listed(items: Iterable[Facts]) -> Iterator[bytes]:
    """Yield the RFC 8785 bytes of a list whose items come one by one."""
    yield b"["
    for at, item in enumerate(items):
        yield (b"," if at else b"") + canonical_bytes(item)
    yield b"]"


def _add_keys(spool: Spool, signer: Signer, papers: Papers) -> None:
    place = f"{PAYLOAD}keys/"
    spool.add(f"{place}log.vkey", f"{signer.key}\n".encode())
    for at, note in enumerate(key_changes(), start=1):
        spool.add(change_name(at), note.encode())
    if papers.seal_certificate:
        spool.add(f"{place}seal.pem", papers.seal_certificate)


def change_name(at: int) -> str:
    """Return where a change of the key stands: in the order of names as in that of time."""
    return f"{PAYLOAD}keys/changes/{at:04d}.txt"


def _add_tags(spool: Spool, said: Contents, at: datetime) -> None:
    payload = spool.names(PAYLOAD)
    octets = sum(spool.files[name].size for name in payload)
    spool.add("bagit.txt", BAGIT)
    spool.add("bag-info.txt", bag_info(said.head, at, f"{octets}.{len(payload)}"))
    _add_manifests(spool, PAYLOAD, "manifest-")
    spool.add("HOW-TO-CHECK.html", guide(said.head).encode())
    spool.add("verify_pack.py", VERIFIER.read_bytes())


def bag_info(head: Facts, at: datetime, oxum: str) -> bytes:
    """Return what the bag says of itself; a value that has several lines is written as one."""
    said = {
        "Source-Organization": head["organisation"],
        "Bagging-Date": at.date().isoformat(),
        "External-Identifier": head["pack"],
        "Payload-Oxum": oxum,
        "Bag-Software-Agent": f"{head['software']['name']} {head['software']['version']}",
        "Internal-Sender-Description": f"Evidence pack {head['pack']}: {head['subject']}",
    }
    return "".join(f"{name}: {' '.join(text.split())}\n" for name, text in said.items()).encode()


def _add_manifests(spool: Spool, below: str, prefix: str) -> None:
    """Add both manifests over the payload, or over all files outside of it."""
    names = [name for name in spool.names(below) if below or not name.startswith(PAYLOAD)]
    for kind in ("sha256", "sha512"):
        lines = [f"{getattr(spool.files[name], kind).hex()}  {name}\n" for name in names]
        spool.add(f"{prefix}{kind}.txt", "".join(lines).encode())
