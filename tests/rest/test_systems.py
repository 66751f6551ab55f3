"""Systems, versions and classifications over REST."""

import pytest

from governance.classification.models import Assessment
from governance.classification.queries import usual_answers
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.systems.models import AISystem
from tests.rest.test_conventions import caller


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person."""

    def make(person, *scopes: Scope):
        return caller(issue_token(actor=person, name="t", scopes=list(scopes or Scope))[1])

    return make


def test_a_system_is_registered_once_and_recorded_in_the_owners_name(as_caller, owner, claims):
    answer = as_caller(owner)("POST", "/api/v1/systems/", {"name": "Chat desk", "unit": claims.pk})
    system = AISystem.objects.get(name="Chat desk")

    assert answer.status_code == 201
    assert answer.json()["ref"] == system.ref
    entry = Entry.objects.get(action="system.registered", object_id=str(system.pk))
    assert entry.actor_ref == owner.handle


def test_a_look_alike_is_refused_until_it_is_told_apart(as_caller, officer, system):
    body = {"name": system.name.upper(), "unit": system.unit_id}
    call = as_caller(officer)

    refused = call("POST", "/api/v1/systems/", body)
    assert refused.status_code == 409
    assert system.ref in refused.json()["detail"]
    told = call("POST", "/api/v1/systems/", body | {"distinct_because": "Another country."})
    assert told.status_code == 201


def test_a_key_that_its_source_gave_already_is_refused_in_words(as_caller, officer, claims):
    call = as_caller(officer)
    body = {"name": "Chat desk", "unit": claims.pk, "source": "cmdb", "external_key": "CI-7"}

    assert call("POST", "/api/v1/systems/", body).status_code == 201
    again = call("POST", "/api/v1/systems/", body | {"name": "Fraud screen"})
    assert again.status_code == 409
    assert "CI-7" in again.json()["detail"]


def test_a_stranger_finds_nothing_in_lists_details_and_search(as_caller, stranger, system):
    call = as_caller(stranger)

    assert call("GET", f"/api/v1/systems/{system.ref}/").status_code == 404
    assert call("GET", "/api/v1/systems/?q=triage").json()["items"] == []
    assert call("GET", f"/api/v1/classifications/{system.ref}/").status_code == 404
    change = call("PATCH", f"/api/v1/systems/{system.ref}/", {"name": "X"}, if_match='"1-1"')
    assert change.status_code == 404


def test_facts_are_answered_and_the_result_that_was_read_is_signed(as_caller, officer, system):
    call, path = as_caller(officer), f"/api/v1/classifications/{system.ref}/"
    read = call("GET", path)
    facts = {"facts": usual_answers(system) | {"actor.uses_professionally": True}}
    changed = call("PATCH", path, facts, if_match=read["ETag"])
    assert changed.status_code == 200
    seen = {name: changed.json()[name] for name in ("facts_digest", "pack_version")}

    assert call("POST", f"{path}sign/", seen | {"reason": "Read."}).status_code == 201
    assert Assessment.objects.get().signed_by == officer
    assert call("PATCH", path, facts, if_match=read["ETag"]).status_code == 412


def test_signing_needs_the_scope_to_decide(as_caller, officer, system):
    path = f"/api/v1/classifications/{system.ref}/sign/"

    assert as_caller(officer, Scope.READ, Scope.WRITE)("POST", path, {}).status_code == 403


def test_a_version_says_how_it_is_pinned(as_caller, officer, system):
    body = {"system": system.ref, "label": "1.0", "provider": "openai", "model_id": "gpt-4o"}
    answer = as_caller(officer)("POST", "/api/v1/model-versions/", body)

    assert answer.status_code == 201
    assert answer.json()["pin"] == "floating"
