"""What a list of duties was asked for: the filters of its address, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.wishes import Filters, is_number
from governance.obligations.answering import answered_by
from governance.obligations.models import Duty, DutyQuerySet
from governance.obligations.rules import DutyState

TEXTS = ("article", "system", "role", "accountable", "owner")
DAYS = ("due_from", "due_until")
NAMES = (*TEXTS, "state", "unit", *DAYS)
ME = "me"


@dataclass(frozen=True)
class Wish(Filters):
    """Which duties a list is of."""

    @property
    def state(self) -> DutyState | None:
        """Return the wanted state, if one is wanted."""
        value = self.chosen.get("state")
        return DutyState(value) if value else None


def wish_of(given: Mapping[str, str]) -> Wish:
    """Return the filters of an address; a value that cannot be is left out, and told."""
    return Wish.read(given, NAMES, _can_be)


def _can_be(name: str, value: str) -> bool:
    if name == "state":
        return value in list(DutyState)
    if name == "unit":
        return is_number(value)
    if name in DAYS:
        return _day(value) is not None
    return len(value) <= 64


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def duties_for(user: User, wish: Wish) -> DutyQuerySet:
    """Return the visible duties that match, of any state; those that ended too.

    Those of a retired system only where that system is asked for.
    """
    found = Duty.objects.visible_to(user)
    chosen = wish.chosen
    if "system" not in chosen:
        found = found.living()
    plain = {"article": "article", "system": "system__ref", "role": "role"}
    found = found.filter(**{plain[name]: chosen[name] for name in plain if name in chosen})
    found = found.filter(**{
        f"due_on__{'gte' if name == 'due_from' else 'lte'}": _day(chosen[name])
        for name in DAYS if name in chosen
    })  # fmt: skip
    if "unit" in chosen:
        found = found.filter(system__unit__path__contains=[int(chosen["unit"])])
    if "owner" in chosen:
        found = found.filter(_owned(chosen["owner"], user))
    if "accountable" in chosen:
        person = _person(chosen["accountable"], user)
        found = found.filter(answered_by(person)) if person else found.none()
    return found


def _owned(value: str, user: User) -> Q:
    return Q(system__owner=user) if value == ME else Q(system__owner__handle=value)


def _person(value: str, user: User) -> User | None:
    return user if value == ME else User.objects.filter(handle=value).first()


def units_of(user: User) -> list[BusinessUnit]:
    """Return the units that the filter offers."""
    return list(visible_units(user).order_by("name", "pk"))
