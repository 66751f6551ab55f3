"""A release on its whole way, on the real tables."""

from governance.approvals import run_actions
from governance.approvals.lifecycle import State
from governance.approvals.models import Release


def test_a_first_release_goes_from_proposal_to_active(place):
    release = place.active("1.0.0")
    assert (release.state, release.risk_tier) == (State.ACTIVE, "minimal")


def test_a_second_release_supersedes_the_first_and_can_be_rolled_back(place):
    first = place.active("1.0.0")
    second = place.active("1.1.0")
    first.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.ACTIVE)
    run_actions.rollback(second, actor=place.owner, reason="Complaints doubled.")
    first.refresh_from_db()
    assert (first.state, second.state) == (State.ACTIVE, State.ROLLED_BACK)
    assert Release.objects.running().count() == 1
