"""Setting up the AI Ops function, what is found today, its page and REST."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.common.errors import DomainError, StaleError
from governance.incidents.actions import register_incident
from governance.incidents.models import Incident
from governance.ledger.models import Entry
from governance.ledger.queries import data_with_personal
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from raci.operations.actions import FunctionWish, change_function, set_up, wish_of
from raci.operations.models import AIOpsFunction
from raci.operations.queries import duty_lines, findings_for, findings_of, function_of
from raci.operations.rules import OpsDuty
from raci.people.actions import name_holder
from tests.factories import make_rota
from tests.rest.test_conventions import caller


@pytest.fixture
def wish(organisation, officer, ops_lead, owner) -> FunctionWish:
    """A whole function: people for two duties, roles for two."""
    name_holder(organisation, role="AO", person=ops_lead, actor=officer)
    return FunctionWish(
        lead=ops_lead,
        set_up_on=timezone.localdate() - timedelta(days=10),
        hours="Every day, 07:00 to 22:00; at night whoever is on call.",
        members=(owner,),
        schedule=make_rota(organisation, actor=officer, people=[ops_lead]),
        charter_title="Charter of AI Ops",
        charter_link="https://files.halden.example/charter",
        duties={
            OpsDuty.MONITORING: ops_lead,
            OpsDuty.EVALUATION: owner,
            OpsDuty.INCIDENTS: "AO",
            OpsDuty.VERSIONS: "AO",
        },
    )


@pytest.fixture
def function(organisation, officer, wish) -> AIOpsFunction:
    """The organisation's function."""
    return set_up(organisation, actor=officer, wish=wish)


def codes(unit) -> list[str]:
    return [found.code for found in findings_for(unit)]


def test_a_whole_function_serves_all_below_and_has_nothing_to_mend(function, claims):
    found = function_of(claims)

    assert found == function
    assert codes(claims) == []
    assert [line.person.name for line in duty_lines(found)] == [
        "Jonas Weber",
        "Mira Rossi",
        "Jonas Weber",
        "Jonas Weber",
    ]
    assert Entry.objects.filter(action="ops_function.set_up").count() == 1


def test_without_a_function_that_is_the_finding(claims):
    assert function_of(claims) is None
    assert codes(claims) == ["no-function"]


def test_the_nearest_function_serves(function, claims, officer, owner, wish):
    near = set_up(claims, actor=officer, wish=replace(wish, lead=owner, schedule=None))

    assert function_of(claims) == near
    assert codes(claims) == ["no-schedule"]


def test_a_unit_has_one_function(function, organisation, officer, wish):
    with pytest.raises(DomainError, match="already"):
        set_up(organisation, actor=officer, wish=wish)


def test_who_does_not_assign_sets_nothing_up(organisation, auditor, wish):
    with pytest.raises(PermissionDenied):
        set_up(organisation, actor=auditor, wish=wish)


WRONG = [
    ({"duties": {OpsDuty.MONITORING: "NOBODY"}}, "no role NOBODY"),
    ({"set_up_on": timezone.localdate() + timedelta(days=1)}, "cannot lie ahead"),
    ({"hours": " "}, "which hours"),
    ({"charter_title": ""}, "needs a title"),
    ({"charter_link": "http://files.halden.example/"}, "begins with https"),
]


@pytest.mark.parametrize(("over", "words"), WRONG)
def test_what_cannot_be_is_refused(organisation, officer, wish, over, words):
    with pytest.raises(DomainError, match=words):
        set_up(organisation, actor=officer, wish=replace(wish, **over))


def test_a_function_is_changed_and_the_record_says_what(function, officer, wish):
    change_function(function, actor=officer, wish=replace(wish, hours="Weekdays."))
    entry = Entry.objects.get(action="ops_function.changed")

    assert list(data_with_personal(entry)["changes"]) == ["hours"]
    assert wish_of(function).hours == "Weekdays."


def test_an_old_form_and_another_first_day_are_refused(function, officer, wish):
    with pytest.raises(StaleError):
        change_function(function, actor=officer, wish=wish, seen=7)
    earlier = replace(wish, set_up_on=wish.set_up_on - timedelta(days=400))
    with pytest.raises(DomainError, match="that day stays"):
        change_function(function, actor=officer, wish=earlier)


def test_a_vacant_role_and_people_who_left_are_found(
    function, organisation, officer, administrator, owner
):
    name_holder(organisation, role="AO", person=None, actor=officer)
    accounts.deactivate(owner, actor=administrator)

    assert codes(organisation) == ["duty-open", "duty-open", "duty-open", "member-gone"]


def test_a_function_after_the_first_incident_is_reactive(function, organisation, officer, system):
    register_incident(
        system,
        actor=officer,
        title="Wrong rank",
        description="x",
        effects=["serious_health_harm"],
        aware_at=timezone.now(),
        zone="UTC",
        occurred_from=timezone.now() - timedelta(days=20),
    )

    assert Incident.objects.exists()
    assert codes(organisation) == ["reactive"]


def test_the_page_says_what_is_missing_and_sets_it_up(as_user, officer, organisation, ops_lead):
    client = as_user(officer)
    before = client.get("/raci/operations/").content.decode()
    body = {
        "unit": organisation.pk,
        "lead": ops_lead.pk,
        "members": [ops_lead.pk],
        "set_up_on": timezone.localdate().isoformat(),
        "hours": "Weekdays.",
        "monitoring": f"person {ops_lead.pk}",
        "evaluation": "role AO",
    }
    after = client.post("/raci/operations/new/", body, follow=True).content.decode()

    assert "There is no AI Ops function" in before
    assert "The AI Ops function is set up." in after
    assert "Nobody does incident response." in after
    found = AIOpsFunction.objects.get()
    edited = {**body, "row_version": found.row_version, "hours": "Every day."}
    client.post(f"/raci/operations/{found.pk}/edit/", edited)
    found.refresh_from_db()
    assert found.hours == "Every day."
    wrong = client.post(f"/raci/operations/{found.pk}/edit/", {**edited, "lead": ""})
    assert wrong.status_code == 422


def test_rest_sets_up_changes_and_tells_what_is_found(organisation, officer, ops_lead):
    call = caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])
    body = {
        "unit": organisation.pk,
        "lead": ops_lead.email,
        "set_up_on": "2026-01-05",
        "hours": "Weekdays.",
        "duties": [{"duty": "monitoring", "person": ops_lead.email}],
    }
    made = call("POST", "/api/v1/ai-ops-functions/", body)
    path = f"/api/v1/ai-ops-functions/{made.json()['id']}/"
    changed = call("PATCH", path, {"hours": "Every day."}, if_match=made["ETag"])

    assert made.status_code == 201
    assert changed.json()["hours"] == "Every day."
    assert changed.json()["duties"] == made.json()["duties"]
    assert call("PATCH", path, {"hours": "Never."}).status_code == 428
    found = [one["code"] for one in call("GET", f"{path}findings/").json()]
    assert found == ["duty-open", "duty-open", "duty-open", "no-schedule", "no-charter"]


def test_what_is_set_up_is_judged_with_a_constant_number_of_queries(
    function, django_assert_max_num_queries, claims
):
    found = function_of(claims)
    with django_assert_max_num_queries(14):
        findings_of(found)
