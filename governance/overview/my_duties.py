"""What climbs and waits for a person, as lines of Today; and where nobody is there to answer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from governance.accounts.models import User
from governance.common.dates import day_of
from governance.escalation.models import Item
from governance.escalation.page import status_words
from governance.escalation.rules import ItemStatus
from governance.overview.needs import MOST_OF_A_KIND, Need

GAP_KINDS = ("oncall_gap", "absence_uncovered", "seat_ends")
MOST_GAPS = 6
S = ItemStatus


def waiting_items(user: User) -> list[Item]:
    """Return the open items that wait for the person, what is due next first.

    What somebody else works on, and what sleeps, waits for nobody.
    """
    held = Q(status=S.SNOOZED) | Q(status=S.ACKNOWLEDGED) & ~Q(acked_by=user)
    rows = Item.objects.of(user).exclude(held).select_related("system")
    return list(rows.order_by("due_at", "pk")[:MOST_OF_A_KIND])


def with_items(todo: Iterable[Need], items: Sequence[Item], now: datetime) -> list[Need]:
    """Return what needs the person with what climbs: one line where both are of one thing."""
    by_url = {item.url: item for item in items}
    found, told = [], set()
    for need in todo:
        item = by_url.get(need.url)
        if item is None or item.url in told:
            found.append(need)
            continue
        told.add(item.url)
        found.append(_together(need, item, now))
    return found + [_need(item, now) for item in items if item.url not in told]


def _together(need: Need, item: Item, now: datetime) -> Need:
    words = f"{status_words(item).lower()}, {item.ref}"
    return replace(
        need,
        note=f"{need.note}, {words}" if need.note else words,
        due=need.due or day_of(item.due_at),
        is_late=need.is_late or item.due_at < now,
    )


def _need(item: Item, now: datetime) -> Need:
    is_held = item.status == S.ACKNOWLEDGED
    return Need(
        icon="triangle-alert" if item.status in (S.ESCALATED, S.UNHANDLED) else "hourglass",
        title=item.title,
        action="Finish" if is_held else "Answer",
        url=item.get_absolute_url(),
        subject=item.system.name if item.system else "",
        note=f"{item.ref}: {status_words(item).lower()}",
        due=day_of(item.due_at),
        is_late=item.due_at < now,
    )


def gaps(user: User) -> list[Item]:
    """Return what is open because nobody is, or will be, there to answer; the nearest first."""
    rows = Item.objects.visible_to(user).open().filter(kind__in=GAP_KINDS)
    return list(rows.select_related("system", "unit").order_by("due_at", "pk")[:MOST_GAPS])
