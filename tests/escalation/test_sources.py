"""Each kind: it is told of when it is near, to the right people, and goes away by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.escalation.gathering import reach_of
from governance.escalation.kinds import kinds
from governance.escalation.models import Item
from governance.escalation.reconcile import reconcile
from governance.escalation.rules import Due, ItemStatus
from governance.escalation.sources import SOURCES, all_due, due_of, where
from raci.people.actions import name_deputy, name_holder
from tests.conftest import person
from tests.escalation.situations import OF_KIND, World

CODES = sorted(OF_KIND)
PLANNED = [code for code in CODES if kinds().by_code[code].horizon_days]


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = settings.STORAGE = tmp_path


@pytest.fixture
def world(claims, officer, ops_lead, owner, administrator, system, organisation) -> World:
    """An organisation in which nothing falls due."""
    second = person("Nora Second", Role.SYSTEM_OWNER, claims, administrator)
    return World(claims, officer, ops_lead, owner, administrator, system, second)


def dues(code: str, now: datetime | None = None) -> list[Due]:
    return list(due_of(kinds().by_code[code], where(now or timezone.now())))


def test_every_kind_has_a_reader_and_a_test():
    assert set(SOURCES) == set(kinds().by_code) == set(CODES)


def test_nothing_falls_due_where_all_is_well(world):
    assert list(all_due(timezone.now())) == []


@pytest.mark.parametrize("code", CODES)
def test_it_is_told_of_once_and_to_whom_it_concerns(world, code):
    case = OF_KIND[code](world)

    (found,) = dues(code, case.at)
    assert User.objects.get(pk=found.whom[0]).name == case.whom
    assert found.key.split(":")[1] == code
    assert found.url.startswith("/")
    assert found.title
    assert found.unit_id in (world.claims.pk, world.claims.parent_id)


@pytest.mark.parametrize("code", PLANNED)
def test_it_is_not_told_of_before_its_first_stage(world, code):
    case = OF_KIND[code](world)
    if case.early is None:
        pytest.skip("a gap is told of from the moment there is one")

    assert dues(code, (case.at or timezone.now()) - case.early) == []


@pytest.mark.parametrize("code", CODES)
def test_it_resolves_itself_with_a_reason_once_it_is_done(world, code):
    case = OF_KIND[code](world)
    kind, now = kinds().by_code[code], case.at or timezone.now()
    reconcile(now, only=[kind])
    item = Item.objects.get(kind=code)

    case.cure()
    reconcile(now + timedelta(minutes=5), only=[kind])
    item.refresh_from_db()
    assert item.status == ItemStatus.RESOLVED
    assert item.resolution == kind.resolves
    assert item.resolved_by is None
    assert not Item.objects.open().filter(kind=code).exists()


LADDERS = {  # who hears at which stage, where the responsible are as the situation says
    "T": ["first"],
    "due day": ["first"],
    "last day": ["first"],
    "2 business days late": ["Dora Deputy"],
    "5 business days late": ["Bruno Sponsor"],
    "10 business days late": ["Cora Cio", "Cyra Ciso", "Dan Dpo"],
    "half of the time": ["first"],
    "80 percent of the time": ["first"],
    "breach": ["Dora Deputy"],
    "twice the time": ["Bruno Sponsor"],
    "3 days before": ["first", "Bruno Sponsor"],
    "1 day before": ["Bruno Sponsor", "Anna Ops"],
    "it has begun": ["Cora Cio", "Eva Exec", "Ada Admin"],
}
LEGAL = {
    "at once": ["first", "Leo Legal"],
    "half of the time": ["first", "Dora Deputy"],
    "80 percent of the time": ["first", "Bruno Sponsor", "Cyra Ciso", "Dan Dpo"],
    "breach": ["first", "Cora Cio", "Eva Exec", "Ada Admin"],
}
HOLDERS = {
    "BS": "Bruno Sponsor",
    "CIO": "Cora Cio",
    "CISO": "Cyra Ciso",
    "DPO": "Dan Dpo",
    "EXEC": "Eva Exec",
    "AO": "Anna Ops",
    "LEG": "Leo Legal",
    "VM": "Vera Vendors",
}


@pytest.fixture
def staff(organisation, officer, administrator) -> Callable[[], None]:
    """Put a person into every role that ladders climb to."""

    def name_all() -> None:
        for role, name in HOLDERS.items():
            holder = person(name, Role.SYSTEM_OWNER, organisation, administrator)
            name_holder(organisation, role=role, person=holder, actor=officer)

    return name_all


@pytest.fixture
def staffed(world, staff) -> World:
    """The same organisation with all of these people."""
    staff()
    return world


@pytest.mark.parametrize("code", CODES)
def test_each_stage_goes_to_the_people_whom_its_ladder_names(world, staff, code, administrator):
    case, kind = OF_KIND[code](world), kinds().by_code[code]
    staff()  # after the situation: it may have named others
    now = case.at or timezone.now()
    reconcile(now, only=[kind])
    deputy = person("Dora Deputy", Role.SYSTEM_OWNER, world.claims, administrator)
    name_deputy(world.claims, role="PO", person=deputy, actor=world.officer)
    item = Item.objects.select_related("unit", "system__unit", "system__owner").get(kind=code)
    reach = reach_of([item], [kind.plan], timezone.now())
    ladder = LEGAL if code == "incident_report" else LADDERS

    first = [one.person.name for one in reach.behind(item, ["responsible"])]
    for step in kind.plan.steps:
        wanted = ladder["T" if step.code.startswith("T-") else step.code]
        told = {one.person.name for one in reach.reach(item, step)}
        must = {name for entry in wanted for name in (first if entry == "first" else [entry])}
        assert first
        assert must <= told, step.code


def test_who_is_responsible_for_an_agreement_is_who_holds_the_role(staffed):
    OF_KIND["agreement_ends"](staffed)

    (found,) = dues("agreement_ends")
    assert User.objects.get(pk=found.whom[0]).name == "Vera Vendors"
    assert len(found.whom) == 1


def test_who_holds_a_role_has_the_deputy_of_that_role(staffed, organisation, administrator):
    OF_KIND["agreement_ends"](staffed)
    reconcile(timezone.now(), only=[kinds().by_code["agreement_ends"]])
    stands_in = person("Vito Vendors", Role.SYSTEM_OWNER, organisation, administrator)
    name_deputy(organisation, role="VM", person=stands_in, actor=staffed.officer)
    item = Item.objects.select_related("unit", "system").get()

    found = reach_of([item], [item.plan.plan], timezone.now()).behind(item, ["deputy"])
    assert [one.person.name for one in found] == ["Vito Vendors"]
