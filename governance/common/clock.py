"""The database's clock: one for all processes, whatever the machines' own clocks say."""

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """Return the instant that the database's clock shows, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now.astimezone(UTC)
