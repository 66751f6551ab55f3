"""What time and the table do to releases by themselves, and who hears of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.approvals import vote_actions
from governance.approvals.actions import draft_release, propose
from governance.approvals.changes import MOST_MINOR
from governance.approvals.clock_actions import chase
from governance.approvals.errors import GuardError
from governance.approvals.lifecycle import CONDITION_SUSPENDS_DAYS, ChangeClass, State
from governance.approvals.models import Condition, Finding, Release
from governance.approvals.proofs import seal
from governance.approvals.run_actions import activate, resume
from governance.approvals.seats import seats
from governance.approvals.situations import verdict
from governance.notices.models import Notice
from tests.approvals.test_attacks import high
from tests.approvals.world import PINNED, proof_of

pytestmark = pytest.mark.django_db


def condition_of_what_runs(place) -> Condition:
    """Return a condition with which a release was approved that runs."""
    release = place.proposed()
    day = timezone.localdate() + timedelta(days=1)
    wanted = [vote_actions.Wanted("Add the banner", place.owner, day, blocking=False)]
    slots = verdict(release).rule.slots
    for slot in slots:
        given = {"conditions": wanted} if slot == slots[-1] else {}
        who = seats(release.system, [slot])[slot].person
        vote_actions.approve(
            release, actor=who, seen=seal(release), reason="Read.", proof=proof_of(who), **given
        )
    activate(release, actor=place.people["OC"])
    return Condition.objects.select_related("release").get()


def test_a_condition_five_days_overdue_stops_what_runs_and_leaves_its_cause_open(
    place, monkeypatch
):
    high(place)
    condition = condition_of_what_runs(place)
    day = condition.due_on + timedelta(days=CONDITION_SUSPENDS_DAYS)
    monkeypatch.setattr(timezone, "localdate", lambda: day)
    assert chase(condition)
    release = Release.objects.get()
    assert release.state == State.SUSPENDED
    cause = Finding.objects.get(kind=Finding.Kind.SUSPENSION)
    assert "5 days overdue" in cause.words
    with pytest.raises(GuardError, match="cause is not closed"):
        resume(release, actor=place.people["AO"], reason="We want it back.")


def minor_ones(place, how_many: int) -> Release:
    """Return the release that runs after so many minor changes."""
    running = place.active("1.0.0")
    for number in range(how_many):
        label = f"1.{number + 1}.0"
        running = place.approved(label, declared={"behaviour_goal_unchanged": True})
        Release.objects.filter(pk=running.pk).update(change_class=ChangeClass.MINOR)
        running.refresh_from_db()
        activate(running, actor=place.people["OC"])
    return running


def test_a_draft_is_not_proposed_as_minor_once_too_many_minor_ones_came_before_it(place):
    minor_ones(place, MOST_MINOR - 1)
    version = place.version("2.0.0")
    place.evidence(version)
    draft = draft_release(version, actor=place.submitter, reason="Small again.")
    Release.objects.filter(pk=draft.pk).update(
        change_class=ChangeClass.MINOR, class_suggested=ChangeClass.MINOR
    )
    last = place.approved("1.9.0")
    Release.objects.filter(pk=last.pk).update(change_class=ChangeClass.MINOR)
    draft.refresh_from_db()
    with pytest.raises(GuardError, match="at least class B: 5 minor changes"):
        propose(draft, actor=place.submitter)


def test_a_class_that_the_validator_lowered_is_not_raised_again(place):
    minor_ones(place, MOST_MINOR)
    version = place.version("2.0.0")
    place.evidence(version)
    draft = draft_release(version, actor=place.submitter, reason="Small again.")
    assert draft.class_suggested == ChangeClass.MAJOR
    Release.objects.filter(pk=draft.pk).update(change_class=ChangeClass.MINOR)
    draft.refresh_from_db()
    propose(draft, actor=place.submitter)
    assert draft.state == State.IN_REVIEW


def served_at(endpoint: str) -> dict[str, object]:
    """Return a bundle whose endpoint is all that a test changes."""
    return {"provider": "openai", "model_id": PINNED, "deployment": {"endpoint": endpoint}}


def test_the_lead_hears_of_a_configuration_that_nobody_had_to_agree_to(place):
    high(place)
    place.active("1.0.0", fields={"bundle": served_at("https://a.example")})
    version = place.version("1.0.1", bundle=served_at("https://b.example"))
    place.evidence(version)
    draft = draft_release(version, actor=place.submitter, reason="Another address.")
    propose(draft, actor=place.submitter)
    assert (draft.change_class, draft.state) == (ChangeClass.CONFIG, State.APPROVED)
    told = Notice.objects.filter(kind="release.configured")
    assert {row.person for row in told} == {place.people["AO"]}
    assert sorted(told.values_list("channel", flat=True)) == ["app", "email"]
    assert "nobody had to agree" in told[0].subject
