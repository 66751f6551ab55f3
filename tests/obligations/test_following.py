"""Duties follow signed classifications, whatever comes in which order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.ledger.models import Entry
from governance.obligations.actions import follow, start_duty
from governance.obligations.models import Duty, Followed
from governance.obligations.rules import DutyStatus, keys_of
from governance.obligations.tasks import sweep_duties
from tests.factories import refusal_of_the_later
from tests.obligations.conftest import HIGH, classified, sign_plain, told

ROLES = ["deployer", "provider"]
duties = st.dictionaries(
    st.sampled_from(["art4", "art9", "art27"]), st.lists(st.sampled_from(ROLES), unique=True)
).map(lambda chosen: [told(name, roles) for name, roles in chosen.items()])


def applying(system):
    rows = Duty.objects.applying().filter(system=system)
    return set(rows.values_list("role", "obligation"))


def test_a_signed_classification_makes_one_duty_for_each_role_and_obligation(signed):
    asked = keys_of(signed.result["duties"])

    assert len(asked) > 10
    assert applying(signed.system) == set(asked)
    assert Duty.objects.count() == len(asked)
    assert set(Duty.objects.values_list("status", flat=True)) == {DutyStatus.MISSING}


def test_following_twice_changes_nothing_and_leaves_no_entry(signed, officer):
    before = Entry.objects.count()

    assert follow(signed, actor=officer).is_empty
    assert Entry.objects.count() == before


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=st.lists(duties, min_size=1, max_size=5), skipped=st.sets(st.integers(0, 3)))
def test_no_duty_is_lost_or_doubled_over_any_sequence_of_signatures(
    system, officer, claims, sequence, skipped
):
    """Some signatures are followed only after a later one came, or never."""
    from tests.factories import make_system

    mine = make_system(actor=officer, unit=claims, name=f"System {Duty.objects.count()}")
    followed = set()
    for at, asked in enumerate(sequence):
        assessment = sign_plain(mine, officer, asked)
        if at not in skipped or at == len(sequence) - 1:
            follow(assessment, actor=officer)
            followed |= set(keys_of(asked))
            assert applying(mine) == set(keys_of(asked))
    rows = list(Duty.objects.filter(system=mine).values_list("role", "obligation"))
    assert len(rows) == len(set(rows))
    assert set(rows) == followed


def test_what_was_said_stays_through_an_end_and_a_return(system, officer):
    first = sign_plain(system, officer, [told("art9", ["provider"]), told("art4", ["provider"])])
    follow(first, actor=officer)
    duty = Duty.objects.get(obligation="art9")
    start_duty(duty, actor=officer)

    second = sign_plain(system, officer, [told("art4", ["provider"])])
    follow(second, actor=officer)
    duty.refresh_from_db()
    assert (duty.ended_by, duty.status) == (second, "in_progress")

    third = sign_plain(system, officer, [told("art9", ["provider"], amended="2028-08-02")])
    follow(third, actor=officer)
    duty.refresh_from_db()
    assert (duty.ended_by, duty.status, duty.assessment) == (None, "in_progress", third)
    assert f"{duty.applies_on}" == "2028-08-02"


def test_a_replaced_classification_is_not_followed_any_more(system, officer):
    first = sign_plain(system, officer, [told("art9", ["provider"])])
    sign_plain(system, officer, [told("art4", ["provider"])])

    assert follow(first, actor=officer).is_empty
    assert not Duty.objects.exists()


def test_the_sweep_follows_what_was_signed_and_then_finds_nothing(system, officer):
    sign_plain(system, officer, [told("art9", ["provider"])])
    assert Followed.objects.behind().count() == 1

    sweep_duties()

    assert applying(system) == {("provider", "art9")}
    assert not Followed.objects.behind().exists()
    assert Entry.objects.filter(action="duties.followed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_follow_at_once_make_no_duty_twice(system, officer):
    assessment = sign_plain(system, officer, [told("art9", ["provider"])])

    assert refusal_of_the_later(lambda: follow(assessment, actor=officer)) is None
    assert Duty.objects.count() == 1


def test_facts_that_change_the_answer_change_the_duties(system, officer):
    classified(system, officer, HIGH)
    before = applying(system)
    classified(system, officer, {"ins.functions": []})

    assert ("deployer", "art26.2") in before
    assert ("deployer", "art26.2") not in applying(system)
    assert Duty.objects.get(obligation="art26.2").ended_by.number == 2
