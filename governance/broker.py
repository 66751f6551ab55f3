"""PostgreSQL as Celery's broker, reached as the database is.

The stock transport takes an address apart and puts it together again without its options
(`sslmode`) and without quoting; this one hands it to libpq as it stands.

It also gives a worker's slot back when the broker is away. A worker of two processes holds two
messages and asks for no third; kombu forgets a message only once the broker was told that it is
done. Two that could not be told would leave the worker deaf for good: it asks for nothing, so it
never learns that its connection is gone. What is free asks, fails, and connects anew. The message
itself comes again when the broker no longer holds it, and its task finds its row done.
"""

import time
from typing import Any

from kombu.transport import pgmq, virtual
from pgmq import PGMQueue
from psycopg_pool import ConnectionPool


class GivesBack:
    """Put before a channel of kombu's virtual kind: a slot is free though nobody could be told."""

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Tell the broker that a message is done with."""
        try:
            super().basic_ack(delivery_tag, multiple=multiple)  # type: ignore[misc]
        except Exception:
            self._give_back(delivery_tag)
            raise

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Tell the broker that a message is refused."""
        try:
            super().basic_reject(delivery_tag, requeue=requeue)  # type: ignore[misc]
        except Exception:
            self._give_back(delivery_tag)
            raise

    def _give_back(self, delivery_tag: str) -> None:
        virtual.QoS.ack(self.qos, delivery_tag)  # type: ignore[attr-defined]


class Channel(GivesBack, pgmq.Channel):
    """The stock channel that gives slots back, and waits by a clock that nobody sets.

    The stock one lets PostgreSQL wait for messages: by the wall clock, so that one put back by
    three hours would leave the worker waiting for three hours.
    """

    def _receive_messages(
        self, queue: str, qty: int = 1, *, poll: bool = False, timeout: float | None = None,
        no_ack: bool = False,
    ) -> list[Any]:  # fmt: skip
        wait = self.wait_time_seconds if timeout is None else min(timeout, self.wait_time_seconds)
        end = time.monotonic() + (wait if poll else 0)
        while True:
            found: list[Any] = super()._receive_messages(queue, qty, no_ack=no_ack)
            if found or time.monotonic() >= end:
                return found
            time.sleep(self.poll_interval_ms / 1000)


class Transport(pgmq.Transport):
    """The stock transport over a pool of our own."""

    Channel = Channel

    def _create_pgmq_client(self) -> PGMQueue:
        options: Any = self.client and self.client.transport_options
        pool = ConnectionPool(
            options["conn_string"],
            min_size=1,
            max_size=options["pool_size"],
            timeout=options["pool_timeout"],
            open=True,
        )
        client = PGMQueue(conn_string="host=unused", pool=pool, init_extension=False)
        client._own_pool = True  # closed with the client
        return client
