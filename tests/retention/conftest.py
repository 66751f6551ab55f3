"""What a restored backup looks like."""

from collections.abc import Callable

import pytest
from django.db import connection

from governance.ledger.models import Personal as PersonalValue


@pytest.fixture
def as_before_the_erasure(db) -> Callable[[list[PersonalValue]], None]:
    """Return a function that puts values back, as a backup from before their erasure does."""

    def bring_back(values: list[PersonalValue]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_erased DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM ledger_erased")
            cursor.execute("ALTER TABLE ledger_erased ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_erased ENABLE ALWAYS TRIGGER erased_takes")
        PersonalValue.objects.bulk_create(values)

    return bring_back
