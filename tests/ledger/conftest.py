"""Entries of the record for the tests of this stage."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from governance.accounts.models import BusinessUnit, User
from governance.ledger.actions import Personal, record
from governance.ledger.models import Entry

GUARDED = (
    *("ledger_entry", "ledger_leafsequence", "ledger_personal", "ledger_erased"),
    "ledger_tile",
)


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
def as_superuser(db) -> Callable[..., None]:
    """Return a function that runs SQL with the guards of the record taken off."""

    def tamper(sql: str, *params: object) -> None:
        with connection.cursor() as cursor:
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS entry_leaf_holds")
            cursor.execute(sql, params)
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    return tamper
