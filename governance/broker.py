"""PostgreSQL as Celery's broker, reached as the database is.

The stock transport takes an address apart and puts it together again without its options
(`sslmode`) and without quoting; this one hands it to libpq as it stands.
"""

from typing import Any

from kombu.transport import pgmq
from pgmq import PGMQueue
from psycopg_pool import ConnectionPool


class Transport(pgmq.Transport):
    """The stock transport over a pool of our own."""

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
