"""PostgreSQL as the broker: its queues are tables, made by the SQL that pgmq brings along."""

import psycopg
from django.conf import settings
from pgmq.install import get_embedded_install_sql
from psycopg import sql


def is_pgmq() -> bool:
    """Return whether the broker is PostgreSQL."""
    return str(settings.CELERY_BROKER_URL).startswith("pgmq")


def _connect() -> psycopg.Connection:
    return psycopg.connect(settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"])


def install() -> bool:
    """Make pgmq's tables and functions where they are missing; return whether they were."""
    with _connect() as link:
        row = link.execute("SELECT to_regclass('pgmq.meta')").fetchone()
        if row and row[0]:
            return False
        link.execute(get_embedded_install_sql())
    return True


def recover() -> int:
    """Hand out again what a worker held when it was killed; return how many messages.

    Only right while no worker runs on any host: a message in work would be done twice.
    """
    held = 0
    with _connect() as link:
        for (name,) in link.execute("SELECT queue_name FROM pgmq.meta").fetchall():
            table = sql.Identifier("pgmq", f"q_{name}")
            statement = sql.SQL("UPDATE {} SET vt = now() WHERE vt > now()").format(table)
            held += link.execute(statement).rowcount
    return held


def empty() -> None:
    """Throw away every message, as a broker may: the rows of work remain."""
    with _connect() as link:
        for (name,) in link.execute("SELECT queue_name FROM pgmq.meta").fetchall():
            link.execute("SELECT pgmq.purge_queue(%s)", [name])
