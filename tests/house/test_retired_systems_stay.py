"""A retired system is kept to be read: whatever would change what is said of it is refused."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from governance.accounts.models import User
from governance.approvals.around_actions import say_materiality
from governance.approvals.evidence_actions import add_proof
from governance.approvals.waiver_actions import grant_waiver
from governance.common.errors import DomainError
from governance.crosswalk.actions import Aside, set_aside
from governance.ledger.models import Entry
from governance.pipelines.mlflow_actions import add_source, link_model
from governance.pipelines.rollback import Action, Comparator, Rule
from governance.pipelines.rollback_actions import set_rule
from inventory.systems import actions as systems
from inventory.systems.models import AISystem
from inventory.systems.version_actions import add_version, change_version
from raci.matrices import actions, copy_actions, inherit_actions, review_actions, statement_actions
from raci.matrices.handover_actions import hand_over
from raci.matrices.inheriting import followers
from raci.matrices.models import Matrix
from raci.matrices.rules import Declared
from raci.people.actions import empower
from tests.factories import put_in_force, staff

pytestmark = pytest.mark.django_db
Act = Callable[[AISystem, User], object]
REASON = "Replaced by the new scorer."


def active(system: AISystem) -> Matrix:
    return Matrix.objects.with_grid().get(system=system, status="active")


def first_letter(system: AISystem) -> int:
    return active(system).assignments.filter(party__person__isnull=False).first().pk


def cells(system: AISystem) -> dict:
    row = active(system).assignments.first()
    return {(row.activity, row.party_id): None}


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


RULE = Rule("error_rate", Comparator.GT, Decimal("0.1"), timedelta(hours=1), 5, Action.PAGE)
WRITES: dict[str, Act] = {
    "change": lambda s, p: systems.change_system(s, actor=p, name="Another"),
    "add a version": lambda s, p: add_version(s, actor=p, label="9.0.0"),
    "change a version": lambda s, p: change_version(s.versions.get(), actor=p, notes="New."),
    "save the matrix": lambda s, p: actions.save_matrix(active(s), actor=p, cells=cells(s)),
    "add a column": lambda s, p: actions.add_party(active(s), actor=p, label="Board"),
    "choose rows": lambda s, p: actions.set_rows(active(s), actor=p, codes=[]),
    "inherit": lambda s, p: inherit_actions.inherit(active(s), actor=p, codes=[]),
    "override": lambda s, p: inherit_actions.override(active(s), actor=p, codes=[]),
    "copy": lambda s, p: copy_actions.copy_rows(active(s), source=active(s), actor=p),
    "submit": lambda s, p: review_actions.submit(active(s), actor=p),
    "send back": lambda s, p: review_actions.send_back(active(s), actor=p, reason=REASON),
    "declare": lambda s, p: statement_actions.declare(
        s, actor=p, rule=Declared.CONFLICT, person=p, text="I sold it."
    ),
    "waive": lambda s, p: grant_waiver(
        s.versions.get(), actor=p, reason=REASON, ends_on=in_days(9)
    ),
    "prove": lambda s, p: add_proof(
        s.versions.get(), actor=p, kind="cost_estimate", produced_by="We", statement="0"
    ),
    "weigh": lambda s, p: say_materiality(s, actor=p, exposure=1, purpose=1, reason=REASON),
    "set a rule": lambda s, p: set_rule(s, RULE, actor=p, environment="prod"),
    "set aside": lambda s, p: set_aside(
        Aside("human_oversight", system=s), actor=p, reason=REASON, until=in_days(9)
    ),
}


@pytest.fixture
def retired(system, organisation, owner, officer, ops_lead) -> AISystem:
    """A system with a version and a matrix in force, which was then retired."""
    default = actions.make_default_matrix(organisation, actor=officer)
    put_in_force(default, actor=officer)
    leads = dict.fromkeys(["AO", "OC", "DS"], ops_lead)
    staff(organisation, actor=officer, people=leads, others=officer)
    empower(organisation, person=owner, kind="stop-system", actor=officer)
    empower(organisation, person=officer, kind="sign-contract", actor=officer)
    add_version(system, actor=officer, label="1.0.0", provider="openai", model_id="gpt-4o")
    put_in_force(actions.make_matrix(system, actor=officer), actor=officer)
    systems.retire(system, actor=officer, on=timezone.localdate(), reason=REASON)
    return AISystem.objects.get(pk=system.pk)


def test_whatever_would_change_a_retired_system_is_refused_in_words(retired, officer, ops_lead):
    before = Entry.objects.count()
    for named, act in WRITES.items():
        actor = ops_lead if named in {"waive", "set a rule"} else officer
        with pytest.raises(DomainError, match=r"is retired\. It is kept as it was") as refusal:
            act(retired, actor)
        assert str(refusal.value).startswith("Claims triage scorer"), named

    assert Entry.objects.count() == before


def test_a_registry_of_models_is_not_linked_to_a_retired_system(retired, administrator):
    source = add_source(actor=administrator, name="Models", url="http://127.0.0.1:5000")

    with pytest.raises(DomainError, match="is retired"):
        link_model(source, retired, actor=administrator, model="scorer")


def test_the_pages_of_a_retired_systems_matrix_offer_nothing_and_a_save_is_409(
    as_user, retired, officer
):
    client, found = as_user(officer), active(retired)

    page = client.get(f"/systems/{retired.ref}/raci/").content.decode()
    answer = client.post(f"/raci/{found.pk}/rows/", {"codes": ["GOV-01"]})

    assert "Save changes" not in page
    assert answer.status_code == 409
    assert "is retired" in answer.content.decode()


def test_a_leaver_has_nothing_to_hand_over_in_a_retired_system(
    retired, owner, officer, ops_lead, administrator
):
    pk = first_letter(retired)
    person = active(retired).assignments.get(pk=pk).party.person
    with pytest.raises(DomainError, match="is retired"):
        hand_over(person, wishes={f"letter:{pk}": administrator}, actor=officer)


def test_a_new_default_is_not_passed_down_to_a_retired_system(retired, organisation):
    default = Matrix.objects.with_grid().get(unit=organisation, status="active")

    assert active(retired) not in followers(default)
