"""The token page and the API to read."""

import pytest

from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.models import ApiToken
from governance.rest.rules import Scope

TOKENS = "/settings/tokens/"


def test_a_new_token_is_shown_once(as_user, officer):
    page = as_user(officer).post(TOKENS, {"name": "ci", "scopes": ["read"], "days": 30})
    text = page.context["issued"]

    assert page.status_code == 201
    assert text in page.content.decode()
    assert text not in as_user(officer).get(TOKENS).content.decode()
    assert Entry.objects.filter(action="token.issued").count() == 1


@pytest.mark.parametrize("spoilt", [{"scopes": []}, {"days": 366}, {"name": ""}])
def test_a_token_that_does_not_fit_is_refused_with_words(spoilt, as_user, officer):
    form = {"name": "ci", "scopes": ["read"], "days": 30} | spoilt
    page = as_user(officer).post(TOKENS, form)

    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()
    assert not ApiToken.objects.exists()


def test_a_token_of_somebody_else_is_not_found(as_user, officer, stranger):
    token, _ = issue_token(actor=officer, name="ci", scopes=[Scope.READ])

    assert as_user(stranger).post(f"{TOKENS}{token.pk}/revoke/").status_code == 404
    assert as_user(officer).post(f"{TOKENS}{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert not token.is_live


def test_the_api_can_be_read_as_a_page(as_user, auditor):
    page = as_user(auditor).get("/api/v1/docs/")

    assert page.status_code == 200
    assert "/api/v1/systems/{ref}/" in page.content.decode()
    assert "If-Match" in page.content.decode()
    assert "DPA | BAA" in page.content.decode()
    assert "Enum</td>" not in page.content.decode()
