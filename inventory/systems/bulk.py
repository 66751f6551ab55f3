"""Many systems at once, for imports: few statements, one ledger entry for each system."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.ledger.actions import Personal, record_many
from inventory.systems.actions import plain
from inventory.systems.models import AISystem


def next_refs(count: int) -> list[str]:
    """Return so many short ids in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('system_ref') FROM generate_series(1, %s)", [count])
        return [f"AIS-{row[0]:03d}" for row in cursor.fetchall()]


@transaction.atomic
def register_many(rows: Sequence[Mapping[str, Any]], *, actor: User) -> list[AISystem]:
    """Return new systems in the order of `rows`, each row the fields of AISystem.

    Looks for no duplicates: the rows have external keys, which the database keeps unique.
    Raises DomainError unless the actor may import in every unit that is named.
    """
    units = {row["unit"].pk for row in rows}
    allowed = units_with(actor, Capability.IMPORT).filter(pk__in=units)
    if len(units) != allowed.count():
        raise DomainError("Your role does not let you import into every unit of these rows.")
    systems = [
        AISystem(ref=ref, **row) for ref, row in zip(next_refs(len(rows)), rows, strict=True)
    ]
    AISystem.objects.bulk_create(systems)
    told = [(system, said(row), row["unit"].pk) for system, row in zip(systems, rows, strict=True)]
    record_many("system.registered", told, actor=actor)
    return systems


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's fields as ledger data.

    Source facts go in as a commitment: nobody knows whom an unknown column names.
    """
    data = {name: plain(value) for name, value in row.items() if value not in ("", None, [], {})}
    if facts := row.get("source_facts"):
        data["source_facts"] = Personal(facts)
    return data
