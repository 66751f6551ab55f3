"""The verbs of systems: register, change, retire, share, link agreements, keep views."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from governance.accounts.access import may, require, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Personal, record
from inventory.systems.models import VIEW, AISystem, SavedView, SystemShare
from inventory.systems.queries import LookAlike, look_alikes
from inventory.systems.rules import Sketch, Stage
from inventory.vendors.models import Agreement


class LookAlikeError(DomainError):
    """The system looks like one that is registered: join it, or say why it is another."""

    code = "looks-alike"

    def __init__(self, found: list[LookAlike]) -> None:
        names = ", ".join(f"{item.system.name} ({item.system.ref})" for item in found)
        super().__init__(
            f"This looks like {names}. Use that one, or say why this is another system."
        )
        self.look_alikes = found


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


def may_answer(user: User, system: AISystem) -> bool:
    """Return whether the person, if accountable for something about this system, may speak of it.

    Whoever sees the system and has a role, in whatever unit, that does more than read.
    """
    if not units_with(user, Capability.ANSWER).exists():
        return False
    return AISystem.objects.visible_to(user).filter(pk=system.pk).exists()


def require_edit(user: User, system: AISystem) -> None:
    """Raise PermissionDenied, in words, unless the person may change this system."""
    if not may_edit(user, system):
        raise PermissionDenied(f"Your role does not let you change {system}.")


def require_open(system: AISystem) -> None:
    """Raise DomainError when the system is retired: it is kept only to be read."""
    if system.is_retired:
        raise DomainError(f"{system} is retired. It is kept as it was and cannot be changed.")


def require_still_open(system: AISystem) -> None:
    """Refuse a retired system, too; nobody retires it until this transaction ends."""
    require_open(AISystem.objects.select_for_update(no_key=True).get(pk=system.pk))


@transaction.atomic
def register(*, actor: User, **fields: Any) -> AISystem:
    """Return a new system; `fields` are those of AISystem with `name` and `unit` at least.

    Raises PermissionDenied unless the actor may register (or import) in the unit, and
    DomainError for an owner whose account is closed, or a key that the source gave already.
    """
    unit = fields["unit"]
    if not may(actor, Capability.IMPORT, unit):
        require(actor, Capability.REGISTER, unit)
    _check(fields)
    try:
        with transaction.atomic():
            system = AISystem.objects.create(ref=next_ref(), **fields)
    except IntegrityError as error:
        if "system_key_once" not in str(error):
            raise
        key = fields["external_key"]
        raise DomainError(f"Another system has the key {key} of that source already.") from error
    data = {name: plain(value) for name, value in fields.items() if value not in ("", None, [], {})}
    record("system.registered", subject=system, actor=actor, data=data, unit=unit.pk)
    return system


@transaction.atomic
def register_distinct(*, actor: User, **fields: Any) -> AISystem:
    """Register a system that is no likely duplicate, or that `distinct_because` tells apart.

    Raises LookAlikeError, with the systems found, when there are some and no reason is given.
    """
    vendor = fields.get("vendor")
    sketch = Sketch(fields["name"], fields.get("intended_purpose", ""), vendor and vendor.pk)
    found = look_alikes(sketch, seen_by=actor)
    if found and not fields.get("distinct_because", "").strip():
        raise LookAlikeError(found)
    return register(actor=actor, **fields)


@transaction.atomic
def change_system(
    system: AISystem,
    *,
    actor: User,
    seen: int | None = None,
    from_source: bool = False,
    **fields: Any,
) -> bool:
    """Write the fields that differ and record from and to; return whether anything did.

    Raises PermissionDenied unless the actor may change the system and, when it moves, register
    in the new unit; StaleError when the stored row is newer than `seen`; DomainError when the
    system is retired, unless the change comes `from_source`, the file it was imported from.
    """
    require_edit(actor, system)
    if "unit" in fields and fields["unit"] != system.unit:
        require(actor, Capability.REGISTER, fields["unit"])
    before = {name: getattr(system, name) for name in fields}
    changed = {name: value for name, value in fields.items() if before[name] != value}
    if not changed:
        return False
    if not from_source:
        require_open(system)
    _check(changed)
    change(system, seen=seen, changed_at=timezone.now(), **changed)
    data = {"changes": {name: _from_to(name, before[name], changed[name]) for name in changed}}
    record("system.changed", subject=system, actor=actor, data=data, unit=system.unit_id)
    return True


@transaction.atomic
def retire(
    system: AISystem, *, actor: User, on: date, reason: str, seen: int | None = None
) -> None:
    """End a system's life on a day; from then on it is kept only to be read."""
    require_edit(actor, system)
    require_open(system)
    if not reason.strip():
        raise DomainError("Say why the system is retired.")
    before = system.stage
    change(system, seen=seen, stage=Stage.RETIRED, retired_on=on, changed_at=timezone.now())
    data = {
        "changes": {
            "stage": {"from": str(before), "to": Stage.RETIRED.value},
            "retired_on": {"from": None, "to": on.isoformat()},
        },
        "reason": reason,
    }
    record("system.retired", subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def share(system: AISystem, *, user: User, actor: User) -> None:
    """Let one person read one system, whatever the person's units are."""
    require_edit(actor, system)
    if not user.is_active:
        raise DomainError(f"The account of {user} is closed.")
    if SystemShare.objects.filter(content_object=system, user=user).exists():
        raise DomainError(f"{system} is shared with {user} already.")
    assign_perm(VIEW, user, system)
    data = {"person": user.handle, "name": Personal(user.name)}
    record("system.shared", subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def unshare(system: AISystem, *, user: User, actor: User) -> None:
    """Take the sharing of one system with one person back."""
    require_edit(actor, system)
    if not SystemShare.objects.filter(content_object=system, user=user).exists():
        raise DomainError(f"{system} is not shared with {user}.")
    remove_perm(VIEW, user, system)
    data = {"person": user.handle, "name": Personal(user.name)}
    record("system.unshared", subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def link_agreement(system: AISystem, *, agreement: Agreement, actor: User) -> None:
    """Say that an agreement covers a system."""
    require_edit(actor, system)
    require_open(system)
    if system.agreements.filter(pk=agreement.pk).exists():
        raise DomainError(f"{agreement.ref} covers {system} already.")
    system.agreements.add(agreement)
    change(system, seen=None, changed_at=timezone.now())
    data = {"agreement": plain(agreement)}
    record("system.agreement_linked", subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def unlink_agreement(system: AISystem, *, agreement: Agreement, actor: User) -> None:
    """Say that an agreement covers a system no longer."""
    require_edit(actor, system)
    require_open(system)
    if not system.agreements.filter(pk=agreement.pk).exists():
        raise DomainError(f"{agreement.ref} does not cover {system}.")
    system.agreements.remove(agreement)
    change(system, seen=None, changed_at=timezone.now())
    data = {"agreement": plain(agreement)}
    record("system.agreement_unlinked", subject=system, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def save_view(*, name: str, query: str, actor: User) -> SavedView:
    """Keep a list as the person has it now; the same name again replaces it."""
    if not name.strip():
        raise DomainError("Give the view a name.")
    view, _ = SavedView.objects.update_or_create(
        user=actor, name=name.strip(), defaults={"query": query}
    )
    record("view.saved", subject=view, actor=actor, data={"name": view.name, "query": query})
    return view


@transaction.atomic
def forget_view(view: SavedView, *, actor: User) -> None:
    """Remove a view of one's own."""
    if view.user_id != actor.pk:
        raise PermissionDenied("This view belongs to someone else.")
    record("view.forgotten", subject=view, actor=actor, data={"name": view.name})
    view.delete()


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


def _from_to(name: str, before: Any, after: Any) -> dict[str, Any]:
    """Return a change as ledger data.

    Of source facts only those that differ, and as commitments: nobody knows whom they name.
    """
    if name != "source_facts":
        return {"from": plain(before), "to": plain(after)}
    differ = {key for key in {**before, **after} if before.get(key) != after.get(key)}
    pair = {"from": before, "to": after}
    return {
        side: Personal({key: facts[key] for key in sorted(differ) if key in facts})
        for side, facts in pair.items()
    }


def _check(fields: dict[str, Any]) -> None:
    owner = fields.get("owner")
    if owner is not None and not owner.is_active:
        raise DomainError(f"{owner} cannot own it: the account is closed.")
