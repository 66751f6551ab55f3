"""Which systems and states a page about frameworks was asked for, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from governance.accounts.models import User
from governance.common.wishes import Filters, is_number
from governance.crosswalk.rules import State
from inventory.systems.models import AISystem

LONGEST_REF = 16
NAMES = ("unit", "system", "state")


@dataclass(frozen=True)
class Wish(Filters):
    """Which systems a page about frameworks is of, and controls of which state."""

    @property
    def state(self) -> State | None:
        """Return the wanted state, if one is wanted."""
        value = self.chosen.get("state")
        return State(value) if value else None

    @property
    def of_systems(self) -> str:
        """Return the part of the address that says which systems are meant."""
        return self.url(state="")


def wish_of(given: Mapping[str, str]) -> Wish:
    """Return the filters of an address; a value that cannot be is left out, and told."""
    return Wish.read(given, NAMES, _can_be)


def _can_be(name: str, value: str) -> bool:
    if name == "state":
        return value in list(State)
    if name == "unit":
        return is_number(value)
    return len(value) <= LONGEST_REF


def systems_for(user: User, wish: Wish) -> QuerySet[AISystem]:
    """Return the systems that the person sees and that match."""
    rows = AISystem.objects.visible_to(user)
    if "unit" in wish.chosen:
        rows = rows.filter(unit__path__contains=[int(wish.chosen["unit"])])
    if "system" in wish.chosen:
        rows = rows.filter(ref__iexact=wish.chosen["system"])
    return rows


def keys_for(user: User, wish: Wish) -> list[int]:
    """Return the keys of those systems."""
    return list(systems_for(user, wish).order_by().values_list("pk", flat=True))
