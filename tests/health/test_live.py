"""Every broker may lose everything: what is to be done stands in rows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from governance.health.models import Heartbeat
from governance.health.queries import readiness
from governance.health.tasks import heartbeat
from governance.ledger.models import Entry, LeafSequence, Pending
from tests.brokers import amqp_only, pgmq_only
from tests.factories import make_system
from tests.live import Live, database_url

pytestmark = pytest.mark.worker
PATIENCE = 8  # seconds: more than two tasks in hand wait for a connection to say that they are done


def register(count: int, *, actor, unit, named: str) -> None:
    for number in range(count):
        make_system(actor=actor, unit=unit, name=f"{named} {number}")


def test_killing_the_worker_and_emptying_the_broker_loses_nothing(live, officer, claims):
    live.start()
    for round_ in range(2):
        register(10, actor=officer, unit=claims, named=f"Scorer {round_}")
        live.kill()
        live.empty_broker()
        register(5, actor=officer, unit=claims, named=f"Later {round_}")
        live.start_worker()

    live.wait_for(lambda: not Pending.objects.exists())
    numbers = list(LeafSequence.objects.values_list("seq", flat=True))
    assert numbers == list(range(Entry.objects.count()))


@pgmq_only
def test_a_message_that_a_killed_worker_held_is_handed_out_again(live, settings):
    live.send(heartbeat)
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = 3600
    live.broker.take_and_die()
    live.start_worker()
    time.sleep(1)
    assert live.messages() == 1

    assert live.recover() == 1
    live.wait_for(Heartbeat.objects.exists)


@pgmq_only
def test_a_worker_goes_on_after_the_database_was_away_with_two_tasks_in_hand(live):
    live.start_worker()
    with away_with_tasks_in_hand(live, count=2):
        time.sleep(PATIENCE)
    Heartbeat.objects.all().delete()

    live.send(heartbeat)
    live.wait_for(Heartbeat.objects.exists)


@amqp_only
def test_a_message_that_a_killed_worker_held_comes_back_at_once(live):
    live.send(heartbeat)
    live.broker.take_and_die()

    live.start_worker()
    live.wait_for(Heartbeat.objects.exists)


def test_the_installation_is_ready_once_a_worker_has_given_a_sign_of_life(live):
    live.start()

    live.wait_for(lambda: set(readiness().values()) == {"ok"}, seconds=40)


@contextmanager
def away_with_tasks_in_hand(live: Live, *, count: int) -> Iterator[None]:
    """Let the worker take tasks, and refuse it the database until the end of the block."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK health_heartbeat")
        for _ in range(count):
            live.send(heartbeat)
        live.wait_for(lambda: waiting_for_a_lock() == count)
        let_in(False)
    try:
        yield
    finally:
        let_in(True)


def waiting_for_a_lock() -> int:
    """Return how many sessions of this database wait for a lock."""
    with psycopg.connect(database_url()) as link:
        row = link.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return int(row[0]) if row else 0


def let_in(allowed: bool) -> None:
    """Let others into this test's database, or end their sessions and refuse new ones."""
    mine = connection.connection.info
    switch = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(database_url(), dbname="postgres", autocommit=True) as link:
        link.execute(switch.format(sql.Identifier(mine.dbname), sql.Literal(allowed)))
        if not allowed:
            link.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND pid <> %s",
                [mine.dbname, mine.backend_pid],
            )
