"""Duties that need a person today: due soon for who answers, proposals for who decides."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from textwrap import shorten
from urllib.parse import urlencode

from django.db.models import Q

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.obligations.answering import answered_by
from governance.obligations.models import Duty
from governance.obligations.queries import Line, lines
from governance.obligations.rules import DutyState, DutyStatus
from governance.overview.needs import MOST_OF_A_KIND, Need

SOON_DAYS = 30
MOST_LINES = 200
SHOWN_ARTICLES = 4


def duty_needs(user: User, today: date, *, decides: bool) -> list[Need]:
    """Return what is due about duties, one line for each system, and what waits for a second."""
    return [*_due(user, today), *(_proposals(user) if decides else ())]


def _due(user: User, today: date) -> Iterable[Need]:
    until = today + timedelta(days=SOON_DAYS)
    were_met = Duty.objects.filter(status__in=[DutyStatus.MET, DutyStatus.LAPSED])
    bare = were_met.in_state(DutyState.MISSING, today)
    wanted = Q(due_on__lte=until) | Q(pk__in=bare.values("pk"))
    going = Duty.objects.visible_to(user).applying().living()
    mine = going.filter(answered_by(user)).filter(wanted)
    found = lines(mine.soonest_first(), 0, today, most=MOST_LINES)
    found.sort(key=lambda line: line.duty.system_id)
    each = [list(rows) for _, rows in groupby(found, key=lambda line: line.duty.system_id)]
    each.sort(key=lambda rows: _first_day(rows))
    for rows in each[:MOST_OF_A_KIND]:
        yield _need(rows, until)


def _first_day(rows: list[Line]) -> date:
    return min((line.duty.day_due for line in rows if line.duty.day_due), default=date.max)


def _need(rows: list[Line], until: date) -> Need:
    first = rows[0].duty
    query = {"system": first.system.ref, "accountable": "me", "due_until": until.isoformat()}
    alone = len(rows) == 1
    articles = list(dict.fromkeys(line.duty.citation for line in rows))
    more = len(articles) - SHOWN_ARTICLES
    return Need(
        icon="list-checks",
        title=_short(first.text) if alone else f"See to {len(rows)} duties",
        action="Open",
        url=first.get_absolute_url() if alone else f"/obligations/?{urlencode(query)}",
        subject=first.system.name,
        note=", ".join(articles[:SHOWN_ARTICLES]) + (f" and {more} more" if more > 0 else ""),
        due=_first_day(rows),
    )


def _short(text: str) -> str:
    return shorten(text, 70, placeholder=" …")


def _proposals(user: User) -> Iterable[Need]:
    """Yield duties that somebody else said do not apply."""
    units = units_with(user, Capability.CLASSIFY).values("pk")
    going = Duty.objects.applying().living()
    rows = going.filter(status=DutyStatus.PROPOSED, system__unit__in=units)
    others = rows.exclude(proposed_by=user).select_related("system", "proposed_by")
    for duty in others.order_by("changed_at", "pk")[:MOST_OF_A_KIND]:
        yield Need(
            icon="users-round",
            title=f"Decide whether {duty.citation} applies",
            action="Decide",
            url=duty.get_absolute_url(),
            subject=duty.system.name,
            note=f"{duty.proposed_by} says it does not",
            since=duty.changed_at,
        )
