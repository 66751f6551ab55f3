"""F-25 inside: a year of sweeps every six hours over deadlines in twelve zones; prints JSON.

Run in a process of its own with the settings of the instance:
python -m bench.faults.year SEED DAYS ZONES DATES.
"""

import json
import os
import random
import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django

from bench.faults.oracle import STEP, seen_at, shown_first

ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Europe/London",
    "Europe/Lisbon", "America/Los_Angeles", "America/St_Johns", "Asia/Kathmandu",
    "Africa/Casablanca", "Pacific/Chatham", "America/Santiago",
)  # fmt: skip
BEGIN = date(2027, 2, 1)
EDGES = (
    date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 14), date(2027, 11, 7),
    date(2027, 4, 4), date(2027, 10, 3), date(2027, 12, 31), date(2028, 2, 29),
)  # fmt: skip
WALLS = (time(9), time(2, 30), time(1, 45), time(3), time(0, 30), time(23, 59))
DAYS = (30, 7, 1, 0)  # before the deadline, on the wall clock: the rules


def deadlines(seed: int, days: int, count: int) -> list[tuple[date, time]]:
    """Return days and wall times: each edge, thirty days after it, and others by chance."""
    dice, last = random.Random(seed), BEGIN + timedelta(days=days)
    first = BEGIN + timedelta(days=max(DAYS) + 1)
    known = [edge + timedelta(days=more) for edge in EDGES for more in (0, 30)]
    chosen = [(day, dice.choice(WALLS[:3])) for day in known if first <= day < last][:count]
    span = (last - first).days
    while len(chosen) < count:
        chosen.append((first + timedelta(days=dice.randrange(span)), dice.choice(WALLS)))
    return chosen


def main(seed: int, days: int, zones: int, count: int) -> None:
    """Open every deadline, look every six hours, and hold what was told against the oracle."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    from governance.escalation.sweeping import sweep

    begin = datetime.combine(BEGIN, time(), UTC)
    owed = open_all(seed, begin, ZONES[:zones], deadlines(seed, days, count))
    for step in range((days + 2) * 4):
        sweep(at=begin + step * STEP)
    print(json.dumps(compared(owed, begin)))


def open_all(
    seed: int, begin: datetime, zones: tuple[str, ...], chosen: list[tuple[date, time]]
) -> dict[tuple[str, int], datetime]:
    """Open the items; return when each step of each is to come, by item and step number."""
    from governance.accounts.models import BusinessUnit, User
    from governance.calendars.models import Calendar
    from governance.escalation.models import Item
    from governance.escalation.open_actions import open_items
    from governance.escalation.rules import Base, ClockKind, Due, Offset, Plan, Span, Step
    from governance.notices.rules import Channel, Severity

    root = BusinessUnit.objects.get(parent__isnull=True)
    person = User.objects.get(email="lara.lead@faults.example")
    dues, owed = [], {}
    steps = tuple(
        Step(f"T-{day}", 1, ("responsible",), (Channel.APP,), Offset(Base.DUE, -day, Span.DAYS))
        for day in DAYS
    )
    for zone in zones:
        unit = BusinessUnit.objects.create(name=zone, parent=root)
        BusinessUnit.objects.filter(pk=unit.pk).update(path=[root.pk, unit.pk])
        Calendar.objects.create(unit=unit, name=zone, time_zone=zone, windows=ALL_WEEK)
        for at, (day, wall) in enumerate(chosen):
            key, due_at = f"year:{zone}:{at}", shown_first(zone, day, wall)
            shown = due_at.astimezone(ZoneInfo(zone))  # 03:00 for a 02:30 that does not exist
            dues.append(Due(
                key=key, kind="year", title=key, unit_id=unit.pk, url="/", since=begin,
                due_at=due_at, severity=Severity.HIGH, whom=(person.pk,),
            ))  # fmt: skip
            for number, before in enumerate(DAYS, start=1):
                that_day = shown.date() - timedelta(days=before)
                owed[key, number] = shown_first(zone, that_day, shown.time())
    open_items(dues, plans={"year": Plan("year", steps, clock=ClockKind.ALWAYS)}, at=begin)
    keys = {item.key: item.notice_key for item in Item.objects.filter(kind="year")}
    return {(keys[key], number): at for (key, number), at in owed.items()}


ALL_WEEK: dict[str, Any] = {str(day): [["09:00", "17:00"]] for day in range(5)}


def compared(owed: dict[tuple[str, int], datetime], begin: datetime) -> dict[str, Any]:
    """Return how much was owed and told, and what was told at another moment than it should."""
    from governance.notices.models import Notice

    rows = Notice.objects.filter(item__startswith="item:", step__lte=len(DAYS))
    told = list(rows.values_list("item", "step", "created_at", "subject"))
    wrong = [
        f"{subject}, {DAYS[step - 1]} days before: {at} instead of {owed[item, step]}"
        for item, step, at, subject in told
        if at != seen_at(owed[item, step], begin)
    ]
    return {
        "owed": len(owed),
        "told": len(told),
        "distinct": len({(item, step) for item, step, _, _ in told}),
        "wrong": wrong[:10],
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
