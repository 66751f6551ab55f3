"""Reads of questions: about which pack, of which systems."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs.models import EvidencePack, PackSystem
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.sections import Batch


def to_answer(user: User) -> QuerySet[PackQuestion]:
    """Return the questions of others that wait for this person: who asks for packs in the unit
    of theirs, asked for this one, or owns the system asked about.
    """
    keeps = Q(pack__unit__in=units_with(user, Capability.PACK).order_by().values("pk"))
    named = Q(pack__requested_by=user) | Q(system__owner=user)
    seen = PackQuestion.objects.visible_to(user).waiting()
    return seen.filter(keeps | named).exclude(asked_by=user)


def with_answers(questions: QuerySet[PackQuestion]) -> QuerySet[PackQuestion]:
    """Return the questions with all that is told of them, those that wait first: two queries."""
    answered = PackAnswer.objects.filter(question=OuterRef("pk"))
    told = questions.annotate(is_answered=Exists(answered))
    told = told.order_by("is_answered", "pk")
    return told.select_related("pack", "system", "asked_by").prefetch_related("answers__by")


def questions_about(
    systems: Iterable[int], *, before: datetime, since: date | None = None
) -> list[dict[str, Any]]:
    """Return what was asked about packs with any of these systems, oldest first, as data.

    A question about one system is told with that one; one about a whole pack only where all
    its systems are told of too, because it may speak of any. Two queries, however many systems.
    """
    ids = sorted(set(systems))
    others = PackSystem.objects.filter(pack=OuterRef("pack")).exclude(system__in=ids)
    rows = PackQuestion.objects.filter(
        Q(system__in=ids) | Q(Q(system__isnull=True), ~Exists(others)), asked_at__lte=before
    )
    if since:
        rows = rows.filter(asked_at__date__gte=since)
    return [_told(row, before) for row in with_answers(rows).order_by("pk")]


def asked_of(batch: Batch, pack: EvidencePack) -> dict[str, list[dict[str, Any]]]:
    """Return what was asked about each system of a batch, by its ref.

    What was asked about a whole pack stands with each of its systems.
    """
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    everybody = pack.rows.values_list("system_id", flat=True)
    told = questions_about(everybody, before=timezone.now())
    whole = {one["pack"]: set[str]() for one in told if not one["system"]}
    rows = PackSystem.objects.filter(pack__ref__in=whole, system__in=batch.ids)
    for ref, system in rows.values_list("pack__ref", "system__ref"):
        whole[ref].add(system)
    here = {system.ref for system in batch.systems}
    for one in told:
        for ref in here & ({one["system"]} if one["system"] else whole[one["pack"]]):
            found[ref].append(one)
    return found


def _told(question: PackQuestion, before: datetime) -> dict[str, Any]:
    answers = [one for one in question.answers.all() if one.at <= before]
    return {
        "ref": question.ref,
        "pack": question.pack.ref,
        "system": question.system and question.system.ref,
        "entry": question.entry,
        "asked_by": question.asked_by.name,
        "asked_at": _moment(question.asked_at),
        "text": question.text,
        "answers": [
            {"by": one.by.name, "at": _moment(one.at), "text": one.text} for one in answers
        ],
    }


def _moment(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
