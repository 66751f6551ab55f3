"""The documents that the Act asks for, as a pack lists them: what each must say, and for whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from governance.classification.conditions import Condition

BOTH_TEXTS = ("enacted", "amended")


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One thing a document must say. `number` is its place in the law's own list."""

    key: str
    number: str
    words: str
    need: str = "required"  # required, if_any, optional, signature
    texts: tuple[str, ...] = BOTH_TEXTS  # the texts of the law that ask for it

    @property
    def only_enacted(self) -> bool:
        """Return whether the amendment took this item out."""
        return self.texts == ("enacted",)


@dataclass(frozen=True, slots=True)
class PaperSection:
    """Some items under one heading."""

    title: str
    items: tuple[PaperItem, ...]


@dataclass(frozen=True, slots=True)
class Restriction:
    """When documents are cut to some of their items (Art. 49(4))."""

    words: str
    citation: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Why a document does not apply; without a condition it is the last word."""

    words: str
    citation: tuple[str, ...]
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a document is kept."""

    period: str
    citation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the Act: the duty it serves and everything it must say."""

    id: str
    title: str
    duty: str  # the id of an obligation: the document applies where that one does
    citation: tuple[str, ...]
    sections: tuple[PaperSection, ...]
    otherwise: tuple[Otherwise, ...]
    restricted_to: frozenset[str] = frozenset()  # numbers that are left; empty: never cut
    keep: Keeping | None = None

    @property
    def items(self) -> Iterator[PaperItem]:
        """Yield all items, of all sections and of both texts."""
        return (item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents of a pack by id, and when some of them are cut."""

    by_id: Mapping[str, Paper] = field(default_factory=dict)
    restriction: Restriction | None = None
