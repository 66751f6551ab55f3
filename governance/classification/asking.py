"""A question put to a person: who can be asked, who may answer, and how the request ends."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.accounts.models import Membership, User
from governance.accounts.rules import Capability, roles_with
from governance.classification.models import FactRequest
from governance.classification.saying import Said
from governance.common.errors import DomainError
from governance.ledger.actions import Personal, record
from inventory.systems.actions import may_edit, require_edit
from inventory.systems.models import VIEW, AISystem, SystemShare

DAYS_TO_ANSWER = 7
ANSWERING = frozenset({*roles_with(Capability.EDIT), *roles_with(Capability.EDIT_OWN)})


def people_to_ask(system: AISystem) -> QuerySet[User]:
    """Return who can be asked about a system, by name.

    It is who sees the system, by unit or because it is shared with them, with a role that
    answers questions anywhere it counts: not those who only read, as auditors do.
    """
    today = timezone.localdate()
    live = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    answering = Membership.objects.filter(live, role__in=ANSWERING)
    shares = SystemShare.objects.filter(content_object=system, permission__codename=VIEW)
    here = Q(pk__in=answering.filter(unit__in=system.unit.path).values("user"))
    shared = Q(pk__in=shares.values("user")) & Q(pk__in=answering.values("user"))
    return User.objects.filter(here | shared, is_active=True)


def may_answer(user: User, system: AISystem, facts: Collection[str]) -> bool:
    """Return whether a person may answer: who may change the system, and who is asked just this."""
    if may_edit(user, system):
        return True
    put = FactRequest.objects.waiting().filter(system=system, asked=user, fact__in=facts)
    is_asked = bool(facts) and put.count() == len(set(facts))
    return is_asked and people_to_ask(system).filter(pk=user.pk).exists()


def require_answer(user: User, system: AISystem, facts: Collection[str]) -> None:
    """Raise PermissionDenied, in words, unless the person may answer these questions."""
    if not may_answer(user, system, facts):
        require_edit(user, system)


def asked_first(system: AISystem, actor: User) -> User:
    """Return whom a question goes to unless somebody says otherwise: the owner, else who asks."""
    owner = system.owner
    return owner if owner and people_to_ask(system).filter(pk=owner.pk).exists() else actor


def day_to_answer() -> date:
    """Return the day until which a question is to be answered unless somebody says otherwise."""
    return timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)


def asks_anew(system: AISystem, given: Mapping[str, Any], said: Said | None) -> bool:
    """Return whether an answer nobody is sure of goes to a person who is not asked just so yet."""
    unsure = [name for name, value in given.items() if value is None]
    if said is None or said.asked is None or not unsure:
        return False
    same = _waiting(system, unsure).filter(
        asked=said.asked, due_on=said.due_on or day_to_answer(), note=said.note
    )
    return same.count() < len(unsure)


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


def _waiting(system: AISystem, facts: Iterable[str]) -> QuerySet[FactRequest]:
    return FactRequest.objects.waiting().filter(system=system, fact__in=list(facts))


def _end(system: AISystem, facts: Iterable[str], ending: str, actor: User) -> None:
    """End the waiting requests about facts, and record it once."""
    waiting = _waiting(system, facts)
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
    waiting = _waiting(system, facts)
    stays = waiting if said.asked is None else waiting.filter(
        asked=asked, due_on=due_on, note=said.note
    )  # fmt: skip
    kept = set(stays.values_list("fact", flat=True))
    facts = [fact for fact in facts if fact not in kept]
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
