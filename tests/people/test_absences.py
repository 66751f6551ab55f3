"""Absences and delegations: asked, accepted, one step only."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError, TransitionError
from governance.ledger.models import Entry
from raci.people import absence_actions as actions
from raci.people.absence_actions import Period
from raci.people.actions import name_holder
from raci.people.models import Absence, Delegation
from raci.people.queries import cover_of
from raci.people.rules import DelegationStatus

DAY = timedelta(days=1)


def soon(first: int = 1, last: int = 5, zone: str = "Europe/Berlin") -> Period:
    now = timezone.now()
    return Period(now + first * DAY, now + last * DAY, zone)


def ask(giver, taker, actor=None, **over) -> Delegation:
    about = {"period": soon(), "reason": "Leave."} | over
    return actions.delegate_to(giver, taker=taker, actor=actor or giver, **about)


@pytest.fixture
def asked(owner, ops_lead) -> Delegation:
    """Mira Rossi has asked Jonas Weber."""
    return ask(owner, ops_lead)


def test_an_absence_with_a_delegate_asks_them(owner, ops_lead):
    absence = actions.enter_absence(owner, actor=owner, period=soon(), delegate=ops_lead)

    assert absence.delegation.status == DelegationStatus.PROPOSED
    assert (absence.delegation.starts_at, absence.delegation.ends_at) == (
        absence.starts_at,
        absence.ends_at,
    )
    assert set(Entry.objects.values_list("action", flat=True)) >= {
        "absence.entered",
        "delegation.proposed",
    }


def test_one_enters_ones_own_absence_and_who_assigns_there_anybodys(
    owner, officer, stranger, ops_lead, auditor
):
    actions.enter_absence(owner, actor=officer, period=soon())

    for actor in (stranger, auditor):
        with pytest.raises(PermissionDenied):
            actions.enter_absence(owner, actor=actor, period=soon())
    with pytest.raises(PermissionDenied):
        actions.enter_absence(ops_lead, actor=owner, period=soon())


@pytest.mark.parametrize(
    ("first", "last", "zone", "why"),
    [
        (2, 1, "Europe/Berlin", "end after it begins"),
        (-3, -2, "Europe/Berlin", "passed already"),
        (1, 2, "Europe/Nowhere", "no such time zone"),
    ],
)
def test_a_time_that_cannot_be_is_refused(owner, first, last, zone, why):
    with pytest.raises(DomainError, match=why):
        actions.enter_absence(owner, actor=owner, period=soon(first, last, zone))


def test_cancelling_an_absence_takes_its_delegation_back(owner, ops_lead):
    absence = actions.enter_absence(owner, actor=owner, period=soon(), delegate=ops_lead)
    actions.accept(absence.delegation, actor=ops_lead)
    actions.cancel_absence(absence, actor=owner)
    absence.delegation.refresh_from_db()

    assert absence.delegation.status == DelegationStatus.WITHDRAWN
    with pytest.raises(DomainError, match="ended already"):
        actions.cancel_absence(absence, actor=owner)
    assert not cover_of([], [owner.pk]).away(owner.handle, absence.starts_at)


def test_what_was_missed_before_cancelling_stays_missed(owner):
    absence = actions.enter_absence(owner, actor=owner, period=soon(-1, 2))
    actions.cancel_absence(absence, actor=owner)
    index = cover_of([], [owner.pk])

    assert index.away(owner.handle, timezone.now() - DAY / 2)
    assert not index.away(owner.handle, timezone.now() + DAY)


def test_only_who_was_asked_accepts_or_refuses_and_once(asked, owner, ops_lead, officer):
    for actor in (owner, officer):
        with pytest.raises(PermissionDenied):
            actions.accept(asked, actor=actor)
        with pytest.raises(PermissionDenied):
            actions.refuse(asked, actor=actor)
    actions.accept(asked, actor=ops_lead)

    with pytest.raises(TransitionError):
        actions.accept(asked, actor=ops_lead)
    with pytest.raises(TransitionError):
        actions.refuse(asked, actor=ops_lead)
    assert Entry.objects.filter(action="delegation.accepted").count() == 1


def test_what_is_refused_or_only_asked_gives_no_mandate(asked, owner, ops_lead, officer):
    index = cover_of([], [owner.pk])
    actions.refuse(asked, actor=ops_lead)

    assert index.delegates(owner.handle, "CHG-01", asked.starts_at) == []
    assert cover_of([], [owner.pk]).delegates(owner.handle, "CHG-01", asked.starts_at) == []


def test_an_accepted_delegation_counts_until_it_is_withdrawn(asked, owner, ops_lead):
    actions.accept(asked, actor=ops_lead)
    before = cover_of([], [owner.pk])
    actions.withdraw(asked, actor=ops_lead)
    after = cover_of([], [owner.pk])

    assert before.delegates(owner.handle, "CHG-01", asked.starts_at) == [ops_lead.handle]
    assert after.delegates(owner.handle, "CHG-01", asked.starts_at) == []


def test_nobody_passes_on_what_was_passed_on(asked, owner, ops_lead, officer):
    actions.accept(asked, actor=ops_lead)

    with pytest.raises(DomainError, match="One step only"):
        ask(ops_lead, officer)
    with pytest.raises(DomainError, match="each would act for the other"):
        ask(ops_lead, owner)
    with pytest.raises(DomainError, match="lets somebody else act"):
        ask(officer, owner)


def test_two_that_were_asked_at_once_cannot_both_be_accepted(asked, owner, ops_lead, officer):
    other = ask(ops_lead, officer)
    actions.accept(asked, actor=ops_lead)

    with pytest.raises(DomainError, match="One step only"):
        actions.accept(other, actor=officer)


def test_the_database_refuses_a_delegation_to_oneself_and_one_that_ends_before(owner, ops_lead):
    now = timezone.now()
    about = {"giver": owner, "reason": "x", "proposed_by": owner, "starts_at": now}
    for wrong in (
        {"taker": owner, "ends_at": now + DAY},
        {"taker": ops_lead, "ends_at": now},
        {"taker": ops_lead, "ends_at": now + DAY, "status": "accepted"},
        {"taker": ops_lead, "ends_at": now + DAY, "refused_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.create(**about, **wrong)


def test_absences_are_seen_by_whom_the_person_serves(
    owner, officer, stranger, ops_lead, organisation, auditor
):
    mine = actions.enter_absence(owner, actor=owner, period=soon())
    lead = actions.enter_absence(ops_lead, actor=ops_lead, period=soon())
    before = set(Absence.objects.visible_to(stranger))
    name_holder(organisation, role="AO", person=ops_lead, actor=officer)

    assert before == set()
    assert set(Absence.objects.visible_to(stranger)) == {lead}
    assert set(Absence.objects.visible_to(auditor)) == {mine, lead}
    assert set(Absence.objects.visible_to(owner)) == {mine, lead}


def test_a_delegation_is_seen_by_both_sides(asked, owner, ops_lead, stranger):
    assert asked in Delegation.objects.visible_to(owner)
    assert asked in Delegation.objects.visible_to(ops_lead)
    assert asked not in Delegation.objects.visible_to(stranger)
