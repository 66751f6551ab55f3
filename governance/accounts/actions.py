"""People, units and roles: every change recorded."""

from datetime import date

from django.db import IntegrityError, transaction

from governance.accounts.access import may, require
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability, Role
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Personal, record


@transaction.atomic
def found_organisation(*, name: str, email: str, person: str, password: str) -> User:
    """Make the root unit and its first administrator; only an empty installation allows it."""
    if BusinessUnit.objects.exists():
        raise DomainError("This installation has an organisation already.")
    unit = BusinessUnit.objects.create(name=name)
    BusinessUnit.objects.filter(pk=unit.pk).update(path=[unit.pk])
    unit.refresh_from_db()
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
    and DomainError when the parent has a unit of that name.
    """
    _require_any(actor, parent, Capability.CONFIGURE, Capability.IMPORT)
    if BusinessUnit.objects.filter(parent=parent, name=name).exists():
        raise DomainError(f"{parent} has a unit called {name} already.")
    unit = BusinessUnit.objects.create(name=name, parent=parent, external_key=external_key)
    BusinessUnit.objects.filter(pk=unit.pk).update(path=[*parent.path, unit.pk])
    unit.refresh_from_db()
    record(
        "unit.added",
        subject=unit,
        actor=actor,
        data={"name": name, "parent": parent.pk},
        unit=unit.pk,
    )
    return unit


@transaction.atomic
def rename_unit(unit: BusinessUnit, *, name: str, actor: User, seen: int | None = None) -> None:
    """Give a unit another name."""
    require(actor, Capability.CONFIGURE, unit)
    before = unit.name
    change(unit, seen=seen, name=name)
    data = {"changes": {"name": {"from": before, "to": name}}}
    record("unit.renamed", subject=unit, actor=actor, data=data, unit=unit.pk)


@transaction.atomic
def add_person(
    *, email: str, name: str, unit: BusinessUnit, actor: User, password: str | None = None
) -> User:
    """Return a new person without a role; the actor must configure `unit`."""
    require(actor, Capability.CONFIGURE, unit)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
    except IntegrityError as error:
        raise DomainError(f"Somebody with the address {email} is here already.") from error
    data = {"name": Personal(name), "email": Personal(email)}
    record("person.added", subject=user, actor=actor, data=data, unit=unit.pk)
    return user


@transaction.atomic
def grant(
    user: User, *, role: Role, unit: BusinessUnit, actor: User, ends_on: date | None = None
) -> Membership:
    """Give a person a role in a unit and all below it.

    Raises PermissionDenied unless the actor configures the unit, and DomainError for an
    auditor without an end date or a role the person has there already.
    """
    require(actor, Capability.CONFIGURE, unit)
    if role == Role.AUDITOR and ends_on is None:
        raise DomainError("An auditor's access needs an end date.")
    membership, created = Membership.objects.get_or_create(
        user=user, unit=unit, role=role, defaults={"ends_on": ends_on}
    )
    if not created:
        raise DomainError(f"{user} has that role in {unit} already.")
    data = {"role": role.value, "person": user.handle, "ends_on": ends_on and ends_on.isoformat()}
    record("role.granted", subject=user, actor=actor, data=data, unit=unit.pk)
    return membership


@transaction.atomic
def revoke(membership: Membership, *, actor: User) -> None:
    """Take a role away; the last administrator of the organisation stays."""
    unit, user, role = membership.unit, membership.user, membership.role
    require(actor, Capability.CONFIGURE, unit)
    if role == Role.ADMINISTRATOR and unit.parent_id is None and not _another_admin(membership):
        raise DomainError("The organisation needs an administrator. Name another one first.")
    membership.delete()
    data = {"role": role, "person": user.handle}
    record("role.revoked", subject=user, actor=actor, data=data, unit=unit.pk)


@transaction.atomic
def deactivate(user: User, *, actor: User) -> None:
    """Close a person's account: sign-in and tokens stop, the record stays."""
    require(actor, Capability.CONFIGURE, None)
    if user.pk == actor.pk:
        raise DomainError("You cannot deactivate yourself.")
    change(user, seen=None, is_active=False)
    record("person.deactivated", subject=user, actor=actor, data={"person": user.handle})


def _another_admin(membership: Membership) -> bool:
    return (
        Membership.objects.select_for_update()
        .filter(role=Role.ADMINISTRATOR, unit=membership.unit, user__is_active=True)
        .exclude(pk=membership.pk)
        .exists()
    )


def _require_any(actor: User, unit: BusinessUnit, *capabilities: Capability) -> None:
    if not any(may(actor, capability, unit) for capability in capabilities):
        require(actor, capabilities[0], unit)
