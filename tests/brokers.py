"""The broker of tests marked `worker`: PostgreSQL, or what MUSTER_TEST_BROKER_URL names.

RabbitMQ or Valkey needs a virtual host or number of its own (`amqp://muster:…@127.0.0.1/test`),
which these tests empty, and one test process at a time (`bin/test -n 0 -m worker`).
"""

import os

import psycopg
import pytest
from django.conf import settings
from kombu import Connection

from governance.health import broker

BROKER_URL = os.environ.get("MUSTER_TEST_BROKER_URL") or "pgmq://database"
IS_PGMQ = BROKER_URL.startswith("pgmq")
QUEUE = "celery"
HOLDS = "PostgreSQL holds a dead worker's messages for an hour; the broker here is another."
RETURNS = "Needs a broker that sees a worker die: set MUSTER_TEST_BROKER_URL=amqp://…"

pgmq_only = pytest.mark.skipif(not IS_PGMQ, reason=HOLDS)
amqp_only = pytest.mark.skipif(not BROKER_URL.startswith("amqp"), reason=RETURNS)


class Pgmq:
    """Queues that are tables of the test's own database."""

    def __init__(self) -> None:
        broker.install()

    def empty(self) -> None:
        """Throw every message away, taken ones included."""
        broker.empty()

    def messages(self) -> int:
        """Return how many messages wait or are held by a worker."""
        with psycopg.connect(settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"]) as link:
            row = link.execute(f"SELECT count(*) FROM pgmq.q_{QUEUE}").fetchone()  # noqa: S608
        return int(row[0]) if row else 0

    def take_and_die(self) -> None:
        """Take a message as a worker does, and never acknowledge it."""
        with psycopg.connect(settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"]) as link:
            link.execute("SELECT * FROM pgmq.read(%s, 3600, 1)", [QUEUE])


class Served:
    """Queues in a server beside the database."""

    def empty(self) -> None:
        """Throw away every message that waits; what a living worker holds stays with it."""
        with Connection(BROKER_URL) as link:
            try:
                link.default_channel.queue_purge(QUEUE)
            except link.channel_errors:
                return  # no worker has made the queue yet

    def messages(self) -> int:
        """Return how many messages wait."""
        with Connection(BROKER_URL) as link:
            return int(link.default_channel.queue_declare(QUEUE, passive=True).message_count)

    def take_and_die(self) -> None:
        """Take a message as a worker does, and lose the connection before it is acknowledged."""
        with Connection(BROKER_URL) as link:
            assert link.default_channel.basic_get(QUEUE) is not None


def broker_of_this_run() -> Pgmq | Served:
    """Return what the tests need of the broker."""
    return Pgmq() if IS_PGMQ else Served()
