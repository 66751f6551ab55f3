"""What the database refuses to a role that may only read and add (attack case LG-01)."""

import os

import pytest
from django.db import ProgrammingError, connection, transaction

from governance.ledger.actions import sequence_all
from governance.ledger.verification import verify
from tests.ledger.conftest import GUARDED

pytestmark = pytest.mark.django_db

REFUSED = [
    "UPDATE {table} SET {column} = {column}",
    "INSERT INTO {table} SELECT * FROM {table} "
    "ON CONFLICT ({column}) DO UPDATE SET {column} = excluded.{column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN more text",
    "DROP TABLE {table}",
    "CREATE RULE hide AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER more BEFORE INSERT ON {table} EXECUTE FUNCTION ledger_refuse()",
    "SET LOCAL session_replication_role = replica",
    "DROP FUNCTION ledger_refuse() CASCADE",
]

TABLES = (*GUARDED, "checkpoints_checkpoint")
KEY = {"ledger_leafsequence": "seq"}


@pytest.fixture
def as_app(write) -> None:
    """Go on as a role that may read and add, and no more; the test's end takes it back."""
    write()
    sequence_all()
    role = f"muster_app_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} NOSUPERUSER NOLOGIN")
        cursor.execute(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", REFUSED)
def test_a_role_that_may_read_and_add_cannot_rewrite_the_record(as_app, sql, table):
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError) as refused,
        transaction.atomic(),
    ):
        cursor.execute(sql.format(table=table, column=KEY.get(table, "id")))

    assert refused.value.__cause__.sqlstate == "42501"  # not allowed to
    assert verify().fault is None
