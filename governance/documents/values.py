"""Values with their sources, and how an item is filled."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from governance.documents.subject import Subject


class Mend(StrEnum):
    """Where a missing item is mended."""

    WRITE = "write"
    REGISTER = "register"
    CLASSIFY = "classify"
    SIGN_CLASSIFICATION = "sign_classification"
    VERSION = "version"
    RACI = "raci"
    DECLARATION = "annex-v"
    FRIA = "fria"


@dataclass(frozen=True)
class Value:
    """Something that is known, and who says so."""

    text: str
    source: str
    written: bool = False  # a person wrote it; no other record stands behind it


Know = Callable[[Subject], tuple[Value, ...]]


@dataclass(frozen=True)
class Fill:
    """How an item is filled, and what to do where that gives nothing."""

    know: Know | None = None
    lacking: str = "The registry does not keep this: write it here."
    mend: Mend = Mend.WRITE
    needed: Callable[[Subject], bool] | None = None  # when an item that is only if any must be


def words(name: str) -> str:
    """Return a name with underscores as words."""
    return name.replace("_", " ")


def said(text: str, source: str) -> tuple[Value, ...]:
    """Return a text as a value; nothing for an empty one."""
    return (Value(text, source),) if text else ()


def listed(names: Iterable[str], source: str) -> tuple[Value, ...]:
    """Return names as one value in words; nothing for none."""
    told = ", ".join(words(name) for name in names)
    return said(f"{told[:1].upper()}{told[1:]}", source)
