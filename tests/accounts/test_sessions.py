"""A session ends after 30 idle minutes, and 12 hours after it began."""

import time

import pytest

from governance.accounts import sessions


@pytest.fixture
def clock(monkeypatch):
    """A function that moves the clock of the sessions forward, in minutes."""
    shift = 0.0
    real = time.time

    def forward(minutes: float) -> None:
        nonlocal shift
        shift += minutes * 60

    monkeypatch.setattr(sessions.time, "time", lambda: real() + shift)
    return forward


def signed_in(client) -> bool:
    client.get("/healthz")
    return "_auth_user_id" in client.session


def test_an_active_session_lives_on(as_user, officer, clock):
    client = as_user(officer)

    for _ in range(5):
        clock(minutes=20)
        assert signed_in(client)


def test_a_clock_that_is_put_back_a_little_ends_no_session(as_user, officer, clock):
    client = as_user(officer)

    clock(minutes=-4)
    assert signed_in(client)


def test_a_clock_that_is_put_back_far_lets_no_session_live_longer(as_user, officer, clock):
    client = as_user(officer)

    clock(minutes=-6)
    assert not signed_in(client)


def test_thirty_idle_minutes_end_the_session(as_user, officer, clock):
    client = as_user(officer)

    clock(minutes=31)

    assert not signed_in(client)


def test_twelve_hours_end_an_active_session(as_user, officer, clock):
    client = as_user(officer)

    for _ in range(35):
        clock(minutes=20)
        client.get("/healthz")
    assert signed_in(client)
    clock(minutes=21)

    assert not signed_in(client)


def test_a_busy_session_is_written_once_a_minute(
    as_user, officer, clock, django_assert_max_num_queries
):
    client = as_user(officer)
    client.get("/healthz")

    with django_assert_max_num_queries(1) as seen:
        client.get("/healthz")

    assert not any("UPDATE" in query["sql"] for query in seen.captured_queries)
