"""Documents over REST: the same visibility, refusals and frozen rows as the pages."""

import pytest

from governance.documents.actions import write_entry
from governance.documents.models import DocumentEntry, SignedDocument
from governance.documents.rules import Kind, LawText, Place
from governance.evidence.actions import add_evidence
from governance.rest.actions import issue_token
from governance.rest.rules import Scope

HERE = "/api/v1/documents"
ENTRIES = "/api/v1/document-entries"
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


def test_a_document_follows_the_text_of_the_law_that_is_asked_for(api, exempt, auditor):
    client, document = api(auditor), f"{HERE}/{exempt.ref}/annex-viii-b/"
    amended, enacted = (client.get(f"{document}?text={text}").json() for text in LawText)

    assert client.get(document).json() == amended
    assert (amended["law_text"], enacted["law_text"]) == ("amended", "enacted")
    assert keys(enacted) - keys(amended) == {"7", "9"}
    assert amended["digest"] != enacted["digest"]


@pytest.mark.parametrize("query", ["?text=draft", "?text=", "?law_text=enacted"])
def test_a_text_that_is_none_and_an_unknown_parameter_are_refused(api, exempt, auditor, query):
    response = api(auditor).get(f"{HERE}/{exempt.ref}/annex-viii-b/{query}")

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def keys(told):
    """Return the keys of the items of a document."""
    return {item["key"] for section in told["sections"] for item in section["items"]}


def written(client, system, item="1.address", **more):
    """Write for an item of Annex VIII B; return the response."""
    body = {"system": system.ref, "kind": "annex-viii-b", "item": item, "text": "Storgatan 1"}
    return client.post(f"{ENTRIES}/", body | more, **JSON)


def test_what_is_written_stands_in_the_document_and_has_an_etag(api, exempt, owner):
    client = api(owner)
    response = written(client, exempt)
    told = client.get(f"{HERE}/{exempt.ref}/annex-viii-b/").json()
    item = next(i for i in told["sections"][0]["items"] if i["key"] == "1.address")

    assert response.status_code == 201
    assert item["values"][0]["text"] == "Storgatan 1"
    assert item["values"][0]["written"] is True
    again = client.get(f"{ENTRIES}/{response.json()['id']}/")
    assert (again.json(), again["ETag"]) == (response.json(), response["ETag"])
    assert client.get(f"{ENTRIES}/?system={exempt.ref}&item=1.address").json()["items"] == [
        response.json()
    ]
    twice = written(client, exempt)
    assert (twice.status_code, twice.json()["code"]) == (409, "exists")


def test_a_text_is_changed_and_taken_back_only_by_who_read_it(api, exempt, owner):
    client = api(owner)
    first = written(client, exempt)
    row, body = f"{ENTRIES}/{first.json()['id']}/", {"text": "Storgatan 12"}
    blind = client.patch(row, body, **JSON)
    changed = client.patch(row, body, HTTP_IF_MATCH=first["ETag"], **JSON)
    late = client.patch(row, {"text": "Other"}, HTTP_IF_MATCH=first["ETag"], **JSON)

    assert (blind.status_code, changed.status_code, late.status_code) == (428, 200, 412)
    assert changed.json()["text"] == "Storgatan 12"
    assert client.delete(row).status_code == 428
    assert client.delete(row, HTTP_IF_MATCH=first["ETag"]).status_code == 412
    assert client.delete(row, HTTP_IF_MATCH=changed["ETag"]).status_code == 204
    assert client.get(row).status_code == 404
    assert not DocumentEntry.objects.exists()


def test_a_change_leaves_the_evidence_unless_it_names_it(api, exempt, owner):
    client = api(owner)
    shown = add_evidence(exempt, title="Extract", link="https://example.org/1", actor=owner)
    first = written(client, exempt, evidence=shown.ref)
    row = f"{ENTRIES}/{first.json()['id']}/"
    kept = client.patch(row, {"text": "Other"}, HTTP_IF_MATCH=first["ETag"], **JSON)
    gone = client.patch(row, {"evidence": None}, HTTP_IF_MATCH=kept["ETag"], **JSON)

    assert (kept.json()["evidence"], gone.json()["evidence"]) == (shown.ref, None)
    assert gone.json()["text"] == "Other"


@pytest.mark.parametrize(
    ("kind", "item", "detail"),
    [
        ("annex-iv", "99", "This document has no such item."),
        ("annex-v", "8.date", "This item comes with the signature."),
    ],
)
def test_what_cannot_be_written_is_a_problem_with_its_reason(
    api, exempt, owner, kind, item, detail
):
    response = written(api(owner), exempt, kind=kind, item=item)

    assert (response.status_code, response.json()["detail"]) == (409, detail)


def test_reading_does_not_let_write(api, exempt, auditor):
    assert written(api(auditor), exempt).status_code == 403


def test_the_enacted_text_is_signed_where_it_was_read(api, exempt, officer):
    client, document = api(officer), f"{HERE}/{exempt.ref}/not-high-risk"
    body = {"reason": "Read.", "digest": client.get(f"{document}/?text=enacted").json()["digest"]}
    other = client.post(f"{document}/sign/", body, **JSON)
    signed = client.post(f"{document}/sign/", body | {"law_text": "enacted"}, **JSON)

    assert (other.status_code, signed.status_code) == (412, 201)
    assert signed.json()["law_text"] == "enacted"


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


def test_an_unknown_document_and_a_strangers_question_are_not_found(
    api, record, exempt, owner, stranger
):
    place = Place(Kind.ANNEX_VIII_B, "1.address")
    entry = write_entry(exempt, place, text="Storgatan 1", actor=owner)
    client = api(stranger)

    for path in (
        f"{HERE}/{exempt.ref}/",
        f"{HERE}/{exempt.ref}/annex-iv/",
        f"{HERE}/{exempt.ref}/annex-x/",
        f"{ENTRIES}/{entry.pk}/",
        f"/api/v1/signed-documents/{record.pk}/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.get("/api/v1/signed-documents/").json()["items"] == []
    assert client.get(f"{ENTRIES}/").json()["items"] == []
    assert client.delete(f"{ENTRIES}/{entry.pk}/", HTTP_IF_MATCH='"1-1"').status_code == 404
    assert written(client, exempt).status_code == 400  # a system that is not there, for them
