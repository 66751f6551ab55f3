"""Reminders on the wall clock over 400 days, in zones whose clocks change, held to an oracle."""

# ruff: noqa: DTZ001 - a time on the wall has no zone
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from governance.calendars.clock import moment_at
from governance.escalation.clocks import RoundTheClock
from governance.escalation.ladder import Course, Times
from governance.escalation.rules import Base, ClockKind, Offset, Plan, Span, Step

ZONES = [
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "America/Santiago"),
    *("Africa/Casablanca", "Asia/Kolkata", "Asia/Tehran", "UTC"),
]
BEGIN, STEP, DAYS = datetime(2027, 2, 10, tzinfo=UTC), timedelta(hours=6), 400
EDGES = [
    *(date(2027, 3, 28), date(2027, 10, 31)),  # Europe
    *(date(2027, 3, 14), date(2027, 11, 7)),  # North America
    *(date(2027, 4, 4), date(2027, 10, 3)),  # Lord Howe, by half an hour
    *(date(2027, 9, 26), date(2027, 9, 5), date(2027, 4, 27), date(2027, 11, 30)),
    *(date(2028, 2, 29), date(2028, 3, 1), date(2027, 12, 31), date(2028, 1, 1)),
]
WALLS = [time(9), time(2, 30), time(2), time(0), time(23, 59), time(1, 30), time(2, 15), time(3)]
DUE_DATES = 50
PLAN = Plan(
    code="wall",
    steps=(
        Step("T-30", 1, ("responsible",), offset=Offset(Base.DUE, -30, Span.DAYS)),
        Step("T-1", 1, ("responsible",), offset=Offset(Base.DUE, -1, Span.DAYS)),
        Step("due day", 1, ("responsible",), offset=Offset(Base.DUE, 0, Span.DAYS)),
    ),
    clock=ClockKind.ALWAYS,
)


def oracle(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first minute in which a clock shows a time, or the first after it, by looking."""
    at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while at.astimezone(zone).replace(tzinfo=None) < wall:
        at += timedelta(minutes=1)
    return at


def due_walls(name: str) -> list[datetime]:
    """Return 50 different due times of a zone: edges at odd hours first, then anything."""
    dice, found = Random(name), dict[datetime, None]()  # noqa: S311 - the same each time
    pairs = [(day, wall) for day in EDGES for wall in WALLS[:3]]
    while len(found) < DUE_DATES:
        any_day = date(2027, 3, 15) + timedelta(days=dice.randrange(360))
        day, wall = pairs.pop() if pairs else (any_day, dice.choice(WALLS))
        found[datetime.combine(day, wall)] = None
    return list(found)


def sent(course: Course) -> Iterator[tuple[str, datetime]]:
    """Yield what a sweep every six hours would send: the step, and the moment it was meant for."""
    place, now = course.first(BEGIN), BEGIN
    while now <= BEGIN + timedelta(days=DAYS):
        while place.at <= now and not course.is_end(place):
            place, passed = course.latest(place, now)
            assert passed == ()
            yield course.plan.steps[place.position].code, place.at
            place = course.after(place, now)
        now += STEP


@pytest.mark.parametrize("name", ZONES)
def test_each_reminder_is_sent_once_at_the_wall_time_that_was_asked_for(name):
    zone = ZoneInfo(name)
    counts: Counter[tuple[datetime, str]] = Counter()

    for wall in due_walls(name):
        due_at = moment_at(wall, zone).at
        assert due_at == oracle(wall, zone)
        shown = due_at.astimezone(zone).replace(tzinfo=None)
        course = Course(PLAN, Times(due_at, BEGIN, BEGIN), RoundTheClock(zone))
        for code, at in sent(course):
            days = {"T-30": 30, "T-1": 1, "due day": 0}[code]
            assert at == oracle(shown - timedelta(days=days), zone), (wall, code)
            counts[wall, code] += 1
    assert len(counts) == DUE_DATES * len(PLAN.steps)
    assert set(counts.values()) == {1}


def test_the_oracle_knows_gaps_doubled_hours_and_a_day_that_was_left_out():
    berlin, apia = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")

    assert oracle(datetime(2027, 3, 28, 2, 30), berlin) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert oracle(datetime(2027, 10, 31, 2, 30), berlin) == datetime(
        2027, 10, 31, 0, 30, tzinfo=UTC
    )
    assert oracle(datetime(2011, 12, 30, 9), apia) == datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert moment_at(datetime(2011, 12, 30, 9), apia).at == datetime(2011, 12, 30, 10, tzinfo=UTC)
