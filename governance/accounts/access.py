"""What a person may see and do, as SQL: units through memberships, one query deep."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability, Role, roles_with


def acting_user(request: HttpRequest) -> User:
    """Return the signed-in person behind a request."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


def live_memberships(user: User) -> QuerySet[Membership]:
    """Return the roles that count today; none for an inactive person."""
    return Membership.objects.filter(counting(), user=user, user__is_active=True)


def counting(at: str = "") -> Q:
    """Return what holds for a role that counts today: begun, and not over.

    `at` is the way to the role, such as "memberships__".
    """
    today = timezone.localdate()
    begun = Q(**{f"{at}begins_on__isnull": True}) | Q(**{f"{at}begins_on__lte": today})
    lasting = Q(**{f"{at}ends_on__isnull": True}) | Q(**{f"{at}ends_on__gte": today})
    return begun & lasting


def guests_who_left() -> QuerySet[User]:
    """Return the people who were let in as auditors, and have no role that counts today."""
    live = Membership.objects.filter(counting(), user=OuterRef("pk"))
    audited = Membership.objects.filter(role=Role.AUDITOR, user=OuterRef("pk"))
    return User.objects.filter(Exists(audited), ~Exists(live))


def _below(memberships: QuerySet[Membership]) -> QuerySet[BusinessUnit]:
    roots = ArraySubquery(memberships.order_by().values("unit_id"))
    return BusinessUnit.objects.filter(path__overlap=roots)


def visible_units(user: User) -> QuerySet[BusinessUnit]:
    """Return every unit in which the person has a role, and all below."""
    return _below(live_memberships(user))


def serving_units(user: User) -> QuerySet[BusinessUnit, int]:
    """Return the ids of the units that a person sees, and of all above: what serves them."""
    above = visible_units(user).annotate(
        ancestor=Func(F("path"), function="unnest", output_field=BigIntegerField())
    )
    return above.values_list("ancestor", flat=True)


def units_with(user: User, capability: Capability) -> QuerySet[BusinessUnit]:
    """Return every unit in which the person may do this, and all below."""
    return _below(live_memberships(user).filter(role__in=roles_with(capability)))


def may(user: User, capability: Capability, unit: BusinessUnit | None) -> bool:
    """Return whether the person may do this in the unit, or, without one, everywhere."""
    if unit is None:
        return units_with(user, capability).filter(parent__isnull=True).exists()
    return units_with(user, capability).filter(pk=unit.pk).exists()


def require(user: User, capability: Capability, unit: BusinessUnit | None) -> None:
    """Raise PermissionDenied, in words, unless the person may do this in the unit."""
    if not may(user, capability, unit):
        where = f"in {unit}" if unit else "for the whole organisation"
        words = capability.value.replace("_", " ")
        raise PermissionDenied(f"Your role does not let you {words} {where}.")


def in_turn(actor: User) -> None:
    """Let what else this person sends wait until the transaction ends: the same sent twice is then
    seen, and not done twice.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)


def people_behind(handles: Iterable[str]) -> dict[str, User]:
    """Return who stands behind handles of the ledger, in one query."""
    return {user.handle: user for user in User.objects.filter(handle__in=set(handles))}
