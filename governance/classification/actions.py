"""Answering facts and signing a classification: every change recorded."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.answering import (
    explained_anew,
    forget_notes,
    keep_notes,
    told_answers,
)
from governance.classification.asking import asks_anew, follow_requests, require_answer
from governance.classification.law import Pack
from governance.classification.models import Assessment, FactSheet
from governance.classification.queries import (
    Provisional,
    current,
    engine,
    facts_from,
    provisional_of,
)
from governance.classification.rules import NEVER, FactError, checked
from governance.classification.saying import Said, Why
from governance.common.errors import DomainError, StaleError
from governance.common.states import change
from governance.ledger.actions import record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem


class NotSettledError(DomainError):
    """A classification that cannot be signed as it stands."""

    code = "not-settled"


@transaction.atomic
def answer_facts(
    system: AISystem,
    *,
    facts: Mapping[str, Any],
    actor: User,
    seen: int | None = None,
    cleared: Collection[str] = (),
    said: Said | None = None,
) -> bool:
    """Write the answers that differ and record from and to; return whether any did.

    None as an answer says "not sure": the question is put to a person in the same transaction.
    `cleared` names answers to take back, `said` is what comes with the answers. `seen` is the row
    version of the fact sheet the person read (0 before the first answer).
    Raises PermissionDenied unless the actor may change the system or is asked just this,
    DomainError for a retired system, a fact or a value the rule pack does not know, evidence about
    another system, a person asked who may not answer, StaleError when somebody answered meanwhile.
    """
    require_answer(actor, system, {*facts, *cleared})
    require_open(system)
    _require_own(system, said)
    given = _checked(facts)
    sheet, _made = FactSheet.objects.get_or_create(system=system)
    after = {name: value for name, value in (sheet.facts | given).items() if name not in cleared}
    names = sorted(
        name
        for name in sheet.facts.keys() | after.keys()
        if sheet.facts.get(name, MISSING) != after.get(name, MISSING)
    )
    explained = {*names, *explained_anew(system, given, said)} & given.keys()
    if not names and not explained and not asks_anew(system, given, said):
        return False
    before, now = sheet.facts, timezone.now()
    change(sheet, seen=seen, facts=after, changed_at=now, changed_by=actor)
    told = (said or Said()).only(explained)
    _record_answers(sheet, before, names, told, actor=actor)
    keep_notes(system, explained, told, actor=actor, at=now, version=sheet.row_version)
    forget_notes(system, cleared)
    follow_requests(system, after, said or Said(), {*names, *given}, actor=actor)
    return True


def _require_own(system: AISystem, said: Said | None) -> None:
    for item in said.shown if said else ():
        if item.system_id != system.pk:
            raise DomainError(f"{item.ref} is evidence about another system.")


def _record_answers(
    sheet: FactSheet, before: Mapping[str, Any], names: list[str], said: Said, *, actor: User
) -> None:
    """Record what changed from what to what, and why."""
    system = sheet.system
    data: dict[str, Any] = {"facts_version": sheet.row_version}
    if names:
        data["changes"] = {
            name: {"from": _plain(before, name), "to": _plain(sheet.facts, name)} for name in names
        }
    if said.is_given:
        data |= _why(said)
    if said.each:
        data["each"] = {name: _why(why) for name, why in sorted(said.each.items())}
    event = "facts.changed" if names else "facts.explained"
    record(event, subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def sign_classification(
    system: AISystem, *, reason: str, actor: User, facts_digest: str, pack_version: str
) -> Assessment:
    """Return the signed classification, frozen; the one before it is superseded.

    `facts_digest` and `pack_version` are those of the result the person saw.
    Raises PermissionDenied unless the actor may classify in the system's unit, StaleError when
    facts or rule pack are others by now, NotSettledError while an answer is "not sure" or a
    question is open whose answer could change the result, and DomainError for a retired system,
    without a reason or when exactly this is signed already.
    """
    locked = AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    require(actor, Capability.CLASSIFY, locked.unit)  # where it stands by now
    require_open(locked)
    if not reason.strip():
        raise DomainError("Say why you sign: an auditor will read it.")
    sheet = FactSheet.objects.select_for_update().filter(system=locked).first()
    now = provisional_of(facts_from(locked, sheet))
    before = current(locked)
    _require_same(now, facts_digest, pack_version)
    _require_signable(now, before)
    signed_at = timezone.now()
    if before:
        Assessment.objects.filter(pk=before.pk).update(superseded_at=signed_at)
    assessment = Assessment.objects.create(
        system=locked,
        number=before.number + 1 if before else 1,
        signed_by=actor,
        reason=reason.strip(),
        signed_at=signed_at,
        **_frozen(now),
        answers=told_answers(locked, now.facts),
    )
    data = _entry(assessment, before)
    record("assessment.signed", subject=locked, actor=actor, data=data, unit=locked.unit_id)
    return assessment


MISSING = object()


def _frozen(now: Provisional) -> dict[str, Any]:
    """Return what a signature freezes of the result somebody saw."""
    return {
        "tier": now.classification.tier,
        "tier_enacted": now.classification.tier_enacted,
        "facts": now.facts.values,
        "facts_digest": now.facts.digest,
        "pack_version": now.classification.pack_version,
        "result": now.result,
        "trace": now.trace,
        "duty_days": _days(now),
    }


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers in normal form; refuse what the pack does not know."""
    pack = engine().pack
    open_ones = {name: value for name, value in facts.items() if _is_open(pack, name, value)}
    try:
        sure = checked(pack, {name: facts[name] for name in facts if name not in open_ones})
    except FactError as error:
        raise DomainError(f"This answer does not fit: {error}.") from error
    return sure | open_ones


def _why(why: Why) -> dict[str, Any]:
    """Return what the ledger keeps of a reason."""
    return {"because": why.because, "evidence": [item.ref for item in why.evidence]}


def _is_open(pack: Pack, name: str, value: Any) -> bool:
    """Return whether a known fact is answered with "not sure", or a day with "none"."""
    fact = pack.facts.get(name)
    return fact is not None and (value is None or (value == NEVER and fact.type == "date"))


def _plain(facts: Mapping[str, Any], name: str) -> Any:
    """Return an answer as ledger JSON; "unanswered" where there is none."""
    value = facts.get(name, "unanswered")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if is_number else value  # the database gives 1e24 back as an integer


def _require_same(now: Provisional, facts_digest: str, pack_version: str) -> None:
    if now.facts.digest != facts_digest:
        raise StaleError("The facts changed since you read this result. Read it again first.")
    if engine().pack.version != pack_version:
        raise StaleError("The rule pack changed since you read this result. Read it again first.")


def _require_signable(now: Provisional, before: Assessment | None) -> None:
    if now.facts.row_version == 0:
        raise NotSettledError("Answer the questions about this system first.")
    if now.facts.unsure:
        count = len(now.facts.unsure)
        raise NotSettledError(
            f"{count} answer{'s are' if count > 1 else ' is'} “not sure”: settle them first."
        )
    if count := len(now.classification.open_questions):
        raise NotSettledError(
            f"{count} open question{'s' if count > 1 else ''} can still change the tier, "
            f"a duty or a date: answer {'them' if count > 1 else 'it'} first."
        )
    same = before and before.facts_digest == now.facts.digest
    if before and same and before.pack_version == engine().pack.version:
        raise DomainError(f"{before.signed_by} signed exactly this already ({before.ref}).")


def _days(now: Provisional) -> list[Any]:
    days = {duty.dates.amended for duty in now.classification.obligations}
    return sorted(day for day in days if day)


def _entry(assessment: Assessment, before: Assessment | None) -> dict[str, Any]:
    """Return what the ledger keeps of a signature."""
    return {
        "assessment": assessment.number,
        "supersedes": before.number if before else None,
        "tier": assessment.tier,
        "tier_enacted": assessment.tier_enacted,
        "fired": assessment.result["fired"],
        "obligations": [duty["id"] for duty in assessment.result["obligations"]],
        "facts_digest": assessment.facts_digest,
        "pack_version": assessment.pack_version,
        "reason": assessment.reason,
    }
