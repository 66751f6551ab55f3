"""Taking a file or a link in: checked, hashed, and stored under a name nobody can guess."""

import hashlib
import secrets
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import URLValidator
from django.db.models.fields.files import FieldFile

from governance.common.errors import DomainError
from governance.evidence.rules import content_type, kept_name, misfit

check_https = URLValidator(schemes=["https"])


def check_content(upload: File | None, link: str) -> None:
    """Raise DomainError for neither or both, a file of no or too much content, a link not https."""
    if bool(upload is not None) == bool(link):
        raise DomainError("Give either a file or a link.")
    if upload is not None and (reason := misfit(upload.size)):
        raise DomainError(reason)
    if link:
        _check_link(link)


def _check_link(link: str) -> None:
    try:
        check_https(link)
    except ValidationError as error:
        raise DomainError("A link begins with https:// and names a page.") from error


def content_of(upload: File) -> dict[str, Any]:
    """Return what is kept of a file beside its content: name, type, size and SHA-256."""
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    name = kept_name(str(upload.name))
    return {
        "file_name": name,
        "content_type": content_type(name),
        "size_bytes": upload.size,
        "sha256": digest.hexdigest(),
    }


def put_away(upload: File, file: FieldFile, folder: str) -> None:
    """Put a file into the storage under a name nobody can guess, and let the row know it."""
    upload.seek(0)
    ending = PurePath(kept_name(str(upload.name))).suffix[:10]
    file.name = file.storage.save(f"{folder}/{secrets.token_hex(16)}{ending}", upload)
