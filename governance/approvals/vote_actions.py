"""The verbs of people who decide: four eyes, bound to what was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability, Proof
from governance.accounts.stepup import said_of
from governance.approvals import proofs
from governance.approvals.advancing import advance, approved_fields
from governance.approvals.checking import check, noting_refusals
from governance.approvals.errors import EvidenceChangedError
from governance.approvals.facts import answered, classified
from governance.approvals.going_back import leave
from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import Event, State
from governance.approvals.models import Condition, Release, Viewing, Vote
from governance.approvals.moving import hold, note, step
from governance.approvals.seats import Seat, seats
from governance.approvals.situations import (
    approving,
    purpose_of,
    rule_of,
    situation,
    standing_votes,
    verdict,
    voice,
)
from governance.common.errors import DomainError, TransitionError
from governance.ledger.actions import Personal
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Wanted:
    """A condition of an approval, as somebody sets it."""

    text: str
    owner: User
    due_on: date
    blocking: bool = True


class Given(TypedDict, total=False):
    """How somebody proved who they are, and the row version that they read."""

    proof: Proof | None
    row: int | None


@noting_refusals
@transaction.atomic
def approve(
    release: Release,
    *,
    actor: User,
    seen: str,
    reason: str = "",
    conditions: Iterable[Wanted] = (),
    **given: Unpack[Given],
) -> Vote:
    """Return a yes to what was read; the last voice approves, confirms or recertifies the release.

    `seen` is the seal of the release as the person read it, `row` its row version. Raises
    NotYoursError without a voice, SamePersonError for who had a part in it,
    ReauthenticationRequired at the high tier without a fresh login, EvidenceChangedError when
    something else is stored than was seen, StaleError for an old row, GuardError, and
    TransitionError when it is decided or the person agreed before.
    """
    proof, held = given.get("proof"), hold(release, given.get("row"))
    event = approving(held)
    require(actor, Capability.ANSWER, held.system.unit)
    advance(held)  # votes about other evidence count no more
    _refuse_twice(held, actor)
    wanted = list(conditions)
    now = situation(held, event, actor=actor, proof=proof)
    check(event, now)
    _refuse_unseen(held, seen)
    _require_reason(held, reason, wanted)
    vote = _vote(held, actor, yes=True, reason=reason, proof=proof)
    for one in wanted:
        _condition(held, actor, one)
    _counted(held, event, vote)
    release.refresh_from_db()
    return vote


@noting_refusals
@transaction.atomic
def reject(
    release: Release,
    *,
    actor: User,
    reason: str,
    seen: str,
    **given: Unpack[Given],
) -> Vote:
    """Return a no, which ends it: the version is sent back, or an emergency is undone.

    Raises as approve does, and GuardError without a reason.
    """
    proof, held = given.get("proof"), hold(release, given.get("row"))
    retro = held.state == State.EMERGENCY_ACTIVE
    event = Event.RETRO_REJECT if retro else Event.REJECT
    require(actor, Capability.ANSWER, held.system.unit)
    check(event, situation(held, event, actor=actor, proof=proof, reason=reason))
    _refuse_unseen(held, seen)
    vote = _vote(held, actor, yes=False, reason=reason, proof=proof, veto=True)
    said = {"decided_by": actor, "decision_reason": reason, "decided_at": timezone.now()}
    if retro:
        leave(held, event, actor=actor, reason=reason, **said)
    else:
        step(held, event, State.REJECTED, actor=actor, data=_told(vote), **said)
    release.refresh_from_db()
    return vote


def _refuse_twice(held: Release, actor: User) -> None:
    if standing_votes(held).filter(person=actor).exists():
        raise TransitionError("You have said what you think of it; one person counts once.")


def _refuse_unseen(held: Release, seen: str) -> None:
    if proofs.seal(held) != seen:
        raise EvidenceChangedError(
            f"{held.ref} is not what you read: the version, its evidence, class or tier changed. "
            "Read it again first."
        )


def _require_reason(held: Release, reason: str, wanted: list[Wanted]) -> None:
    if reason.strip():
        return
    failing = [words for ok, words in _gate(held.system) if not ok]
    if failing:
        raise DomainError(f"Say why, although a check fails: {'; '.join(failing)}.")
    if wanted:
        raise DomainError("Say why it is approved only with conditions.")


def _gate(system: AISystem) -> tuple[tuple[bool, str], ...]:
    state, words = proofs.agreements(system)
    return classified(system), answered(system), (state != "missing", words.rstrip("."))


def _seat(held: Release, actor: User, veto: bool) -> Seat:
    rule = rule_of(held)
    seat = voice(actor, held, seats(held.system, {*rule.slots, *(rule.veto if veto else ())}))
    if seat is None:
        raise PermissionDenied("You have no voice in this decision.")
    return seat


def _vote(
    held: Release, actor: User, *, yes: bool, reason: str, proof: Proof | None, veto: bool = False
) -> Vote:
    seat = _seat(held, actor, veto)
    viewing = Viewing.objects.filter(release=held, person=actor).first()
    return Vote.objects.create(
        release=held,
        purpose=purpose_of(held),
        cycle=held.cycle,
        slot=seat.slot,
        person=actor,
        acting_for=seat.acting_for,
        yes=yes,
        reason=reason,
        digest=held.version.digest,
        evidence_digest=proofs.evidence_digest(held),
        rules_version=evidence_table().version,
        seen=proofs.seen_list(held),
        proof=said_of(proof) if proof else {},
        opened_at=viewing.opened_at if viewing else None,
        groups_viewed=len(viewing.groups) if viewing else None,
        groups_shown=viewing.shown if viewing else None,
        at=timezone.now(),
    )


def _told(vote: Vote) -> dict[str, Any]:
    told = {
        "slot": vote.slot,
        "reason": vote.reason,
        "evidence_digest": vote.evidence_digest,
        "rules_version": vote.rules_version,
        "seen": vote.seen,
        "proof": vote.proof,
    }
    if vote.acting_for:
        told["acting_for"] = Personal(vote.acting_for.name)
    return told


def _counted(held: Release, event: Event, vote: Vote) -> None:
    """Move the release on, when this voice was the last; else note how many agreed."""
    now = verdict(held)
    data = {**_told(vote), "agreed": len(now.filled), "needed": len(now.rule.slots)}
    fields: dict[str, Any] = {}
    to = held.state
    if now.is_reached:
        fields = {
            **approved_fields(held),
            "decided_by": vote.person,
            "decision_reason": vote.reason,
            "decided_at": timezone.now(),
        }
        to = held.state if held.state == State.SUSPENDED else AFTER[event]
        if event == Event.APPROVE and held.conditions.filter(met_at__isnull=True).exists():
            to = State.APPROVED_CONDITIONAL
        if event == Event.RECERTIFY:
            fields["cycle"] = held.cycle + 1
    step(held, event, to, actor=vote.person, data=data, **fields)


AFTER: Mapping[Event, State] = {
    Event.APPROVE: State.APPROVED,
    Event.RETRO_APPROVE: State.ACTIVE,
    Event.RECERTIFY: State.ACTIVE,
}


def _condition(held: Release, actor: User, one: Wanted) -> None:
    if not one.text.strip():
        raise DomainError("Say what has to be done.")
    if one.due_on < timezone.localdate():
        raise DomainError("A condition cannot have been due in the past.")
    row = Condition.objects.create(
        release=held,
        text=one.text.strip(),
        owner=one.owner,
        due_on=one.due_on,
        blocking=one.blocking,
        set_by=actor,
        set_at=timezone.now(),
    )
    data = {
        "text": row.text,
        "owner": Personal(one.owner.name),
        "due_on": one.due_on.isoformat(),
        "blocking": one.blocking,
    }
    note(held, "release.condition_set", actor, data)
