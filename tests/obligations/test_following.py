"""Duties follow signed classifications, whatever comes in which order."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.common.errors import StaleError
from governance.ledger.models import Entry
from governance.obligations.actions import (
    approve_not_applicable,
    attach_evidence,
    follow,
    let_wait,
    meet_duty,
    propose_not_applicable,
    start_duty,
)
from governance.obligations.models import Duty, Followed
from governance.obligations.rules import DutyStatus, keys_of
from governance.obligations.tasks import sweep_duties
from tests.factories import make_system, refusal_of_the_later
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


SAID = ("nothing", "started", "waits", "met", "proposed", "set_aside")


def say(duty, what, owner, officers):
    """Let people say something of a duty; return what has to be there as long as it stays."""
    first, second = officers
    if what == "started":
        start_duty(duty, actor=owner)
    elif what == "waits":
        let_wait(duty, waits_for="The vendor", actor=owner)
    elif what == "met":
        link = f"https://x.example/{duty.pk}"
        attach_evidence(duty, title="Record", link=link, actor=owner)
        meet_duty(duty, next_check_on=timezone.localdate() + timedelta(days=90), actor=owner)
    elif what != "nothing":
        propose_not_applicable(duty, reason="Not used here.", actor=first)
        if what == "set_aside":
            approve_not_applicable(duty, actor=second)


def kept(duty):
    """Return all that people said of a duty."""
    names = ("status", "waits_for", "reason", "proposed_by_id", "approved_by_id", "approved_at")
    duty = Duty.objects.get(pk=duty.pk)
    proofs = [(proof.item_id, proof.detached_at) for proof in duty.proofs.all()]
    return [getattr(duty, name) for name in (*names, "next_check_on")], proofs


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    words=st.lists(st.sampled_from(SAID), min_size=3, max_size=3),
    sequence=st.lists(duties, min_size=1, max_size=4),
)
def test_what_people_said_of_a_duty_outlives_any_sequence_of_signatures(
    claims, officer, second_officer, owner, words, sequence
):
    """A duty that stays keeps state, evidence and approver; one that goes keeps its history."""
    number = Duty.objects.count()
    mine = make_system(actor=officer, unit=claims, name=f"System {number}", owner=owner)
    every = [told(name, ["provider"]) for name in ("art4", "art9", "art27")]
    follow(sign_plain(mine, officer, every), actor=officer)
    rows = list(Duty.objects.filter(system=mine).select_related("system"))
    for duty, what in zip(rows, words, strict=True):
        say(duty, what, owner, (officer, second_officer))
    before = {duty.pk: kept(duty) for duty in rows}
    versions = dict(Duty.objects.filter(system=mine).values_list("pk", "row_version"))

    for asked in sequence:
        assessment = sign_plain(mine, officer, asked)
        follow(assessment, actor=officer)
        for duty in Duty.objects.filter(pk__in=before):
            stays = (duty.role, duty.obligation) in keys_of(asked)
            assert (duty.ended_by is None) == stays
            assert kept(duty) == before[duty.pk]
            assert duty.row_version >= versions[duty.pk]
            assert not stays or duty.row_version > versions[duty.pk]  # its dates may be others
            assert Entry.objects.filter(object_type="duty", object_id=str(duty.pk)).count() == (
                len(words_of(words, rows, duty))
            )


def words_of(words, rows, duty):
    """Return what the record has of a duty: an entry for each thing that was said."""
    entries = {"nothing": (), "met": ("shown", "met"), "set_aside": ("proposed", "set_aside")}
    said = words[[row.pk for row in rows].index(duty.pk)]
    return entries.get(said, (said,))


def test_who_read_a_duty_before_it_was_signed_anew_is_told(system, officer):
    follow(sign_plain(system, officer, [told("art9", ["provider"])]), actor=officer)
    duty = Duty.objects.get(obligation="art9")
    later = told("art9", ["provider"], amended="2028-08-02")
    follow(sign_plain(system, officer, [later]), actor=officer)

    with pytest.raises(StaleError):
        start_duty(duty, actor=officer, seen=1)
