"""Entries of the record for the tests of this stage."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from governance.accounts.models import BusinessUnit, User
from governance.ledger.actions import Personal, record
from governance.ledger.models import Entry

GUARDED = ("ledger_entry", "ledger_leafsequence", "ledger_personal")


@pytest.fixture
def write(organisation: BusinessUnit, administrator: User) -> Callable[..., Entry]:
    """Return a function that records one change of the organisation."""

    def write(action: str = "unit.renamed", **data: object) -> Entry:
        with transaction.atomic():
            return record(
                action,
                subject=organisation,
                actor=administrator,
                data=data or {"name": Personal("Ines Halvorsen"), "note": "as it was"},
                unit=organisation.pk,
            )

    return write


@pytest.fixture
def as_superuser(transactional_db) -> Callable[..., None]:
    """Return a function that runs SQL with the guards of the record taken off."""

    def tamper(sql: str, *params: object) -> None:
        with connection.cursor() as cursor:
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS entry_leaf_holds")
            try:
                cursor.execute(sql, params)
            finally:
                for table in GUARDED:
                    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
                    for name in _guards(cursor, table):
                        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    yield tamper
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute("TRUNCATE ledger_entry, ledger_leafsequence, ledger_personal")
        for table in GUARDED:
            for name in _guards(cursor, table):
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        cursor.execute(
            "ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS entry_leaf_holds, ADD CONSTRAINT "
            r"entry_leaf_holds CHECK (leaf = sha256('\x00'::bytea || body))"
        )


def _guards(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
    )
    return [name for (name,) in cursor.fetchall()]
