"""Naming holders and deputies, and what the database refuses."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.ledger.queries import body
from raci.people import actions
from raci.people.actions import Grant, Term
from raci.people.models import Authority, RoleHolder
from raci.people.queries import cover_of
from raci.people.rules import Rank

DAY = timedelta(days=1)


def holder(unit, at=None, role="AO") -> str:
    index = cover_of(unit.path)
    return index.person(index.holder(role, unit.path, at or timezone.now())).name


@pytest.fixture
def named(organisation, officer, ops_lead) -> RoleHolder:
    """Jonas Weber as AI-Ops lead from now on."""
    actions.name_holder(organisation, role="AO", person=ops_lead, actor=officer)
    return RoleHolder.objects.get()


def test_a_successor_is_named_ahead_and_follows_on_the_day(organisation, officer, owner, named):
    day = timezone.now() + 3 * DAY
    actions.name_holder(
        organisation, role="AO", person=owner, actor=officer, term=Term(since=day, until=day + DAY)
    )

    assert holder(organisation) == "Jonas Weber"
    assert holder(organisation, day) == "Mira Rossi"
    assert holder(organisation, day + DAY) == ""
    data = body(Entry.objects.filter(action="role_holder.named").order_by("pk").last())["data"]
    assert data["since"] == day.isoformat()


def test_two_people_never_hold_one_role_at_one_time(organisation, officer, owner, named):
    later = Term(since=timezone.now() + DAY)
    actions.name_holder(organisation, role="AO", person=owner, actor=officer, term=later)

    with pytest.raises(DomainError, match="Mira Rossi is named from"):
        actions.name_holder(organisation, role="AO", person=officer, actor=officer)
    with pytest.raises(IntegrityError, match="holder_one_at_a_time"), transaction.atomic():
        RoleHolder.objects.create(unit=organisation, role="AO", person=officer)


def test_the_same_role_in_another_unit_or_as_deputy_is_another_thing(
    organisation, claims, officer, owner, named
):
    actions.name_holder(claims, role="AO", person=owner, actor=officer)
    actions.name_deputy(organisation, role="AO", person=officer, actor=officer)

    assert holder(claims) == "Mira Rossi"
    assert RoleHolder.objects.now().filter(rank=Rank.DEPUTY).get().person == officer


def test_a_deputy_is_named_once(organisation, officer, owner, named):
    actions.name_deputy(organisation, role="AO", person=owner, actor=officer)

    with pytest.raises(DomainError, match="deputy for this role already"):
        actions.name_deputy(organisation, role="AO", person=owner, actor=officer)
    assert Entry.objects.filter(action="deputy.named").count() == 1


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [(-1, None, "begins today or later"), (2, 1, "must end"), (None, -1, "must end")],
)
def test_a_term_that_cannot_be_is_refused(organisation, officer, owner, since, until, why):
    now = timezone.now()
    term = Term(
        since=None if since is None else now + since * DAY,
        until=None if until is None else now + until * DAY,
    )

    with pytest.raises(DomainError, match=why):
        actions.name_holder(organisation, role="AO", person=owner, actor=officer, term=term)


def test_a_term_ends_at_once_or_later_but_only_once(organisation, officer, named):
    actions.end_seat(named, actor=officer, at=timezone.now() + DAY)
    held = holder(organisation)
    actions.end_seat(named, actor=officer)

    assert (held, holder(organisation)) == ("Jonas Weber", "")
    with pytest.raises(DomainError, match="ended already"):
        actions.end_seat(named, actor=officer)
    assert Entry.objects.filter(action="role_holder.ended").count() == 2


def test_only_who_may_assign_names_anybody(organisation, owner, auditor, named):
    for actor in (owner, auditor):
        with pytest.raises(PermissionDenied):
            actions.name_deputy(organisation, role="AO", person=owner, actor=actor)
        with pytest.raises(PermissionDenied):
            actions.end_seat(named, actor=actor)


def test_an_authority_has_a_limit_and_an_end(organisation, officer, owner):
    grant = Grant(Decimal("25000.00"), "EUR", timezone.now() + DAY)
    actions.empower(organisation, person=owner, kind="sign-contract", actor=officer, grant=grant)
    given = Authority.objects.get()
    index = cover_of(organisation.path)

    assert (given.limit, given.currency, given.granted_by) == (grant.limit, "EUR", officer)
    may = [
        index.may(owner.handle, "sign-contract", organisation.path, grant.until + step * DAY)
        for step in (-0.5, 0)
    ]
    assert may == [True, False]


@pytest.mark.parametrize(
    "grant", [Grant(Decimal(5)), Grant(currency="EUR"), Grant(Decimal(-5), "EUR")]
)
def test_a_limit_is_an_amount_in_a_currency(organisation, officer, owner, grant):
    with pytest.raises(DomainError):
        actions.empower(organisation, person=owner, kind="stop-system", actor=officer, grant=grant)


def test_somebody_who_left_is_known_to_have_left_when_the_account_was_closed(
    organisation, owner, officer, administrator, named, ops_lead
):
    from governance.accounts.actions import deactivate

    before = timezone.now()
    deactivate(ops_lead, actor=administrator)
    person = cover_of(organisation.path).person(ops_lead.handle)

    assert person.is_there(before)
    assert not person.is_there(timezone.now())
