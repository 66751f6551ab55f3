"""What made somebody say so: one note beside each answer. Called by actions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from governance.accounts.models import User
from governance.classification.models import AnswerNote
from governance.classification.queries import Facts, engine
from governance.classification.saying import Said, Why
from governance.classification.wording import wording
from inventory.systems.models import AISystem


def notes_of(system: AISystem) -> dict[str, AnswerNote]:
    """Return the notes of a system by fact, with who wrote them and the evidence."""
    rows = AnswerNote.objects.filter(system=system).select_related("by")
    return {note.fact: note for note in rows.prefetch_related("evidence")}


def why_of(note: AnswerNote | None) -> Why:
    """Return what a note says, nothing where there is none."""
    return Why(note.because, tuple(note.evidence.all())) if note else Why()


def answered_since(
    system: AISystem, facts: Iterable[str], seen: int, actor: User
) -> AnswerNote | None:
    """Return the last answer that somebody else gave to these facts after a version of the sheet.

    None where nobody did: what others answered on other pages, or the person in another tab, is
    no reason to ask again.
    """
    later = AnswerNote.objects.filter(system=system, fact__in=list(facts), version__gt=seen)
    return later.exclude(by=actor).select_related("by").order_by("-version").first()


def told_answers(system: AISystem, facts: Facts) -> list[dict[str, Any]]:
    """Return every answer in words with its author, day, reason and evidence, as JSON."""
    notes, known = notes_of(system), engine().pack.facts
    return [
        {"fact": name, "ask": known[name].ask, "answer": wording().answer(known[name], value)}
        | (_told(notes[name]) if name in notes else {})
        for name, value in facts.values.items()
        if name in known
    ]


def _told(note: AnswerNote) -> dict[str, Any]:
    return {
        "because": note.because,
        "evidence": [
            {"ref": item.ref, "title": item.title, "sha256": item.sha256, "link": item.link}
            for item in note.evidence.all()
        ],
        "by": note.by.name,
        "at": note.at.isoformat(),
    }


def explained_anew(system: AISystem, facts: Iterable[str], said: Said | None) -> set[str]:
    """Return the answers whose reason or evidence differs from what is said now."""
    if said is None:
        return set()
    notes = notes_of(system)
    return {name for name in facts if said.of(name).key != why_of(notes.get(name)).key}


def keep_notes(
    system: AISystem, facts: Iterable[str], said: Said, *, actor: User, at: datetime, version: int
) -> None:
    """Write down who answered these facts when and why; the ledger keeps what stood there."""
    rows = [
        AnswerNote(
            system=system, fact=fact, because=said.of(fact).because, by=actor, at=at,
            version=version,
        )
        for fact in sorted(facts)
    ]  # fmt: skip
    kept = AnswerNote.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["system", "fact"],
        update_fields=["because", "by", "at", "version"],
    )
    links = AnswerNote.evidence.through.objects
    links.filter(answernote__in=kept).delete()
    links.bulk_create(
        AnswerNote.evidence.through(answernote_id=note.pk, evidenceitem_id=item.pk)
        for note in kept
        for item in said.of(note.fact).evidence
    )


def forget_notes(system: AISystem, facts: Iterable[str]) -> None:
    """Drop the notes of answers that were taken back; the ledger keeps them."""
    notes = AnswerNote.objects.filter(system=system, fact__in=list(facts))
    AnswerNote.evidence.through.objects.filter(answernote__in=notes).delete()
    notes.delete()
