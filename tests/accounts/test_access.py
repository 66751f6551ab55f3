"""What a person may see and do, by unit, day and state of the account."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from governance.accounts import actions, unit_actions
from governance.accounts.access import (
    acting_user,
    live_memberships,
    may,
    people_behind,
    require,
    units_with,
    visible_units,
)
from governance.accounts.models import BusinessUnit, Membership
from governance.accounts.rules import CAPABILITIES, Capability, Role
from inventory.systems.models import AISystem
from tests.conftest import person


@pytest.fixture
def motor(claims, administrator) -> BusinessUnit:
    """A unit below Claims."""
    return unit_actions.add_unit(name="Motor claims", parent=claims, actor=administrator)


def test_a_role_covers_its_unit_and_all_below_and_nothing_beside_or_above(
    owner, claims, motor, lending, organisation
):
    assert set(visible_units(owner)) == {claims, motor}


def test_a_role_in_the_organisation_covers_all(officer, organisation, claims, motor, lending):
    assert set(visible_units(officer)) == {organisation, claims, motor, lending}


@pytest.mark.parametrize("role", Role)
def test_capabilities_hold_where_the_role_is_and_below_only(
    role, claims, motor, lending, organisation, administrator
):
    user = person("Pia Person", role, claims, administrator)

    for capability in Capability:
        brings = capability in CAPABILITIES[role]
        assert may(user, capability, claims) is brings
        assert may(user, capability, motor) is brings
        assert set(units_with(user, capability)) == ({claims, motor} if brings else set())
        for elsewhere in (lending, organisation, None):
            assert not may(user, capability, elsewhere)


def test_only_a_role_in_the_organisation_may_do_it_everywhere(administrator):
    assert may(administrator, Capability.CONFIGURE, None)


def test_what_is_refused_says_what_and_where(owner, claims):
    with pytest.raises(PermissionDenied, match="does not let you approve in Claims"):
        require(owner, Capability.APPROVE, claims)
    with pytest.raises(PermissionDenied, match="configure for the whole organisation"):
        require(owner, Capability.CONFIGURE, None)


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True)])
def test_a_role_counts_up_to_its_last_day(auditor, days, counts):
    last = timezone.localdate() + timedelta(days=days)
    Membership.objects.filter(user=auditor).update(ends_on=last)

    assert visible_units(auditor).exists() is counts
    assert live_memberships(auditor).exists() is counts


def test_an_inactive_person_sees_and_may_nothing(officer, claims, system, administrator):
    actions.deactivate(officer, actor=administrator)
    officer.is_active = True  # what a stale copy in a request would say

    assert not visible_units(officer).exists()
    assert not may(officer, Capability.EDIT, claims)
    officer.refresh_from_db()
    assert not AISystem.objects.visible_to(officer).exists()


def test_a_unit_that_moves_takes_its_visibility_along(owner, stranger, claims, motor, lending):
    root_admin = Membership.objects.get(role=Role.ADMINISTRATOR).user
    unit_actions.move_unit(motor, parent=lending, actor=root_admin)

    assert set(visible_units(owner)) == {claims}
    assert set(visible_units(stranger)) == {lending, motor}


def test_the_person_behind_a_request_must_have_signed_in(rf, officer):
    request = rf.get("/")
    request.user = AnonymousUser()

    with pytest.raises(PermissionDenied, match="Sign in"):
        acting_user(request)
    request.user = officer
    assert acting_user(request) == officer


def test_handles_lead_to_people_in_one_query(officer, owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = people_behind([officer.handle, owner.handle, officer.handle, "nobody"])

    assert found == {officer.handle: officer, owner.handle: owner}


MANY_SQL = """
INSERT INTO accounts_businessunit (name, parent_id, path, external_key, row_version)
SELECT 'Unit ' || n, %s, ARRAY[]::bigint[], '', 1 FROM generate_series(1, 200) n;
UPDATE accounts_businessunit SET path = ARRAY[parent_id, id] WHERE path = '{}';
"""


def copies(system: AISystem, count: int) -> None:
    """Copy a system many times over all units, by SQL."""
    stored = [f for f in AISystem._meta.concrete_fields if not f.primary_key and not f.generated]
    fields = [field.column for field in stored]
    instead = {
        "ref": "'X-' || n",
        "name": "'System ' || n",
        "unit_id": "(SELECT array_agg(id) FROM accounts_businessunit)[1 + n %% 200]",
    }
    chosen = ", ".join(instead.get(column, column) for column in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO systems_aisystem ({', '.join(fields)}) SELECT {chosen} "  # noqa: S608
            "FROM systems_aisystem, generate_series(1, %s) n WHERE id = %s",
            [count, system.pk],
        )
        cursor.execute("ANALYZE systems_aisystem; ANALYZE accounts_businessunit")


@pytest.fixture
def many(system, organisation) -> int:
    """Twenty thousand systems in two hundred units."""
    with connection.cursor() as cursor:
        cursor.execute(MANY_SQL, [organisation.pk])
    copies(system, 20_000)
    return 20_001


def nodes(plan: dict) -> list[dict]:
    return [plan, *(found for child in plan.get("Plans", []) for found in nodes(child))]


@pytest.mark.parametrize("who", ["officer", "owner", "stranger"])
def test_a_page_of_many_systems_is_one_query_that_asks_nothing_per_system(
    who, many, request, django_assert_num_queries
):
    user = request.getfixturevalue(who)
    page = AISystem.objects.visible_to(user).order_by("name", "pk")[:50]
    (plan,) = json.loads(page.explain(format="json", analyze=True))

    assert max(node["Actual Loops"] for node in nodes(plan["Plan"])) <= 60
    with django_assert_num_queries(1):
        assert len(page) == (50 if who == "officer" else len(page))


def test_the_count_of_many_systems_is_one_query(many, officer, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert AISystem.objects.visible_to(officer).count() == many
