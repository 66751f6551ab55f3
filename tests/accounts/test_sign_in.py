"""Guessing passwords is slowed down by account and by the address that is real."""

import pytest
from django.core.cache import cache

from tests.conftest import PASSWORD

TOO_OFTEN = "Too many failed login attempts"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


def tried(client, email: str, password: str, forwarded: str) -> str:
    form = {"login": email, "password": password}
    answer = client.post("/accounts/login/", form, headers={"X-Forwarded-For": forwarded})
    return "in" if answer.status_code == 302 else answer.content.decode()


def test_one_account_is_not_guessed_on_whatever_address_is_claimed(client, officer):
    said = [tried(client, officer.email, "wrong", f"10.0.0.{at}") for at in range(8)]

    assert TOO_OFTEN in said[-1]
    assert TOO_OFTEN in tried(client, officer.email, PASSWORD, "10.0.0.99")


def test_behind_a_proxy_one_guesser_does_not_shut_others_out(client, officer, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for at in range(12):
        tried(client, f"p{at}@halden.example", "wrong", f"10.0.0.{at}, 198.51.100.7")

    said = tried(client, "other@halden.example", "wrong", "10.0.0.50, 198.51.100.7")
    assert TOO_OFTEN in said
    assert tried(client, officer.email, PASSWORD, "198.51.100.8") == "in"
