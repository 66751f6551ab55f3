"""A key of each test's own, and entries to sign."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Proof
from governance.common.clock import database_now
from governance.ledger.actions import record
from governance.ledger.models import Entry

GUARDED = (
    "ledger_entry",
    "ledger_leafsequence",
    "ledger_personal",
    "ledger_tile",
    "checkpoints_checkpoint",
    "checkpoints_signingkey",
)


@pytest.fixture(autouse=True)
def key_file(settings, tmp_path) -> Path:
    """Return where the key lies that the test signs with."""
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.key"
    return settings.LOG_KEY_FILE


@pytest.fixture
def write(organisation: BusinessUnit, administrator: User) -> Callable[..., Entry]:
    """Return a function that records one change of the organisation."""

    def write(**data: object) -> Entry:
        with transaction.atomic():
            return record(
                "unit.renamed",
                subject=organisation,
                actor=administrator,
                data=data or {"note": "as it was"},
                unit=organisation.pk,
            )

    return write


@pytest.fixture
def as_superuser(db) -> Callable[..., None]:
    """Return a function that runs SQL with the guards of the record taken off."""

    def tamper(sql: str, *params: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS entry_leaf_holds")
            cursor.execute(sql, params)
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    return tamper


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """Return a folder that is the only place outside."""
    place = tmp_path / "outside"
    place.mkdir()
    settings.CHECKPOINT_SINKS = [f"file://{place}"]
    return place


@pytest.fixture
def proof(administrator: User) -> Proof:
    """Return the administrator's proof, given just now."""
    return Proof(administrator.handle, "password", database_now())
