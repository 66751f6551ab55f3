"""No page and no list of the API asks more of the database for ten rows than for two."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.accounts import unit_actions
from governance.accounts.rules import Role
from governance.classification.actions import answer_facts
from governance.classification.preview_actions import request_preview
from governance.classification.queries import usual_answers
from governance.classification.tasks import run_preview
from governance.documents.rules import Kind
from governance.evidence.actions import add_evidence
from governance.incidents.actions import record_step
from governance.obligations.actions import follow, show_evidence
from governance.obligations.models import Duty
from inventory.vendors import actions as vendors
from tests.classification.conftest import sign
from tests.conftest import person
from tests.documents.conftest import sign as sign_document
from tests.documents.samples import SCHEDULING
from tests.escalation.conftest import due, opened
from tests.factories import make_system, put_in_force
from tests.house.routes import PUBLIC, address, routes
from tests.incidents.conftest import happened

LISTS = [route for route in routes() if not route.takes and route.name not in PUBLIC]
OF_PREVIEWS = [
    route
    for route in routes()
    if route.takes and route.kind in ("classification", "rulepack-previews")
]
FEW, MANY = 2, 10
TIDE = 1  # a count that is cut off at the first row may ask one more


@pytest.fixture
def grow(claims, organisation, officer, ops_lead, owner, administrator):
    """Return a function that makes the n-th of everything that lists show."""
    from governance.approvals.actions import submit
    from governance.audit_packs.actions import request_pack
    from governance.audit_packs.rules import ScopeKind
    from governance.rest.actions import issue_token
    from governance.rest.rules import Scope
    from inventory.systems.version_actions import add_version
    from raci.matrices.actions import make_default_matrix, make_matrix
    from raci.oncall.actions import make_schedule, put_layer
    from tests.oncall.conftest import wish

    put_in_force(make_default_matrix(organisation, actor=officer), actor=officer)

    def one_more(turn: int) -> None:
        vendor = vendors.add_vendor(actor=officer, name=f"Vendor {turn}", kind="vendor")
        unit = unit_actions.add_unit(name=f"Desk {turn}", parent=claims, actor=administrator)
        person(f"P{turn} Person", Role.SYSTEM_OWNER, unit, administrator)
        system = make_system(
            actor=officer, unit=unit, name=f"System {turn}", vendor=vendor, owner=owner,
            intended_purpose="Finds a time.",
        )  # fmt: skip
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
        happen(system, officer, owner, turn)
        make_matrix(system, actor=officer)
        rota = make_schedule(unit, actor=officer, role="OC", name=f"Rota {turn}", zone="UTC")
        put_layer(rota, actor=officer, wish=wish(owner, officer))
        request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
        issue_token(actor=officer, name=f"Token {turn}", scopes=[Scope.READ])

    return one_more


def happen(system, officer, owner, turn: int) -> None:
    """Let a system be classified, documented and shown; let something go wrong, leave a doubt."""
    answer_facts(system, facts=usual_answers(system) | SCHEDULING, actor=officer, seen=0)
    follow(sign(system, officer), actor=officer)
    sign_document(system, Kind.NOT_HIGH_RISK, officer)
    item = add_evidence(system, actor=owner, title="Course", link=f"https://x.example/{turn}")
    duty = Duty.objects.filter(system=system).earliest("pk")
    show_evidence(duty, item=item, actor=owner)
    said = {"authority": "MSA", "note": "Sent."}
    incident = happened(system, owner)
    now = timezone.now()
    record_step(incident, kind="initial_report", done_at=now, actor=owner, **said)
    opened(due(system, owner))
    answer_facts(system, facts={"tr.ai_obvious": None}, actor=officer)


def test_every_list_takes_the_same_queries_for_few_rows_and_for_many(grow, officer, client):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    for turn in range(FEW):
        grow(turn)
    measured(client, officer)  # what is kept from the first time on
    few = measured(client, officer)
    for turn in range(FEW, MANY):
        grow(turn)
    many = measured(client, officer)

    assert {
        route: (few[route], many[route]) for route in few if many[route] > few[route] + TIDE
    } == {}


def measured(client, officer) -> dict[str, int]:
    """Return how many queries each list takes, those of a new preview of the law among them."""
    preview = request_preview(actor=officer, before_text="enacted")
    run_preview(preview.pk)
    assert preview.rows.count() >= FEW
    urls = {str(route): address(route, {}) for route in LISTS}
    urls |= {str(route): address(route, {"pk": preview.pk}) for route in OF_PREVIEWS}
    return {name: queries(client, url) for name, url in urls.items()}


def queries(client, url: str) -> int:
    """Return how many queries an address takes; a session is renewed by the clock, not by rows."""
    with CaptureQueriesContext(connection) as captured:
        b"".join(client.get(url))
    return sum(not re.search("django_session|SAVEPOINT", query["sql"]) for query in captured)
