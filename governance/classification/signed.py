"""Reading what was signed across many systems: their tiers, and the days their duties begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Func

from governance.accounts.models import User
from governance.classification.models import Assessment
from governance.classification.queries import engine


def current_tiers(systems: Iterable[int]) -> dict[int, str]:
    """Return the signed tier of many systems in one query; a system without one is absent."""
    rows = Assessment.objects.current().filter(system__in=list(systems))
    return dict(rows.values_list("system_id", "tier"))


@dataclass(frozen=True)
class LegalDay:
    """A day of the law's calendar, and how many visible systems have duties from then."""

    day: date
    applies: str
    systems: int


def legal_days(user: User, *, since: date) -> list[LegalDay]:
    """Return the days of the amended text from `since` on, with the systems they touch."""
    rows = Assessment.objects.current().visible_to(user).order_by()
    days = rows.annotate(day=Func(F("duty_days"), function="unnest")).values("day")
    touched = {row["day"]: row["n"] for row in days.annotate(n=Count("pk"))}
    return [
        LegalDay(day, applies, touched.get(day, 0))
        for day, applies in engine().pack.timelines.get("amended", ())
        if day >= since
    ]
