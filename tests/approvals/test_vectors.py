"""The twelve vectors of the approvals policy, part 9, on the real tables."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from governance.approvals import evidence_actions, run_actions, vote_actions
from governance.approvals.actions import draft_release, submit
from governance.approvals.classing import suggested
from governance.approvals.errors import EvidenceChangedError, GuardError, SamePersonError
from governance.approvals.lifecycle import ChangeClass, State
from governance.approvals.models import Release, ReleaseEvidence, Vote
from governance.approvals.proofs import seal
from governance.approvals.quorum import Slot
from governance.approvals.seats import seats
from governance.approvals.situations import verdict
from governance.approvals.tasks import sweep_releases
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.evaluations.actions import withdraw_run
from governance.ledger.models import Entry
from inventory.systems.actions import change_system
from inventory.systems.models import ModelVersion
from tests.approvals.world import Place, proof_of
from tests.factories import a_run
from tests.incidents.conftest import happened


@pytest.fixture
def serious(system, officer):
    """A serious incident that runs."""
    return happened(system, officer)


def test_1_the_submitter_with_the_role_that_approves_is_refused(place):
    version = place.version()
    place.evidence(version)
    change_system(place.system, actor=place.officer, owner=place.submitter)
    place.system.refresh_from_db()
    release = submit(version, actor=place.submitter, reason="Mine.")
    assert release.state == State.IN_REVIEW
    with pytest.raises(SamePersonError, match="You proposed this version"):
        vote_actions.approve(release, actor=place.submitter, seen=seal(release), reason="Good.")
    release.refresh_from_db()
    assert (release.state, Vote.objects.count()) == (State.IN_REVIEW, 0)
    assert Entry.objects.filter(action="release.refused").count() == 1


def test_2_two_roles_of_one_human_count_once(system, officer, administrator, owner):
    place = Place(system, officer, administrator, VAL=owner)
    release = place.proposed()
    assert verdict(release).rule.slots == (Slot.PO, Slot.VAL)
    place.agree(release, Slot.PO)
    assert seats(place.system, [Slot.VAL])[Slot.VAL].person == place.owner
    with pytest.raises(TransitionError, match="one person counts once"):
        place.agree(release, Slot.VAL)
    assert verdict(release).words == "1 of 2 agreed"
    assert release.state == State.IN_REVIEW


def test_3_evidence_added_again_after_the_approval_voids_it(place):
    release = place.approved()
    place.prove(release.version, "cost_estimate", "Twelve cents a case.")
    release.refresh_from_db()
    assert release.state == State.IN_REVIEW
    assert verdict(release).filled == {}
    votes = Vote.objects.filter(release=release)
    assert [vote.void_because for vote in votes] == ["Evidence, class or tier changed."] * 2
    assert (release.approved_at, release.valid_until) == (None, None)


def test_4_a_crash_in_the_middle_of_an_activation_changes_neither_release(place):
    first = place.active("1.0.0")
    second = place.approved("1.1.0")
    crash = patch(
        "governance.approvals.run_actions.step", side_effect=[None, RuntimeError("crash")]
    )
    with crash, pytest.raises(RuntimeError):
        run_actions.activate(second, actor=place.people["OC"])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.ACTIVE, State.APPROVED)


def test_5_a_rollback_to_a_retired_model_is_refused_and_the_next_one_offered(place):
    oldest, older, newest = (place.active(label) for label in ("1.0.0", "1.1.0", "1.2.0"))
    today = timezone.localdate()
    ModelVersion.objects.filter(pk=older.version_id).update(provider_retires_on=today)
    with pytest.raises(GuardError, match=r"retired the model of 1\.1\.0 .*1\.0\.0 would do"):
        run_actions.rollback(newest, actor=place.owner, reason="Complaints.")
    newest.refresh_from_db()
    assert newest.state == State.ACTIVE
    run_actions.choose_target(newest, actor=place.owner, target=oldest)
    run_actions.rollback(newest, actor=place.owner, reason="Complaints.")
    oldest.refresh_from_db()
    assert (newest.state, oldest.state) == (State.ROLLED_BACK, State.ACTIVE)


def test_6_an_emergency_of_class_c_is_refused(place, serious):
    release = draft_release(place.version(), actor=place.submitter, reason="Now.")
    assert release.change_class == ChangeClass.CRITICAL
    run_actions.second(release, actor=place.officer, reason="People wait.")
    with pytest.raises(GuardError, match="class C never goes live as an emergency"):
        run_actions.emergency_activate(release, actor=place.people["AO"], reason="Down.")
    release.refresh_from_db()
    assert release.state == State.DRAFT


def test_7_the_sixth_minor_change_must_be_a_major_one(place):
    place.active("1.0.0")
    for patch_number in range(1, 6):
        small = place.active(f"1.0.{patch_number}")
        assert small.change_class == ChangeClass.MINOR
    sixth = draft_release(place.version("1.0.6"), actor=place.submitter, reason="One more.")
    assert sixth.change_class == ChangeClass.MAJOR
    assert "5 minor changes" in suggested(sixth).words
    with pytest.raises(DomainError, match="at least class B"):
        draft_release(
            place.version("1.0.7"), actor=place.submitter, reason="Small.", change_class="A"
        )


def test_8_a_floating_id_cannot_be_submitted(place):
    version = place.version(model_id="gpt-4o-latest")
    with pytest.raises(GuardError, match="This model id is floating"):
        submit(version, actor=place.submitter, reason="Newest.")
    assert not Release.objects.exists()


def test_9_one_character_of_a_prompt_is_another_version(place):
    one, other = (
        place.version(label, bundle={"provider": "openai", "model_id": "gpt-4o-2024-11-20",
                                     "prompts": {"system": {"text": text}}},
                      provider="", model_id="", prompt_sha256="")
        for label, text in (("1.0.0", "Rank claims."), ("1.0.1", "Rank claims!"))
    )  # fmt: skip
    assert one.digest != other.digest
    assert one.pk != other.pk


def test_10_an_emergency_ends_at_the_minute_and_goes_back(place, serious):
    first = place.active("1.0.0")
    release = draft_release(place.version("1.0.1"), actor=place.submitter, reason="Fix.")
    run_actions.second(release, actor=place.officer, reason="People wait.")
    run_actions.emergency_activate(release, actor=place.people["AO"], reason="Down.", hours=72)
    first.refresh_from_db()
    assert (release.state, first.state) == (State.EMERGENCY_ACTIVE, State.SUPERSEDED)
    sweep_releases()
    release.refresh_from_db()
    assert release.state == State.EMERGENCY_ACTIVE
    over = timezone.now() - timedelta(seconds=1)
    Release.objects.filter(pk=release.pk).update(emergency_until=over)
    sweep_releases()
    release.refresh_from_db()
    first.refresh_from_db()
    assert (release.state, first.state) == (State.ROLLED_BACK, State.ACTIVE)


def test_11_a_stale_row_is_refused_and_counts_nothing(place):
    release = place.proposed()
    seen_by_both = release.row_version
    place.agree(release, Slot.PO)
    validator = place.people["VAL"]
    with pytest.raises(StaleError):
        vote_actions.approve(
            release, actor=validator, seen=seal(release), reason="Good.", row=seen_by_both
        )
    assert verdict(release).words == "1 of 2 agreed"
    vote_actions.approve(release, actor=validator, seen=seal(release), reason="Good.")
    assert release.state == State.APPROVED


def test_12_recertification_on_a_run_of_31_days_ago_is_refused(place):
    release = place.active()
    old = timezone.now() - timedelta(days=31)
    place.prove(release.version, "drift_review")
    place.prove(release.version, "raci_attested")
    fresh = release.version.evaluation_runs.get(suite__kind="regression")
    withdraw_run(fresh, actor=place.submitter, reason="Mistaken.")
    a_run(release.version, actor=place.submitter, observed_until=old, passed=94)
    with pytest.raises(GuardError, match="observed 31 days ago, counts 30"):
        place.agree(release, Slot.PO)
    a_run(release.version, actor=place.submitter, passed=96, failed=4)
    place.agree(release, Slot.PO)
    place.agree(release, Slot.VAL)
    assert (release.state, release.cycle) == (State.ACTIVE, 1)


def test_what_was_read_must_be_what_is_stored(place):
    release = place.proposed()
    seen = seal(release)
    place.prove(release.version, "cost_estimate", "Twelve cents a case.")
    with pytest.raises(EvidenceChangedError):
        vote_actions.approve(release, actor=place.owner, seen=seen, reason="Good.")
    release.refresh_from_db()
    vote = vote_actions.approve(release, actor=place.owner, seen=seal(release), reason="Good.",
                                proof=proof_of(place.owner))  # fmt: skip
    entry = Entry.objects.filter(action="release.approve").latest("pk")
    assert vote.evidence_digest in bytes(entry.body).decode()


def test_evidence_of_another_digest_does_not_count(place):
    version = place.version()
    place.evidence(version)
    evidence_actions.add_proof(
        version, actor=place.submitter, kind="cost_estimate", produced_by="Bench",
        statement="Old.", digest="0" * 64,
    )  # fmt: skip
    release = submit(version, actor=place.submitter, reason="Better.", change_class="C")
    assert ReleaseEvidence.objects.standing().filter(kind="cost_estimate").count() == 1
    assert release.state == State.EVALUATING
