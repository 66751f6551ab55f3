"""Where an item is mended: addresses and words for the links beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from governance.documents.rules import Item, Kind
from governance.documents.subject import Subject
from governance.documents.values import Mend

PLACES = {
    Mend.REGISTER: ("systems:edit", "Change the register"),
    Mend.CLASSIFY: ("classification:review", "Answer the question"),
    Mend.SIGN_CLASSIFICATION: ("classification:review", "Sign the classification"),
    Mend.VERSION: ("systems:add_version", "Add a version"),
    Mend.RACI: ("raci:system", "Name who answers"),
}


@dataclass(frozen=True)
class Row:
    """An item with the links beside it."""

    item: Item
    write_url: str  # empty where nobody writes
    write_words: str
    mend_url: str  # where a record is mended; empty where only a text helps
    mend_words: str


def rows(items: Iterable[Item], subject: Subject, kind: Kind) -> list[Row]:
    """Return items with their links."""
    return [_row(item, subject, kind) for item in items]


def _row(item: Item, subject: Subject, kind: Kind) -> Row:
    write = ""
    if item.need != "signature":
        write = reverse("documents:write", args=[subject.ref, kind, item.key])
    url, words = _mend(item, subject)
    is_written = any(value.written for value in item.values)
    return Row(item, write, "Change the text" if is_written else "Write", url, words)


def _mend(item: Item, subject: Subject) -> tuple[str, str]:
    if item.mend == Mend.DECLARATION:
        return reverse("documents:document", args=[subject.ref, Kind.ANNEX_V]), "The declaration"
    if item.mend == Mend.VERSION and subject.versions:
        return reverse("approvals:history", args=[subject.ref]), "Model updates"
    if item.mend not in PLACES:
        return "", ""
    name, words = PLACES[item.mend]
    return reverse(name, args=[subject.ref]), words
