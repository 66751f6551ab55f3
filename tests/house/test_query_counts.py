"""No page and no list of the API asks more of the database for twenty rows than for two."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.accounts import actions as accounts
from governance.accounts.rules import Role
from inventory.vendors import actions as vendors
from tests.conftest import person
from tests.factories import make_system
from tests.house.routes import PUBLIC, Route, address, routes

LISTS = [route for route in routes() if not route.takes and route.name not in PUBLIC]
FEW, MANY = 2, 20
TIDE = 1  # a count that is cut off at the first row may ask one more


@pytest.fixture
def grow(claims, organisation, officer, ops_lead, owner, administrator):
    """Return a function that makes the n-th of everything that lists show."""
    from governance.approvals.actions import submit
    from governance.audit_packs.actions import request_pack
    from governance.audit_packs.rules import ScopeKind
    from governance.classification.actions import answer_facts
    from governance.rest.actions import issue_token
    from governance.rest.rules import Scope
    from inventory.systems.version_actions import add_version
    from raci.matrices.actions import activate, make_default_matrix, make_matrix
    from raci.oncall.actions import make_schedule, put_layer
    from tests.oncall.conftest import wish

    activate(make_default_matrix(organisation, actor=officer), actor=officer)

    def one_more(turn: int) -> None:
        vendor = vendors.add_vendor(actor=officer, name=f"Vendor {turn}", kind="vendor")
        unit = accounts.add_unit(name=f"Desk {turn}", parent=claims, actor=administrator)
        person(f"P{turn} Person", Role.SYSTEM_OWNER, unit, administrator)
        system = make_system(
            actor=officer, unit=unit, name=f"System {turn}", vendor=vendor, owner=owner
        )
        vendors.add_agreement(
            actor=officer,
            kind="DPA",
            title=f"Terms {turn}",
            vendor=vendor,
            unit=unit,
            our_party="Halden Mutual",
        )
        version: dict[str, Any] = {
            "provider": "openai",
            "model_id": f"gpt-4o-2024-11-{turn + 1:02}",
        }
        submit(
            add_version(system, actor=owner, label="1.0.0", **version), actor=owner, reason="New."
        )
        answer_facts(system, facts={"actor.uses_professionally": True}, actor=officer, seen=0)
        make_matrix(system, actor=officer)
        rota = make_schedule(unit, actor=officer, role="OC", name=f"Rota {turn}", zone="UTC")
        put_layer(rota, actor=officer, wish=wish(owner, officer))
        request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
        issue_token(actor=officer, name=f"Token {turn}", scopes=[Scope.READ])

    return one_more


def test_every_list_takes_the_same_queries_for_few_rows_and_for_many(grow, officer, client):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    for turn in range(FEW):
        grow(turn)
    measured(client)  # what is kept from the first time on
    few = measured(client)
    for turn in range(FEW, MANY):
        grow(turn)
    many = measured(client)

    assert {
        route: (few[route], many[route]) for route in few if many[route] > few[route] + TIDE
    } == {}


def measured(client) -> dict[str, int]:
    """Return how many queries each list takes."""
    return {str(route): queries(client, route) for route in LISTS}


def queries(client, route: Route) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address(route, {}))
    return len(captured)
