"""The list of items: its filters out of an address, a page by keyset, and the numbers beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.dateparse import parse_datetime

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.escalation.models import Item, ItemQuerySet
from governance.escalation.page import RELATED
from governance.escalation.rules import ItemStatus
from governance.notices.rules import Severity

PAGE = 50
LONGEST_NUMBER = 18
NAMES = ("show", "kind", "severity", "unit", "system")


class View(StrEnum):
    """Which items a list is of."""

    OPEN = "open"
    MINE = "mine"
    TEAM = "team"
    UNHANDLED = "unhandled"
    RESOLVED = "resolved"


VIEW_WORDS = {
    View.OPEN: "All open",
    View.MINE: "On you",
    View.TEAM: "Team",
    View.UNHANDLED: "Unhandled",
    View.RESOLVED: "Resolved",
}


@dataclass(frozen=True)
class Wanted:
    """What a list was asked for: its filters, and the first value that cannot be."""

    chosen: Mapping[str, str]
    unknown: str = ""

    @property
    def view(self) -> View:
        """Return which items are wanted, all open ones by default."""
        return View(self.chosen.get("show", View.OPEN))

    def url(self, **other: str) -> str:
        """Return the query of an address with these filters and some others."""
        pairs = {**self.chosen, **other}
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """Return the filters of an address; a value that cannot be is left out, and told."""
    values = {name: given.get(name, "").strip() for name in NAMES}
    chosen = {name: value for name, value in values.items() if value and _can_be(name, value)}
    wrong = (value for name, value in values.items() if value and name not in chosen)
    return Wanted(chosen, next(wrong, ""))


def _can_be(name: str, value: str) -> bool:
    if name == "show":
        return value in list(View)
    if name == "severity":
        return value in list(Severity)
    if name == "unit":
        return value.isascii() and value.isdecimal() and len(value) < LONGEST_NUMBER
    return len(value) <= 64


def items_for(user: User, wanted: Wanted) -> ItemQuerySet:
    """Return the visible items that match, in no order."""
    return in_view(_matching(user, wanted), wanted.view, user)


def _matching(user: User, wanted: Wanted) -> ItemQuerySet:
    found, chosen = Item.objects.visible_to(user), wanted.chosen
    plain = {"kind": "kind", "severity": "severity", "system": "system__ref"}
    found = found.filter(**{plain[name]: chosen[name] for name in plain if name in chosen})
    if "unit" in chosen:
        found = found.filter(unit__path__contains=[int(chosen["unit"])])
    return found


def in_view(rows: ItemQuerySet, view: View, user: User) -> ItemQuerySet:
    """Return those of the rows that a view is of."""
    return rows.filter(_conditions(user)[view])


def _conditions(user: User) -> dict[View, Q]:
    is_open = ~Q(status=ItemStatus.RESOLVED)
    names = Q(whom__contains=[user.pk]) | Q(told__contains=[user.pk])
    units = visible_units(user).values("pk")
    return {
        View.OPEN: is_open,
        View.MINE: is_open & names,
        View.TEAM: is_open & Q(unit__in=units) & ~names,
        View.UNHANDLED: Q(status=ItemStatus.UNHANDLED),
        View.RESOLVED: ~is_open,
    }


def counts(user: User, wanted: Wanted) -> dict[View, int]:
    """Return how many items each view has under the other filters, in one query.

    What the person may not see is not counted.
    """
    conditions = _conditions(user)
    wishes = {f"n_{view.value}": Count("pk", filter=conditions[view]) for view in View}
    found = _matching(user, wanted).order_by().aggregate(**wishes)
    return {view: found[f"n_{view.value}"] for view in View}


@dataclass(frozen=True)
class Page:
    """One page of the list, and where those before and after it begin."""

    rows: list[Item]
    before: str = ""
    after: str = ""


def page_of(rows: ItemQuerySet, view: View, given: Mapping[str, str]) -> Page:
    """Return one page: of open items what is due next first, of resolved ones the latest.

    Keyset: a page deep in the list costs what the first one costs.
    """
    field, down = ("resolved_at", True) if view == View.RESOLVED else ("due_at", False)
    back, start = _place(given.get("before", "")), _place(given.get("after", ""))
    backwards, place = (True, back) if back else (False, start)
    up = down == backwards
    if place:
        side, (at, pk) = "gt" if up else "lt", place
        rows = rows.filter(Q(**{f"{field}__{side}": at}) | Q(**{field: at, f"pk__{side}": pk}))
    sign = "" if up else "-"
    related = rows.select_related(*RELATED)
    found = list(related.order_by(f"{sign}{field}", f"{sign}pk")[: PAGE + 1])
    more, shown = len(found) > PAGE, found[:PAGE]
    if backwards:
        shown.reverse()
    return Page(
        shown,
        before=_cursor(shown[0], field) if shown and (more if backwards else bool(place)) else "",
        after=_cursor(shown[-1], field) if shown and (more or backwards) else "",
    )


def _cursor(row: Item, field: str) -> str:
    return f"{getattr(row, field).isoformat()}~{row.pk}"


def _place(text: str) -> tuple[datetime, int] | None:
    """Return where a page begins; nothing for what is no place of ours: the first page then."""
    moment, _, number = text.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    good = number.isascii() and number.isdecimal() and len(number) < LONGEST_NUMBER
    return (at, int(number)) if at and at.tzinfo and good else None


def in_order(rows: ItemQuerySet, view: View) -> Iterator[Item]:
    """Return all rows in the order of the list, some hundred at a time."""
    order = ("-resolved_at", "-pk") if view == View.RESOLVED else ("due_at", "pk")
    return rows.select_related(*RELATED).order_by(*order).iterator(chunk_size=500)


def kinds_of(user: User) -> list[str]:
    """Return the kinds of the items that the person sees, for the filter."""
    rows = Item.objects.visible_to(user).order_by()
    return sorted(rows.values_list("kind", flat=True).distinct())
