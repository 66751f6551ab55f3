"""Traces over REST: the same JSON as on the pages."""

import pytest
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from governance.classification.deciding import trace_bytes, walk
from governance.classification.queries import provisional
from governance.common.canonical import canonical_bytes
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.classification.conftest import sign
from tests.rest.test_conventions import caller


@pytest.fixture
def call(officer):
    return caller(issue_token(actor=officer, name="t", scopes=list(Scope))[1])


def test_the_trace_of_now_and_of_a_signature_is_the_json_of_the_page(
    call,
    as_user,
    answered,
    officer,
):
    now = call("GET", f"/api/v1/classifications/{answered.ref}/trace/")
    row = sign(answered, officer)
    signed = call("GET", f"/api/v1/assessments/{row.pk}/trace/")

    assert now.status_code == signed.status_code == 200
    assert canonical_bytes(now.json()) == canonical_bytes(signed.json())
    page = as_user(officer).get(reverse("classification:signed_trace_json", args=[answered.ref, 1]))
    assert canonical_bytes(signed.json()) == page.content
    assert page.content == trace_bytes(provisional(answered).trace)


def test_every_key_of_a_trace_stands_in_the_published_schema(call, answered):
    told = call("GET", f"/api/v1/classifications/{answered.ref}/trace/").json()
    kinds = SchemaGenerator().get_schema(public=True)["components"]["schemas"]

    assert told.keys() <= set(kinds["Trace"]["properties"])
    for node in walk(told["steps"] + told["also"]):
        kind = "TraceException" if "exception" in node else "TraceCondition"
        assert node.keys() <= set(kinds[kind]["properties"])
        assert set(kinds[kind]["required"]) <= node.keys()
    for change in told["otherwise"]:
        assert change.keys() <= set(kinds["TraceChange"]["properties"])


def test_a_stranger_finds_no_trace(answered, officer, stranger):
    row = sign(answered, officer)
    call = caller(issue_token(actor=stranger, name="t", scopes=list(Scope))[1])

    assert call("GET", f"/api/v1/classifications/{answered.ref}/trace/").status_code == 404
    assert call("GET", f"/api/v1/assessments/{row.pk}/trace/").status_code == 404
