"""Around an answer: what made somebody say so, and whom a question is put to. Called by actions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Capability, roles_with
from governance.classification.explain import in_words
from governance.classification.models import AnswerNote, FactRequest
from governance.classification.queries import Facts, engine
from governance.common.errors import DomainError
from governance.evidence.models import EvidenceItem
from governance.ledger.actions import Personal, record
from inventory.systems.models import AISystem

DAYS_TO_ANSWER = 7


@dataclass(frozen=True)
class Said:
    """What comes with answers: why, shown by what, and who is asked where one is not sure."""

    because: str = ""
    evidence: tuple[EvidenceItem, ...] = ()
    asked: User | None = None  # None: the system's owner
    due_on: date | None = None  # None: in a week
    note: str = ""

    @property
    def explains(self) -> bool:
        """Return whether it gives a reason or something that shows it."""
        return bool(self.because or self.evidence)


def people_to_ask(system: AISystem) -> QuerySet[User]:
    """Return who may answer questions about a system, by name."""
    today = timezone.localdate()
    live = Q(memberships__ends_on__isnull=True) | Q(memberships__ends_on__gte=today)
    here = Q(memberships__unit__in=system.unit.path)
    edits = Q(memberships__role__in=roles_with(Capability.EDIT))
    owns = Q(pk=system.owner_id, memberships__role__in=roles_with(Capability.EDIT_OWN))
    return User.objects.filter(live & here & (edits | owns), is_active=True).distinct()


def asked_first(system: AISystem, actor: User) -> User:
    """Return whom a question goes to unless somebody says otherwise: the owner, else who asks."""
    owner = system.owner
    return owner if owner and people_to_ask(system).filter(pk=owner.pk).exists() else actor


def day_to_answer() -> date:
    """Return the day until which a question is to be answered unless somebody says otherwise."""
    return timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)


def notes_of(system: AISystem) -> dict[str, AnswerNote]:
    """Return the notes of a system by fact, with who wrote them and the evidence."""
    rows = AnswerNote.objects.filter(system=system).select_related("by")
    return {note.fact: note for note in rows.prefetch_related("evidence")}


def told_answers(system: AISystem, facts: Facts) -> list[dict[str, Any]]:
    """Return every answer in words with its author, day, reason and evidence, as JSON."""
    notes, known = notes_of(system), engine().pack.facts
    return [
        {"fact": name, "ask": known[name].ask, "answer": in_words(known[name], value)}
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
    notes, now = notes_of(system), (said.because, {item.pk for item in said.evidence})
    return {
        name for name in facts if now != (_stands(notes[name]) if name in notes else ("", set()))
    }


def _stands(note: AnswerNote) -> tuple[str, set[int]]:
    return note.because, {item.pk for item in note.evidence.all()}


def keep_notes(
    system: AISystem, facts: Iterable[str], said: Said, *, actor: User, at: datetime
) -> None:
    """Write down who answered these facts when and why; the ledger keeps what stood there."""
    rows = [
        AnswerNote(system=system, fact=fact, because=said.because, by=actor, at=at)
        for fact in sorted(facts)
    ]
    kept = AnswerNote.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["system", "fact"],
        update_fields=["because", "by", "at"],
    )
    links = AnswerNote.evidence.through.objects
    links.filter(answernote__in=kept).delete()
    links.bulk_create(
        AnswerNote.evidence.through(answernote_id=note.pk, evidenceitem_id=item.pk)
        for note in kept
        for item in said.evidence
    )


def forget_notes(system: AISystem, facts: Iterable[str]) -> None:
    """Drop the notes of answers that were taken back; the ledger keeps them."""
    notes = AnswerNote.objects.filter(system=system, fact__in=list(facts))
    AnswerNote.evidence.through.objects.filter(answernote__in=notes).delete()
    notes.delete()


def follow_requests(
    system: AISystem, after: Mapping[str, Any], said: Said, names: Iterable[str], *, actor: User
) -> None:
    """End the requests whose question is answered, and ask about answers nobody is sure of.

    `names` are the facts answered or taken back now.
    """
    touched = set(names)
    unsure = sorted(name for name in touched if name in after and after[name] is None)
    answered = (touched & after.keys()) - {*unsure}
    _end(system, answered, "answered_at", actor)
    _end(system, touched - after.keys(), "withdrawn_at", actor)
    if unsure:
        _ask(system, unsure, said, actor)


def _end(system: AISystem, facts: Iterable[str], ending: str, actor: User) -> None:
    """End the waiting requests about facts, and record it once."""
    waiting = FactRequest.objects.waiting().filter(system=system, fact__in=list(facts))
    ended = sorted(waiting.values_list("fact", flat=True))
    if ended:
        waiting.update(**{ending: timezone.now()})
        event = "question.answered" if ending == "answered_at" else "question.withdrawn"
        record(event, subject=system, actor=actor, data={"facts": ended}, unit=system.unit_id)


def _ask(system: AISystem, facts: list[str], said: Said, actor: User) -> None:
    """Put questions to a person; what was asked of somebody else before is withdrawn."""
    asked = said.asked or asked_first(system, actor)
    due_on = said.due_on or day_to_answer()
    _check(system, asked, due_on)
    waiting = FactRequest.objects.waiting().filter(system=system, fact__in=facts)
    same = waiting.filter(asked=asked, due_on=due_on, note=said.note)
    if said.asked is None or same.count() == len(facts):
        facts = [fact for fact in facts if not waiting.filter(fact=fact).exists()]
    _end(system, facts, "withdrawn_at", actor)
    now = timezone.now()
    FactRequest.objects.bulk_create(
        FactRequest(
            system=system, fact=fact, asked=asked, due_on=due_on, note=said.note,
            asked_by=actor, asked_at=now,
        )
        for fact in facts
    )  # fmt: skip
    if facts:
        data = {"facts": facts, "asked": Personal(asked.name), "due_on": due_on.isoformat()}
        record("question.asked", subject=system, actor=actor, data=data, unit=system.unit_id)


def _check(system: AISystem, asked: User, due_on: date) -> None:
    if due_on < timezone.localdate():
        raise DomainError("The day until which you ask for an answer is over.")
    if not people_to_ask(system).filter(pk=asked.pk).exists():
        raise DomainError(f"{asked} may not answer questions about {system}.")
