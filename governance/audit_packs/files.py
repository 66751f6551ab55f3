"""Sending the file of a sealed pack."""

from django.core.files.storage import default_storage
from django.http import FileResponse

from governance.accounts.models import User
from governance.audit_packs.actions import note_download
from governance.audit_packs.models import EvidencePack


def sent(pack: EvidencePack, user: User) -> FileResponse:
    """Return the PDF as an attachment and record the download.

    Raises DomainError when the pack is not sealed.
    """
    note_download(pack, actor=user)
    response = FileResponse(
        default_storage.open(pack.file),
        as_attachment=True,
        filename=f"{pack.ref}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
