"""People, units and roles: what is refused, what is recorded, what two at once do."""

import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from governance.accounts import actions, unit_actions
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Role
from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from governance.ledger.models import Personal as PersonalValue
from tests.conftest import PASSWORD, person


def recorded(action: str) -> Entry:
    return Entry.objects.filter(action=action).latest("pk")


def at_once(*jobs):
    """Run jobs in threads that start together; return what each raised, or None."""
    outcomes: list[Exception | None] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(at: int) -> None:
        try:
            start.wait(10)
            jobs[at]()
        except Exception as error:
            outcomes[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[at]) for at in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


# --- the organisation -----------------------------------------------------------------------


def found(name: str = "Second") -> User:
    return unit_actions.found_organisation(
        name=name, email=f"{name}@x.example", person="Zed", password=PASSWORD
    )


def test_an_installation_has_one_organisation(administrator):
    before = Entry.objects.count()

    with pytest.raises(DomainError, match="has an organisation already"):
        found()
    assert Entry.objects.count() == before
    assert User.objects.count() == 1


def test_the_database_refuses_a_second_root(organisation):
    with pytest.raises(IntegrityError, match="unit_one_root"), transaction.atomic():
        BusinessUnit.objects.create(name="Other")


@pytest.mark.django_db(transaction=True)
def test_two_who_found_at_once_make_one_organisation():
    outcomes = at_once(lambda: found("First"), lambda: found("Second"))

    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
    assert BusinessUnit.objects.count() == User.objects.count() == 1


# --- units ----------------------------------------------------------------------------------


def test_a_unit_knows_its_way_from_the_root(organisation, claims, administrator):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)

    assert motor.path == [organisation.pk, claims.pk, motor.pk]
    assert recorded("unit.added").unit_id == motor.pk


def test_a_name_and_a_key_are_given_once(claims, lending, administrator):
    unit_actions.add_unit(name="Motor", parent=claims, actor=administrator, external_key="M")

    with pytest.raises(DomainError, match="Claims has a unit called Motor already"):
        unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    with pytest.raises(DomainError, match="external key"):
        unit_actions.add_unit(name="Cars", parent=lending, actor=administrator, external_key="M")
    with pytest.raises(DomainError, match="has a unit called Claims already"):
        unit_actions.rename_unit(lending, name="Claims", actor=administrator)


def test_only_who_configures_or_imports_there_adds_a_unit(claims, owner, stranger):
    for actor in (owner, stranger):
        with pytest.raises(PermissionDenied):
            unit_actions.add_unit(name="Mine", parent=claims, actor=actor)


def test_renaming_records_both_names_and_a_rename_to_the_same_records_nothing(
    claims, administrator
):
    unit_actions.rename_unit(claims, name="Claims desk", actor=administrator)
    count = Entry.objects.count()
    unit_actions.rename_unit(claims, name="Claims desk", actor=administrator)

    assert b'{"from":"Claims","to":"Claims desk"}' in bytes(recorded("unit.renamed").body)
    assert Entry.objects.count() == count


def test_a_moved_unit_takes_all_below_along(organisation, claims, lending, administrator):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    glass = unit_actions.add_unit(name="Glass", parent=motor, actor=administrator)
    unit_actions.move_unit(motor, parent=lending, actor=administrator)
    glass.refresh_from_db()

    assert motor.path == [organisation.pk, lending.pk, motor.pk]
    assert glass.path == [organisation.pk, lending.pk, motor.pk, glass.pk]
    assert claims.path == BusinessUnit.objects.get(pk=claims.pk).path
    assert b'"from":{"id"' in bytes(recorded("unit.moved").body)


def test_a_unit_cannot_be_moved_below_itself_nor_the_organisation_at_all(
    organisation, claims, administrator
):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)

    for unit, parent in ((claims, motor), (claims, claims), (organisation, claims)):
        with pytest.raises(DomainError, match="cannot be moved"):
            unit_actions.move_unit(unit, parent=parent, actor=administrator)


def test_moving_needs_both_the_old_place_and_the_new(claims, lending, administrator):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    for name, place in (("Lea", lending), ("Cleo", claims)):
        local = person(f"{name} Local", Role.ADMINISTRATOR, place, administrator)

        with pytest.raises(PermissionDenied):
            unit_actions.move_unit(motor, parent=lending, actor=local)


def test_moving_a_unit_that_was_changed_since_is_refused(claims, lending, administrator):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    seen = motor.row_version
    unit_actions.rename_unit(motor, name="Motors", actor=administrator)

    with pytest.raises(StaleError):
        unit_actions.move_unit(motor, parent=lending, actor=administrator, seen=seen)


@pytest.mark.django_db(transaction=True)
def test_a_unit_added_while_its_parent_moves_ends_on_the_right_path(
    organisation, claims, lending, administrator
):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    at_once(
        lambda: unit_actions.move_unit(
            BusinessUnit.objects.get(pk=motor.pk), parent=lending, actor=administrator
        ),
        *(
            lambda name=name: unit_actions.add_unit(name=name, parent=motor, actor=administrator)
            for name in "abc"
        ),
    )

    expected = [organisation.pk, lending.pk, motor.pk]
    for child in BusinessUnit.objects.filter(parent=motor):
        assert child.path == [*expected, child.pk]


# --- people ---------------------------------------------------------------------------------


def test_a_person_is_added_once_whatever_the_case_of_the_address(claims, administrator):
    actions.add_person(email="Kim@X.example", name="Kim", unit=claims, actor=administrator)

    with pytest.raises(DomainError, match="is here already"):
        actions.add_person(email="kim@x.example", name="Kim", unit=claims, actor=administrator)


def test_a_name_and_an_address_are_recorded_as_commitments_only(owner, administrator):
    actions.change_person(
        owner, actor=administrator, name="Mira Bianchi", email="mira.b@halden.example"
    )
    entry = recorded("person.changed")

    assert b"Bianchi" not in bytes(entry.body)
    assert b"halden.example" not in bytes(entry.body)
    paths = PersonalValue.objects.filter(entry_id=entry.pk).values_list("path", flat=True)
    assert set(paths) == {
        f"/changes/{field}/{side}" for field in ("name", "email") for side in ("from", "to")
    }


def test_changing_nothing_records_nothing(owner, administrator):
    before = Entry.objects.count()
    actions.change_person(owner, actor=administrator, name=owner.name, email=owner.email)

    assert Entry.objects.count() == before


def test_an_address_that_somebody_has_is_refused(owner, officer, administrator):
    with pytest.raises(DomainError, match="is here already"):
        actions.change_person(owner, actor=administrator, name="Mira", email=officer.email.upper())


def test_only_an_administrator_of_the_organisation_changes_people(owner, officer, claims):
    for actor in (owner, officer):
        with pytest.raises(PermissionDenied):
            actions.change_person(owner, actor=actor, name="Me", email=owner.email)
        with pytest.raises(PermissionDenied):
            actions.deactivate(officer, actor=actor)


@pytest.mark.parametrize("old", [True, False])
def test_after_a_change_of_address_the_new_one_signs_in_and_the_old_does_not(
    owner, administrator, client, old
):
    before = owner.email
    client.post("/accounts/login/", {"login": before, "password": PASSWORD})
    client.logout()
    actions.change_person(owner, actor=administrator, name=owner.name, email="new@halden.example")
    login = before if old else "new@halden.example"
    client.post("/accounts/login/", {"login": login, "password": PASSWORD})

    assert ("_auth_user_id" in client.session) is not old


def test_closing_an_account_ends_its_sessions_for_good(owner, administrator, client, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    kept = client.session.session_key
    client.cookies.clear()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    actions.deactivate(owner, actor=administrator)
    actions.reactivate(owner, actor=administrator)

    assert client.get("/").status_code == 302
    assert Session.objects.filter(pk=kept).exists()


def test_a_closed_account_does_not_sign_in_and_an_opened_one_does(owner, administrator, client):
    actions.deactivate(owner, actor=administrator)
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session

    actions.reactivate(owner, actor=administrator)
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert recorded("person.reactivated").object_id == str(owner.pk)


def test_closing_and_opening_twice_is_refused(owner, administrator):
    with pytest.raises(DomainError, match="is open already"):
        actions.reactivate(owner, actor=administrator)
    actions.deactivate(owner, actor=administrator)
    with pytest.raises(DomainError, match="is closed already"):
        actions.deactivate(owner, actor=administrator)


def test_nobody_closes_the_own_account(administrator):
    with pytest.raises(DomainError, match="yourself"):
        actions.deactivate(administrator, actor=administrator)


# --- roles ----------------------------------------------------------------------------------


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_an_auditor_needs_an_end(claims, owner, administrator):
    with pytest.raises(DomainError, match="end date"):
        actions.grant(owner, role=Role.AUDITOR, unit=claims, actor=administrator)


def test_the_database_refuses_an_auditor_without_an_end(claims, owner):
    with pytest.raises(IntegrityError, match="auditor_ends"), transaction.atomic():
        Membership.objects.create(user=owner, unit=claims, role=Role.AUDITOR)


def test_an_end_in_the_past_is_refused(claims, owner, administrator):
    with pytest.raises(DomainError, match="past"):
        actions.grant(
            owner, role=Role.AUDITOR, unit=claims, actor=administrator, ends_on=in_days(-1)
        )


def test_a_role_is_given_once_and_may_get_another_end(claims, owner, administrator):
    def give(days: int) -> Membership:
        return actions.grant(
            owner, role=Role.AUDITOR, unit=claims, actor=administrator, ends_on=in_days(days)
        )

    first = give(5)
    with pytest.raises(DomainError, match="has that role in Claims already"):
        give(5)
    assert give(9).pk == first.pk
    assert Membership.objects.get(pk=first.pk).ends_on == in_days(9)
    assert recorded("role.end_changed").unit_id == claims.pk


def test_a_closed_account_gets_no_role(claims, owner, administrator):
    actions.deactivate(owner, actor=administrator)

    with pytest.raises(DomainError, match="account is closed"):
        actions.grant(owner, role=Role.AI_OPS_LEAD, unit=claims, actor=administrator)


def test_a_role_is_given_only_where_the_actor_configures(claims, lending, owner, administrator):
    local = person("Lea Local", Role.ADMINISTRATOR, lending, administrator)

    with pytest.raises(PermissionDenied):
        actions.grant(owner, role=Role.SYSTEM_OWNER, unit=claims, actor=local)
    actions.grant(owner, role=Role.SYSTEM_OWNER, unit=lending, actor=local)


def test_a_role_taken_away_is_recorded_once(owner, administrator):
    membership = Membership.objects.get(user=owner)
    actions.revoke(membership, actor=administrator)
    again = Membership(pk=membership.pk or 1, user=owner, unit=membership.unit, role="x")

    with pytest.raises(DomainError, match="already"):
        actions.revoke(again, actor=administrator)
    assert Entry.objects.filter(action="role.revoked").count() == 1


def test_the_last_administrator_stays(administrator):
    with pytest.raises(DomainError, match="needs an administrator"):
        actions.revoke(Membership.objects.get(user=administrator), actor=administrator)


@pytest.fixture
def second(organisation, administrator) -> User:
    """Another administrator of the organisation."""
    return person("Bea Second", Role.ADMINISTRATOR, organisation, administrator)


def test_one_of_two_administrators_may_go(administrator, second):
    actions.revoke(Membership.objects.get(user=administrator), actor=second)

    assert not Membership.objects.filter(user=administrator).exists()


@pytest.mark.parametrize("how", ["ends", "closed"])
def test_an_administrator_who_ends_or_is_closed_does_not_count(
    administrator, second, organisation, how
):
    if how == "ends":
        actions.grant(
            second,
            role=Role.ADMINISTRATOR,
            unit=organisation,
            actor=administrator,
            ends_on=in_days(5),
        )
    else:
        actions.deactivate(second, actor=administrator)

    with pytest.raises(DomainError, match="needs an administrator"):
        actions.revoke(Membership.objects.get(user=administrator), actor=administrator)
    with pytest.raises(DomainError, match="needs an administrator"):
        actions.grant(
            administrator,
            role=Role.ADMINISTRATOR,
            unit=organisation,
            actor=administrator,
            ends_on=in_days(5),
        )


def test_an_administrator_whose_role_ends_cannot_close_the_last_permanent_one(
    administrator, second, organisation
):
    actions.grant(
        second, role=Role.ADMINISTRATOR, unit=organisation, actor=administrator, ends_on=in_days(5)
    )

    with pytest.raises(DomainError, match="needs an administrator"):
        actions.deactivate(administrator, actor=second)


def one_left() -> bool:
    live = Membership.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return live.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_revoke_each_other_leave_one(administrator, second):
    mine, theirs = (Membership.objects.get(user=user) for user in (administrator, second))
    outcomes = at_once(
        lambda: actions.revoke(theirs, actor=administrator),
        lambda: actions.revoke(mine, actor=second),
    )

    assert one_left()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NoneType",
        "PermissionDenied",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_step_down_at_once_leave_one(administrator, second):
    mine, theirs = (Membership.objects.get(user=user) for user in (administrator, second))
    outcomes = at_once(
        lambda: actions.revoke(mine, actor=administrator),
        lambda: actions.revoke(theirs, actor=second),
    )

    assert one_left()
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_leave_one(administrator, second):
    at_once(
        lambda: actions.deactivate(User.objects.get(pk=second.pk), actor=administrator),
        lambda: actions.deactivate(User.objects.get(pk=administrator.pk), actor=second),
    )

    assert one_left()
