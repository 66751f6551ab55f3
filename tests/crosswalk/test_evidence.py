"""What the registry keeps and shows a control by: each query finds real rows, and when stale."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts.models import User
from governance.approvals.lifecycle import State as Release
from governance.approvals.models import CanaryReport, Vote
from governance.crosswalk.rules import Framework, State
from governance.pipelines.models import MetricPoint
from inventory.systems.version_actions import add_version, freeze_version
from inventory.vendors.actions import add_vendor
from raci.matrices.models import Assignment, Matrix, Party
from raci.matrices.rules import MatrixStatus, PartyKind
from tests.factories import a_run, make_system
from tests.pipelines.conftest import a_release

ISO, NIST = Framework.ISO_42001, Framework.NIST_AI_RMF
MISSING, PRESENT, STALE = State.MISSING, State.PRESENT, State.STALE


@pytest.fixture
def running(system, officer):
    """A release that runs."""
    return a_release(system, actor=officer)


def vote(release, person: User, slot: str, **over) -> Vote:
    said = {"digest": release.digest, "evidence_digest": "", "rules_version": ""}
    return Vote.objects.create(
        release=release, person=person, slot=slot, yes=True, at=timezone.now(), **said | over
    )


def test_voices_in_two_seats_show_that_disciplines_spoke(
    system, running, officer, ops_lead, stands
):
    vote(running, officer, "LEG")
    assert stands("C25", NIST).state == MISSING

    vote(running, ops_lead, "PO")
    assert stands("C25", NIST).state == PRESENT


def test_a_void_voice_does_not_count_as_a_second_seat(system, running, officer, ops_lead, stands):
    vote(running, officer, "LEG")
    gone = {"void_at": timezone.now(), "void_because": "The evidence changed."}
    vote(running, ops_lead, "PO", **gone)

    assert stands("C25", NIST).state == MISSING


def test_a_watched_canary_counts_while_its_release_is_live(system, running, ops_lead, stands):
    now = timezone.now()
    CanaryReport.objects.create(
        release=running,
        observed_from=now - timedelta(hours=24),
        observed_until=now,
        tasks=500,
        reported_by=ops_lead,
        reported_at=now,
    )
    assert stands("C63", ISO).state == PRESENT

    type(running).objects.filter(pk=running.pk).update(status=Release.SUPERSEDED, left_at=now)
    assert stands("C63", ISO).state == STALE


def test_only_a_way_back_to_another_provider_is_a_fallback_for_its_failure(
    claims, officer, vendor_system, stands
):
    left = timezone.now() - timedelta(days=1)
    ended = {"status": Release.SUPERSEDED, "left_at": left}
    same = a_release(vendor_system, actor=officer, label="0.8.0", **ended)
    other = a_release(
        vendor_system, actor=officer, label="0.9.0", fields={"provider": "anthropic"}, **ended
    )
    live = a_release(vendor_system, actor=officer, rollback_target=same)
    assert stands("C78", ISO, vendor_system).state == MISSING

    type(live).objects.filter(pk=live.pk).update(rollback_target=other)
    assert stands("C78", ISO, vendor_system).state == PRESENT


@pytest.fixture
def vendor_system(claims, officer):
    """A system from a vendor."""
    vendor = add_vendor(actor=officer, name="Maker", kind="vendor")
    return make_system(actor=officer, unit=claims, name="S", vendor=vendor)


def test_one_run_is_no_trend_and_two_are(system, running, officer, stands):
    a_run(running.version, actor=officer, observed_until=timezone.now() - timedelta(days=40))
    assert stands("C87", ISO).state == MISSING

    a_run(running.version, actor=officer)
    assert stands("C87", ISO).state == PRESENT


def test_a_trend_whose_last_run_is_old_is_stale(system, running, officer, stands):
    for days in (300, 200):
        until = timezone.now() - timedelta(days=days)
        a_run(running.version, actor=officer, observed_until=until)

    assert stands("C87", ISO).state == STALE


@pytest.mark.parametrize(
    ("control", "metric"), [("C28", "override_rate"), ("C62", "escalation_rate")]
)
def test_a_measure_shows_its_control_by_its_name(system, ops_lead, stands, control, metric):
    now = timezone.now()

    def point(name: str, at) -> None:
        MetricPoint.objects.create(
            system=system, environment="prod", metric=name, at=at, value="0.1", samples=10,
            reported_by=ops_lead, reported_at=now,
        )  # fmt: skip

    point("completion_rate", now)
    assert stands(control, NIST).state == MISSING
    point(metric, now - timedelta(days=4))
    assert stands(control, NIST).state == STALE
    point(metric, now)
    assert stands(control, NIST).state == PRESENT


def test_a_frozen_bundle_that_names_tools_documents_what_it_reaches(system, officer, stands):
    freeze_version(a_release(system, actor=officer).version, actor=officer)
    assert stands("C56", ISO).state == MISSING

    bundle = {"provider": "openai", "model_id": "m-2026-01-01", "tools": {"crm": "a" * 64}}
    freeze_version(add_version(system, actor=officer, label="2.0.0", bundle=bundle), actor=officer)
    assert stands("C56", ISO).state == PRESENT


def test_who_left_and_still_has_an_a_or_r_makes_leaving_stale(system, officer, owner, stands):
    now = timezone.now()
    matrix = Matrix.objects.create(system=system)
    party = Party.objects.create(matrix=matrix, kind=PartyKind.PERSON, person=owner)
    Assignment.objects.create(matrix=matrix, activity="QLT-01", party=party, letter="A")
    assert stands("C71", Framework.GDPR).state == MISSING

    Matrix.objects.filter(pk=matrix.pk).update(
        status=MatrixStatus.ACTIVE, submitted_at=now, activated_at=now,
        submitted_by=officer, activated_by=owner,
    )  # fmt: skip
    assert stands("C71", Framework.GDPR).state == PRESENT

    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert stands("C71", Framework.GDPR).state == STALE
