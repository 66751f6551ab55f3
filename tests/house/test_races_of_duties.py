"""Two people speak of a duty, an incident or evidence at once: one wins, the other is told."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from governance.accounts.rules import Role
from governance.common.errors import DomainError
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.evidence.models import EvidenceItem
from governance.incidents import actions as incidents
from governance.incidents.models import Incident
from governance.obligations import actions as duties
from governance.obligations.calendar_actions import make_calendar_link
from governance.obligations.models import CalendarLink, Duty
from tests.classification.conftest import sign
from tests.conftest import person
from tests.factories import make_system
from tests.house.racing import ROUNDS, answered, entries, on, race, refusals
from tests.incidents.conftest import happened

pytestmark = pytest.mark.django_db(transaction=True)


def duty_of(officer, claims) -> Duty:
    """Return a duty of a new system."""
    system = answered(officer, claims)
    duties.follow(sign(system, officer), actor=officer)
    return Duty.objects.filter(system=system, obligation="art4").earliest("pk")


def test_a_duty_is_not_met_by_evidence_that_was_withdrawn_before(officer, second_officer, claims):
    day = timezone.localdate() + timedelta(days=30)
    for at in range(ROUNDS):
        duty = duty_of(officer, claims)
        link = f"https://x.example/{at}"
        item = add_evidence(duty.system, actor=officer, title="Course", link=link)
        duties.show_evidence(duty, item=item, actor=officer)
        met, _ = race(
            on(duty, duties.meet_duty, next_check_on=day, actor=officer),
            on(item, withdraw_evidence, reason="Of last year.", actor=second_officer),
        )

        refused = isinstance(met, DomainError)
        duty.refresh_from_db()
        assert duty.status == ("missing" if refused else "met")
        assert entries("duty.met", duty) == (not refused)
        assert EvidenceItem.objects.get(pk=item.pk).withdrawn_at


def test_a_proposal_is_decided_once(officer, second_officer, owner, claims, administrator):
    third = person("Tara Third", Role.COMPLIANCE_OFFICER, claims, administrator)
    for _ in range(ROUNDS):
        duty = duty_of(officer, claims)
        duties.propose_not_applicable(duty, reason="Nobody works with it.", actor=officer)
        results = race(
            on(duty, duties.approve_not_applicable, actor=second_officer),
            on(duty, duties.refuse_not_applicable, because="They do.", actor=third),
            on(duty, duties.reopen_duty, because="A mistake.", actor=officer),
        )

        duty.refresh_from_db()
        told = [entries(f"duty.{name}", duty) for name in ("set_aside", "kept", "reopened")]
        if duty.status == "not_applicable":
            assert duty.approved_by_id == second_officer.pk
            assert told == [1, 0, 0]
        elif told[0]:  # set aside, and then opened again
            assert told == [1, 0, 1]
        else:
            assert sum(told) == 1
        assert refusals(results) == 3 - sum(told)


def test_one_of_two_proposals_stands(officer, second_officer, claims):
    for _ in range(ROUNDS):
        duty = duty_of(officer, claims)
        results = race(
            *(
                on(duty, duties.propose_not_applicable, reason=f"{actor} says so.", actor=actor)
                for actor in (officer, second_officer)
            )
        )

        assert refusals(results) == 1
        assert entries("duty.proposed", duty) == 1
        duty.refresh_from_db()
        assert duty.reason == f"{duty.proposed_by} says so."


def test_what_was_closed_is_not_corrected_afterwards(officer, second_officer, claims):
    for _ in range(ROUNDS):
        incident = happened(make_system(actor=officer, unit=claims), officer)
        incidents.doubt_incident(incident, reason="Nobody was harmed.", actor=officer)
        ended, corrected = race(
            on(incident, incidents.agree_not_serious, actor=second_officer),
            on(
                incident,
                incidents.correct_incident,
                reason="Read again.",
                actor=officer,
                title="Another title",
            ),
        )

        assert not isinstance(ended, DomainError)
        now = Incident.objects.get(pk=incident.pk)
        was_corrected = not isinstance(corrected, DomainError)
        assert (now.title == "Another title") == was_corrected
        assert entries("incident.corrected", incident) == was_corrected
        assert all(step.recorded_at <= now.ended_at for step in now.steps.all())


def test_a_doubt_is_settled_once(officer, second_officer, owner, claims, administrator):
    third = person("Tara Third", Role.COMPLIANCE_OFFICER, claims, administrator)
    for _ in range(ROUNDS):
        incident = happened(make_system(actor=officer, unit=claims), officer)
        incidents.doubt_incident(incident, reason="Nobody was harmed.", actor=officer)

        results = race(
            on(incident, incidents.agree_not_serious, actor=second_officer),
            on(incident, incidents.keep_serious, reason="Two were.", actor=third),
        )

        assert refusals(results) == 1
        told = [entries(f"incident.{name}", incident) for name in ("not_serious", "kept_serious")]
        assert sorted(told) == [0, 1]
        incident.refresh_from_db()
        assert (incident.status == "not_serious") == bool(told[0])


def test_a_person_has_one_calendar_address(owner):
    secrets = race(*[lambda: make_calendar_link(actor=owner)] * 3)

    assert len(set(secrets)) == 3
    assert CalendarLink.objects.filter(revoked_at__isnull=True).count() == 1


def test_evidence_is_withdrawn_once(officer, second_officer, system):
    item = add_evidence(system, actor=officer, title="Course", link="https://x.example/1")
    results = race(
        *(
            on(item, withdraw_evidence, reason=f"{actor} says so.", actor=actor)
            for actor in (officer, second_officer)
        )
    )

    assert refusals(results) == 1
    item.refresh_from_db()
    assert item.withdrawn_because == f"{item.withdrawn_by} says so."
    assert entries("evidence.withdrawn") == 1


def bias() -> SimpleUploadedFile:
    """Return the same file each time."""
    return SimpleUploadedFile("bias.csv", b"group,rate")


def test_the_same_file_is_kept_once(officer, second_officer, system):
    kept = race(
        *(
            on(system, add_evidence, title="Bias test", actor=actor, upload=bias())
            for actor in (officer, second_officer, officer)
        )
    )

    assert len({item.pk for item in kept}) == 1
    assert EvidenceItem.objects.count() == entries("evidence.added") == 1
