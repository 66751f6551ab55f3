"""The verbs of what runs: schedule, activate, canary, promote, suspend, resume, roll back, end."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from governance.accounts.access import may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import canary, proofs
from governance.approvals.checking import check, noting_refusals
from governance.approvals.errors import NotYoursError, SamePersonError
from governance.approvals.findings import open_finding
from governance.approvals.going_back import roll_back, way_back
from governance.approvals.lifecycle import EMERGENCY_HOURS, LIVE, Event, State
from governance.approvals.models import Finding, Release
from governance.approvals.moving import hold, iso, note, step
from governance.approvals.seats import may_event
from governance.approvals.situations import END_CHECKLIST, situation
from governance.common.errors import DomainError, TransitionError
from governance.ledger.actions import Actor, Personal

SECOND_HOURS = 24


@noting_refusals
@transaction.atomic
def schedule(
    release: Release, *, actor: User, window_from: datetime, window_until: datetime
) -> None:
    """Set the window in which an approved release goes live; raises GuardError for what stands
    against it: no one on call, a freeze, no way back."""
    held = _held(release, actor)
    held.window_from, held.window_until = window_from, window_until
    wrong = "" if timezone.now() < window_until and window_from < window_until else BAD_WINDOW
    check(Event.SCHEDULE, situation(held, Event.SCHEDULE, actor=actor, window_refusal=wrong))
    window = {"window_from": window_from, "window_until": window_until}
    data = {name: iso(at) for name, at in window.items()}
    step(held, Event.SCHEDULE, State.SCHEDULED, actor=actor, data=data, **window)
    release.refresh_from_db()


BAD_WINDOW = "The window must end after it begins, and not in the past."


def _held(release: Release, actor: User) -> Release:
    held = hold(release)
    require(actor, Capability.ANSWER, held.system.unit)
    return held


@noting_refusals
@transaction.atomic
def activate(release: Release, *, actor: User, row: int | None = None) -> None:
    """Let an approved release run in its place; what ran there is superseded in the same moment.

    Raises NotYoursError, GuardError with all that stands against it, EvidenceChangedError,
    StaleError for an old row, IllegalTransitionError when it is not approved.
    """
    held = hold(release, row)
    require(actor, Capability.ANSWER, held.system.unit)
    _refuse_outside(held)
    check(Event.ACTIVATE, situation(held, Event.ACTIVATE, actor=actor))
    _take_place(held, Event.ACTIVATE, actor)
    release.refresh_from_db()


def _refuse_outside(held: Release) -> None:
    now = timezone.now()
    since, until = held.window_from, held.window_until
    if held.state == State.SCHEDULED and since and until and not since <= now <= until:
        raise DomainError(f"{held.ref} is scheduled for another time.")


def _take_place(held: Release, event: Event, actor: User) -> None:
    now, running = timezone.now(), proofs.running_in(held)
    if running:
        step(running, Event.SUPERSEDE, State.SUPERSEDED, actor=actor, left_at=now)
    told = {"supersedes": running.ref if running else ""}
    fields = {"activated_at": now, "activated_by": actor, "rollback_target": running}
    step(held, event, State.ACTIVE, actor=actor, data=told, **fields)


@noting_refusals
@transaction.atomic
def start_canary(release: Release, *, actor: User, rule: Mapping[str, Any]) -> None:
    """Let an approved release run beside what is active, until it showed what `rule` asks for:
    {"tasks": 500, "hours": 24, "metrics": [{"name", "comparator", "value"}]}."""
    held = _held(release, actor)
    _refuse_outside(held)
    kept = canary.checked(rule)
    check(Event.START_CANARY, situation(held, Event.START_CANARY, actor=actor))
    fields = {"canary_rule": kept, "canary_since": timezone.now(), "activated_by": actor}
    step(held, Event.START_CANARY, State.CANARY, actor=actor, data={"rule": kept}, **fields)
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def promote(release: Release, *, actor: User) -> None:
    """Make a canary the active release, once it showed enough; raises GuardError before."""
    held = _held(release, actor)
    lacking = canary.why_not_promote(held, timezone.now())
    check(Event.PROMOTE, situation(held, Event.PROMOTE, actor=actor, canary=lacking))
    _take_place(held, Event.PROMOTE, actor)
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def suspend(release: Release, *, actor: Actor, reason: str) -> None:
    """Stop what runs; a finding stays open until the cause is closed. A rule may do it as well."""
    held = hold(release)
    person = actor if isinstance(actor, User) else None
    check(Event.SUSPEND, situation(held, Event.SUSPEND, actor=person, reason=reason))
    now = timezone.now()
    step(
        held, Event.SUSPEND, State.SUSPENDED, actor=actor, data={"reason": reason}, suspended_at=now
    )
    open_finding(
        held.system,
        actor=actor,
        kind=Finding.Kind.SUSPENSION,
        severity=2,
        words=f"{held.number} was suspended: {reason}",
        release=held,
    )
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def resume(release: Release, *, actor: User, reason: str) -> None:
    """Let a suspended release run again; raises GuardError while its cause is open, after a week
    without a new evaluation run, or when something else runs there."""
    held = _held(release, actor)
    if held.approved_at is None:
        raise DomainError(f"{held.ref} was never approved; it does not run on.")
    check(Event.RESUME, situation(held, Event.RESUME, actor=actor, reason=reason))
    fields = {"activated_at": timezone.now(), "suspended_at": None}
    step(held, Event.RESUME, State.ACTIVE, actor=actor, data={"reason": reason}, **fields)
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def rollback(release: Release, *, actor: Actor, reason: str, row: int | None = None) -> None:
    """Go back to what ran before; raises GuardError, naming another target where there is one,
    when its approval ended or its provider retired the model."""
    held = hold(release, row)
    person = actor if isinstance(actor, User) else None
    check(Event.ROLLBACK, situation(held, Event.ROLLBACK, actor=person, reason=reason))
    occupied = held.state == State.CANARY and proofs.running_in(held)
    target = None if occupied else way_back(held)
    roll_back(held, Event.ROLLBACK, target, actor=actor, reason=reason)
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def choose_target(release: Release, *, actor: User, target: Release) -> None:
    """Name another release to go back to; it must have run in the same place before."""
    held = _held(release, actor)
    if held.state not in LIVE | {State.SUSPENDED}:
        raise TransitionError(f"{held.ref} does not run.")
    if words := may_event(Event.ROLLBACK, actor, held):
        raise NotYoursError(words)
    found = next((one for one in proofs.targets(held) if one == target), None)
    if found is None:
        raise DomainError(f"{target.ref} did not run in {held.place} before.")
    if words := proofs.why_no_target(found, timezone.now()):
        raise DomainError(words)
    before = held.rollback_target.ref if held.rollback_target else ""
    rows = Release.objects.filter(pk=held.pk, row_version=held.row_version)
    if not rows.update(rollback_target=target, row_version=F("row_version") + 1):
        raise TransitionError(f"{held.ref} was moved by somebody else first.")
    change = {"rollback_target": {"from": before, "to": target.ref}}
    note(held, "release.target_set", actor, {"changes": change})
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def second(release: Release, *, actor: User, reason: str) -> None:
    """Agree, as the other one, that a release may go live as an emergency within a day."""
    held = _held(release, actor)
    require(actor, Capability.APPROVE, held.system.unit)
    if held.state not in (State.DRAFT, State.SUBMITTED):
        raise TransitionError(f"{held.ref} is {held.words.lower()}.")
    if not reason.strip():
        raise DomainError("Say why this cannot wait.")
    if actor.pk in proofs.contributors(held):
        raise SamePersonError("You worked on this version, so somebody else must agree.")
    rows = Release.objects.filter(pk=held.pk, row_version=held.row_version)
    fields = {"emergency_second": actor, "seconded_at": timezone.now()}
    if not rows.update(row_version=F("row_version") + 1, **fields):
        raise TransitionError(f"{held.ref} was moved by somebody else first.")
    note(held, "release.seconded", actor, {"reason": reason})
    release.refresh_from_db()


@noting_refusals
@transaction.atomic
def emergency_activate(
    release: Release, *, actor: User, reason: str, hours: int = EMERGENCY_HOURS
) -> None:
    """Let a release run at once, for 72 hours at most, on the word of two people.

    Needs a serious incident that runs, a change of class B or less, a pinned model id, and
    somebody else who agreed within a day. The quorum decides afterwards.
    """
    held = _held(release, actor)
    lacking = _second_lacks(held, actor)
    now = situation(
        held, Event.EMERGENCY_ACTIVATE, actor=actor, reason=reason, second=lacking, hours=hours
    )
    check(Event.EMERGENCY_ACTIVATE, now)
    at, running = timezone.now(), proofs.running_in(held)
    if running:
        step(running, Event.SUPERSEDE, State.SUPERSEDED, actor=actor, left_at=at)
    until = at + timedelta(hours=hours)
    other = held.emergency_second
    data = {
        "reason": reason,
        "until": iso(until),
        "second": Personal(other.name) if other else None,
        "supersedes": running.ref if running else "",
    }
    fields = {"activated_at": at, "activated_by": actor, "emergency_until": until}
    step(
        held,
        Event.EMERGENCY_ACTIVATE,
        State.EMERGENCY_ACTIVE,
        actor=actor,
        data=data,
        rollback_target=running,
        review_began_at=at,
        **proofs.sealed(held),
        **fields,
    )
    release.refresh_from_db()


def _second_lacks(held: Release, actor: User) -> str:
    other, at = held.emergency_second, held.seconded_at
    if other is None or at is None or timezone.now() - at > timedelta(hours=SECOND_HOURS):
        return "Somebody else, who may decide and did not work on it, must agree first."
    if other == actor:
        return "You agreed to it yourself; somebody else must let it go live."
    if not other.is_active or not may(other, Capability.APPROVE, held.system.unit):
        return f"{other.name}, who agreed to it, may not decide any more."
    return ""


@noting_refusals
@transaction.atomic
def retire(release: Release, *, actor: User, reason: str, done: Collection[str]) -> None:
    """End a release for good; `done` are the points of the end's checklist (END-02)."""
    held = _held(release, actor)
    open_points = tuple(words for key, words in END_CHECKLIST.items() if key not in done)
    now = situation(held, Event.RETIRE, actor=actor, reason=reason, checklist=open_points)
    check(Event.RETIRE, now)
    data = {"reason": reason, "done": sorted(END_CHECKLIST)}
    step(held, Event.RETIRE, State.RETIRED, actor=actor, data=data)
    release.refresh_from_db()
