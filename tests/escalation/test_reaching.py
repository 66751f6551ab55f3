"""Who stands behind each target, and who in their place while they cannot be reached."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.escalation.gathering import reach_of
from governance.escalation.models import Item
from governance.escalation.plans import LevelWish, policy_plan
from raci.matrices.actions import make_default_matrix, make_matrix
from raci.people.absence_actions import Period, accept, delegate_to, enter_absence
from raci.people.actions import empower, name_deputy, name_holder
from tests.conftest import person
from tests.escalation.conftest import due, opened
from tests.factories import make_rota, put_in_force, staff

pytestmark = pytest.mark.django_db


def behind(item: Item, *targets: str) -> list[tuple[str, str]]:
    """Return who is told by targets, and through which step."""
    plan = policy_plan([LevelWish(5, targets)], code="asked")
    rows = Item.objects.select_related("unit", "system__unit", "system__owner")
    found = rows.get(pk=item.pk)
    reach = reach_of([found], [plan], timezone.now())
    return [(one.person.name, one.through) for one in reach.behind(found, targets)]


def today() -> Period:
    """Return from two hours ago until tomorrow."""
    now = timezone.now()
    return Period(now - timedelta(hours=2), now + timedelta(days=1))


@pytest.fixture
def away(owner, administrator, officer) -> User:
    """Mira Rossi, who is away today and tomorrow."""
    enter_absence(owner, actor=owner, period=today())
    return owner


def test_those_responsible_are_those_the_source_named(item):
    assert behind(item, "responsible") == [("Mira Rossi", "named")]


def test_who_is_told_by_two_targets_is_told_once(item):
    assert behind(item, "responsible", "owner", f"person:{item.whom[0]}") == [
        ("Mira Rossi", "named")
    ]


def test_who_is_away_is_not_told(item, away):
    assert behind(item, "responsible", "owner") == []


def test_who_accepted_to_act_for_somebody_away_is_told_instead(item, away, ops_lead):
    given = delegate_to(away, taker=ops_lead, actor=away, period=today(), reason="Leave.")
    accept(given, actor=ops_lead)

    assert behind(item, "responsible") == [("Jonas Weber", "delegate")]


def test_who_has_left_is_not_told(item, owner, administrator):
    accounts.deactivate(owner, actor=administrator)

    assert behind(item, "responsible") == []


def test_a_role_is_its_holder_of_the_nearest_unit(item, organisation, claims, officer, ops_lead):
    name_holder(organisation, role="CISO", person=officer, actor=officer)
    name_holder(claims, role="CISO", person=ops_lead, actor=officer)

    assert behind(item, "role:CISO") == [("Jonas Weber", "holder")]


def test_a_role_with_a_rota_is_whoever_has_the_pager(item, organisation, officer, ops_lead):
    make_rota(organisation, actor=officer, people=[ops_lead])

    assert behind(item, "role:OC") == [("Jonas Weber", "on_call")]


def test_a_schedule_is_whoever_has_its_pager(item, organisation, officer, ops_lead):
    rota = make_rota(organisation, actor=officer, people=[ops_lead])

    assert behind(item, f"schedule:{rota.pk}") == [("Jonas Weber", "on_call")]
    assert behind(item, "schedule:999999") == []


def test_a_deputy_stands_in_for_a_role_whose_holder_is_away(item, claims, officer, ops_lead, away):
    name_holder(claims, role="CISO", person=away, actor=officer)
    name_deputy(claims, role="CISO", person=ops_lead, actor=officer)

    assert behind(item, "role:CISO") == [("Jonas Weber", "deputy")]


def test_the_deputy_of_who_is_responsible_is_that_of_the_owners_role(item, claims, officer):
    name_deputy(claims, role="PO", person=officer, actor=officer)

    assert behind(item, "deputy") == [("Ines Halvorsen", "deputy")]


def test_the_manager_is_the_sponsor_else_the_ops_lead_and_never_who_is_responsible(
    item, organisation, claims, officer, ops_lead, owner
):
    name_holder(organisation, role="AO", person=ops_lead, actor=officer)
    assert behind(item, "manager") == [("Jonas Weber", "holder")]

    name_holder(claims, role="BS", person=owner, actor=officer)
    assert behind(item, "manager") == [("Jonas Weber", "holder")]


def test_the_accountable_of_what_names_no_activity_is_the_systems_owner(item):
    assert behind(item, "accountable") == [("Mira Rossi", "named")]


def test_an_authority_is_everybody_who_has_it_there(item, organisation, claims, officer, ops_lead):
    empower(organisation, person=officer, kind="stop-system", actor=officer)
    empower(claims, person=ops_lead, kind="stop-system", actor=officer)

    found = {name for name, _ in behind(item, "authority:stop-system")}
    assert found == {"Ines Halvorsen", "Jonas Weber"}


def test_the_fallback_is_the_board_and_the_administrators_also_while_they_are_away(
    item, organisation, officer, away, administrator
):
    name_holder(organisation, role="EXEC", person=away, actor=officer)
    person("Alva Admin", Role.ADMINISTRATOR, organisation, administrator)

    assert [name for name, _ in behind(item, "fallback")] == [
        "Mira Rossi",
        "Ada Admin",
        "Alva Admin",
    ]


def test_an_activity_is_done_by_its_responsible_and_decided_by_its_accountable(
    system, owner, staffed_matrix
):
    item = opened(due(system, owner, activity="CHG-01"))

    assert behind(item, "accountable") == [("Mira Rossi", "accountable")]
    assert behind(item, "activity:CHG-02:R") == [("Jonas Weber", "holder")]


@pytest.fixture
def staffed_matrix(organisation, system, officer, ops_lead, owner):
    """The system's matrix in force, everybody named."""
    people = dict.fromkeys(["AO", "OC", "DS"], ops_lead)
    default = make_default_matrix(organisation, actor=officer)
    put_in_force(default, actor=officer)
    staff(organisation, actor=officer, people=people, others=officer)
    empower(organisation, person=owner, kind="stop-system", actor=officer)
    empower(organisation, person=officer, kind="sign-contract", actor=officer)
    matrix = make_matrix(system, actor=officer)
    put_in_force(matrix, actor=officer)
    return matrix


def test_a_batch_is_read_in_as_many_statements_whatever_its_size(
    system, owner, django_assert_max_num_queries
):
    for number in range(20):
        opened(due(system, owner, key=f"k{number}"))
    items = list(Item.objects.select_related("unit", "system__unit", "system__owner"))
    plan = policy_plan([LevelWish(5, ("responsible", "role:CISO", "deputy"))], code="asked")

    with django_assert_max_num_queries(30):
        reach = reach_of(items, [plan], timezone.now())
        for one in items:
            reach.behind(one, plan.steps[0].targets)
