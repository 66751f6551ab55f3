"""The organisation and its units: every change recorded."""

from django.db import IntegrityError, connection, transaction

from governance.accounts.access import may, require
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability, Role
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Personal, record

TREE_LOCK = 0x5452_4545  # "TREE"
MOVE_SQL = """
UPDATE accounts_businessunit SET path = %s || path[array_position(path, %s):]
WHERE path @> ARRAY[%s]::bigint[]
"""


@transaction.atomic
def found_organisation(*, name: str, email: str, person: str, password: str) -> User:
    """Make the root unit and its first administrator; only an empty installation allows it."""
    try:
        with transaction.atomic():
            unit = BusinessUnit.objects.create(name=name)
    except IntegrityError as error:
        raise DomainError("This installation has an organisation already.") from error
    _set_path(unit, [])
    user = User.objects.create_user(email, password, name=person)
    Membership.objects.create(user=user, unit=unit, role=Role.ADMINISTRATOR)
    data = {"name": name, "administrator": user.handle, "person": Personal(person)}
    record("organisation.founded", subject=unit, actor=user, data=data, unit=unit.pk)
    return user


@transaction.atomic
def add_unit(
    *, name: str, parent: BusinessUnit, actor: User, external_key: str = ""
) -> BusinessUnit:
    """Return a new unit below `parent`.

    Raises PermissionDenied unless the actor may configure or import in the parent,
    and DomainError when the parent has a unit of that name, or another has the key.
    """
    if not may(actor, Capability.IMPORT, parent):
        require(actor, Capability.CONFIGURE, parent)
    _hold_tree(alone=False)
    try:
        with transaction.atomic():
            unit = BusinessUnit.objects.create(name=name, parent=parent, external_key=external_key)
    except IntegrityError as error:
        raise DomainError(_taken(error, parent, name)) from error
    _set_path(unit, BusinessUnit.objects.values_list("path", flat=True).get(pk=parent.pk))
    data = {"name": name, "parent": parent.pk}
    record("unit.added", subject=unit, actor=actor, data=data, unit=unit.pk)
    return unit


@transaction.atomic
def rename_unit(unit: BusinessUnit, *, name: str, actor: User, seen: int | None = None) -> None:
    """Give a unit another name; nothing happens when it has that name."""
    require(actor, Capability.CONFIGURE, unit)
    before = unit.name
    if name == before:
        return
    try:
        with transaction.atomic():
            change(unit, seen=seen, name=name)
    except IntegrityError as error:
        raise DomainError(_taken(error, unit.parent, name)) from error
    data = {"changes": {"name": {"from": before, "to": name}}}
    record("unit.renamed", subject=unit, actor=actor, data=data, unit=unit.pk)


@transaction.atomic
def move_unit(
    unit: BusinessUnit, *, parent: BusinessUnit, actor: User, seen: int | None = None
) -> None:
    """Put a unit, with all below it, under another one; its people and systems move along.

    Raises PermissionDenied unless the actor configures both the place it leaves and the one it
    goes to, and DomainError for the organisation itself or a place below the unit.
    """
    _hold_tree(alone=True)
    unit.refresh_from_db()
    parent.refresh_from_db()
    if unit.parent is None:
        raise DomainError("The organisation itself cannot be moved.")
    if unit.pk in parent.path:
        raise DomainError(f"{unit} cannot be moved below itself.")
    before = unit.parent
    for place in (before, parent):
        require(actor, Capability.CONFIGURE, place)
    try:
        with transaction.atomic():
            change(unit, seen=seen, parent=parent)
    except IntegrityError as error:
        raise DomainError(_taken(error, parent, unit.name)) from error
    with connection.cursor() as cursor:
        cursor.execute(MOVE_SQL, [parent.path, unit.pk, unit.pk])
    unit.refresh_from_db()
    places = {"from": {"id": before.pk, "name": before.name}}
    places["to"] = {"id": parent.pk, "name": parent.name}
    data = {"name": unit.name, "changes": {"parent": places}}
    record("unit.moved", subject=unit, actor=actor, data=data, unit=unit.pk)


def _set_path(unit: BusinessUnit, above: list[int]) -> None:
    BusinessUnit.objects.filter(pk=unit.pk).update(path=[*above, unit.pk])
    unit.refresh_from_db()


def _taken(error: IntegrityError, parent: BusinessUnit | None, name: str) -> str:
    if "unit_key_once" in str(error):
        return "Another unit has that external key already."
    return f"{parent} has a unit called {name} already."


def _hold_tree(*, alone: bool) -> None:
    """Keep units from moving until this transaction ends; alone, from being added too."""
    shared = "" if alone else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [TREE_LOCK])
