"""Handing out the file of an item, once it is proved to be the one that was added."""

import hashlib
from typing import Any, Protocol

from django.core.files.base import File
from django.http import FileResponse

from governance.common.errors import DomainError


class Kept(Protocol):
    """A row with a file: evidence, or whatever else keeps one in the same columns."""

    file: Any
    file_name: Any
    content_type: Any
    sha256: Any

    @property
    def ref(self) -> Any:
        """Return how the row is called."""


class AlteredError(DomainError):
    """The stored file is no longer the one that was added."""

    code = "altered"


def open_file(item: Kept) -> File:
    """Return the open file of an item, whose digest was computed again just now.

    Raises AlteredError when the storage holds another content than was added, or none.
    """
    try:
        stored: File = item.file.storage.open(str(item.file.name), "rb")
    except FileNotFoundError as error:
        raise AlteredError(f"The file of {item.ref} is gone from the storage.") from error
    digest = hashlib.sha256()
    for chunk in stored.chunks():
        digest.update(chunk)
    if digest.hexdigest() != item.sha256:
        stored.close()
        raise AlteredError(
            f"The stored file of {item.ref} is not the one that came in. Tell an administrator."
        )
    stored.seek(0)
    return stored


def sent(item: Kept) -> FileResponse:
    """Return the file of an item as an attachment that no browser opens by itself."""
    response = FileResponse(
        open_file(item), as_attachment=True, filename=item.file_name, content_type=item.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
