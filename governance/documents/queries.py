"""Reading documents: drafts as they would be today, signed ones, and what differs between them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from governance.classification.law import Pack
from governance.classification.queries import engine
from governance.documents.differences import differences
from governance.documents.filling import build, documents
from governance.documents.models import SignedDocument
from governance.documents.rules import (
    ANSWERS_FOR,
    SHORT,
    Document,
    Kind,
    LawText,
    with_signature,
)
from governance.documents.subject import Subject
from governance.documents.subjects import iso, subject_of, subjects
from inventory.systems.models import AISystem

Choose = Callable[[Subject, Pack], tuple[Document, ...]]


@dataclass(frozen=True)
class Sheet:
    """One document of a system: as it would be today, and the one that was signed."""

    draft: Document
    subject: Subject
    signed: SignedDocument | None
    stale: tuple[str, ...]  # how the signed one differs from today, in words

    @property
    def kind(self) -> Kind:
        """Return which document it is."""
        return self.draft.kind

    @property
    def short(self) -> str:
        """Return the law's short name: Annex IV."""
        return SHORT[self.kind]

    @property
    def state(self) -> str:
        """Return signed, stale, draft, preview or unknown."""
        if self.signed:
            return "stale" if self.stale else "signed"
        return {True: "draft", False: "preview", None: "unknown"}[self.draft.applies.holds]

    @property
    def answers_for(self) -> str:
        """Return who is accountable for it by the matrix in force, empty for nobody."""
        return self.subject.accountable.get(ANSWERS_FOR[self.kind], "")

    @property
    def hindrances(self) -> tuple[str, ...]:
        """Return why nobody can sign the draft now, in words."""
        return hindrances(self.draft, self.subject)


@dataclass(frozen=True)
class OnSystem:
    """The documents of one system, for its page."""

    sheets: tuple[Sheet, ...]

    @property
    def owed(self) -> tuple[Sheet, ...]:
        """Return the documents that apply, and those somebody signed."""
        return tuple(s for s in self.sheets if s.draft.applies.holds or s.signed)

    @property
    def apply(self) -> int:
        """Return how many documents apply."""
        return sum(sheet.draft.applies.holds is True for sheet in self.sheets)

    @property
    def missing(self) -> int:
        """Return how many items those lack."""
        return sum(len(s.draft.missing) for s in self.sheets if s.draft.applies.holds)

    @property
    def unsettled(self) -> int:
        """Return of how many documents open questions leave it open whether they apply."""
        return sum(sheet.draft.applies.holds is None for sheet in self.sheets)

    @property
    def is_answered(self) -> bool:
        """Return whether any question of the classification is answered."""
        return any(sheet.subject.classified for sheet in self.sheets)

    @property
    def is_known(self) -> bool:
        """Return whether the classification says which documents apply."""
        return any(sheet.draft.applies.holds is not None for sheet in self.sheets)


def hindrances(draft: Document, subject: Subject) -> tuple[str, ...]:
    """Return why a draft cannot be signed, in words; nothing when it can."""
    told = []
    if not draft.applies.holds:
        told.append("It does not apply to this system.")
    classified = subject.classified
    if classified is None or not classified.is_signed:
        told.append("Nobody has signed the classification.")
    else:
        told += classified.stale
    if count := len(draft.missing):
        told.append(f"{count} item{'s are' if count > 1 else ' is'} missing.")
    return tuple(told)


def draft_of(system: AISystem, kind: Kind, text: str = LawText.AMENDED) -> Document:
    """Return one document as it would be today."""
    return build(subject_of(system), engine().pack, kind, text)


def sheet(system: AISystem, kind: Kind, text: str = LawText.AMENDED) -> Sheet:
    """Return one document of a system with the one that was signed."""
    subject = subject_of(system)
    rows = SignedDocument.objects.current().filter(system=system, kind=kind)
    signed = rows.select_related("system", "signed_by").first()
    return _sheet(build(subject, engine().pack, kind, text), subject, signed)


def on_system(system: AISystem) -> OnSystem:
    """Return all documents of a system."""
    return on_systems([system])[system.pk]


def on_systems(systems: Sequence[AISystem], choose: Choose = documents) -> dict[int, OnSystem]:
    """Return the documents of many systems; the number of queries does not grow with them.

    `choose` is `documents` for all of them, `owed` for those that apply or are signed.
    """
    known, pack = subjects(systems), engine().pack
    signed: dict[int, dict[str, SignedDocument]] = defaultdict(dict)
    rows = SignedDocument.objects.current().filter(system__in=[system.pk for system in systems])
    for row in rows.select_related("system", "signed_by"):
        signed[row.system_id][row.kind] = row
    return {
        pk: OnSystem(
            tuple(
                _sheet(draft, subject, signed[pk].get(draft.kind))
                for draft in choose(subject, pack)
            )
        )
        for pk, subject in known.items()
    }


def _sheet(draft: Document, subject: Subject, signed: SignedDocument | None) -> Sheet:
    return Sheet(draft, subject, signed, stale_words(signed, draft, subject) if signed else ())


def stale_words(signed: SignedDocument, draft: Document, subject: Subject) -> tuple[str, ...]:
    """Return how a signed document differs from the same one made today, in words."""
    same = draft
    if draft.text != signed.law_text:
        same = build(subject, engine().pack, draft.kind, signed.law_text)
    today = with_signature(same, name=signed.signed_by.name, on=iso(signed.signed_at)).content()
    told = differences(signed.content, today)
    told += subject.classified.stale if subject.classified else ()
    if not draft.applies.holds:
        told.insert(0, f"It does not apply any more: {draft.applies.words}")
    return tuple(told)


def history(system: AISystem, kind: Kind) -> list[SignedDocument]:
    """Return every signed version of a document, newest first."""
    rows = SignedDocument.objects.filter(system=system, kind=kind).order_by("-number")
    return list(rows.select_related("system", "signed_by").defer("content"))
