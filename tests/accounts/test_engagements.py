"""An auditor is let in from a day to a day, for a purpose."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts import actions
from governance.accounts.access import visible_units
from governance.accounts.actions import Engagement
from governance.accounts.models import Membership, User
from governance.accounts.rules import Role
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from governance.ledger.queries import body
from inventory.systems.actions import share
from inventory.systems.models import AISystem


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def engaged(user: User, unit, admin: User, first: int, last: int) -> Membership:
    """Return the auditor's role that a person has from one day to another."""
    return actions.grant(
        user,
        role=Role.AUDITOR,
        unit=unit,
        actor=admin,
        ends_on=in_days(last),
        engagement=Engagement(in_days(first), "Annual audit"),
    )


@pytest.fixture
def guest(claims, administrator) -> User:
    """Somebody without any role."""
    return actions.add_person(
        email="gail@halden.example", name="Gail Guest", unit=claims, actor=administrator
    )


@pytest.mark.parametrize(("first", "sees"), [(1, False), (0, True), (-1, True)])
def test_an_auditor_sees_nothing_before_the_first_day(guest, claims, administrator, first, sees):
    engaged(guest, claims, administrator, first, 5)

    assert visible_units(guest).exists() is sees


def test_the_record_says_from_when_to_when_and_what_for(guest, claims, administrator):
    role = engaged(guest, claims, administrator, 2, 5)

    assert (role.purpose, role.granted_by) == ("Annual audit", administrator)
    data = body(Entry.objects.filter(action="role.granted").latest("pk"))["data"]
    assert (data["begins_on"], data["ends_on"]) == (in_days(2).isoformat(), in_days(5).isoformat())
    assert data["purpose"] == "Annual audit"


def test_access_that_ends_before_it_begins_is_refused(guest, claims, administrator):
    with pytest.raises(DomainError, match="ends before it begins"):
        engaged(guest, claims, administrator, 6, 5)


def test_only_an_auditor_is_let_in_later(guest, claims, administrator):
    with pytest.raises(DomainError, match="Only an auditor's access begins"):
        actions.grant(
            guest,
            role=Role.SYSTEM_OWNER,
            unit=claims,
            actor=administrator,
            engagement=Engagement(in_days(1)),
        )
    with pytest.raises(IntegrityError, match="only_an_auditor_begins"), transaction.atomic():
        Membership.objects.create(
            user=guest, unit=claims, role=Role.SYSTEM_OWNER, begins_on=in_days(1)
        )


def test_another_engagement_takes_the_place_of_one_that_is_over(guest, claims, administrator):
    first = engaged(guest, claims, administrator, 0, 1)
    again = engaged(guest, claims, administrator, 3, 9)

    assert again.pk == first.pk
    assert (again.begins_on, again.ends_on) == (in_days(3), in_days(9))
    with pytest.raises(DomainError, match="already"):
        engaged(guest, claims, administrator, 3, 9)


@pytest.mark.parametrize(("last", "sees"), [(0, True), (-1, False)])
def test_what_was_shared_with_an_auditor_is_seen_no_longer_than_the_role_counts(
    auditor, officer, system, last, sees
):
    share(system, user=auditor, actor=officer)
    Membership.objects.filter(user=auditor).update(ends_on=in_days(last))

    assert AISystem.objects.visible_to(auditor).exists() is sees


def test_an_auditor_is_let_in_later_on_the_page_of_the_person(
    as_user, administrator, guest, claims
):
    client = as_user(administrator)
    given = {"role": "auditor", "unit": claims.pk, "purpose": "ISO 42001 stage 2"}
    given |= {"begins_on": in_days(3).isoformat(), "ends_on": in_days(9).isoformat()}
    client.post(f"/settings/people/{guest.pk}/", given)

    page = client.get(f"/settings/people/{guest.pk}/").content.decode()
    assert "ISO 42001 stage 2" in page
    assert Membership.objects.get(user=guest).begins_on == in_days(3)


def test_a_first_day_after_the_last_is_told_at_the_field(as_user, administrator, guest, claims):
    given = {"role": "auditor", "unit": claims.pk, "begins_on": in_days(9), "ends_on": in_days(3)}
    answer = as_user(administrator).post(f"/settings/people/{guest.pk}/", given)

    assert answer.status_code == 422
    assert "not after the last one" in answer.content.decode()
