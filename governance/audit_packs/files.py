"""Sending the file of a sealed pack, or the PDF out of it."""

import base64
import hashlib
import zipfile
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse

from governance.accounts.models import User
from governance.audit_packs.actions import note_download
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.sharing_queries import require_download
from governance.common.errors import DomainError

ZIP, PDF = "application/zip", "application/pdf"


def sent(pack: EvidencePack, user: User) -> FileResponse:
    """Return the pack as an attachment, a zip or of the first packs a PDF; record the download.

    Raises DomainError when the pack is not sealed, its file is gone or another, or it is not
    handed out any more.
    """
    return _attachment(
        _fetched(pack, user), pack.file_name, ZIP if pack.is_bag else PDF, pack.sha256
    )


def sent_pdf(pack: EvidencePack, user: User) -> FileResponse:
    """Return the PDF alone, read out of the zip, as an attachment; record the download.

    Raises DomainError as `sent` does.
    """
    if not pack.is_bag:
        return sent(pack, user)
    file = PdfInside(pack, _fetched(pack, user))
    response = _attachment(file, f"{pack.ref}.pdf", PDF, pack.pdf_sha256)
    response["Content-Length"] = str(pack.pdf_bytes)
    return response


def _fetched(pack: EvidencePack, user: User) -> BinaryIO:
    """Return the open file of a pack that the person gets; that they got it is on record."""
    require_download(pack, user)
    file = open_sealed(pack)
    try:
        note_download(pack, actor=user)
    except DomainError:  # it ended while its digest was computed
        file.close()
        raise
    return file


class PdfInside:
    """The PDF in an open bag, to be read; closing it closes the bag."""

    def __init__(self, pack: EvidencePack, bag: BinaryIO) -> None:
        self._bag = bag
        self._archive = zipfile.ZipFile(bag)
        self._pdf = self._archive.open(f"{pack.ref}/data/{pack.ref}.pdf")

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._pdf.read(size)

    def close(self) -> None:
        """Close the PDF and the bag around it."""
        for each in (self._pdf, self._archive, self._bag):
            each.close()


def _attachment(file: BinaryIO | PdfInside, name: str, kind: str, sha256: str) -> FileResponse:
    response = FileResponse(file, as_attachment=True, filename=name, content_type=kind)
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    return response


def open_sealed(pack: EvidencePack) -> BinaryIO:
    """Return the open file of a sealed pack, whose digest was computed again just now.

    Raises DomainError when the pack is not sealed, or its file is gone or another.
    """
    if pack.status != PackStatus.SEALED:
        raise DomainError(f"{pack} is not sealed yet; there is nothing to download.")
    try:
        file = (settings.STORAGE / pack.file).open("rb")
    except OSError as error:
        raise DomainError(f"The file of {pack} is not in the storage folder any more.") from error
    if hashlib.file_digest(file, "sha256").hexdigest() != pack.sha256:
        file.close()
        raise DomainError(f"The stored file of {pack} is not the one that was sealed. Tell IT.")
    file.seek(0)
    return file
