"""What people say of a duty, and what they may not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError, StaleError, TransitionError
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.ledger.models import Entry
from governance.obligations import actions
from governance.obligations.models import Duty
from governance.obligations.rules import DutyState, DutyStatus, Standing, state_of
from tests.factories import make_system, refusal_of_the_later
from tests.obligations.conftest import sign_plain, told

TODAY = timezone.localdate()
NEXT_YEAR = TODAY + timedelta(days=365)


def met(duty, item, owner, on=NEXT_YEAR):
    actions.show_evidence(duty, item=item, actor=owner)
    actions.meet_duty(duty, next_check_on=on, actor=owner)


def test_without_evidence_no_duty_is_met(duty, owner):
    with pytest.raises(DomainError, match="evidence"):
        actions.meet_duty(duty, next_check_on=NEXT_YEAR, actor=owner)
    duty.refresh_from_db()
    assert duty.status == DutyStatus.MISSING


def test_a_met_duty_falls_back_when_its_evidence_is_withdrawn(duty, item, owner, read):
    met(duty, item, owner)
    assert read(duty).state_on(TODAY) == DutyState.MET

    withdraw_evidence(item, actor=owner, reason="It was another quarter.")
    assert read(duty).state_on(TODAY) == DutyState.MISSING


def test_a_met_duty_falls_back_the_day_after_its_evidence_counts_last(duty, system, owner):
    last = TODAY + timedelta(days=30)
    item = add_evidence(
        system, actor=owner, title="Test", link="https://x.example", valid_until=last
    )
    met(duty, item, owner, on=last)

    for day, state in ((last, DutyState.MET), (last + timedelta(days=1), DutyState.MISSING)):
        assert Duty.objects.with_state(day).get(pk=duty.pk).state_on(day) == state


def test_the_next_check_lies_ahead_and_not_after_the_evidence(duty, system, owner):
    last = TODAY + timedelta(days=30)
    item = add_evidence(
        system, actor=owner, title="Test", link="https://x.example", valid_until=last
    )
    actions.show_evidence(duty, item=item, actor=owner)
    for day in (TODAY, last + timedelta(days=1)):
        with pytest.raises(DomainError):
            actions.meet_duty(duty, next_check_on=day, actor=owner)


def test_evidence_about_another_system_or_withdrawn_shows_nothing(
    duty, item, officer, owner, claims
):
    other = make_system(actor=officer, unit=claims)
    foreign = add_evidence(other, actor=officer, title="x", link="https://y.example")
    withdraw_evidence(item, actor=owner, reason="Wrong.")

    for shown in (foreign, item):
        with pytest.raises(DomainError):
            actions.show_evidence(duty, item=shown, actor=officer)


def test_what_does_not_apply_needs_a_reason_and_another_person(
    duty, officer, second_officer, owner
):
    with pytest.raises(DomainError, match="why"):
        actions.propose_not_applicable(duty, reason=" ", actor=officer)
    actions.propose_not_applicable(duty, reason="No use in the Union.", actor=officer)
    with pytest.raises(PermissionDenied, match="another person"):
        actions.approve_not_applicable(duty, actor=officer)
    with pytest.raises(PermissionDenied):
        actions.approve_not_applicable(duty, actor=owner)

    actions.approve_not_applicable(duty, actor=second_officer)
    assert (duty.status, duty.approved_by, duty.reason) == (
        "not_applicable",
        second_officer,
        "No use in the Union.",
    )


def test_a_refused_proposal_is_open_again_and_forgets_it(duty, officer, second_officer):
    actions.propose_not_applicable(duty, reason="No use in the Union.", actor=officer)
    actions.refuse_not_applicable(duty, because="It is used in Berlin.", actor=second_officer)

    assert (duty.status, duty.reason, duty.proposed_by) == ("missing", "", None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_is_refused(duty, officer, second_officer):
    actions.propose_not_applicable(duty, reason="No use in the Union.", actor=officer)

    def approve() -> None:
        actions.approve_not_applicable(Duty.objects.get(pk=duty.pk), actor=second_officer)

    assert isinstance(refusal_of_the_later(approve), TransitionError)
    assert Entry.objects.filter(action="duty.set_aside").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_refusal_at_once_do_not_both_happen(duty, officer, second_officer):
    actions.propose_not_applicable(duty, reason="No use in the Union.", actor=officer)
    said = iter(
        [
            lambda row: actions.approve_not_applicable(row, actor=second_officer),
            lambda row: actions.refuse_not_applicable(row, because="No.", actor=second_officer),
        ]
    )

    refusal = refusal_of_the_later(lambda: next(said)(Duty.objects.get(pk=duty.pk)))

    assert isinstance(refusal, TransitionError)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "not_applicable"},
        {"status": "proposed"},
        {"status": "proposed", "reason": "x"},
        {"status": "waiting"},
        {"waits_for": "Jonas"},
        {"status": "met"},
        {"status": "done"},
        {"reason": "x"},
        {"approved_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_of_a_saying(duty, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(**fields)


def test_the_database_refuses_one_person_as_proposer_and_approver(duty, officer):
    alone = {"proposed_by": officer, "approved_by": officer, "approved_at": timezone.now()}
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(status="not_applicable", reason="x", **alone)


def test_who_may_not_change_the_system_says_nothing_of_its_duties(duty, item, auditor, stranger):
    for actor in (auditor, stranger):
        for act in (
            lambda by: actions.start_duty(duty, actor=by),
            lambda by: actions.let_wait(duty, waits_for="x", actor=by),
            lambda by: actions.meet_duty(duty, next_check_on=NEXT_YEAR, actor=by),
            lambda by: actions.propose_not_applicable(duty, reason="x", actor=by),
            lambda by: actions.approve_not_applicable(duty, actor=by),
            lambda by: actions.plan_check(duty, next_check_on=NEXT_YEAR, actor=by),
            lambda by: actions.show_evidence(duty, item=item, actor=by),
            lambda by: actions.reopen_duty(duty, because="x", actor=by),
        ):
            with pytest.raises(PermissionDenied):
                act(actor)


def test_who_read_an_older_state_is_told(duty, owner, officer):
    actions.start_duty(duty, actor=owner, seen=1)
    with pytest.raises(StaleError):
        actions.let_wait(duty, waits_for="The vendor", actor=officer, seen=1)


def test_a_duty_that_ended_takes_no_word(duty, officer):
    second = sign_plain(duty.system, officer, [told("art4", ["deployer"])])
    actions.follow(second, actor=officer)

    with pytest.raises(DomainError, match=f"no longer applies since {second}"):
        actions.start_duty(duty, actor=officer)


def test_opening_again_forgets_the_next_check(duty, item, owner):
    met(duty, item, owner)
    actions.reopen_duty(duty, because="A person left.", actor=owner)

    assert (duty.status, duty.next_check_on, duty.due_on) == ("missing", None, duty.applies_on)


def test_each_word_leaves_one_entry_for_the_people_of_the_unit(duty, item, owner):
    before = Entry.objects.count()
    actions.start_duty(duty, actor=owner)
    actions.let_wait(duty, waits_for="Jonas Weber", actor=owner)
    actions.plan_check(duty, next_check_on=NEXT_YEAR, actor=owner)
    met(duty, item, owner)
    actions.plan_check(duty, next_check_on=NEXT_YEAR, actor=owner)  # as it is: nothing to tell
    actions.show_evidence(duty, item=item, actor=owner)

    entries = Entry.objects.order_by("pk")[before:]
    assert [entry.action for entry in entries] == [
        "duty.started",
        "duty.waits",
        "duty.planned",
        "duty.shown",
        "duty.met",
    ]
    assert {entry.unit_id for entry in entries} == {duty.system.unit_id}
    assert b"Jonas" not in bytes(entries[1].body)


def test_the_database_and_the_rule_name_the_same_states(signed, item, owner, officer, read):
    duties = list(Duty.objects.order_by("pk"))
    actions.start_duty(duties[0], actor=owner)
    actions.let_wait(duties[1], waits_for="x", actor=owner)
    met(duties[2], item, owner)
    actions.propose_not_applicable(duties[3], reason="x", actor=officer)
    stale = add_evidence(signed.system, actor=owner, title="x", link="https://z.example")
    met(duties[4], stale, owner)
    withdraw_evidence(stale, actor=owner, reason="x")

    for state in DutyState:
        found = set(Duty.objects.in_state(state, TODAY).values_list("pk", flat=True))
        rows = [read(duty) for duty in duties]
        assert found == {
            row.pk
            for row in rows
            if state_of(
                Standing(DutyStatus(row.status), row.applies_on, row.is_proven, False), TODAY
            )
            == state
        }
