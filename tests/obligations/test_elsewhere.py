"""Duties on the system's page and on Today."""

from datetime import timedelta

from django.utils import timezone

from governance.obligations import actions
from tests.obligations.conftest import HIGH, classified

TODAY = timezone.localdate()


def test_the_system_page_counts_what_is_met_and_names_the_next_day(
    as_user, officer, owner, literacy, item
):
    actions.show_evidence(literacy, item=item, actor=owner)
    actions.meet_duty(literacy, next_check_on=TODAY + timedelta(days=5), actor=owner)
    page = as_user(officer).get(literacy.system.get_absolute_url()).content.decode()

    assert "1 of 11</b> met, next" in page
    assert "in 5 days" in page
    assert literacy.get_absolute_url() in page


def test_the_page_shows_what_was_signed_until_the_duties_follow(as_user, officer, system):
    assessment = classified(system, officer, HIGH, taken_over=False)
    client = as_user(officer)
    assessment_page = client.get(system.get_absolute_url())
    assert assessment_page.status_code == 200
    assert b"/obligations/?system=" not in assessment_page.content

    actions.follow(assessment, actor=officer)
    assert b"/obligations/?system=" in client.get(system.get_absolute_url()).content


def test_who_answers_finds_what_is_overdue_on_today_and_nobody_else_does(
    as_user, owner, officer, literacy
):
    assert literacy.text[:60] in as_user(owner).get("/").content.decode()
    assert literacy.text[:60] not in as_user(officer).get("/").content.decode()


def test_several_duties_of_one_system_are_one_line(as_user, owner, literacy, duty):
    actions.plan_check(duty, next_check_on=TODAY + timedelta(days=10), actor=owner)
    page = as_user(owner).get("/").content.decode()

    assert "See to 2 duties" in page
    assert "Art 4(1), Art 26(2)" in page


def test_a_duty_that_is_due_in_two_months_does_not_need_anybody_today(as_user, owner, literacy):
    actions.plan_check(literacy, next_check_on=TODAY + timedelta(days=60), actor=owner)

    assert literacy.text[:60] not in as_user(owner).get("/").content.decode()


def test_a_proposal_waits_for_a_second_person_and_not_for_the_first(
    as_user, officer, second_officer, duty
):
    actions.propose_not_applicable(duty, reason="Not used here.", actor=officer)

    assert b"Decide whether Art 26(2) applies" in as_user(second_officer).get("/").content
    assert b"Decide whether Art 26(2) applies" not in as_user(officer).get("/").content
