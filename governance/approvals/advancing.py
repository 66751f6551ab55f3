"""What the clock does for a release as soon as it can: start, evidence, begin of the review."""

from django.utils import timezone

from governance.approvals import proofs
from governance.approvals.announcing import tell_lead
from governance.approvals.findings import open_finding
from governance.approvals.lifecycle import VALID_MONTHS, ChangeClass, Event, State, Tier
from governance.approvals.machine import refusals
from governance.approvals.models import Finding, Release
from governance.approvals.moving import note, step
from governance.approvals.quorum import Slot
from governance.approvals.seats import seats
from governance.approvals.situations import rule_of, situation, standing_votes
from governance.approvals.terms import months_later
from governance.evaluations.queries import suites_for
from governance.ledger.rules import CLOCK

CHANGED = "Evidence, class or tier changed."
# Where votes are given about something that runs, or is to go on: it does not stop for them.
GOING_ON = (State.EMERGENCY_ACTIVE, State.ACTIVE, State.EXPIRED, State.SUSPENDED)


def advance(release: Release) -> bool:
    """Move a release as far as it goes by itself, in the caller's transaction; return whether it
    moved. The caller holds the system."""
    moved = False
    for _ in range(4):  # start, done, approved without a quorum: never more
        if not _once(release):
            return moved
        moved = True
    return moved


def _once(release: Release) -> bool:
    verbs = {
        State.SUBMITTED: _start,
        State.EVALUATING: _evaluated,
        State.IN_REVIEW: _reviewed,
        State.APPROVED: _changed,
        State.APPROVED_CONDITIONAL: _changed,
        State.SCHEDULED: _changed,
        **dict.fromkeys(GOING_ON, _stale_votes),
    }
    verb = verbs.get(release.state)
    return verb(release) if verb else False


def _start(release: Release) -> bool:
    missing = ""
    if release.change_class != ChangeClass.CONFIG:
        found = suites_for(release.system, ["regression"]).exists()
        missing = "" if found else "The system has no regression suite yet."
    now = situation(release, Event.START_EVAL, actor=None, suites_missing=missing)
    if refusals(Event.START_EVAL, now):
        return False
    step(release, Event.START_EVAL, State.EVALUATING, actor=CLOCK)
    return True


def _evaluated(release: Release) -> bool:
    now = situation(release, Event.EVAL_DONE, actor=None)
    if now.hard_failures:
        _failed(release, now.hard_failures)
        return True
    _open(release, now.open_failures, severity=3)
    if refusals(Event.EVAL_DONE, now):
        return False
    po = seats(release.system, [Slot.PO])[Slot.PO].person
    delta = proofs.quality_delta(release)
    declared = {**release.declared, **({"quality_delta": str(delta)} if delta is not None else {})}
    step(
        release,
        Event.EVAL_DONE,
        State.IN_REVIEW,
        actor=CLOCK,
        data={"evidence": proofs.seen_list(release)},
        assigned_to=po,
        declared=declared,
        **_sealed(release),
    )
    return True


def _sealed(release: Release) -> dict[str, object]:
    return {**proofs.sealed(release), "review_began_at": timezone.now()}


def _failed(release: Release, words: tuple[str, ...]) -> None:
    step(release, Event.EVAL_FAILED, State.DRAFT, actor=CLOCK, data={"failed": list(words)})
    _open(release, words, severity=2)


def _open(release: Release, words: tuple[str, ...], severity: int) -> None:
    """Open a finding for each criterion that failed; known ones absorb it."""
    for one in words:
        open_finding(
            release.system,
            actor=CLOCK,
            kind=Finding.Kind.EVALUATION,
            severity=severity,
            words=one,
            key=f"{release.ref}:{one}",
            release=release,
        )


def _reviewed(release: Release) -> bool:
    if _changed(release):
        return True
    if rule_of(release).slots:
        return False
    now = timezone.now()
    step(
        release,
        Event.APPROVE,
        State.APPROVED,
        actor=CLOCK,
        data={"why": "No approval is asked for a change of configuration only."},
        **approved_fields(release),
        decided_at=now,
    )
    if proofs.tier_of(release.system) == Tier.HIGH:
        tell_lead(release, now)
    return True


def approved_fields(release: Release) -> dict[str, object]:
    """Return when a release is approved, until when it holds, and at which tier."""
    now, tier = timezone.now(), proofs.tier_of(release.system)
    until = months_later(now, VALID_MONTHS[tier])
    return {"approved_at": now, "valid_until": until, "risk_tier": tier}


def _changed(release: Release) -> bool:
    """Let votes about other evidence, class, tier or rules count no more; True when any was."""
    now = situation(release, Event.EVIDENCE_CHANGED, actor=None)
    if refusals(Event.EVIDENCE_CHANGED, now):
        return False
    void = release.votes.filter(void_at__isnull=True, purpose="approve")
    count = void.update(void_at=timezone.now(), void_because=CHANGED)
    data = {"evidence": proofs.seen_list(release), "void": count, "why": CHANGED}
    fields = {**_sealed(release), "approved_at": None, "valid_until": None}
    fields |= {"decided_at": None, "decided_by": None, "window_from": None, "window_until": None}
    step(release, Event.EVIDENCE_CHANGED, State.IN_REVIEW, actor=CLOCK, data=data, **fields)
    return True


def _stale_votes(release: Release) -> bool:
    """Let votes about other evidence count no more, where the release itself goes on."""
    told = proofs.sealed(release)
    mine = {"evidence_digest": told["evidence_digest"], "rules_version": told["rules_version"]}
    stale = standing_votes(release).exclude(**mine)
    if count := stale.update(void_at=timezone.now(), void_because=CHANGED):
        note(release, "release.votes_void", CLOCK, {"void": count, "why": CHANGED})
    return False
