"""Documents over REST: the same visibility, refusals and frozen rows as the pages."""

import pytest

from governance.documents.models import SignedDocument
from governance.documents.rules import Kind
from governance.rest.actions import issue_token
from governance.rest.rules import Scope

HERE = "/api/v1/documents"
JSON = {"content_type": "application/json"}


@pytest.fixture
def api(client):
    """Return a function that gives a client and the headers of a person's token."""

    def ask(person, *scopes):
        _, text = issue_token(actor=person, name="CI", scopes=list(scopes or Scope))
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        return client

    return ask


def test_a_system_lists_its_documents_with_state_and_gaps(api, exempt, auditor):
    told = api(auditor).get(f"{HERE}/{exempt.ref}/").json()
    by_kind = {row["kind"]: row for row in told["documents"]}

    assert set(by_kind) == set(Kind)
    assert (by_kind["annex-viii-b"]["state"], by_kind["annex-viii-b"]["missing"]) == ("draft", 2)
    assert by_kind["fria"]["state"] == "preview"
    assert by_kind["fria"]["citation"] == ["Art 27(1)"]


def test_a_document_is_written_read_and_taken_back(api, exempt, owner):
    client, document = api(owner), f"{HERE}/{exempt.ref}/annex-viii-b"
    body = {"item": "1.address", "text": "Storgatan 1"}
    told = client.post(f"{document}/entries/", body, **JSON).json()
    item = next(i for i in told["sections"][0]["items"] if i["key"] == "1.address")

    assert item["values"][0]["text"] == "Storgatan 1"
    assert item["values"][0]["written"] is True
    assert client.get(f"{document}/").json() == told
    for _ in range(2):  # the second time nothing is there, and nothing happens
        told = client.post(f"{document}/entries/remove/", {"item": "1.address"}, **JSON).json()
        assert "1.address" in {missing["key"] for missing in told["missing"]}


def test_what_cannot_be_written_is_a_problem_with_its_reason(api, exempt, owner):
    response = api(owner).post(
        f"{HERE}/{exempt.ref}/annex-iv/entries/", {"item": "99", "text": "x"}, **JSON
    )

    assert response.status_code == 409
    assert response.json()["detail"] == "This document has no such item."


def test_the_digest_that_was_read_is_signed_and_frozen(api, exempt, officer):
    client, document = api(officer), f"{HERE}/{exempt.ref}/not-high-risk"
    read = client.get(f"{document}/").json()["digest"]
    signed = client.post(f"{document}/sign/", {"reason": "Read.", "digest": read}, **JSON)

    assert signed.status_code == 201
    row = SignedDocument.objects.get()
    assert client.get(f"/api/v1/signed-documents/{row.pk}/").json() == signed.json()
    listed = client.get(f"/api/v1/signed-documents/?system={exempt.ref}&kind=not-high-risk").json()
    assert [found["id"] for found in listed["items"]] == [row.pk]
    told = client.get(f"{HERE}/{exempt.ref}/").json()["documents"]
    assert {found["signed"] for found in told} == {row.pk, None}


def test_an_incomplete_document_and_an_old_digest_are_refused(api, exempt, officer):
    client = api(officer)
    read = client.get(f"{HERE}/{exempt.ref}/annex-viii-b/").json()["digest"]
    body = {"reason": "Read.", "digest": read}
    incomplete = client.post(f"{HERE}/{exempt.ref}/annex-viii-b/sign/", body, **JSON)
    old = client.post(f"{HERE}/{exempt.ref}/not-high-risk/sign/", body, **JSON)

    assert (incomplete.status_code, incomplete.json()["code"]) == (409, "incomplete")
    assert (old.status_code, old.json()["code"]) == (412, "stale")


def test_signing_needs_the_scope_to_decide(api, exempt, officer):
    client = api(officer, Scope.READ, Scope.WRITE)
    body = {"reason": "Read.", "digest": "0" * 64}

    assert client.post(f"{HERE}/{exempt.ref}/not-high-risk/sign/", body, **JSON).status_code == 403


def test_an_unknown_document_and_a_strangers_question_are_not_found(api, record, exempt, stranger):
    client = api(stranger)

    for path in (
        f"{HERE}/{exempt.ref}/",
        f"{HERE}/{exempt.ref}/annex-iv/",
        f"{HERE}/{exempt.ref}/annex-x/",
        f"/api/v1/signed-documents/{record.pk}/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.get("/api/v1/signed-documents/").json()["items"] == []
