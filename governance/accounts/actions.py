"""People and roles: every change recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability, Role
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Personal, record


@dataclass(frozen=True)
class Engagement:
    """From which day an auditor is let in, and what for; without a day, at once."""

    begins_on: date | None = None
    purpose: str = ""


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
def change_person(
    user: User, *, actor: User, name: str, email: str, seen: int | None = None
) -> None:
    """Write a person's name and address; nothing happens when both are as they were.

    Raises PermissionDenied unless the actor is an administrator of the organisation, and
    DomainError when somebody else has the address.
    """
    require(actor, Capability.CONFIGURE, None)
    wanted = {"name": name, "email": User.objects.normalize_email(email).lower()}
    before = {field: getattr(user, field) for field in wanted}
    fields = {field: value for field, value in wanted.items() if value != before[field]}
    if not fields:
        return
    try:
        with transaction.atomic():
            change(user, seen=seen, **fields)
    except IntegrityError as error:
        raise DomainError(f"Somebody with the address {email} is here already.") from error
    if "email" in fields:
        EmailAddress.objects.filter(user=user).delete()  # the old one must not sign in any more
    changes = {
        field: {"from": Personal(before[field]), "to": Personal(value)}
        for field, value in fields.items()
    }
    record("person.changed", subject=user, actor=actor, data={"changes": changes})


@transaction.atomic
def grant(
    user: User,
    *,
    role: Role,
    unit: BusinessUnit,
    actor: User,
    ends_on: date | None = None,
    engagement: Engagement | None = None,
) -> Membership:
    """Give a person a role in a unit and all below it, or the role they have another term.

    Raises PermissionDenied unless the actor configures the unit, and DomainError for an
    auditor without an end date, an end in the past or before the beginning, a beginning for
    any other role, an inactive person, or a role the person has there already with this term.
    """
    _hold_administrators()
    require(actor, Capability.CONFIGURE, unit)
    term = {"ends_on": ends_on, **vars(engagement or Engagement())}
    _check_grant(user, role, term)
    membership, created = Membership.objects.get_or_create(
        user=user, unit=unit, role=role, defaults={**term, "granted_by": actor}
    )
    data = {"role": role.value, "person": user.handle, "ends_on": ends_on and ends_on.isoformat()}
    if engagement:
        begins_on = engagement.begins_on
        data |= {"begins_on": begins_on and begins_on.isoformat(), "purpose": engagement.purpose}
    if created:
        record("role.granted", subject=user, actor=actor, data=data, unit=unit.pk)
        return membership
    if all(getattr(membership, name) == value for name, value in term.items()):
        raise DomainError(f"{user} has that role in {unit} already.")
    if ends_on:
        _keep_an_administrator(membership)
    Membership.objects.filter(pk=membership.pk).update(**term, granted_by=actor)
    membership.refresh_from_db()
    record("role.end_changed", subject=user, actor=actor, data=data, unit=unit.pk)
    return membership


@transaction.atomic
def add_person_with_role(
    *, email: str, name: str, unit: BusinessUnit, actor: User, **role: Any
) -> User:
    """Return a new person who has the role in the unit; both or nothing.

    `role` holds what `grant` takes: role, ends_on, engagement.
    """
    user = add_person(email=email, name=name, unit=unit, actor=actor)
    grant(user, unit=unit, actor=actor, **role)
    return user


@transaction.atomic
def revoke(membership: Membership, *, actor: User) -> None:
    """Take a role away; the last administrator of the organisation stays.

    Raises PermissionDenied unless the actor configures the unit, and DomainError when the
    role was taken away already.
    """
    _hold_administrators()
    unit, user, role = membership.unit, membership.user, membership.role
    require(actor, Capability.CONFIGURE, unit)
    _keep_an_administrator(membership)
    gone, _ = Membership.objects.filter(pk=membership.pk).delete()
    if not gone:
        raise DomainError("That role was taken away already.")
    data = {"role": role, "person": user.handle}
    record("role.revoked", subject=user, actor=actor, data=data, unit=unit.pk)


@transaction.atomic
def deactivate(user: User, *, actor: User) -> None:
    """Close a person's account: sessions end, sign-in and tokens stop, the record stays."""
    _hold_administrators()
    require(actor, Capability.CONFIGURE, None)
    if user.pk == actor.pk:
        raise DomainError("You cannot deactivate yourself.")
    for membership in user.memberships.select_related("unit"):
        _keep_an_administrator(membership)
    _set_active(user, False)
    _end_sessions(user)
    record("person.deactivated", subject=user, actor=actor, data={"person": user.handle})


@transaction.atomic
def reactivate(user: User, *, actor: User) -> None:
    """Open a closed account again, with the roles it had; the person signs in anew."""
    require(actor, Capability.CONFIGURE, None)
    _set_active(user, True)
    record("person.reactivated", subject=user, actor=actor, data={"person": user.handle})


@transaction.atomic
def change_own_name(*, name: str, actor: User, seen: int | None = None) -> None:
    """Give oneself another name; nothing happens when it is the same."""
    before = actor.name
    if name == before:
        return
    change(actor, seen=seen, name=name)
    data = {"changes": {"name": {"from": Personal(before), "to": Personal(name)}}}
    record("person.changed", subject=actor, actor=actor, data=data)


@transaction.atomic
def invite(user: User, *, actor: User) -> None:
    """Let a person who has no password yet set one by a link.

    Recorded, because whoever holds the link can sign in as that person. Raises DomainError
    once a password is set: from then on only the person's own mailbox resets it.
    """
    require(actor, Capability.CONFIGURE, None)
    if user.has_usable_password() or not user.is_active:
        raise DomainError(f"{user} has a password already, or the account is closed.")
    record("person.invited", subject=user, actor=actor, data={"person": user.handle})


def _hold_administrators() -> None:
    """Let one transaction at a time change who has which role, so that checks stay true."""
    list(BusinessUnit.objects.select_for_update(no_key=True).filter(parent__isnull=True))


def _keep_an_administrator(membership: Membership) -> None:
    """Raise DomainError if, without this membership, nobody configures the organisation for good.

    An administrator whose role ends, or whose account is closed, does not count.
    """
    if membership.role != Role.ADMINISTRATOR or membership.unit.parent_id is not None:
        return
    others = Membership.objects.filter(
        role=Role.ADMINISTRATOR,
        unit=membership.unit,
        user__is_active=True,
        ends_on__isnull=True,
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise DomainError("The organisation needs an administrator. Name another one first.")


def _check_grant(user: User, role: Role, term: Mapping[str, Any]) -> None:
    begins_on, ends_on = term["begins_on"], term["ends_on"]
    if role == Role.AUDITOR and ends_on is None:
        raise DomainError("An auditor's access needs an end date.")
    if ends_on and ends_on < timezone.localdate():
        raise DomainError("The end date is in the past.")
    if begins_on and role != Role.AUDITOR:
        raise DomainError("Only an auditor's access begins on a day to come.")
    if begins_on and begins_on > ends_on:
        raise DomainError("The access ends before it begins.")
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise DomainError(f"{user}'s account is closed.")


def _set_active(user: User, active: bool) -> None:
    user.refresh_from_db()
    if user.is_active == active:
        raise DomainError(f"{user}'s account is {'open' if active else 'closed'} already.")
    change(user, seen=None, is_active=active)


def _end_sessions(user: User) -> None:
    mine = [
        session.pk
        for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
