"""Every address refuses who has not signed in, and hides what is not the person's to see.

One organisation is made and all addresses are asked, so that a new address cannot escape: one
that takes something nobody described in routes.py is a failure by itself.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from governance.accounts import actions as accounts
from governance.accounts.rules import Role
from tests.conftest import person
from tests.house.routes import PUBLIC, SHARED, Route, address, routes, things

METHODS = ("get", "post", "patch", "put", "delete")
SAMPLES = {"overview:kit", "openapi"}  # show made-up things
EVERYBODY = {"api_nothing"}  # answers 404 to everybody
ALL = [route for route in routes() if route.name not in EVERYBODY]
LISTS = [route for route in ALL if not route.takes and route.name not in PUBLIC]
DETAILS = [route for route in ALL if route.takes and route.kind not in SHARED]
ASKED = [route for route in ALL if route.name not in PUBLIC]
SPANNING = [route for route in ALL if route.kind in ("classification", "rulepack-previews")]
IN_CLAIMS = (
    *("agreement_in_claims", "review_in_claims", "waiver_in_claims", "matrix_in_claims"),
    *("evidence_in_claims", "duty_in_claims", "incident_in_claims", "document_in_claims"),
    *("pack_in_claims", "import_in_claims", "entry_in_claims", "preview_of_the_law"),
    *("schedule_in_claims", "run_in_claims", "question_in_claims", "recipient_in_claims"),
)
SECRETS = (
    *(b"Claims triage scorer", b"Interview scheduling", b"Data processing terms", b"1.0.0"),
    *(b"Night rota", b"Ruth Regulator"),
    *(b"Bias test", b"bias.csv", b"Applicants turned away", b"/systems/AIS-", b'"AIS-'),
)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def auditor_of_lending(lending, administrator):
    """Somebody who audits another unit."""
    return person("Lena Auditor", Role.AUDITOR, lending, administrator)


@pytest.fixture
def newcomer(claims, administrator):
    """Somebody of the unit itself who has no role."""
    return person("Nils Newcomer", None, claims, administrator)


@pytest.fixture
def closed(owner, administrator):
    """The owner of the system, whose account was closed."""
    accounts.deactivate(owner, actor=administrator)
    return owner


def each_answer(asked: list[Route], client: Client, ask: Callable) -> Iterator[tuple]:
    """Ask every address by every method; give route, method and answer."""
    addresses = {
        route: address(route, things(route, ask) if route.takes else {}) for route in asked
    }
    for route, url in addresses.items():
        for method in METHODS:
            yield route, method, getattr(client, method)(url)


def refused(answer) -> bool:
    """Return whether an answer shows nothing but the way to sign in."""
    to_sign_in = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
    return to_sign_in or answer.status_code in (401, 403, 404, 405)


def test_nobody_gets_in_without_signing_in(client, request):
    wrong = [
        f"{method} {route}: {answer.status_code}"
        for route, method, answer in each_answer(ASKED, client, request.getfixturevalue)
        if not refused(answer)
    ]

    assert wrong == []


def test_nobody_stays_in_whose_account_is_closed(owner, client, request):
    client.force_login(owner, backend=BACKEND)
    addresses = [
        address(route, things(route, request.getfixturevalue) if route.takes else {})
        for route in ASKED
    ]
    request.getfixturevalue("closed")
    wrong = [url for url in addresses if not refused(client.get(url))]

    assert wrong == []


@pytest.mark.parametrize("who", ["stranger", "auditor_of_lending", "newcomer"])
def test_a_thing_of_another_unit_is_not_found(who, client, request):
    client.force_login(request.getfixturevalue(who), backend=BACKEND)
    found: dict[Route, dict[str, int]] = {}
    for route, method, answer in each_answer(DETAILS, client, request.getfixturevalue):
        found.setdefault(route, {})[method] = answer.status_code

    seen = {
        str(route): statuses
        for route, statuses in found.items()
        if set(statuses.values()) - {404, 405} or 404 not in statuses.values()
        if not is_closed(route, statuses, client)
    }
    assert seen == {}


def is_closed(route: Route, statuses: dict[str, int], client: Client) -> bool:
    """Return whether the role may not open this part at all, be the thing there or not."""
    nothing = address(route, dict.fromkeys(route.takes, 999_999_999))
    absent = {method: getattr(client, method)(nothing).status_code for method in METHODS}
    return set(statuses.values()) <= {403, 405} and absent == statuses


def test_what_is_hidden_reads_like_what_is_not_there(stranger, client, request):
    client.force_login(stranger, backend=BACKEND)
    told = []
    for route in DETAILS:
        given = things(route, request.getfixturevalue)
        key = next((name for name in ("ref", "pk", "number") if name in route.takes), None)
        if key is None:
            continue
        other = given | {key: re.sub("[0-9]+$", "999999999", str(given[key]))}
        hidden, absent = (client.get(address(route, one)) for one in (given, other))
        if hidden.status_code == 404 and _worded(hidden) != _worded(absent):
            told.append(str(route))

    assert told == []


def _worded(answer) -> str:
    """Return an answer without its address, its minute, the request's id and the form's token."""
    text = answer.content.decode().replace(answer["X-Request-ID"], "…")
    text = re.sub('csrfmiddlewaretoken" value="[^"]+"|Printed on .*? by', "…", text)
    return text.replace(answer.wsgi_request.path, "…") + str(sorted(answer.headers))


@pytest.mark.parametrize("who", ["stranger", "auditor_of_lending", "newcomer"])
def test_no_list_tells_of_another_unit(who, client, request):
    for name in IN_CLAIMS:
        request.getfixturevalue(name)
    client.force_login(request.getfixturevalue(who), backend=BACKEND)
    told = []
    for route in [*LISTS, *SPANNING]:
        given = things(route, request.getfixturevalue) if route.takes else {}
        answer = client.get(address(route, given))
        text = b"".join(answer) if answer.streaming else answer.content
        if answer.status_code not in (200, 302, 403, 404, 405):
            told.append(f"{route}: {answer.status_code}")
        if route.name not in SAMPLES:
            told += [f"{route} tells {secret!r}" for secret in SECRETS if secret in text]

    assert told == []


def test_the_site_has_addresses_to_ask():
    assert len(LISTS) > 10
    assert len(DETAILS) > 10
    assert len(SPANNING) > 3
