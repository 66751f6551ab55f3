"""Reads for the settings pages: people with their roles, units with their depth."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from governance.accounts.access import counting, units_with, visible_units
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability


def people_for(actor: User, search: str = "") -> QuerySet[User]:
    """Return the people whom the actor looks after, each with the `memberships` the actor sees.

    Whoever configures the organisation looks after everybody; others after the people who
    have a role in their units.
    """
    units = units_with(actor, Capability.CONFIGURE)
    seen = Membership.objects.filter(unit__in=visible_units(actor).values("pk"))
    roles = seen.select_related("unit").order_by("unit__path", "role")
    people = User.objects.prefetch_related(Prefetch("memberships", roles)).order_by("name", "pk")
    if not units.filter(parent__isnull=True).exists():
        within = Membership.objects.filter(unit__in=units.values("pk"))
        people = people.filter(pk__in=within.values("user_id"))
    if search:
        people = people.filter(Q(name__icontains=search) | Q(email__icontains=search))
    return people


@dataclass(frozen=True)
class Place:
    """A unit in the tree: how deep it lies, and who has a role right there."""

    unit: BusinessUnit
    depth: int
    people: int


def tree(actor: User) -> list[Place]:
    """Return the units the actor configures, each right below its parent, by name."""
    counted = Count("memberships__user", filter=counting("memberships__"), distinct=True)
    units = list(units_with(actor, Capability.CONFIGURE).annotate(people=counted))
    names = {unit.pk: unit.name for unit in units}
    units.sort(key=lambda unit: [(names.get(pk, ""), pk) for pk in unit.path])
    shallow = min((len(unit.path) for unit in units), default=0)
    return [Place(unit, len(unit.path) - shallow, unit.people) for unit in units]
