"""Registering and changing AI systems and their versions."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from governance.accounts.access import may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.states import change
from governance.ledger.actions import Personal, record
from inventory.systems.models import AISystem


def next_ref() -> str:
    """Return the next short id, AIS-001 and on; a refused transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('system_ref')")
        row = cursor.fetchone()
    return f"AIS-{row[0]:03d}"


def may_edit(user: User, system: AISystem) -> bool:
    """Return whether the person may change this system: by unit, or as its owner."""
    if may(user, Capability.EDIT, system.unit):
        return True
    return system.owner_id == user.pk and may(user, Capability.EDIT_OWN, system.unit)


def require_edit(user: User, system: AISystem) -> None:
    """Raise PermissionDenied, in words, unless the person may change this system."""
    if not may_edit(user, system):
        raise PermissionDenied(f"Your role does not let you change {system}.")


@transaction.atomic
def register(*, actor: User, **fields: Any) -> AISystem:
    """Return a new system; `fields` are those of AISystem with `name` and `unit` at least.

    Raises PermissionDenied unless the actor may register (or import) in the unit.
    """
    unit = fields["unit"]
    if not may(actor, Capability.IMPORT, unit):
        require(actor, Capability.REGISTER, unit)
    system = AISystem.objects.create(ref=next_ref(), **fields)
    data = {name: plain(value) for name, value in fields.items() if value not in ("", None, [], {})}
    record("system.registered", subject=system, actor=actor, data=data, unit=unit.pk)
    return system


@transaction.atomic
def change_system(system: AISystem, *, actor: User, seen: int | None = None, **fields: Any) -> bool:
    """Write the fields that differ and record from and to; return whether anything did.

    Raises PermissionDenied unless the actor may change the system and, when it moves, register
    in the new unit; StaleError when the stored row is newer than `seen`.
    """
    require_edit(actor, system)
    if "unit" in fields and fields["unit"] != system.unit:
        require(actor, Capability.REGISTER, fields["unit"])
    before = {name: getattr(system, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return False
    change(system, seen=seen, **changed)
    data = {
        "changes": {
            name: {"from": plain(before[name]), "to": plain(value)}
            for name, value in changed.items()
        }
    }
    record("system.changed", subject=system, actor=actor, data=data, unit=system.unit_id)
    return True


def plain(value: Any) -> Any:
    """Return a field's value as ledger JSON; a person becomes a commitment."""
    if isinstance(value, User):
        return Personal(value.name)
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "pk"):
        return {"id": value.pk, "ref": str(getattr(value, "ref", "")), "name": str(value)}
    return str(value)
