"""Reading writes nothing, another site's form does nothing, and no token does more than it may."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.house.routes import PUBLIC, THINGS, Route, address, routes, things

CLAIMS = ("waiver_in_claims", "matrix_in_claims", "entry_in_claims")
ASKED = [
    route
    for route in routes()
    if route.name not in {*PUBLIC, "api_nothing"} and (not route.takes or route.kind in THINGS)
]
API = [route for route in ASKED if route.pattern.startswith("api/v1/^")]
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|COPY|TRUNCATE)", re.IGNORECASE)
CHANGES = ("post", "put", "patch", "delete")
DISGUISED = {"X-HTTP-Method-Override": "DELETE"}
DECISIONS = {"sign", "approve", "reject", "refuse", "agree", "keep"}
SESSIONS = "django_session"  # that a session is in use is no change of anything


@pytest.fixture
def addresses(request) -> dict[Route, str]:
    """Return where every route leads in an organisation with one thing of each kind."""
    ask = request.getfixturevalue
    for name in CLAIMS:
        ask(name)
    return {route: address(route, things(route, ask) if route.takes else {}) for route in ASKED}


def test_reading_writes_nothing(addresses, officer, as_user):
    client, wrote = as_user(officer), []
    for route, url in addresses.items():
        with CaptureQueriesContext(connection) as asked:
            b"".join(client.get(url, {"_method": "DELETE"}, headers=DISGUISED))
        wrote += [
            f"{route}: {query['sql'][:80]}"
            for query in asked
            if WRITES.match(query["sql"]) and SESSIONS not in query["sql"]
        ]

    assert wrote == []


def test_another_site_can_do_nothing_in_a_persons_name(addresses, officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    disguised = {"content_type": "text/plain", "data": "{}", "headers": {"Origin": "null"}}
    done = [
        f"{method} {route}"
        for route, url in addresses.items()
        for method in CHANGES
        if getattr(client, method)(url, **disguised).status_code not in (403, 405)
    ]

    assert done == []


@pytest.mark.parametrize("scopes", [[Scope.READ], [Scope.READ, Scope.WRITE]])
def test_a_token_does_only_what_its_scopes_say(scopes, addresses, officer, client):
    _, secret = issue_token(actor=officer, name="CI", scopes=scopes)
    before = Entry.objects.count()
    done = []
    for route in API:
        if Scope.WRITE in scopes and not decides(route):
            continue
        for method in CHANGES:
            answer = getattr(client, method)(
                addresses[route], headers={"Authorization": f"Bearer {secret}"}
            )
            if answer.status_code not in (403, 405):
                done.append(f"{method} {route}: {answer.status_code}")

    assert done == []
    assert Entry.objects.count() == before


def decides(route: Route) -> bool:
    """Return whether a route takes a decision; that others signed an agreement is none of ours."""
    return bool(DECISIONS & {*re.findall("[a-z]+", route.pattern)}) and route.kind != "agreements"


def test_a_token_opens_no_page(addresses, officer, client):
    _, secret = issue_token(actor=officer, name="CI", scopes=list(Scope))
    opened = [
        str(route)
        for route, url in addresses.items()
        if not route.pattern.startswith("api/")
        if client.get(url, headers={"Authorization": f"Bearer {secret}"}).status_code < 300
    ]

    assert opened == []
