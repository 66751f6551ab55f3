"""Who is directly responsible: holders of roles and members of units, loaded once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from governance.accounts.models import BusinessUnit, Membership, User
from governance.escalation.kind_reading import OWN
from raci.people.models import RoleHolder
from raci.people.rules import Rank

MOST = 5  # people who are responsible for one thing at once


class People:
    """The units, the people who can be told, and who of them has which role where."""

    def __init__(self, now: datetime) -> None:
        rows = BusinessUnit.objects.order_by().values_list("pk", "path")
        self.paths: Mapping[int, Sequence[int]] = dict(rows)
        able = User.objects.filter(is_active=True, is_service=False).order_by()
        self.able = frozenset(able.values_list("pk", flat=True))
        seats = RoleHolder.objects.at(now).filter(rank=Rank.PRIMARY).order_by("pk")
        self.named = _grouped("role", seats.values_list("unit_id", "role", "person_id"))
        live = Q(ends_on__isnull=True) | Q(ends_on__gte=now.date())
        members = Membership.objects.filter(live).order_by("pk")
        self.named |= _grouped("member", members.values_list("unit_id", "role", "user_id"))

    def path(self, unit: int) -> Sequence[int]:
        """Return the units from the organisation down to one."""
        return self.paths.get(unit, ())

    @property
    def root(self) -> int:
        """Return the organisation."""
        return next(pk for pk, path in self.paths.items() if len(path) == 1)

    def has_above(self, unit: int, role: str) -> bool:
        """Return whether somebody holds a role now in a unit above this one."""
        return any((above, f"role:{role}") in self.named for above in self.path(unit)[:-1])

    def responsible(
        self, texts: Iterable[str], own: Sequence[int], path: Sequence[int]
    ) -> tuple[int, ...]:
        """Return the people behind the first text that means somebody; nobody is empty."""
        for text in texts:
            found = own if text == OWN else self._nearest(text, path)
            if able := [pk for pk in dict.fromkeys(found) if pk in self.able]:
                return tuple(able[:MOST])
        return ()

    def _nearest(self, text: str, path: Sequence[int]) -> Sequence[int]:
        for unit in reversed(path):
            found = [pk for pk in self.named.get((unit, text), ()) if pk in self.able]
            if found:
                return found
        return ()


def _grouped(head: str, rows: Iterable[tuple[int, str, int]]) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = {}
    for unit, role, person in rows:
        found.setdefault((unit, f"{head}:{role}"), []).append(person)
    return found
