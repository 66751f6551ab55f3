"""The conventions every resource keeps: tokens, problems, paging, ETags, idempotency."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from governance.accounts.actions import revoke
from governance.accounts.models import BusinessUnit
from governance.accounts.rules import Role
from governance.accounts.unit_actions import add_unit
from governance.ledger.models import Entry
from governance.rest.actions import issue_token, revoke_token
from governance.rest.models import ApiToken, IdempotentAnswer
from governance.rest.rules import Scope
from governance.rest.tasks import forget_answers
from tests.conftest import person

UNITS = "/api/v1/units/"


@pytest.fixture
def call(administrator):
    """Return a function that calls the API with a token of the administrator."""
    _, text = issue_token(actor=administrator, name="ci", scopes=list(Scope))
    return caller(text)


def caller(text: str):
    """Return a function that calls the API with a token's text."""

    def send(method: str, path: str, body=None, **headers):
        extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        data = json.dumps(body) if body is not None else b""
        return Client().generic(
            method, path, data, "application/json", HTTP_AUTHORIZATION=f"Bearer {text}", **extra
        )

    return send


def test_without_a_token_the_answer_is_a_problem_with_a_challenge(db):
    answer = Client().get(UNITS)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer["WWW-Authenticate"]
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("spoil", ["revoke", "expire", "leave", "garble"])
def test_a_token_stops_at_once(spoil, administrator, officer):
    token, text = issue_token(actor=officer, name="ci", scopes=[Scope.READ])
    assert caller(text)("GET", UNITS).status_code == 200

    if spoil == "revoke":
        revoke_token(token, actor=administrator)
    elif spoil == "expire":
        past = timezone.now() - timedelta(days=9)
        ApiToken.objects.update(created_at=past, expires_at=past + timedelta(days=1))
    elif spoil == "leave":
        type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    else:
        text = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert caller(text)("GET", UNITS).status_code == 401


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_wrong_here_neither_revives_a_token_nor_ends_one(
    hours, officer, monkeypatch
):
    _, good = issue_token(actor=officer, name="ci", scopes=[Scope.READ])
    over, ended = issue_token(actor=officer, name="old", scopes=[Scope.READ])
    begun, hour = timezone.now() - timedelta(days=1), timedelta(hours=1)
    ApiToken.objects.filter(pk=over.pk).update(created_at=begun, expires_at=timezone.now() - hour)
    ApiToken.objects.exclude(pk=over.pk).update(expires_at=timezone.now() + hour)
    wrong = timezone.now() + timedelta(hours=hours)

    monkeypatch.setattr(timezone, "now", lambda: wrong)
    assert caller(good)("GET", UNITS).status_code == 200
    assert caller(ended)("GET", UNITS).status_code == 401


def test_a_database_whose_clock_is_put_back_revives_no_token(officer):
    used, good = issue_token(actor=officer, name="ci", scopes=[Scope.READ])
    over, ended = issue_token(actor=officer, name="old", scopes=[Scope.READ])
    now, hour = timezone.now(), timedelta(hours=1)
    ApiToken.objects.filter(pk=used.pk).update(last_used_at=now + 3 * hour)  # and put back since
    ApiToken.objects.filter(pk=over.pk).update(expires_at=now + 2 * hour)

    assert caller(ended)("GET", UNITS).status_code == 401
    assert caller(good)("GET", UNITS).status_code == 200
    used.refresh_from_db()
    assert used.last_used_at == now + 3 * hour


def test_a_token_is_kept_as_a_peppered_digest_only(officer, settings):
    token, text = issue_token(actor=officer, name="ci", scopes=[Scope.READ])
    secret = text.split(".")[1]

    assert secret not in json.dumps([*ApiToken.objects.values_list()], default=str)
    settings.TOKEN_PEPPER = "another pepper"
    assert caller(text)("GET", UNITS).status_code == 401
    assert token.ref in text


def test_a_reading_token_may_not_write(administrator, organisation):
    _, text = issue_token(actor=administrator, name="ci", scopes=[Scope.READ])

    answer = caller(text)("POST", UNITS, {"name": "New", "parent": organisation.pk})
    assert answer.status_code == 403


def test_an_unknown_filter_is_refused_by_name(call):
    answer = call("GET", f"{UNITS}?colour=red")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/colour"


def test_pages_follow_one_another_without_loss_or_repeat(call, administrator, organisation):
    for number in range(7):
        add_unit(name=f"Unit {number}", parent=organisation, actor=administrator)
    seen, url = [], f"{UNITS}?page_size=3&sort=-name"
    while url:
        answer = call("GET", url)
        seen += [item["name"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        assert ('rel="next"' in answer.get("Link", "")) == bool(cursor)
        url = cursor and f"{UNITS}?page_size=3&sort=-name&cursor={cursor}"

    assert seen == sorted((unit.name for unit in BusinessUnit.objects.all()), reverse=True)


@pytest.mark.parametrize("query", ["page_size=0", "page_size=201", "cursor=abc", "sort=colour"])
def test_bad_paging_is_refused(call, query):
    assert call("GET", f"{UNITS}?{query}").status_code == 400


def test_a_change_needs_the_etag_that_was_read(call, organisation):
    path = f"{UNITS}{organisation.pk}/"
    etag = call("GET", path)["ETag"]

    assert call("PATCH", path, {"name": "A"}).status_code == 428
    assert call("PATCH", path, {"name": "A"}, if_match='"0-0"').status_code == 412
    assert call("PATCH", path, {"name": "A"}, if_match="*").status_code == 400
    changed = call("PATCH", path, {"name": "A"}, if_match=etag)
    assert changed.status_code == 200
    assert changed["ETag"] != etag
    assert call("PATCH", path, {"name": "B"}, if_match=etag).status_code == 412
    assert call("GET", path, if_none_match=changed["ETag"]).status_code == 304


def test_a_repeated_post_happens_once(call, organisation):
    body = {"name": "Once", "parent": organisation.pk}
    first = call("POST", UNITS, body, idempotency_key="k-1")
    entries = Entry.objects.count()
    again = call("POST", UNITS, body, idempotency_key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["ETag"] == first["ETag"]
    assert again["Idempotency-Replayed"] == "true"
    assert Entry.objects.count() == entries
    other = call("POST", UNITS, body | {"name": "Else"}, idempotency_key="k-1")
    assert other.status_code == 422


def test_a_kept_answer_is_not_told_to_who_lost_the_role(administrator, claims):
    leaver = person("Rita Registrar", Role.ADMINISTRATOR, claims, administrator)
    call = caller(issue_token(actor=leaver, name="ci", scopes=list(Scope))[1])
    body = {"name": "Secret", "parent": claims.pk}
    assert call("POST", UNITS, body, idempotency_key="k-3").status_code == 201
    revoke(leaver.memberships.get(), actor=administrator)

    again = call("POST", UNITS, body, idempotency_key="k-3")
    assert again.status_code == 404
    assert b"Secret" not in again.content


def test_kept_answers_are_forgotten_by_the_clock(call, organisation, settings):
    call("POST", UNITS, {"name": "Old", "parent": organisation.pk}, idempotency_key="k-4")
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))

    forget_answers()

    assert not IdempotentAnswer.objects.exists()
    scheduled = {job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()}
    assert forget_answers.name in scheduled


def test_a_refused_post_keeps_no_answer(call, organisation):
    body = {"name": "Twice", "parent": organisation.pk}
    call("POST", UNITS, body)

    assert call("POST", UNITS, body, idempotency_key="k-2").status_code == 409
    BusinessUnit.objects.filter(name="Twice").update(name="Renamed")
    assert call("POST", UNITS, body, idempotency_key="k-2").status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "a", "name": "b"}',
        '{"name": NaN}',
        '{"name": 1e400}',
        "[" * 99 + "]" * 99,
        '"\\u0000"',
        '"\\ud800"',
    ],
)
def test_a_body_that_is_not_strict_json_is_refused(administrator, organisation, body):
    _, text = issue_token(actor=administrator, name="ci", scopes=list(Scope))
    answer = Client().generic(
        "POST",
        UNITS,
        body,
        "application/json",
        HTTP_AUTHORIZATION=f"Bearer {text}",
        HTTP_IDEMPOTENCY_KEY="k-5",
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


def test_an_unknown_name_in_the_body_is_pointed_at(call, organisation):
    answer = call("POST", UNITS, {"name": "X", "parent": organisation.pk, "colour": "red"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/colour"


def test_what_one_may_not_see_is_not_found(lending, claims, stranger):
    _, text = issue_token(actor=stranger, name="ci", scopes=list(Scope))

    assert caller(text)("GET", f"{UNITS}{claims.pk}/").status_code == 404
    assert [unit["name"] for unit in caller(text)("GET", UNITS).json()["items"]] == ["Lending"]
