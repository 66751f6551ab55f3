"""Whatever people and the clock do, in whatever order, what must never be is never there."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    invariant,
    run_state_machine_as_test,
)

from governance.approvals.lifecycle import RUNNING, State
from governance.approvals.models import Release, Vote
from governance.approvals.proofs import evidence_digest, tier_of
from tests.approvals.lives import Clock, Lives
from tests.approvals.replay import replayed
from tests.incidents.conftest import happened

HELD = {State.APPROVED, State.APPROVED_CONDITIONAL, State.SCHEDULED}
NEEDED: dict[tuple[str, str], set[str]] = {  # APPROVALS part 3, without personal data
    ("A", "minimal"): {"PO"},
    ("A", "limited"): {"PO"},
    ("A", "high"): {"PO", "VAL"},
    ("B", "minimal"): {"PO"},
    ("B", "limited"): {"PO", "VAL"},
    ("B", "high"): {"PO", "VAL", "BS"},
    ("C", "minimal"): {"PO", "VAL"},
    ("C", "limited"): {"PO", "VAL", "DPO", "BS"},
    ("C", "high"): {"PO", "VAL", "DPO", "BS", "LEG", "EXEC"},
}


class Watched(Lives):
    """Lives of which it is checked after every step that nothing is as it must never be."""

    def __init__(self) -> None:
        super().__init__()
        self.votes: dict[int, tuple[Any, ...]] = {}
        self.void: set[int] = set()
        self.judged: set[int] = set()

    @invariant()
    def at_most_one_runs_in_a_place(self) -> None:
        """Of each system, environment and task one is active, or none."""
        places = [
            (row.system_id, row.environment, row.task) for row in self.releases(*sorted(RUNNING))
        ]
        assert len(places) == len(set(places))

    @invariant()
    def nothing_runs_without_an_approval_or_an_emergency_that_has_not_ended(self) -> None:
        """What runs is approved by its whole quorum until a later day, or an emergency."""
        now, tier = self.clock.now(), tier_of(self.place.system)
        for release in self.releases(State.ACTIVE, State.CANARY, *sorted(HELD)):
            assert release.valid_until
            runs_on = release.state in (State.ACTIVE, State.CANARY) and tier != "high"
            grace = timedelta(days=30) if runs_on else timedelta()
            assert now < release.valid_until + grace, release.status
            self.assert_agreed(release)
        for release in self.releases(State.EMERGENCY_ACTIVE):
            assert release.emergency_until
            assert now < release.emergency_until
            assert release.emergency_second_id not in (None, release.activated_by_id)

    def asked_of(self, release: Release) -> tuple[set[str], QuerySet[Vote]]:
        """Return whose yes the last decision needed, and the votes that were cast in it."""
        if release.cycle:  # recertified, by the reduced quorum
            return {"PO", "VAL"}, release.votes.filter(cycle=release.cycle - 1, purpose="recertify")
        asked = NEEDED[release.change_class, release.risk_tier]
        return asked, release.votes.filter(purpose__in=("approve", "retro"))

    def assert_agreed(self, release: Release) -> None:
        """Fail unless different people filled every voice, and for what is stored."""
        asked, votes = self.asked_of(release)
        said = list(votes.filter(void_at__isnull=True))
        assert all(vote.yes for vote in said)
        assert len({vote.person_id for vote in said}) == len(said)
        assert asked <= {vote.slot for vote in said}, (release.change_class, release.risk_tier)
        assert {vote.digest for vote in said} == {release.digest} == {release.version.digest}
        if release.state in HELD:
            assert {vote.evidence_digest for vote in said} == {evidence_digest(release)}

    @invariant()
    def nobody_decides_about_their_own_work(self) -> None:
        """A vote is of somebody who had no part in it until then."""
        for vote in Vote.objects.exclude(pk__in=self.judged).select_related("release"):
            made = self.hands[vote.release.version_id] | {vote.release.submitted_by_id}
            assert vote.person_id not in made
            self.judged.add(vote.pk)

    @invariant()
    def no_vote_disappears(self) -> None:
        """A vote stays as it was given, and a void one stays void."""
        now = {
            row.pk: (row.release_id, row.person_id, row.slot, row.yes, row.reason, row.digest,
                     row.evidence_digest, row.at)
            for row in Vote.objects.all()
        }  # fmt: skip
        void = set(Vote.objects.filter(void_at__isnull=False).values_list("pk", flat=True))
        assert self.votes.items() <= now.items()
        assert self.void <= void
        self.votes, self.void = now, void

    @invariant()
    def the_record_says_what_is_stored(self) -> None:
        """Replayed from the record, every release stands where it is stored."""
        for release in Release.objects.all():
            assert replayed(release) == release.status


@pytest.fixture
def lives(place, settings, tmp_path, monkeypatch) -> type[Watched]:
    """The machine over a place where one version runs, one may, one waits; and an incident."""
    settings.MEDIA_ROOT = tmp_path
    place.active("1.0.0", environment="test")
    place.approved("1.0.1", environment="test")
    place.proposed("1.0.2", environment="test")
    happened(place.system, place.officer)
    clock = Clock(timezone.now)
    monkeypatch.setattr(timezone, "now", clock.now)
    return type("WatchedHere", (Watched,), {"place": place, "clock": clock})


def test_what_must_never_be_is_never_there(lives):
    run_state_machine_as_test(
        lives,
        settings=settings(
            max_examples=5,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
