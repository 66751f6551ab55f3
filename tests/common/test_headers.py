"""Every kind of answer carries the headers that close the browser."""

import pytest

ADDRESSES = ["/", "/systems/", "/nothing/", "/accounts/login/", "/api/v1/systems/", "/healthz"]


@pytest.mark.parametrize("address", [*ADDRESSES, "/static/css/base.css"])
def test_each_answer_has_a_policy(address, as_user, officer):
    answer = as_user(officer).get(address)
    answer.close()

    policy = answer["Content-Security-Policy"]
    for source in ("object-src", "base-uri", "frame-ancestors"):
        assert f"{source} 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ["/", "/systems/", "/nothing/", "/systems/export.csv"])
def test_what_a_person_is_shown_stays_in_no_cache(address, as_user, officer):
    assert "no-store" in as_user(officer).get(address)["Cache-Control"]
