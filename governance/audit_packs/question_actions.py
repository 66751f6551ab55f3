"""Asking about a pack and answering, on the record."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.telling import answering, tell_answer, tell_overdue, tell_question
from governance.common.errors import DomainError
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK
from inventory.systems.models import AISystem


@transaction.atomic
def ask(
    pack: EvidencePack,
    *,
    text: str,
    actor: User,
    system: AISystem | None = None,
    entry: int | None = None,
) -> PackQuestion:
    """Ask about a sealed pack, a system or an entry in it; tell who answers for it.

    Raises PermissionDenied unless the actor sees the pack, and DomainError when it is not
    sealed, does not hold the system or the entry, or the same question of theirs still waits.
    """
    pack = EvidencePack.objects.select_for_update(no_key=True).get(pk=pack.pk)
    if not EvidencePack.objects.visible_to(actor).filter(pk=pack.pk).exists():
        raise PermissionDenied("You may ask about packs that you see.")
    _check(pack, system, entry)
    asked: dict[str, Any] = {
        "pack": pack,
        "system": system,
        "entry": entry,
        "text": text,
        "asked_by": actor,
    }
    if same := PackQuestion.objects.waiting().filter(**asked).first():
        raise DomainError(f"You asked this already: {same.ref} waits for an answer.")
    made = PackQuestion.objects.create(**asked)
    data = {
        "question": made.ref,
        "pack": pack.ref,
        "system": system and system.ref,
        "entry": entry,
        "text": text,
    }
    record("pack.question_asked", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    tell_question(made)
    return made


def _check(pack: EvidencePack, system: AISystem | None, entry: int | None) -> None:
    """Raise DomainError for what a pack does not tell of."""
    if pack.status != PackStatus.SEALED:
        raise DomainError(f"{pack} is not sealed; there is nothing to ask about.")
    if system and not pack.rows.filter(system=system).exists():
        raise DomainError(f"{system.ref} is not in {pack}.")
    if entry is not None and entry >= (pack.ledger_size or 0):
        raise DomainError(f"The ledger had no entry #{entry} when {pack} was sealed.")


@transaction.atomic
def answer(question: PackQuestion, *, text: str, actor: User) -> PackAnswer:
    """Answer a question on the record, also once more; tell who asked.

    Raises PermissionDenied unless the actor answers for the pack or owns the system asked about,
    and DomainError for an answer that they gave already.
    """
    if not may_answer(question, actor):
        raise PermissionDenied("Who may ask for packs of its unit answers, and the system's owner.")
    PackQuestion.objects.select_for_update(no_key=True).get(pk=question.pk)
    if question.answers.filter(text=text, by=actor).exists():
        raise DomainError(f"You gave {question.ref} this answer already.")
    made = PackAnswer.objects.create(question=question, text=text, by=actor)
    pack = question.pack
    data = {"question": question.ref, "pack": pack.ref, "text": text}
    record("pack.question_answered", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    tell_answer(made)
    return made


def may_answer(question: PackQuestion, user: User) -> bool:
    """Return whether the person answers for the pack, asked for it, or owns the system."""
    if may(user, Capability.PACK, question.pack.unit):
        return True
    return user.is_active and user.pk in {person.pk for person in answering(question)}


@transaction.atomic
def note_overdue(question: PackQuestion) -> bool:
    """Tell once that a question was not answered in time; return whether it was new."""
    if not tell_overdue(question):
        return False
    pack, data = question.pack, {"question": question.ref, "pack": question.pack.ref}
    record("pack.question_overdue", subject=pack, actor=CLOCK, data=data, unit=pack.unit_id)
    return True
