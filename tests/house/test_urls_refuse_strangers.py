"""Every address refuses who has not signed in, and hides what is not the person's to see.

One organisation is made and all addresses are asked, so that a new address cannot escape: one
that takes something nobody described in routes.py is a failure by itself.
"""

from collections.abc import Callable, Iterator

from django.test import Client

from tests.house.routes import PUBLIC, SHARED, Route, address, routes, things

METHODS = ("get", "post", "patch", "put", "delete")
SAMPLES = {"overview:kit", "openapi"}  # show made-up things
EVERYBODY = {"api_nothing"}  # answers 404 to everybody
ALL = [route for route in routes() if route.name not in EVERYBODY]
LISTS = [route for route in ALL if not route.takes and route.name not in PUBLIC]
DETAILS = [route for route in ALL if route.takes and route.kind not in SHARED]
ASKED = [route for route in ALL if route.name not in PUBLIC]


def each_answer(asked: list[Route], client: Client, ask: Callable) -> Iterator[tuple]:
    """Ask every address by every method; give route, method and answer."""
    addresses = {
        route: address(route, things(route, ask) if route.takes else {}) for route in asked
    }
    for route, url in addresses.items():
        for method in METHODS:
            yield route, method, getattr(client, method)(url)


def test_nobody_gets_in_without_signing_in(client, request):
    wrong = []
    for route, method, answer in each_answer(ASKED, client, request.getfixturevalue):
        refused = answer.status_code in (401, 403, 404, 405)
        to_sign_in = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
        if not refused and not to_sign_in:
            wrong.append(f"{method} {route}: {answer.status_code}")

    assert wrong == []


def test_a_thing_of_another_unit_is_not_found(stranger, client, request):
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
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


def test_no_list_tells_of_another_unit(stranger, client, request):
    for name in ("agreement_in_claims", "pack_in_claims", "review_in_claims", "matrix_in_claims"):
        request.getfixturevalue(name)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    secrets = (b"Claims triage scorer", b"Data processing terms", b"1.0.0")
    told = []
    for route in LISTS:
        answer = client.get(address(route, {}))
        text = b"".join(answer) if answer.streaming else answer.content
        if answer.status_code not in (200, 302, 403, 404, 405):
            told.append(f"{route}: {answer.status_code}")
        if route.name not in SAMPLES:
            told += [f"{route} tells {secret!r}" for secret in secrets if secret in text]

    assert told == []


def test_the_site_has_addresses_to_ask():
    assert len(LISTS) > 10
    assert len(DETAILS) > 10
