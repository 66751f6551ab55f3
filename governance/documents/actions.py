"""Writing for an item of a document, taking it back, signing a document."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.queries import engine
from governance.common.canonical import digest as digest_of
from governance.common.errors import DomainError, StaleError
from governance.common.states import change
from governance.documents.models import DocumentEntry, SignedDocument
from governance.documents.queries import draft_of, hindrances
from governance.documents.rules import Document, Kind, LawText, Place, with_signature
from governance.documents.subjects import iso, subject_of
from governance.evidence.models import EvidenceItem
from governance.ledger.actions import Personal, record
from inventory.systems.actions import require_edit, require_open
from inventory.systems.models import AISystem

MOST_LETTERS = 10_000


class IncompleteError(DomainError):
    """A document that cannot be signed as it stands."""

    code = "incomplete"


@transaction.atomic
def write_entry(
    system: AISystem,
    place: Place,
    *,
    text: str,
    actor: User,
    evidence: EvidenceItem | None = None,
    seen: int | None = None,
) -> DocumentEntry:
    """Keep what a person says for one item, in place of what was written there before.

    `seen` is the row version of the entry the person read, 0 where there was none; None writes
    over whatever is there. Raises PermissionDenied unless the actor may change the system;
    DomainError for a retired system, an item the document does not have, no text, or evidence
    that is withdrawn or of another system; StaleError when somebody wrote meanwhile.
    """
    require_edit(actor, system)
    require_open(system)
    _require_item(place)
    _require_evidence(system, evidence)
    text = _checked(text)
    AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    about = {"system": system, "kind": place.kind, "item": place.item}
    before = DocumentEntry.objects.filter(**about).first()
    said = {"text": text, "evidence": evidence, "author": actor, "written_at": timezone.now()}
    if before:
        change(before, seen=seen, **said)
        entry = before
    elif seen:
        raise StaleError("Somebody took this text back meanwhile. Read it again first.")
    else:
        entry = DocumentEntry.objects.create(**about, **said)
    data = {"document": str(place.kind), "item": place.item, "text": Personal(text)}
    data |= {"evidence": evidence.ref} if evidence else {}
    record("document.entry_written", subject=system, actor=actor, data=data, unit=system.unit_id)
    return entry


@transaction.atomic
def remove_entry(entry: DocumentEntry, *, actor: User, seen: int | None = None) -> None:
    """Take back what was written for an item; the record keeps that it was there.

    Raises PermissionDenied unless the actor may change the system, DomainError for a retired
    one, StaleError when somebody wrote meanwhile.
    """
    system = entry.system
    require_edit(actor, system)
    require_open(system)
    rows = DocumentEntry.objects.filter(pk=entry.pk)
    if not rows.filter(row_version=entry.row_version if seen is None else seen).delete()[0]:
        raise StaleError("Somebody wrote here meanwhile. Read it again first.")
    data = {"document": str(entry.kind), "item": entry.item}
    record("document.entry_removed", subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def sign_document(
    system: AISystem,
    *,
    kind: Kind,
    reason: str,
    actor: User,
    digest: str,
    law_text: LawText = LawText.AMENDED,
) -> SignedDocument:
    """Return the signed document, frozen; the one of its kind before it is superseded.

    `digest` is that of the content the person read. Raises PermissionDenied unless the actor may
    classify in the system's unit, StaleError when the document says something else by now,
    IncompleteError when it does not apply, lacks items, or rests on a classification that is
    not signed as it stands; DomainError for a retired system or without a reason.
    """
    require(actor, Capability.CLASSIFY, system.unit)
    require_open(system)
    if not reason.strip():
        raise DomainError("Say why you sign: an auditor will read it.")
    locked = AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    subject = subject_of(locked)
    draft = draft_of(locked, kind, law_text)
    if digest_of(draft.content()) != digest:
        raise StaleError("The document says something else by now. Read it again first.")
    if found := hindrances(draft, subject):
        raise IncompleteError(f"It cannot be signed yet: {' '.join(found)}")
    document = _frozen(locked, draft, actor, reason.strip())
    data = {
        "number": document.number,
        "document": document.kind,
        "title": draft.title,
        "law_text": document.law_text,
        "digest": document.digest,
        "pack_version": document.pack_version,
        "reason": document.reason,
    }
    record("document.signed", subject=locked, actor=actor, data=data, unit=locked.unit_id)
    return document


def _frozen(system: AISystem, draft: Document, actor: User, reason: str) -> SignedDocument:
    now = timezone.now()
    content = with_signature(draft, name=actor.name, on=iso(now)).content()
    rows = SignedDocument.objects.filter(system=system)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    rows.filter(kind=draft.kind, superseded_at__isnull=True).update(superseded_at=now)
    return SignedDocument.objects.create(
        system=system,
        number=last + 1,
        kind=draft.kind,
        law_text=draft.text,
        content=content,
        digest=digest_of(content),
        pack_version=draft.pack_version,
        signed_by=actor,
        reason=reason,
        signed_at=now,
    )


def _require_item(place: Place) -> None:
    paper = engine().pack.papers.by_id.get(place.kind)
    known = {asked.key: asked for asked in paper.items} if paper else {}
    if place.item not in known:
        raise DomainError("This document has no such item.")
    if known[place.item].need == "signature":
        raise DomainError("This item comes with the signature.")


def _require_evidence(system: AISystem, evidence: EvidenceItem | None) -> None:
    if evidence and evidence.system_id != system.pk:
        raise DomainError("This evidence shows something about another system.")
    if evidence and evidence.withdrawn_at:
        raise DomainError(f"{evidence.ref} was withdrawn: it counts no more.")


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise DomainError("Write something, or take the text back.")
    if len(text) > MOST_LETTERS:
        raise DomainError(f"Write at most {MOST_LETTERS:,} letters.")
    return text
