"""Building a claimed pack: read, print, put into a bag, keep the file, seal."""

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db import transaction

from governance.audit_packs.actions import Sealed, fail, seal
from governance.audit_packs.bag import Papers, write_bag
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.pdf_seal import promise, seal_pdf
from governance.audit_packs.queries import Contents, contents
from governance.audit_packs.render import Printed, print_pack
from governance.audit_packs.rules import MOST_ATTEMPTS, UNSIGNED_IS_NEWS
from governance.audit_packs.seal_key import SealKeyError, certificate_pem, seal_key
from governance.audit_packs.seal_rules import SealLevel
from governance.audit_packs.telling import tell_unsigned
from governance.checkpoints.actions import HeldError, make_key
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.signing import signer
from governance.common.clock import database_now
from governance.common.errors import DomainError

log = logging.getLogger(__name__)
HALF_BUILT = "building-"
STALE_SECONDS = 3_600
AWAY = "{} cannot be used at present. An administrator has to look after it."
# What passes once somebody brings the key, and what who waits reads: no path, and nothing to run.
UNSIGNED = {
    KeyFileError: AWAY.format("The key that signs the record"),
    SealKeyError: AWAY.format("The key of the seal"),
    HeldError: "",  # its own words are for everybody
}


class LeaseLostError(DomainError):
    """Another worker has the pack."""


def build(pack: EvidencePack, worker: str) -> None:
    """Build and seal a pack that this worker holds; give it up after the last attempt.

    A pack that cannot be signed now is not given up: it waits. Whoever lost the lease leaves no
    file and changes nothing.
    """
    try:
        _build(pack, worker)
    except LeaseLostError:
        log.warning("%s was taken over by another worker.", pack)
    except tuple(UNSIGNED) as error:
        log.warning("%s cannot be signed at present and waits: %s", pack, error)
        wait(pack, worker, error)
    except Exception as error:
        log.exception("%s could not be built.", pack)
        if pack.attempts < MOST_ATTEMPTS:
            EvidencePack.objects.release(pack.pk, worker)
        elif EvidencePack.objects.hold(pack.pk, worker, pack.done):
            reason = f"Building stopped {pack.attempts} times, at last with: {error}"
            fail(pack, reason=reason)


@transaction.atomic
def wait(pack: EvidencePack, worker: str, error: Exception) -> None:
    """Let a pack wait until it can be signed; administrators hear of one that waits for long.

    Changes nothing when the worker lost the pack.
    """
    words = next(words for kind, words in UNSIGNED.items() if isinstance(error, kind))
    held = EvidencePack.objects.postpone(pack.pk, worker, words or str(error))
    if held and database_now() - pack.requested_at > UNSIGNED_IS_NEWS:
        tell_unsigned(pack, str(error))


def _build(pack: EvidencePack, worker: str) -> None:
    def hold(done: int) -> None:
        if not EvidencePack.objects.hold(pack.pk, worker, done):
            raise LeaseLostError(f"{pack} is not this worker's any more.")

    require_keys()
    said = contents(pack)
    hold(0)
    EvidencePack.objects.let_go_on()
    home = settings.STORAGE / "packs"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=HALF_BUILT, dir=home) as folder:
        printed, papers = sealed_print(said, Path(folder), hold)
        hold(pack.total)
        at = database_now()
        bag = write_bag(said, papers, signer(), at, lambda: hold(pack.total))
        hold(pack.total)
        kept, sha256 = keep(bag.file, home, pack.ref)
    sealed = Sealed(
        file=str(kept.relative_to(settings.STORAGE)),
        sha256=sha256,
        size_bytes=kept.stat().st_size,
        pdf_sha256=bag.pdf.sha256.hex(),
        pdf_bytes=bag.pdf.size,
        pages=printed.pages,
        sealed_at=at,
        head=said.head,
        seal=papers.seal,
    )
    try:
        seal(pack, worker=worker, sealed=sealed)
    except DomainError as error:
        kept.unlink()
        raise LeaseLostError(str(error)) from error


def require_keys() -> None:
    """Ask for both keys before anything is read or printed; raises one of UNSIGNED without them."""
    make_key()
    signer()
    seal_key()


def sealed_print(
    said: Contents, folder: Path, hold: Callable[[int], None]
) -> tuple[Printed, Papers]:
    """Return what was printed, and the PDF with the seal that its cover tells of.

    When the time-stamping service goes away between the two, the cover is printed again.
    """
    expected = replace(promise(), log_key=str(signer().key))
    printed = print_pack(said, folder, hold, expected)
    papers = papered(printed.file, expected.level)
    if papers.seal is None or papers.seal.level == expected.level:
        return printed, papers
    printed = print_pack(said, folder, hold, replace(expected, level=SealLevel.BASIC))
    return printed, papered(printed.file, SealLevel.BASIC)


def papered(printed: Path, level: SealLevel) -> Papers:
    """Return the printed PDF with the organisation's seal in it, and the seal's certificate."""
    with_seal = printed.with_name("sealed.pdf")
    info = seal_pdf(printed, with_seal, timed=level == SealLevel.TIMED)
    return Papers(with_seal, certificate_pem().encode(), info)


def keep(printed: Path, home: Path, ref: str) -> tuple[Path, str]:
    """Move a finished file to its place so that a crash leaves it whole or not at all."""
    with printed.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    kept = home / f"{ref}-{sha256[:16]}{printed.suffix}"
    printed.replace(kept)
    place = os.open(home, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
    return kept, sha256


def remove_leftovers() -> None:
    """Remove what builds left whose worker died, once it is an hour old.

    Folders of unfinished ones; and whole files that no pack names, for the worker died between
    the keeping and the sealing.
    """
    home = settings.STORAGE / "packs"
    named = set(EvidencePack.objects.exclude(file="").values_list("file", flat=True))
    for found in home.glob("*"):
        if time.time() - found.stat().st_mtime < STALE_SECONDS:
            continue
        if found.name.startswith(HALF_BUILT):
            shutil.rmtree(found, ignore_errors=True)
        elif found.suffix == ".zip" and str(found.relative_to(settings.STORAGE)) not in named:
            found.unlink(missing_ok=True)
