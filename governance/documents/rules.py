"""Documents of the Act as pure values: what they say, what is missing, what differs.

Every value says where it comes from; what nobody knows stands as missing with what to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from governance.documents.values import Mend, Value

SCHEMA = "muster/document/1"
ONLY_ENACTED = "Only in the enacted text; deleted by Regulation (EU) 2026/1744."


class Kind(StrEnum):
    """The documents that the registry knows how to fill."""

    NOT_HIGH_RISK = "not-high-risk"
    ANNEX_VIII_A = "annex-viii-a"
    ANNEX_VIII_B = "annex-viii-b"
    ANNEX_VIII_C = "annex-viii-c"
    ANNEX_IV = "annex-iv"
    ANNEX_V = "annex-v"
    FRIA = "fria"


class LawText(StrEnum):
    """The two texts of the law."""

    AMENDED = "amended"
    ENACTED = "enacted"


REGISTRATIONS = frozenset({Kind.ANNEX_VIII_A, Kind.ANNEX_VIII_B, Kind.ANNEX_VIII_C})
SHORT = {
    Kind.NOT_HIGH_RISK: "Art. 6(4)",
    Kind.ANNEX_VIII_A: "Annex VIII A",
    Kind.ANNEX_VIII_B: "Annex VIII B",
    Kind.ANNEX_VIII_C: "Annex VIII C",
    Kind.ANNEX_IV: "Annex IV",
    Kind.ANNEX_V: "Annex V",
    Kind.FRIA: "Art. 27",
}
POINTS = {  # where the law asks for an item, by its number
    Kind.NOT_HIGH_RISK: "Art 6(4)",
    Kind.ANNEX_VIII_A: "Annex VIII Section A point {}",
    Kind.ANNEX_VIII_B: "Annex VIII Section B point {}",
    Kind.ANNEX_VIII_C: "Annex VIII Section C point {}",
    Kind.ANNEX_IV: "Annex IV point {}",
    Kind.ANNEX_V: "Annex V point {}",
    Kind.FRIA: "Art 27(1)({})",
}
ANSWERS_FOR = {  # the activity of the responsibility matrix
    Kind.NOT_HIGH_RISK: "GOV-02",
    Kind.ANNEX_VIII_A: "GOV-09",
    Kind.ANNEX_VIII_B: "GOV-09",
    Kind.ANNEX_VIII_C: "GOV-02",
    Kind.ANNEX_IV: "GOV-09",
    Kind.ANNEX_V: "GOV-09",
    Kind.FRIA: "GOV-03",
}


@dataclass(frozen=True)
class Place:
    """One item of one document."""

    kind: Kind
    item: str


@dataclass(frozen=True)
class Item:
    """One thing the document must say: known, with a source for each value, or missing."""

    key: str
    number: str
    label: str
    need: str
    values: tuple[Value, ...]
    lacking: str  # why it is missing and what to do; empty where something is known
    mend: Mend
    citation: str = ""
    only_enacted: bool = False

    @property
    def is_known(self) -> bool:
        """Return whether there is a value."""
        return bool(self.values)

    @property
    def is_missing(self) -> bool:
        """Return whether it must be there and is not."""
        return self.need == "required" and not self.values

    @property
    def value(self) -> str | None:
        """Return all values as one text, None where there is none."""
        return "\n".join(value.text for value in self.values) or None

    @property
    def source(self) -> str | None:
        """Return all sources, each once."""
        return "; ".join(dict.fromkeys(value.source for value in self.values)) or None

    def as_json(self) -> dict[str, Any]:
        """Return the item as it is frozen."""
        return {
            "key": self.key,
            "number": self.number,
            "citation": self.citation,
            "label": self.label,
            "need": self.need,
            "only_enacted": self.only_enacted,
            "values": [
                {"text": value.text, "source": value.source, "written": value.written}
                for value in self.values
            ],
            "lacking": self.lacking,
        }


@dataclass(frozen=True)
class Section:
    """Some items under one heading."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Applies:
    """Whether a document is owed, and why; None as an answer: nobody knows yet."""

    holds: bool | None
    words: str
    citation: tuple[str, ...]

    @property
    def state(self) -> str:
        """Return yes, no or unknown."""
        return {True: "yes", False: "no", None: "unknown"}[self.holds]


@dataclass(frozen=True)
class Document:
    """One document about one system under one text of the law."""

    kind: Kind
    title: str
    citation: tuple[str, ...]
    system: str
    name: str
    text: str  # enacted or amended
    pack_version: str
    applies: Applies
    sections: tuple[Section, ...]
    restricted: str = ""  # in words, where the public part is cut
    keep: str = ""  # how long, with the article

    @property
    def items(self) -> Iterator[Item]:
        """Yield all items."""
        return (item for section in self.sections for item in section.items)

    @property
    def missing(self) -> tuple[Item, ...]:
        """Return what must be there and is not."""
        return tuple(item for item in self.items if item.is_missing)

    @property
    def open(self) -> tuple[Item, ...]:
        """Return what has no value but is needed only where there is such a thing."""
        needs = ("if_any", "optional")
        return tuple(item for item in self.items if item.need in needs and not item.values)

    @property
    def total(self) -> int:
        """Return how many items must be there."""
        return sum(item.need == "required" for item in self.items)

    @property
    def known(self) -> int:
        """Return how many of those are."""
        return self.total - len(self.missing)

    def content(self) -> dict[str, Any]:
        """Return the document as a signature freezes it: texts, lists and mappings only."""
        return {
            "schema": SCHEMA,
            "kind": self.kind.value,
            "title": self.title,
            "citation": list(self.citation),
            "system": {"ref": self.system, "name": self.name},
            "law_text": self.text,
            "pack_version": self.pack_version,
            "restricted": self.restricted or None,
            "sections": [
                {"title": section.title, "items": [item.as_json() for item in section.items]}
                for section in self.sections
            ],
        }

    def as_json(self) -> dict[str, Any]:
        """Return the document with whether it applies and what is missing."""
        return self.content() | {
            "applies": {
                "answer": self.applies.state,
                "because": self.applies.words,
                "citation": list(self.applies.citation),
            },
            "keep": self.keep or None,
            "known": self.known,
            "total": self.total,
            "missing": [
                {"key": item.key, "label": item.label, "what_to_do": item.lacking}
                for item in self.missing
            ],
        }


def point(kind: Kind, number: str) -> str:
    """Return where the law asks for an item: Annex IV point 1(a)."""
    main, _, letter = number.partition(".")
    return POINTS[kind].format(f"{main}({letter})" if letter else main)


def with_signature(document: Document, *, name: str, on: str) -> Document:
    """Return the document with what the signature itself brings."""

    def signed(item: Item) -> Item:
        if item.need != "signature":
            return item
        text = on if item.key.endswith("date") else name
        return replace(item, values=(Value(text, "signature of this record"),), lacking="")

    sections = tuple(
        replace(section, items=tuple(signed(item) for item in section.items))
        for section in document.sections
    )
    return replace(document, sections=sections)
