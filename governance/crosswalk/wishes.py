"""Which systems and states a page about frameworks was asked for, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet

from governance.accounts.models import User
from governance.crosswalk.rules import State
from inventory.systems.models import AISystem

LONGEST_NUMBER = 18
LONGEST_REF = 16
NAMES = ("unit", "system", "state")


@dataclass(frozen=True)
class Wish:
    """The filters that hold, and the first value that none of them knows."""

    chosen: Mapping[str, str]
    unknown: str = ""

    @property
    def state(self) -> State | None:
        """Return the wanted state, if one is wanted."""
        value = self.chosen.get("state")
        return State(value) if value else None

    @property
    def of_systems(self) -> str:
        """Return the part of the address that says which systems are meant."""
        return self.url(state="")

    def url(self, **other: str) -> str:
        """Return the query of an address with these filters and some others; empty for none."""
        pairs = {name: value for name, value in {**self.chosen, **other}.items() if value}
        return "?" + urlencode(pairs) if pairs else ""


def wish_of(given: Mapping[str, str]) -> Wish:
    """Return the filters of an address; a value that cannot be is left out, and told."""
    chosen: dict[str, str] = {}
    unknown = ""
    for name in NAMES:
        value = given.get(name, "").strip()
        if value and _can_be(name, value):
            chosen[name] = value
        else:
            unknown = unknown or value
    return Wish(chosen, unknown)


def _can_be(name: str, value: str) -> bool:
    if name == "state":
        return value in list(State)
    if name == "unit":
        return value.isascii() and value.isdigit() and len(value) < LONGEST_NUMBER
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
