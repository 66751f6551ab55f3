"""The demo organisation."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.approvals.lifecycle import State
from governance.approvals.models import Release, Vote
from governance.approvals.proofs import contributors
from governance.audit_packs.models import EvidencePack
from governance.classification.models import Assessment
from governance.classification.queries import facts_changed_since
from governance.common.errors import DomainError
from governance.demo.story import tell
from governance.escalation.models import Event, Item
from governance.incidents.models import Incident
from governance.ledger.models import Entry
from governance.notices.models import Notice
from governance.obligations.models import Duty
from governance.obligations.queries import tally_of
from governance.obligations.rules import DutyState
from inventory.systems.models import AISystem
from inventory.vendors.models import Agreement
from inventory.vendors.rules import AgreementState
from raci.matrices.models import Matrix
from raci.oncall.models import Swap
from raci.oncall.queries import coverage_gaps
from raci.oncall.rules import SwapStatus
from raci.operations.queries import findings_for

TODAY = timezone.localdate()


@pytest.fixture(scope="module")
def signins(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[list[dict[str, str]]]:
    """Tell the story once for all tests here, and take it back after them."""
    storage = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("storage"))
    with storage, django_db_blocker.unblock(), transaction.atomic():
        yield tell(today=TODAY, password=lambda: "a demo password")
        transaction.set_rollback(True)


def test_every_screen_has_something_true_to_show(signins):
    current = Assessment.objects.current()
    states = {agreement.state(TODAY) for agreement in Agreement.objects.all()}

    assert {row["role"] for row in signins} == set(Role)
    assert 45 <= AISystem.objects.count() <= 55
    tiers = {"prohibited", "high", "limited", "minimal", "out_of_scope"}
    assert set(current.values_list("tier", flat=True)) == tiers
    assert {AgreementState.DRAFT, AgreementState.EXPIRING, AgreementState.EXPIRED} <= states
    assert set(Release.objects.values_list("status", flat=True)) >= {
        *(State.EVALUATING, State.IN_REVIEW, State.APPROVED, State.REJECTED, State.SCHEDULED),
        *(State.ACTIVE, State.CANARY, State.SUSPENDED, State.ROLLED_BACK, State.SUPERSEDED),
        *(State.EXPIRED, State.EMERGENCY_ACTIVE),
    }
    assert set(Matrix.objects.values_list("status", flat=True)) >= {"active", "draft"}
    assert EvidencePack.objects.count() == 2
    told = tally_of(Duty.objects.all(), TODAY)
    assert all(told[state] for state in DutyState if state != DutyState.ENDED)
    assert set(Incident.objects.values_list("status", flat=True)) == {"open", "closed"}
    assert any(facts_changed_since(assessment) for assessment in current)


def test_every_voice_is_of_somebody_without_a_part_in_the_version(signins):
    votes = Vote.objects.select_related("release__version", "release__system", "person")

    assert votes.count() > 30
    assert [vote for vote in votes if vote.person_id in contributors(vote.release)] == []


def test_the_ledger_tells_it_all(signins):
    registered = Entry.objects.filter(action="system.registered").count()
    signed = Entry.objects.filter(action="assessment.signed").count()

    assert registered == AISystem.objects.count()
    assert signed == Assessment.objects.count()
    assert Entry.objects.filter(action="unit.added").count() == BusinessUnit.objects.count() - 1


def test_it_is_told_once_only(signins):
    before = Entry.objects.count()

    with pytest.raises(DomainError, match="already"):
        tell(today=TODAY, password=lambda: "another")
    assert Entry.objects.count() == before


def test_somebody_is_on_call_at_every_minute_and_one_schedule_shows_its_gaps(signins):
    now = timezone.now()
    watch, command = (on_call_gaps(role, now) for role in ("OC", "IC"))

    assert watch == []
    assert len(command) in (3, 4, 5)  # as the weekday has it
    assert Swap.objects.get().status == SwapStatus.ACCEPTED


def on_call_gaps(role, at):
    return coverage_gaps(role, BusinessUnit.objects.get(parent__isnull=True), at)


def test_an_ai_ops_function_was_there_first_and_lacks_nothing(signins):
    organisation = BusinessUnit.objects.get(parent__isnull=True)

    assert findings_for(organisation) == []


def test_a_missed_notice_climbed_to_the_third_level_within_the_days_before(signins):
    item = Item.objects.get(kind="agreement_notice", title__contains="Kelda AI")
    told = list(item.events.filter(kind="step_started").order_by("pk").values_list("level", "at"))

    assert item.level == 3
    assert [level for level, _ in told] == sorted(level for level, _ in told)
    assert {level for level, _ in told} == {1, 2, 3}
    assert told[0][1] < told[-1][1] - timedelta(days=5)
    names = {notice.person.name for notice in Notice.objects.filter(item=item.notice_key)}
    assert {"Ada Nyberg", "Ines Halvorsen", "Greta Lindholm"} <= names


def test_a_gap_in_the_rota_and_an_absence_without_cover_wait_for_somebody(signins):
    waiting = Item.objects.open().filter(kind__in=["oncall_gap", "absence_uncovered"])

    away = {item.title for item in waiting if item.kind == "absence_uncovered"}

    assert {item.kind for item in waiting} == {"oncall_gap", "absence_uncovered"}
    assert "Nobody stands in while Noor Jansen is away" in away  # others as the weekday has it


def test_the_delegate_of_somebody_away_is_told_for_them(signins):
    steps = Event.objects.filter(kind="step_started", data__targets__contains=[
        {"through": "delegate"}
    ])  # fmt: skip
    people = {one["person"] for step in steps for one in step.data["targets"]}

    assert User.objects.get(name="Clara Voss").pk in people


def test_somebody_works_on_the_incident_and_one_thing_sleeps(signins):
    assert Item.objects.get(kind="incident_report").acked_by.name == "Ines Halvorsen"
    assert Item.objects.filter(status="snoozed").count() == 1
