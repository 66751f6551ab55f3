"""What must answer before this installation is ready."""

from collections.abc import Callable
from datetime import timedelta

import psycopg
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.celery import app
from governance.health.models import Heartbeat

SILENCE = timedelta(seconds=60)
OK = "ok"


def database() -> str:
    """Return "ok", or what is wrong with the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def migrations() -> str:
    """Return "ok", or how many migrations wait to be applied."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} migrations wait: run manage.py migrate" if waiting else OK


def broker() -> str:
    """Return "ok", or why the broker does not answer."""
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OperationalError, psycopg.Error, OSError) as error:
        return f"no answer ({type(error).__name__})"
    return OK


def worker() -> str:
    """Return "ok", or since when no worker has given a sign of life."""
    newest = Heartbeat.objects.first()
    if newest is None:
        return "no sign of life yet"
    age = timezone.now() - newest.at
    return OK if age < SILENCE else f"silent for {int(age.total_seconds())} s"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "broker": broker,
    "worker": worker,
}


def readiness() -> dict[str, str]:
    """Return each check with "ok" or the reason why not."""
    answers: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            answers[name] = check()
        except DatabaseError as error:
            answers[name] = f"the database does not answer ({type(error).__name__})"
    return answers
