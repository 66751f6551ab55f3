"""What counts as evidence, and for how long. Pure."""

from datetime import date
from enum import StrEnum
from pathlib import PurePath

MOST_BYTES = 50 * 1024 * 1024
LONGEST_NAME = 200
OTHER = "application/octet-stream"
# Told by the name alone: every file is handed out as an attachment, never shown by a browser here.
CONTENT_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


class Standing(StrEnum):
    """Whether an item still shows something."""

    STANDS = "stands"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def content_type(name: str) -> str:
    """Return the type a file is handed out as."""
    return CONTENT_TYPES.get(PurePath(name.lower()).suffix, OTHER)


def kept_name(name: str) -> str:
    """Return a file's own name without folders and signs that no name should have."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in last if sign.isprintable()).strip()
    if len(seen) <= LONGEST_NAME:
        return seen or "file"
    ending = PurePath(seen).suffix[:10]
    return seen[: LONGEST_NAME - len(ending)] + ending


def misfit(size: int) -> str:
    """Return why a file of this size is refused, in words; empty when it is not."""
    if size == 0:
        return "The file is empty: it would show nothing."
    if size > MOST_BYTES:
        return f"The file is larger than {MOST_BYTES // 1024 // 1024} MiB."
    return ""


def days_out_of_order(begin: date | None, end: date | None) -> bool:
    """Return whether a period ends before it begins."""
    return begin is not None and end is not None and end < begin


def standing(*, withdrawn: bool, valid_until: date | None, today: date) -> Standing:
    """Return whether an item counts today; the last day of its validity still does."""
    if withdrawn:
        return Standing.WITHDRAWN
    if valid_until is not None and valid_until < today:
        return Standing.EXPIRED
    return Standing.STANDS
