"""Whose voices a decision about a release needs, and what each of them said."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from governance.approvals import seats
from governance.approvals.lifecycle import OPEN, State
from governance.approvals.models import Release, Vote
from governance.approvals.quorum import SLOT_WORDS, Verdict
from governance.approvals.situations import purpose_of

ASKED = (State.IN_REVIEW, State.EMERGENCY_ACTIVE)
RECERTIFY_DAYS = 60  # before its approval ends the page shows whose voices renew it


@dataclass(frozen=True)
class Voice:
    """A voice of the quorum: whose it is, in whose place, and what they said."""

    title: str
    seat: seats.Seat | None
    vote: Vote | None

    @property
    def look(self) -> str:
        """Return one of the five states."""
        if self.vote:
            return "met" if self.vote.yes else "missing"
        return "wait" if self.seat and self.seat.person else "missing"


def voices(release: Release, now: Verdict, votes: list[Vote]) -> tuple[Voice, ...]:
    """Return the voices of the decision under way with what each said; none while nobody is asked.

    Whose a voice is, is told only before the decision.
    """
    renews = purpose_of(release) == Vote.Purpose.RECERTIFY
    if not now.rule.slots or (renews and not votes and not _ends_soon(release)):
        return ()
    held = {}
    if release.state in (*ASKED, *OPEN):
        held = seats.seats(release.system, now.rule.slots)
    given = {vote.slot: vote for vote in votes if vote.yes}
    return tuple(
        Voice(SLOT_WORDS[slot], held.get(slot), given.get(slot.value)) for slot in now.rule.slots
    )


def _ends_soon(release: Release) -> bool:
    """Return whether it is time to recertify what runs, or ran until its approval ended."""
    until = release.valid_until
    return until is not None and until <= timezone.now() + timedelta(days=RECERTIFY_DAYS)


def others(votes: list[Vote], standing: set[int], now: Verdict) -> tuple[Vote, ...]:
    """Return the votes that no voice of the quorum under way shows: vetoes, earlier decisions."""
    shown = {slot.value for slot in now.rule.slots}
    found = [vote for vote in votes if not vote.void_at]
    return tuple(
        vote for vote in found if vote.pk not in standing or not vote.yes or vote.slot not in shown
    )
