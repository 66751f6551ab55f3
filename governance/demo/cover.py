"""Deputies and who is away in the demo organisation, told by calling actions only."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from raci.people.absence_actions import Period, accept, enter_absence
from raci.people.actions import name_deputy
from raci.people.models import RoleHolder

People = Mapping[str, User]


def stand_in(root: BusinessUnit, told: Mapping[str, str], people: People, actor: User) -> None:
    """Name the deputies of roles."""
    for role, key in told.items():
        name_deputy(root, role=role, person=people[key], actor=actor)


def settle(root: BusinessUnit, days: int) -> None:
    """Let all seats of the organisation be as old as its story.

    Who held a role before Muster was there is no action of anybody; the record says when the
    holders were entered.
    """
    seats = RoleHolder.objects.filter(unit=root)
    seats.update(since=F("since") - timedelta(days=days))


def leave(rows: Iterable[Mapping[str, Any]], people: People) -> None:
    """Enter who is away; where somebody was asked to act and said yes, accept."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for row in rows:
        person, taker = people[row["who"]], people.get(row.get("delegate", ""))
        start = now + timedelta(days=row["in_days"])
        period = Period(start, start + timedelta(days=row["days"]), row["zone"])
        absence = enter_absence(
            person, actor=person, period=period, kind=row["kind"], delegate=taker
        )
        if taker and absence.delegation and row.get("accepted"):
            accept(absence.delegation, actor=taker)
