"""The two addresses for monitors, and the sign of life behind them."""

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError
from django.utils import timezone

from governance.health import queries
from governance.health.models import Heartbeat
from governance.health.tasks import heartbeat

pytestmark = pytest.mark.django_db


def test_healthz_needs_no_sign_in_and_no_database(client, django_assert_num_queries, settings):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": settings.VERSION}
    assert "no-store" in answer["Cache-Control"]


def test_readyz_is_200_when_database_migrations_broker_and_worker_are_there(client):
    heartbeat()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}


def test_readyz_says_that_no_worker_was_ever_there(client):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "no sign of life yet"


def test_readyz_says_how_long_the_workers_have_been_silent(client):
    Heartbeat.objects.create(worker="one", at=timezone.now() - timedelta(minutes=5))

    assert client.get("/readyz").json()["checks"]["worker"].startswith("silent for 30")


def test_readyz_says_that_the_broker_does_not_answer(client, monkeypatch):
    def refuse() -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(queries.app, "connection_for_write", refuse)

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == "no answer (OperationalError)"


def test_readyz_says_that_the_database_does_not_answer_and_tells_no_secret(client, monkeypatch):
    def refuse() -> str:
        raise DatabaseError("password of muster at 10.0.0.5 refused")

    monkeypatch.setitem(queries.CHECKS, "database", refuse)

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "the database does not answer (DatabaseError)"
    assert "10.0.0.5" not in answer.content.decode()


def test_a_host_that_was_silent_for_a_week_is_forgotten():
    Heartbeat.objects.create(worker="old", at=timezone.now() - timedelta(days=8))

    heartbeat()

    assert not Heartbeat.objects.filter(worker="old").exists()
    assert Heartbeat.objects.count() == 1
