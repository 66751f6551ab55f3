"""Settings: one's own profile; people, roles and units for administrators."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from governance.accounts import actions
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Role
from governance.common.errors import DomainError
from governance.ledger.models import Entry
from tests.conftest import PASSWORD, person

PAGES = ["/settings/people/", "/settings/people/new/", "/settings/units/"]
NEW = {"name": "Nora Lind", "email": "Nora@halden.example", "role": "auditor"}


@pytest.fixture
def unit_admin(claims, administrator):
    """Administrator of Claims alone."""
    return person("Carl Claims", Role.ADMINISTRATOR, claims, administrator)


def last_action():
    return Entry.objects.order_by("-pk").values_list("action", flat=True)[0]


@pytest.mark.parametrize("path", PAGES)
def test_settings_of_others_are_for_administrators(as_user, officer, path):
    answer = as_user(officer).get(path)

    assert answer.status_code == 403
    assert "kept by administrators" in answer.content.decode()


def test_menu_shows_only_what_the_role_can_use(as_user, officer):
    page = as_user(officer).get("/settings/").content.decode()

    assert "/settings/tokens/" in page
    assert "/settings/people/" not in page


def test_person_changes_the_own_name(as_user, owner):
    as_user(owner).post("/settings/", {"name": "Mira Bianchi", "row_version": owner.row_version})

    assert User.objects.get(pk=owner.pk).name == "Mira Bianchi"
    assert last_action() == "person.changed"


def test_name_changed_meanwhile_is_refused(as_user, owner):
    answer = as_user(owner).post("/settings/", {"name": "Mira Bianchi", "row_version": 99})

    assert answer.status_code == 409


def test_administrator_adds_a_person_with_the_first_role(as_user, administrator, claims):
    day = timezone.localdate() + timedelta(days=30)
    data = NEW | {"unit": claims.pk, "ends_on": day.isoformat()}
    as_user(administrator).post("/settings/people/new/", data)
    role = Membership.objects.get(user__email="nora@halden.example")

    assert (role.role, role.unit, role.ends_on) == ("auditor", claims, day)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"ends_on": ""}, "last day of the auditor"),
        ({"ends_on": "2020-01-01"}, "not over yet"),
        ({"email": "admin@halden.example"}, "here already"),
        ({"name": ""}, "Give the person"),
        ({"unit": "999999"}, "not one of the available"),
    ],
)
def test_bad_person_is_told_in_a_summary_and_nothing_is_kept(
    as_user, administrator, claims, over, words
):
    data = NEW | {"unit": claims.pk, "ends_on": "2099-01-01"} | over
    answer = as_user(administrator).post("/settings/people/new/", data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "There is a problem" in answer.content.decode()
    assert not User.objects.filter(email="nora@halden.example").exists()


def test_role_is_given_and_taken_away(as_user, administrator, owner, lending):
    client = as_user(administrator)
    client.post(f"/settings/people/{owner.pk}/", {"role": "ai_ops_lead", "unit": lending.pk})
    role = owner.memberships.get(unit=lending)
    client.post(f"/settings/roles/{role.pk}/revoke/")

    assert not owner.memberships.filter(unit=lending).exists()
    assert last_action() == "role.revoked"


def test_last_administrator_keeps_the_role(as_user, administrator):
    role = administrator.memberships.get()
    answer = as_user(administrator).post(f"/settings/roles/{role.pk}/revoke/")

    assert answer.status_code == 409
    assert administrator.memberships.exists()


def test_account_is_closed_and_opened_again(as_user, administrator, owner):
    client = as_user(administrator)
    client.post(f"/settings/people/{owner.pk}/deactivate/")
    assert not User.objects.get(pk=owner.pk).is_active

    client.post(f"/settings/people/{owner.pk}/reactivate/")
    assert User.objects.get(pk=owner.pk).is_active
    assert last_action() == "person.reactivated"


def test_first_sign_in_link_sets_a_password_once(as_user, client, administrator, claims):
    made = actions.add_person_with_role(
        email="nora@halden.example",
        name="Nora Lind",
        role=Role.SYSTEM_OWNER,
        unit=claims,
        actor=administrator,
    )
    page = as_user(administrator).post(f"/settings/people/{made.pk}/invite/").content.decode()
    link = page.split('mono wrap">')[1].split("</code>")[0]
    client.logout()
    form = client.get(link, follow=True)
    given = {"password1": PASSWORD, "password2": PASSWORD}
    client.post(form.redirect_chain[-1][0], given)

    assert User.objects.get(pk=made.pk).check_password(PASSWORD)
    assert "used already" in client.get(link, follow=True).content.decode()


def test_link_is_refused_for_somebody_with_a_password(administrator, owner):
    with pytest.raises(DomainError, match="has a password already"):
        actions.invite(owner, actor=administrator)


def test_administrator_of_a_unit_sees_and_gives_only_there(
    as_user, unit_admin, owner, stranger, lending
):
    client = as_user(unit_admin)
    page = client.get("/settings/people/").content.decode()
    refused = client.post(
        f"/settings/people/{owner.pk}/", {"role": "ai_ops_lead", "unit": lending.pk}
    )

    assert "Mira Rossi" in page
    assert "Sam Stranger" not in page
    assert client.get(f"/settings/people/{stranger.pk}/").status_code == 404
    assert refused.status_code == 422
    role = stranger.memberships.get()
    assert client.post(f"/settings/roles/{role.pk}/revoke/").status_code == 404


def test_administrator_of_a_unit_closes_no_account(as_user, unit_admin, owner):
    answer = as_user(unit_admin).post(f"/settings/people/{owner.pk}/deactivate/")

    assert answer.status_code == 403
    assert User.objects.get(pk=owner.pk).is_active


def test_unit_is_added_and_renamed(as_user, administrator, claims):
    client = as_user(administrator)
    client.post("/settings/units/", {"name": "Motor", "parent": claims.pk})
    motor = BusinessUnit.objects.get(name="Motor")
    client.post(f"/settings/units/{motor.pk}/", {"name": "Car", "row_version": 1})
    motor.refresh_from_db()

    assert motor.name == "Car"
    assert motor.path[:-1] == claims.path


def test_second_unit_of_one_name_beside_another_is_refused(as_user, administrator, claims):
    data = {"name": "Claims", "parent": claims.parent_id}
    answer = as_user(administrator).post("/settings/units/", data)

    assert answer.status_code == 422
    assert "of this name already" in answer.content.decode()


def test_list_of_people_costs_the_same_for_more_people(
    as_user, administrator, claims, officer, django_assert_num_queries
):
    client = as_user(administrator)
    client.get("/settings/people/")
    for number in range(10):
        person(f"P{number} Test", Role.SYSTEM_OWNER, claims, administrator)

    with django_assert_num_queries(10):
        client.get("/settings/people/")


def test_nobody_takes_another_address_by_themselves(as_user, owner):
    asked = {"action_add": "", "email": "elsewhere@halden.example"}

    assert as_user(owner).post("/accounts/email/", asked)["Location"] == "/settings/"
    assert not EmailAddress.objects.exists()


def test_roles_in_units_that_one_does_not_see_are_not_shown(
    as_user, owner, claims, lending, administrator
):
    keeper = person("Kim Keeper", Role.ADMINISTRATOR, claims, administrator)
    actions.grant(owner, role=Role.AI_OPS_LEAD, unit=lending, actor=administrator)
    client = as_user(keeper)

    for address in ("/settings/people/", f"/settings/people/{owner.pk}/"):
        shown = client.get(address).content.decode()
        assert "System owner" in shown
        assert "Lending" not in shown
