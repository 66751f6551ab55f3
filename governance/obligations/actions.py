"""Following signed classifications, and what people say of a duty: every change recorded."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from governance.accounts.models import User
from governance.classification.models import Assessment
from governance.common.errors import DomainError
from governance.common.states import change as write
from governance.evidence.actions import keep_evidence
from governance.evidence.models import EvidenceItem
from governance.ledger.actions import Personal, record
from governance.obligations.models import Duty, Followed, Proof
from governance.obligations.rules import (
    Change,
    DutyStatus,
    Key,
    article_of,
    change,
    keys_of,
)
from governance.obligations.word_actions import hold, hold_proposal, lock, note, say
from inventory.systems.models import AISystem

S = DutyStatus


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
    touched = [duty.pk for duty in staying] + ended
    Duty.objects.filter(pk__in=touched).update(row_version=F("row_version") + 1)
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
    hold(duty, actor, seen)
    say(duty, S.IN_PROGRESS, actor, "duty.started")


@transaction.atomic
def let_wait(duty: Duty, *, waits_for: str, actor: User, seen: int | None = None) -> None:
    """Say for whom or what the duty waits."""
    hold(duty, actor, seen)
    if not waits_for.strip():
        raise DomainError("Say for whom or what it waits.")
    told = {"waits_for": Personal(waits_for.strip())}  # as a rule it names somebody
    say(duty, S.WAITING, actor, "duty.waits", told=told, waits_for=waits_for.strip())


@transaction.atomic
def meet_duty(duty: Duty, *, next_check_on: date, actor: User, seen: int | None = None) -> None:
    """Say that the duty is met, and when somebody looks at it again; also said again by then.

    Raises UnprovenError without evidence that counts today, and DomainError for a check that
    is not ahead, or after the last evidence ran out.
    """
    hold(duty, actor, seen)
    today = timezone.localdate()
    proofs = list(Proof.objects.standing(today).filter(duty=duty).select_related("item"))
    if not proofs:
        raise UnprovenError("Attach evidence first: nothing that counts shows this duty is met.")
    if next_check_on <= today:
        raise DomainError("The next check lies ahead: choose a day after today.")
    _check_runs_out(proofs, next_check_on)
    shown = [proof.item.ref for proof in proofs]
    told = {"evidence": shown, "next_check_on": next_check_on.isoformat()}
    say(duty, S.MET, actor, "duty.met", told=told, next_check_on=next_check_on)


def _check_planned(duty: Duty, next_check_on: date) -> None:
    today = timezone.localdate()
    if next_check_on < today:
        raise DomainError("The next check lies ahead: choose today or a later day.")
    if duty.status == S.MET:
        proofs = Proof.objects.standing(today).filter(duty=duty).select_related("item")
        _check_runs_out(proofs, next_check_on)


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
    hold(duty, actor, seen)
    if not reason.strip():
        raise DomainError("Say why it does not apply: another person and an auditor will read it.")
    told = {"reason": reason.strip()}
    said = {"reason": reason.strip(), "proposed_by": actor}
    say(duty, S.PROPOSED, actor, "duty.proposed", told=told, **said)


@transaction.atomic
def approve_not_applicable(duty: Duty, *, actor: User, seen: int | None = None) -> None:
    """Agree that the duty does not apply here.

    Raises PermissionDenied unless the actor may classify in the system's unit and is another
    person than who proposed it.
    """
    hold_proposal(duty, actor, seen)
    kept = {"reason": duty.reason, "proposed_by": duty.proposed_by}
    approval = {"approved_by": actor, "approved_at": timezone.now()}
    told = {"reason": duty.reason}
    say(duty, S.NOT_APPLICABLE, actor, "duty.set_aside", told=told, **kept, **approval)


@transaction.atomic
def refuse_not_applicable(
    duty: Duty, *, because: str, actor: User, seen: int | None = None
) -> None:
    """Disagree that the duty does not apply; it is open again."""
    hold_proposal(duty, actor, seen)
    if not because.strip():
        raise DomainError("Say why it does apply.")
    only = {S.PROPOSED: frozenset({S.MISSING})}
    say(duty, S.MISSING, actor, "duty.kept", only, told={"because": because.strip()})


@transaction.atomic
def reopen_duty(duty: Duty, *, because: str, actor: User, seen: int | None = None) -> None:
    """Take back what was said of the duty, with the reason; it is open again."""
    hold(duty, actor, seen)
    if not because.strip():
        raise DomainError("Say why it is open again.")
    told = {"because": because.strip()}
    say(duty, S.MISSING, actor, "duty.reopened", told=told, next_check_on=None)


@transaction.atomic
def plan_check(
    duty: Duty, *, next_check_on: date | None, actor: User, seen: int | None = None
) -> None:
    """Choose the day on which somebody looks at the duty next."""
    hold(duty, actor, seen)
    if next_check_on is None and duty.status == S.MET:
        raise DomainError("A duty that is met is looked at again: choose a day.")
    if next_check_on == duty.next_check_on:
        return
    if next_check_on is not None:
        _check_planned(duty, next_check_on)
    days = {"from": _iso(duty.next_check_on), "to": _iso(next_check_on)}
    write(duty, seen=seen, next_check_on=next_check_on, changed_at=timezone.now())
    note("duty.planned", duty, actor, {"changes": {"next_check": days}})


@transaction.atomic
def show_evidence(duty: Duty, *, item: EvidenceItem, actor: User) -> None:
    """Put a piece of the system's evidence behind the duty; twice is once."""
    hold(duty, actor, None)
    if item.system_id != duty.system_id:
        raise DomainError(f"{item.ref} is evidence about another system.")
    if item.withdrawn_at:
        raise DomainError(f"{item.ref} was withdrawn and shows nothing any more.")
    proof = {"added_by": actor, "added_at": timezone.now()}
    _, made = Proof.objects.attached().get_or_create(duty=duty, item=item, defaults=proof)
    if made:
        write(duty, seen=None, changed_at=timezone.now())
        note("duty.shown", duty, actor, {"evidence": item.ref, "sha256": item.sha256})


@transaction.atomic
def attach_evidence(duty: Duty, *, actor: User, **given: Any) -> None:
    """Keep a file or a link about the system and put it behind the duty, both or neither.

    `given` is what `keep_evidence` takes.
    """
    hold(duty, actor, None)
    show_evidence(duty, item=keep_evidence(duty.system, actor=actor, **given), actor=actor)


@transaction.atomic
def detach_evidence(
    duty: Duty, *, item: EvidenceItem, reason: str, actor: User, seen: int | None = None
) -> None:
    """Take a piece of evidence away from behind the duty, with the reason; the system keeps it.

    A duty that was met, and that nothing shows then, is not met any more: that is recorded too.
    """
    hold(duty, actor, seen)
    if not reason.strip():
        raise DomainError("Say why it does not show this: an auditor will read it.")
    away = {"detached_by": actor, "detached_because": reason.strip()}
    proofs = Proof.objects.attached().filter(duty=duty, item=item)
    if not proofs.update(detached_at=timezone.now(), **away):
        raise DomainError(f"{item.ref} does not stand behind this duty.")
    write(duty, seen=None, changed_at=timezone.now())
    told = {"evidence": item.ref, "sha256": item.sha256, "reason": reason.strip()}
    note("duty.detached", duty, actor, told)
    _lapse(duty, actor)


@transaction.atomic
def lapse(duty: Duty, *, actor: User) -> None:
    """Note that a duty which was met is not any more, because no evidence for it counts.

    Its next check goes with it. A second run changes nothing. `actor` is who withdrew the
    last evidence, or added it with its last day: this follows from that.
    """
    lock(duty)
    _lapse(duty, actor)


def _lapse(duty: Duty, actor: User) -> None:
    if duty.status != S.MET:
        return
    if Proof.objects.standing(timezone.localdate()).filter(duty=duty).exists():
        return
    told = {"next_check_on": _iso(duty.next_check_on)}
    say(duty, S.LAPSED, actor, "duty.lapsed", told=told)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
