"""Handing out what came in, once it is proved to be the same bytes."""

import hashlib

from django.http import FileResponse

from governance.evaluations.models import Run
from governance.evidence.files import AlteredError


def sent(run: Run) -> FileResponse:
    """Return the file of a run as an attachment that no browser opens by itself.

    Raises AlteredError when the storage holds other bytes than came in, or none.
    """
    try:
        stored = run.file.storage.open(str(run.file.name), "rb")
    except FileNotFoundError as error:
        raise AlteredError(f"The file of {run.ref} is gone from the storage.") from error
    digest = hashlib.sha256()
    for chunk in stored.chunks():
        digest.update(chunk)
    if digest.hexdigest() != run.sha256:
        stored.close()
        raise AlteredError(
            f"The stored file of {run.ref} is not the one that came in. Tell an administrator."
        )
    stored.seek(0)
    response = FileResponse(
        stored, as_attachment=True, filename=run.file_name, content_type=run.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
