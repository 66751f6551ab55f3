"""Which documents may be attached, told by their name and their first bytes. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from governance.common.errors import DomainError

MOST_BYTES = 25 * 1024 * 1024
READ_BYTES = 1024
TEXT_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


@dataclass(frozen=True)
class Kind:
    """A kind of document: how its name ends, how it begins, how it is served."""

    endings: tuple[str, ...]
    magic: bytes
    served_as: str


KINDS: tuple[Kind, ...] = (
    Kind((".pdf",), b"%PDF-", "application/pdf"),
    Kind(
        (".docx",),
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    Kind((".png",), b"\x89PNG\r\n\x1a\n", "image/png"),
    Kind((".jpg", ".jpeg"), b"\xff\xd8\xff", "image/jpeg"),
    Kind((".txt",), b"", "text/plain; charset=utf-8"),
)
ALLOWED = "PDF, DOCX, PNG, JPG or TXT"


def kind_of(name: str, head: bytes) -> Kind:
    """Return the kind of a document from its name and its first bytes.

    Raises DomainError for a kind that is not allowed, or a name that its content belies.
    """
    small = name.lower()
    for kind in KINDS:
        if small.endswith(kind.endings):
            if _begins(head, kind):
                return kind
            raise DomainError(f"{name} does not contain what its name says.")
    raise DomainError(f"Attach a {ALLOWED} file.")


def check_size(size: int) -> None:
    """Raise DomainError for an empty document, or one over 25 MiB."""
    if size == 0:
        raise DomainError("The file is empty.")
    if size > MOST_BYTES:
        raise DomainError("The file is larger than 25 MiB.")


def sha256_of(chunks: Iterable[bytes]) -> str:
    """Return the SHA-256 of a document as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _begins(head: bytes, kind: Kind) -> bool:
    if kind.magic:
        return head.startswith(kind.magic)
    return not TEXT_CONTROLS.intersection(head)
