"""Following signed classifications, and what people say of a duty: every change recorded."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.models import Assessment
from governance.common.errors import DomainError, StaleError
from governance.common.states import change as write
from governance.common.states import move
from governance.evidence.models import EvidenceItem
from governance.ledger.actions import Personal, record
from governance.obligations.answering import require_word
from governance.obligations.models import Duty, Followed, Proof
from governance.obligations.rules import (
    DUTY_TRANSITIONS,
    Change,
    DutyStatus,
    Key,
    article_of,
    change,
    keys_of,
)
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem

S = DutyStatus
NOTHING_SAID: dict[str, Any] = {
    "waits_for": "", "reason": "", "proposed_by": None, "approved_by": None, "approved_at": None,
}  # fmt: skip


class UnprovenError(DomainError):
    """A duty that cannot be met, because nothing shows it."""

    code = "unproven"


@transaction.atomic
def follow(assessment: Assessment, *, actor: User) -> Change:
    """Let the duties of a system follow a signed classification; return what that changed.

    New duties begin as missing, those not asked for any more end and keep what was said, those
    that come back are as they were. A second run, or one beside it, changes nothing; nor does a
    classification that a later one replaced. `actor` is who signed: the duties follow from it.
    """
    system = AISystem.objects.select_for_update(no_key=True).get(pk=assessment.system_id)
    before = Followed.objects.filter(system=system).first()
    assessment.refresh_from_db(fields=["superseded_at"])
    if assessment.superseded_at or (before and before.assessment_id == assessment.pk):
        return Change()
    asked = keys_of(assessment.result["duties"])
    known = {(duty.role, duty.obligation): duty for duty in Duty.objects.filter(system=system)}
    changed = change({key: duty.ended_by_id is None for key, duty in known.items()}, asked)
    Duty.objects.bulk_create(_begun(system, assessment, key, asked[key]) for key in changed.begun)
    staying = [known[key] for key in (*changed.kept, *changed.back)]
    for duty in staying:
        _take(duty, assessment, asked[duty.role, duty.obligation])
    Duty.objects.bulk_update(
        staying, ["assessment", "ended_by", "told", "article", "applies_on"], batch_size=100
    )
    ended = [known[key].pk for key in changed.ended]
    Duty.objects.filter(pk__in=ended).update(ended_by=assessment)
    Followed.objects.update_or_create(system=system, defaults={"assessment": assessment})
    if not changed.is_empty:
        data = {"assessment": assessment.number} | _named(changed)
        record("duties.followed", subject=system, actor=actor, data=data, unit=system.unit_id)
    return changed


def _begun(system: AISystem, assessment: Assessment, key: Key, told: Any) -> Duty:
    duty = Duty(system=system, role=key[0], obligation=key[1])
    _take(duty, assessment, told)
    return duty


def _take(duty: Duty, assessment: Assessment, told: Any) -> None:
    """Write what a classification says of a duty; what people said of it stays."""
    day = told["applies_from"].get("amended")
    duty.assessment, duty.ended_by, duty.told = assessment, None, dict(told)
    duty.article = article_of(told["citation"])
    duty.applies_on = date.fromisoformat(day) if day else None


def _named(changed: Change) -> dict[str, Any]:
    lists = {"begun": changed.begun, "ended": changed.ended, "back": changed.back}
    named = {name: [f"{obligation} as {role}" for role, obligation in keys]
             for name, keys in lists.items() if keys}  # fmt: skip
    return named | {"count": len(changed.begun) + len(changed.kept) + len(changed.back)}


@transaction.atomic
def start_duty(duty: Duty, *, actor: User, seen: int | None = None) -> None:
    """Say that somebody works on the duty."""
    _hold(duty, actor, seen)
    _say(duty, S.IN_PROGRESS, actor, "duty.started")


@transaction.atomic
def let_wait(duty: Duty, *, waits_for: str, actor: User, seen: int | None = None) -> None:
    """Say for whom or what the duty waits."""
    _hold(duty, actor, seen)
    if not waits_for.strip():
        raise DomainError("Say for whom or what it waits.")
    told = {"waits_for": Personal(waits_for.strip())}  # as a rule it names somebody
    _say(duty, S.WAITING, actor, "duty.waits", told=told, waits_for=waits_for.strip())


@transaction.atomic
def meet_duty(duty: Duty, *, next_check_on: date, actor: User, seen: int | None = None) -> None:
    """Say that the duty is met, and when somebody looks at it again; also said again by then.

    Raises UnprovenError without evidence that counts today, and DomainError for a check that
    is not ahead, or after the last evidence ran out.
    """
    _hold(duty, actor, seen)
    today = timezone.localdate()
    proofs = list(Proof.objects.standing(today).filter(duty=duty).select_related("item"))
    if not proofs:
        raise UnprovenError("Attach evidence first: nothing that counts shows this duty is met.")
    if next_check_on <= today:
        raise DomainError("The next check lies ahead: choose a day after today.")
    _check_runs_out(proofs, next_check_on)
    shown = [proof.item.ref for proof in proofs]
    told = {"evidence": shown, "next_check_on": next_check_on.isoformat()}
    _say(duty, S.MET, actor, "duty.met", told=told, next_check_on=next_check_on)


def _check_runs_out(proofs: Iterable[Proof], next_check_on: date) -> None:
    ends = [proof.item.valid_until for proof in proofs]
    last = max((day for day in ends if day), default=None)
    if last and None not in ends and next_check_on > last:
        raise DomainError(
            f"The evidence counts until {last:%d %B %Y}; look at it again by then, or attach more."
        )


@transaction.atomic
def propose_not_applicable(
    duty: Duty, *, reason: str, actor: User, seen: int | None = None
) -> None:
    """Say that the duty does not apply here, and why; another person has to agree."""
    _hold(duty, actor, seen)
    if not reason.strip():
        raise DomainError("Say why it does not apply: another person and an auditor will read it.")
    told = {"reason": reason.strip()}
    said = {"reason": reason.strip(), "proposed_by": actor}
    _say(duty, S.PROPOSED, actor, "duty.proposed", told=told, **said)


@transaction.atomic
def approve_not_applicable(duty: Duty, *, actor: User, seen: int | None = None) -> None:
    """Agree that the duty does not apply here.

    Raises PermissionDenied unless the actor may classify in the system's unit and is another
    person than who proposed it.
    """
    _decide(duty, actor, seen)
    kept = {"reason": duty.reason, "proposed_by": duty.proposed_by}
    approval = {"approved_by": actor, "approved_at": timezone.now()}
    told = {"reason": duty.reason}
    _say(duty, S.NOT_APPLICABLE, actor, "duty.set_aside", told=told, **kept, **approval)


@transaction.atomic
def refuse_not_applicable(
    duty: Duty, *, because: str, actor: User, seen: int | None = None
) -> None:
    """Disagree that the duty does not apply; it is open again."""
    _decide(duty, actor, seen)
    if not because.strip():
        raise DomainError("Say why it does apply.")
    only = {S.PROPOSED: frozenset({S.MISSING})}
    _say(duty, S.MISSING, actor, "duty.kept", only, told={"because": because.strip()})


@transaction.atomic
def reopen_duty(duty: Duty, *, because: str, actor: User, seen: int | None = None) -> None:
    """Take back what was said of the duty, with the reason; it is open again."""
    _hold(duty, actor, seen)
    if not because.strip():
        raise DomainError("Say why it is open again.")
    told = {"because": because.strip()}
    _say(duty, S.MISSING, actor, "duty.reopened", told=told, next_check_on=None)


@transaction.atomic
def plan_check(
    duty: Duty, *, next_check_on: date | None, actor: User, seen: int | None = None
) -> None:
    """Choose the day on which somebody looks at the duty next."""
    _hold(duty, actor, seen)
    if next_check_on is None and duty.status == S.MET:
        raise DomainError("A duty that is met is looked at again: choose a day.")
    if next_check_on == duty.next_check_on:
        return
    days = {"from": _iso(duty.next_check_on), "to": _iso(next_check_on)}
    write(duty, seen=seen, next_check_on=next_check_on, changed_at=timezone.now())
    _record("duty.planned", duty, actor, {"changes": {"next_check": days}})


@transaction.atomic
def show_evidence(duty: Duty, *, item: EvidenceItem, actor: User) -> None:
    """Put a piece of the system's evidence behind the duty; twice is once."""
    _hold(duty, actor, None)
    if item.system_id != duty.system_id:
        raise DomainError(f"{item.ref} is evidence about another system.")
    if item.withdrawn_at:
        raise DomainError(f"{item.ref} was withdrawn and shows nothing any more.")
    proof = {"added_by": actor, "added_at": timezone.now()}
    _, made = Proof.objects.get_or_create(duty=duty, item=item, defaults=proof)
    if made:
        write(duty, seen=None, changed_at=timezone.now())
        _record("duty.shown", duty, actor, {"evidence": item.ref, "sha256": item.sha256})


def _hold(duty: Duty, actor: User, seen: int | None) -> None:
    """Lock a duty and look at it again; refuse who may not say how it stands."""
    require_word(actor, duty)
    require_open(duty.system)
    _lock(duty, seen)


def _decide(duty: Duty, actor: User, seen: int | None) -> None:
    """Lock a proposal; refuse who may not classify, and who proposed it."""
    require(actor, Capability.CLASSIFY, duty.system.unit)
    require_open(duty.system)
    _lock(duty, seen)
    if duty.proposed_by_id == actor.pk:
        raise PermissionDenied("You proposed this; another person has to decide.")


def _lock(duty: Duty, seen: int | None) -> None:
    Duty.objects.select_for_update(no_key=True).get(pk=duty.pk)
    duty.refresh_from_db()
    if seen is not None and duty.row_version != seen:
        raise StaleError(f"{duty} was changed by someone else meanwhile. Read it again first.")
    if duty.ended_by_id is not None:
        raise DomainError(f"{duty} no longer applies since {duty.ended_by}.")


def _say(
    duty: Duty,
    to: DutyStatus,
    actor: User,
    event: str,
    transitions: Any = DUTY_TRANSITIONS,
    *,
    told: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Move a duty to a status, forget what another status had to say, and record it."""
    was = {"was": duty.status}
    said = NOTHING_SAID | fields
    bumped = {"row_version": F("row_version") + 1, "changed_at": timezone.now()}
    move(duty, to, transitions, **said, **bumped)
    duty.refresh_from_db(fields=["due_on"])  # the database works it out
    _record(event, duty, actor, was | (told or {}))


def _record(event: str, duty: Duty, actor: User, data: dict[str, Any]) -> None:
    about = {"system": duty.system.ref, "duty": duty.obligation, "role": duty.role}
    about["article"] = duty.citation
    record(event, subject=duty, actor=actor, data=about | data, unit=duty.system.unit_id)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
