"""Registering, correcting, reporting and settling an incident."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.actions import revoke
from governance.accounts.rules import Role
from governance.common.errors import DomainError, StaleError
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.incidents import actions
from governance.incidents.law import law_of
from governance.incidents.models import Incident, IncidentStep
from governance.incidents.queries import clock_of, concerns, may_work_on, on_incident
from governance.ledger.models import Entry
from raci.matrices import actions as raci
from raci.people import actions as people
from tests.browser.duties import staff
from tests.conftest import person
from tests.factories import make_system, put_in_force
from tests.incidents.conftest import happened


def report(incident, actor, kind="initial_report", **over):
    """Record a report made now."""
    fields = {"kind": kind, "done_at": timezone.now(), "authority": "Market surveillance"}
    return actions.record_step(incident, actor=actor, **(fields | over))


def test_an_incident_gets_its_ref_and_its_entry(open_incident):
    entry = Entry.objects.get(action="incident.registered")

    assert open_incident.ref.startswith("INC-")
    assert entry.object_ref == open_incident.ref
    assert open_incident.status == "open"


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"title": " "}, "title"),
        ({"description": ""}, "description"),
        ({"effects": []}, "Choose what happened"),
        ({"zone": "Mars/Olympus"}, "no such time zone"),
        ({"zone": "../etc/passwd"}, "no such time zone"),
        ({"aware_at": datetime(2026, 11, 1, 9, 0)}, "time zone"),  # noqa: DTZ001
        ({"aware_at": timezone.now() + timedelta(days=1)}, "lies in the past"),
        ({"occurred_from": timezone.now() + timedelta(days=2)}, "not happened yet"),
    ],
)
def test_what_cannot_be_is_refused_in_words(provided, owner, over, words):
    with pytest.raises(DomainError, match=words):
        happened(provided, owner, **over)
    assert not Incident.objects.exists()


def test_a_stranger_and_an_auditor_may_not_register(provided, stranger, auditor):
    for nobody in (stranger, auditor):
        with pytest.raises(PermissionDenied):
            happened(provided, nobody)


def test_a_first_report_in_time_meets_the_clock(open_incident, owner):
    report(open_incident, owner)

    assert open_incident.status == "reported"
    assert clock_of(open_incident, timezone.now()).state == "met"


def test_a_report_after_the_last_day_is_late_and_says_so(provided, owner):
    incident = happened(provided, owner, aware_at=timezone.now() - timedelta(days=17))
    assert clock_of(incident, timezone.now()).state == "overdue"
    report(incident, owner)

    assert clock_of(incident, timezone.now()).state == "late"


def test_the_first_report_counts_whatever_follows(open_incident, owner):
    report(open_incident, owner)
    first = open_incident.reported_at
    report(open_incident, owner, kind="complete_report")

    assert open_incident.reported_at == first
    assert open_incident.status == "completed"


def test_a_report_needs_an_addressee_and_lies_after_awareness(open_incident, owner):
    with pytest.raises(DomainError, match="who got the report"):
        report(open_incident, owner, authority="")
    with pytest.raises(DomainError, match="before the moment of awareness"):
        report(open_incident, owner, done_at=timezone.now() - timedelta(days=3))
    with pytest.raises(DomainError, match="once it is done"):
        report(open_incident, owner, done_at=timezone.now() + timedelta(days=1))
    with pytest.raises(DomainError, match="no such step"):
        report(open_incident, owner, kind="shrug")


def test_evidence_of_another_system_is_refused(open_incident, used, owner):
    other = add_evidence(used, title="Log", link="https://logs.example/1", actor=owner)

    with pytest.raises(DomainError, match="another system"):
        report(open_incident, owner, evidence=[other])


def test_another_awareness_sets_the_clock_anew_with_the_reason_kept(open_incident, owner):
    before = clock_of(open_incident, timezone.now()).due.ends_at
    earlier = open_incident.aware_at - timedelta(days=3)
    actions.correct_incident(
        open_incident, actor=owner, reason="The hotline knew first.", aware_at=earlier
    )
    step = open_incident.steps.get(kind="corrected")

    assert clock_of(open_incident, timezone.now()).due.ends_at == before - timedelta(days=3)
    assert step.note == "The hotline knew first."
    assert set(step.changes) == {"aware_at", "due"}
    assert Entry.objects.filter(action="incident.corrected").count() == 1


def test_a_death_learned_of_later_shortens_the_time(open_incident, owner):
    effects = [*open_incident.effects, "death"]
    actions.correct_incident(open_incident, actor=owner, reason="One died.", effects=effects)

    assert clock_of(open_incident, timezone.now()).due.days == 10


def test_a_correction_needs_a_reason_and_the_newest_version(open_incident, owner):
    with pytest.raises(DomainError, match="why"):
        actions.correct_incident(open_incident, actor=owner, reason=" ", title="Other")
    with pytest.raises(StaleError):
        actions.correct_incident(open_incident, actor=owner, reason="x", title="Other", seen=9)


def test_a_correction_of_nothing_leaves_no_trace(open_incident, owner):
    assert not actions.correct_incident(open_incident, actor=owner, reason="x")
    assert not open_incident.steps.exists()


def test_steps_are_never_changed_or_deleted(open_incident, owner):
    report(open_incident, owner)

    for change in (IncidentStep.objects.all().delete, lambda: IncidentStep.objects.update(note="")):
        with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
            change()


def test_not_serious_takes_two_people_and_the_clock_runs_until_then(
    open_incident, owner, officer, auditor
):
    actions.doubt_incident(open_incident, actor=owner, reason="A test account only.")
    assert clock_of(open_incident, timezone.now()).state == "running"
    with pytest.raises(PermissionDenied):
        actions.agree_not_serious(open_incident, actor=auditor)
    actions.agree_not_serious(open_incident, actor=officer)

    assert open_incident.status == "not_serious"
    assert open_incident.ended_by == officer


def test_nobody_agrees_with_themselves(open_incident, officer):
    actions.doubt_incident(open_incident, actor=officer, reason="A test account only.")

    with pytest.raises(PermissionDenied, match="second person"):
        actions.agree_not_serious(open_incident, actor=officer)


def test_the_database_refuses_one_person_twice(open_incident, officer):
    now = timezone.now()

    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Incident.objects.filter(pk=open_incident.pk).update(
            status="not_serious", ended_at=now, ended_by=officer,
            doubted_by=officer, doubted_at=now, doubted_because="x",
        )  # fmt: skip


def test_what_was_reported_is_serious(open_incident, owner):
    report(open_incident, owner)

    with pytest.raises(DomainError, match="reported already"):
        actions.doubt_incident(open_incident, actor=owner, reason="Changed my mind.")


def test_a_doubt_that_is_refused_leaves_the_incident_open(open_incident, owner, officer):
    actions.doubt_incident(open_incident, actor=owner, reason="A test account only.")
    actions.keep_serious(open_incident, actor=officer, reason="Real people were in it.")

    assert open_incident.status == "open"
    assert open_incident.doubted_by is None


def test_closing_names_what_is_missing_and_then_lets_nothing_change(open_incident, owner):
    with pytest.raises(DomainError, match="Complete the report"):
        actions.close_incident(open_incident, actor=owner, reason="Done.")
    report(open_incident, owner, kind="complete_report")
    actions.close_incident(open_incident, actor=owner, reason="Corrected and reported.")

    assert open_incident.status == "closed"
    for act in (
        lambda: report(open_incident, owner),
        lambda: actions.correct_incident(open_incident, actor=owner, reason="x", title="y"),
        lambda: actions.close_incident(open_incident, actor=owner, reason="again"),
    ):
        with pytest.raises(DomainError, match="closed already"):
            act()


def test_under_another_regime_closing_needs_the_route(provided, owner):
    incident = happened(provided, owner, effects=["death"], regime="medical_device")
    with pytest.raises(DomainError, match="other regime"):
        actions.close_incident(incident, actor=owner, reason="Done.")
    actions.correct_incident(
        incident, actor=owner, reason="Filed.", sectoral_route="MDR vigilance, report 77."
    )
    actions.close_incident(incident, actor=owner, reason="Handled there.")

    assert incident.status == "closed"


def test_a_deployer_informs_the_provider_and_the_chain(used, owner):
    incident = happened(used, owner)
    about = on_incident(incident, timezone.now())
    assert about.law.roles == ("deployer",)
    assert [todo.step.kind for todo in about.todos][:2] == ["inform_provider", "inform_chain"]
    report(incident, owner, kind="inform_provider", authority="Kelda AI")

    assert incident.status == "reported"


def test_the_clock_concerns_owner_and_officer_and_no_colleague(
    open_incident, owner, officer, ops_lead, stranger, auditor
):
    now = timezone.now()
    waits = {person: len(concerns(person, now)) for person in (owner, officer, ops_lead, auditor)}

    assert waits == {owner: 1, officer: 1, ops_lead: 0, auditor: 0}
    assert concerns(stranger, now) == []


def test_both_readings_of_when_art_73_applies_are_kept(provided):
    law = law_of(provided)

    assert "any reading" in law.state_on(datetime(2026, 8, 1, tzinfo=UTC).date())
    assert "By the letter" in law.state_on(datetime(2026, 8, 2, tzinfo=UTC).date())
    assert "both readings" in law.state_on(datetime(2027, 12, 2, tzinfo=UTC).date())


def test_awareness_cannot_move_behind_what_was_done(open_incident, owner):
    report(open_incident, owner)

    with pytest.raises(DomainError, match="somebody knew by then"):
        actions.correct_incident(
            open_incident, actor=owner, reason="Later.", aware_at=timezone.now()
        )


def test_who_holds_an_old_copy_acts_on_what_is_stored(open_incident, owner, officer):
    old = Incident.objects.get(pk=open_incident.pk)
    actions.doubt_incident(open_incident, actor=owner, reason="A test account only.")
    actions.agree_not_serious(open_incident, actor=officer)

    for act in (
        lambda: report(old, owner),
        lambda: actions.keep_serious(old, actor=officer, reason="No."),
        lambda: actions.close_incident(old, actor=owner, reason="Done."),
        lambda: actions.doubt_incident(old, actor=owner, reason="Again."),
    ):
        with pytest.raises(DomainError, match="not serious already"):
            act()


def test_the_record_keeps_of_a_description_a_commitment_only(open_incident, owner):
    actions.correct_incident(
        open_incident, actor=owner, reason="Clearer.", description="Anna B. was harmed."
    )
    report(open_incident, owner, note="Anna B. called.")

    for entry in Entry.objects.filter(object_type="incident"):
        assert b"Anna" not in bytes(entry.body)
        assert b"wrong column" not in bytes(entry.body)


def test_every_step_makes_a_new_version(open_incident, owner):
    before = open_incident.row_version
    report(open_incident, owner, kind="causal_link", authority="")

    assert open_incident.row_version == before + 1


def test_a_step_has_several_pieces_of_evidence_for_good(open_incident, owner):
    system = open_incident.system
    link = add_evidence(system, title="Log", link="https://logs.example/1", actor=owner)
    files = [SimpleUploadedFile("report.pdf", b"%PDF report"), SimpleUploadedFile("r.txt", b"ok")]
    step = report(open_incident, owner, evidence=[link, link], uploads=files)
    shown = [item.title.split(": ")[-1] for item in step.evidence.order_by("pk")]

    assert shown == ["Log", "report.pdf", "r.txt"]
    assert link.ref.encode() in bytes(Entry.objects.get(action="incident.step_done").body)
    with pytest.raises(IntegrityError, match="kept as they were"), transaction.atomic():
        step.proofs.first().delete()


def test_a_refused_step_leaves_no_file_behind(open_incident, owner):
    upload = SimpleUploadedFile("report.pdf", b"%PDF report")
    with pytest.raises(DomainError):
        report(open_incident, owner, authority="", uploads=[upload])

    assert not open_incident.system.evidence.exists()


def test_evidence_that_was_withdrawn_shows_no_step(open_incident, owner):
    link = add_evidence(
        open_incident.system, title="Log", link="https://logs.example/1", actor=owner
    )
    withdraw_evidence(link, reason="x", actor=owner)
    with pytest.raises(DomainError, match="withdrawn"):
        report(open_incident, owner, evidence=[link])


def test_who_is_accountable_for_reporting_works_on_it_and_an_auditor_does_not(
    open_incident, organisation, officer, claims, administrator, auditor
):
    colleague = person("Hana Reyes", Role.SYSTEM_OWNER, claims, administrator)
    put_in_force(raci.make_default_matrix(organisation, actor=officer), actor=officer)
    staff(organisation, open_incident.system, officer)
    people.name_holder(organisation, role="LEG", person=colleague, actor=officer)
    put_in_force(raci.make_matrix(open_incident.system, actor=officer), actor=officer)
    upload = SimpleUploadedFile("report.pdf", b"%PDF report")

    assert report(open_incident, colleague, uploads=[upload]).evidence.count() == 1
    revoke(colleague.memberships.get(), actor=administrator)
    assert not may_work_on(colleague, open_incident)
    assert not may_work_on(auditor, open_incident)


@pytest.mark.parametrize("roles", [["provider", "deployer"], []])
def test_to_inform_a_provider_does_not_stop_the_clock_of_who_is_or_may_be_one(
    claims, owner, officer, roles
):
    system = make_system(actor=officer, unit=claims, owner=owner, our_roles=roles)
    incident = happened(system, owner)
    report(incident, owner, kind="inform_provider", authority="Kelda AI")

    assert (incident.status, incident.reported_at) == ("open", None)
    assert clock_of(incident, timezone.now()).state == "running"


def test_awareness_corrected_to_a_later_day_gives_that_day_more_and_is_in_the_record(
    provided, owner
):
    first = timezone.now() - timedelta(days=6)
    incident = happened(provided, owner, aware_at=first, zone="Pacific/Auckland")
    before = clock_of(incident, timezone.now()).due.ends_at
    later = first + timedelta(days=1)
    actions.correct_incident(
        incident, actor=owner, reason="The mail was read late.", aware_at=later
    )
    due = json.loads(bytes(Entry.objects.get(action="incident.corrected").body))["data"]["changes"]

    gained = clock_of(incident, timezone.now()).due.ends_at - before
    assert timedelta(hours=23) <= gained <= timedelta(hours=25)
    assert due["due"]["from"] < due["due"]["to"]
    assert "T23:59:00+1" in due["due"]["to"]


def test_a_step_done_while_somebody_corrects_stays_after_awareness(open_incident, owner):
    report(open_incident, owner, done_at=timezone.now() - timedelta(hours=2))
    stale = Incident.objects.get(pk=open_incident.pk)

    with pytest.raises(DomainError, match="somebody knew by then"):
        actions.correct_incident(
            stale, actor=owner, reason="x", aware_at=timezone.now() - timedelta(hours=1)
        )
