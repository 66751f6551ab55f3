"""Sending the file of a sealed pack."""

import base64
import hashlib
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse

from governance.accounts.models import User
from governance.audit_packs.actions import note_download
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.sharing_queries import require_download
from governance.common.errors import DomainError


def sent(pack: EvidencePack, user: User) -> FileResponse:
    """Return the PDF as an attachment and record the download.

    Raises DomainError when the pack is not sealed, its file is gone or another, or it is not
    handed out any more.
    """
    require_download(pack, user)
    file = open_sealed(pack)
    note_download(pack, actor=user)
    response = FileResponse(
        file, as_attachment=True, filename=f"{pack.ref}.pdf", content_type="application/pdf"
    )
    digest = base64.b64encode(bytes.fromhex(pack.sha256)).decode()
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
