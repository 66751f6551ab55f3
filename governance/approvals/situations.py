"""Putting together all that the guards look at, for one release, one event and one person."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.accounts.stepup import ReauthenticationRequired, require_proof
from governance.approvals import proofs
from governance.approvals.facts import READERS
from governance.approvals.lifecycle import (
    APPROVED,
    EVENT_WORDS,
    WORDS,
    ChangeClass,
    Event,
    State,
)
from governance.approvals.machine import BY_EVENT, events_from, illegal, refusals
from governance.approvals.models import Release, Vote
from governance.approvals.proofs import TEXT_DAY
from governance.approvals.quorum import (
    REDUCED,
    SLOT_WORDS,
    Cast,
    Rule,
    Slot,
    Verdict,
    count,
    rule_for,
    why_not_yet,
)
from governance.approvals.seats import Seat, may_event, seat_of, seats
from governance.approvals.situation import Situation

DECIDES = frozenset(
    {Event.APPROVE, Event.REJECT, Event.RETRO_APPROVE, Event.RETRO_REJECT, Event.RECERTIFY}
)
END_CHECKLIST = {
    "access_revoked": "access is revoked",
    "data_returned": "data are deleted or returned",
    "evidence_archived": "evidence is archived",
    "agreements_ended": "agreements are ended",
}


def purpose_of(release: Release) -> Vote.Purpose:
    """Return what a vote about a release is for, by its state."""
    if release.state == State.EMERGENCY_ACTIVE:
        return Vote.Purpose.RETRO
    if release.state in (State.ACTIVE, State.EXPIRED, State.SUSPENDED):
        return Vote.Purpose.RECERTIFY
    return Vote.Purpose.APPROVE


def approving(release: Release) -> Event:
    """Return the event that a yes brings, by the release's state."""
    events = {Vote.Purpose.RETRO: Event.RETRO_APPROVE, Vote.Purpose.RECERTIFY: Event.RECERTIFY}
    return events.get(purpose_of(release), Event.APPROVE)


def rule_of(release: Release) -> Rule:
    """Return the quorum that a release needs now; a recertification needs the reduced one."""
    if purpose_of(release) == Vote.Purpose.RECERTIFY:
        return Rule(REDUCED)
    change = ChangeClass(release.change_class or ChangeClass.CRITICAL)
    personal = proofs.is_personal(release.system)
    return rule_for(change, proofs.tier_of(release.system), personal_data=personal)


def standing_votes(release: Release) -> QuerySet[Vote]:
    """Return the votes of the decision that is under way, without those that are void."""
    about = {"purpose": purpose_of(release), "cycle": release.cycle}
    return release.votes.filter(void_at__isnull=True, **about)


def verdict(release: Release) -> Verdict:
    """Return how far the quorum is: votes that are not void, of people without a part in it."""
    rows = standing_votes(release)
    cast = [Cast(row.person_id, Slot(row.slot), row.yes) for row in rows.order_by("at", "pk")]
    return count(rule_of(release), cast, proofs.contributors(release))


def why_same_person(actor: User, release: Release, seat: Seat | None = None) -> str:
    """Return why four eyes forbid a decision to a person; empty when they do not.

    Whoever stands in for somebody with a part in it has that part too.
    """
    if actor.is_service:
        return "Only a person decides, not a service account."
    made = proofs.contributors(release)
    if actor.pk == release.submitted_by_id:
        return "You proposed this version, so somebody else must decide."
    if actor.pk in made:
        return "You worked on this version or its evidence, so somebody else must decide."
    if seat and seat.acting_for and seat.acting_for.pk in made:
        whom = seat.acting_for.name
        return f"You stand in for {whom}, who worked on this version; somebody else must decide."
    return ""


def voice(actor: User, release: Release, held: dict[Slot, Seat]) -> Seat | None:
    """Return the voice in which a person would speak: the first of theirs that is missing."""
    mine = seat_of(actor, held)
    missing = verdict(release).missing
    return next((seat for seat in mine if seat.slot in missing), mine[0] if mine else None)


def situation(
    release: Release,
    event: Event,
    *,
    actor: User | None,
    proof: Proof | None = None,
    reason: str = "given",
    at: datetime | None = None,
    **more: Any,
) -> Situation:
    """Return all that the guards of an event look at; without an actor it is the clock's.

    `more` are facts that only the caller knows, like the hours of an emergency.
    """
    now = at or timezone.now()
    tier = proofs.tier_of(release.system)
    base = Situation(
        state=release.state,
        tier=tier,
        change_class=ChangeClass(release.change_class) if release.change_class else None,
        reason=reason,
        is_retired=release.system.is_retired,
    )
    if illegal(event, release.state):  # nothing else matters, nor is it read
        return base
    asked = {guard.__name__ for guard in BY_EVENT[event].guards}
    for names, read in READERS:
        if asked & names:
            base = replace(base, **read(release, now))
    if actor is not None:
        base = replace(base, **_person(release, event, actor, proof, now))
    return replace(base, **more)


def _person(
    release: Release, event: Event, actor: User, proof: Proof | None, now: datetime
) -> dict[str, Any]:
    if event not in DECIDES:
        return {
            "not_allowed": may_event(event, actor, release),
            "separate": _parted(release, actor),
        }
    rule = rule_of(release)
    held = seats(release.system, {*rule.slots, *(rule.veto if event in NO else ())}, now)
    seat = voice(actor, release, held)
    whose = ", ".join(one.words for one in held.values() if one.person) or "nobody yet"
    return {
        "not_allowed": "" if seat else f"You have no voice in this decision; it is for {whose}.",
        "same_person": why_same_person(actor, release, seat),
        "unproved": why_unproved(proof, actor, release),
        "waits_for": why_not_yet(rule, seat.slot, verdict(release)) if seat else "",
    }


NO = frozenset({Event.REJECT, Event.RETRO_REJECT})


def why_unproved(proof: Proof | None, actor: User, release: Release) -> str:
    """Return why somebody must prove again who they are; empty when they just did."""
    try:
        require_proof(proof, actor=actor, where=release.ref)
    except ReauthenticationRequired as refusal:
        return str(refusal)
    return ""


def _parted(release: Release, actor: User) -> str:
    voted = release.votes.filter(void_at__isnull=True, yes=True, person=actor).exists()
    return "You approved this version; for high risk somebody else deploys it." if voted else ""


@dataclass(frozen=True)
class Choice:
    """Something that could be done to a release now: by whom, and what stands against it."""

    event: Event
    words: str
    refusals: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Return whether nothing stands against it."""
        return not self.refusals


BY_PEOPLE = tuple(event for event, row in BY_EVENT.items() if row.who and event != Event.REGISTER)


def possible(release: Release, actor: User, proof: Proof | None = None) -> list[Choice]:
    """Return what people can do to a release in its state, each with what stands against it.

    What the person themselves lacks to prove or to type is left for the form.
    """
    found = []
    for event in events_from(release.state):
        if event in BY_PEOPLE:
            more: dict[str, Any] = {} if proof else {"unproved": ""}
            now = situation(release, event, actor=actor, proof=proof, **more)
            found.append(Choice(event, EVENT_WORDS[event], refusals(event, now)))
    return found


def described(release: Release) -> str:
    """Return where a release stands, in a sentence for people."""
    now = verdict(release)
    if release.state == State.IN_REVIEW:
        names = ", ".join(SLOT_WORDS[slot] for slot in now.missing)
        return f"{now.words}; missing: {names}." if names else now.words
    if release.state in APPROVED and release.valid_until:
        return f"{WORDS[release.state]} until {release.valid_until.strftime(TEXT_DAY)}."
    return f"{WORDS[release.state]}."
