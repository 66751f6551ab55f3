"""Dates ahead: the law's own, from the rule pack, and those of our agreements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from governance.classification.queries import engine
from inventory.vendors.models import Agreement

MOST_DATES = 5
LAW = "EU AI Act as amended"


@dataclass(frozen=True)
class Ahead:
    """A day in the calendar: what begins or ends, and what it touches."""

    day: date
    title: str
    note: str
    url: str = ""
    is_law: bool = False
    is_late: bool = False
    month: str = ""  # as a calendar tile has it: Dec, or Dec 27 in another year


def dates_ahead(
    today: date,
    agreements: Iterable[Agreement],
    touched: Mapping[date, int],
    reports: Iterable[Ahead] = (),
) -> list[Ahead]:
    """Return the next dates, soonest first; `touched` counts systems by the days of duties.

    `reports` are the deadlines of incidents, those that are overdue too.
    """
    law = [
        Ahead(day, _sentence(words), f"{LAW}. {_touched(touched.get(day, 0))}", is_law=True)
        for day, words in engine().pack.timelines.get("amended", ())
        if day >= today
    ]
    ends = [
        Ahead(
            agreement.expires_on,
            f"{agreement.kind} with {agreement.vendor} ends",
            f"{agreement.ref}, notice {agreement.notice_days} days",
            f"/agreements/{agreement.ref}/",
        )
        for agreement in agreements
        if agreement.expires_on and agreement.expires_on >= today
    ]
    found = sorted([*reports, *law, *ends], key=lambda item: item.day)[:MOST_DATES]
    return [replace(item, month=_month(item.day, today)) for item in found]


def _month(day: date, today: date) -> str:
    return f"{day:%b}" if day.year == today.year else f"{day:%b %y}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _touched(systems: int) -> str:
    if not systems:
        return "Touches no signed classification."
    return f"Touches {systems:,} classified system{'' if systems == 1 else 's'}."
