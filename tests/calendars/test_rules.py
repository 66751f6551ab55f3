"""Business time, without a database."""

# ruff: noqa: DTZ001 - a time on the wall has no zone
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendars.clock import moment_at, wall_days
from governance.calendars.rules import DEFAULT_WINDOWS, BusinessCalendar, CalendarError

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
# Nights when clocks change, a day that Apia left out, a leap day, the turn of a year.
EDGES = [date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 14), date(2027, 11, 7)]
EDGES += [date(2027, 4, 4), date(2027, 10, 3), date(2011, 12, 30), date(2028, 2, 29)]
EDGES += [date(2026, 12, 31)]
CALM = settings(deadline=None, max_examples=200)
ALL_DAY = dict.fromkeys(range(7), ((time(0), time(0)),))
NIGHTS = dict.fromkeys(range(7), ((time(1), time(2, 30)), (time(3), time(4))))


def office(zone: str = "Europe/Berlin", holidays: frozenset[date] = frozenset()):
    return BusinessCalendar(zone, DEFAULT_WINDOWS, holidays)


def local(zone: str, *parts: int) -> datetime:
    return moment_at(datetime(*parts), ZoneInfo(zone)).at


@st.composite
def moments(draw) -> datetime:
    day = draw(st.sampled_from(EDGES) | st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    shift = timedelta(minutes=draw(st.integers(-3_000, 3_000)))
    return datetime.combine(day, time(12), UTC) + shift


@st.composite
def windows(draw):
    marks = sorted(draw(st.sets(st.integers(0, 24 * 4 - 1), min_size=2, max_size=4)))
    hours = [time(mark // 4, mark % 4 * 15) for mark in marks]
    return tuple(zip(hours[::2], hours[1::2], strict=False))


@st.composite
def calendars(draw) -> BusinessCalendar:
    found = st.dictionaries(st.integers(0, 6), windows(), min_size=1, max_size=7)
    hours = draw(st.sampled_from([DEFAULT_WINDOWS, ALL_DAY, NIGHTS]) | found)
    return BusinessCalendar(
        draw(st.sampled_from(ZONES)), hours, frozenset(draw(st.sets(st.sampled_from(EDGES))))
    )


minutes, days = st.integers(0, 3_000), st.integers(0, 12)


@CALM
@given(calendars(), moments(), minutes)
def test_added_minutes_land_inside_a_window_and_never_before_the_start(calendar, start, count):
    end = calendar.add(start, count)

    assert calendar.is_open(end)
    assert end >= start + timedelta(minutes=count)


@CALM
@given(calendars(), moments(), moments(), minutes, minutes)
def test_more_minutes_and_a_later_start_never_end_earlier(calendar, one, two, few, many):
    early, late = sorted([one, two])
    few, many = sorted([few, many])

    assert calendar.add(early, few) <= calendar.add(early, many)
    assert calendar.add(early, few) <= calendar.add(late, few)


@CALM
@given(calendars(), moments(), minutes, minutes)
def test_minutes_added_in_two_steps_are_minutes_added_at_once(calendar, start, one, two):
    assert calendar.add(calendar.add(start, one), two) == calendar.add(start, one + two)


@CALM
@given(calendars(), moments(), minutes)
def test_the_minutes_between_are_those_that_were_added(calendar, start, count):
    assert calendar.between(start, calendar.add(start, count)) == count
    assert calendar.between(calendar.add(start, count + 1), start) == 0


@CALM
@given(calendars(), moments(), days, days)
def test_business_days_land_inside_a_window_and_never_turn_back(calendar, start, few, many):
    few, many = sorted([few, many])
    end = calendar.add_days(start, few)

    assert calendar.is_open(end)
    assert calendar.opens(start) <= end <= calendar.add_days(start, many)


@CALM
@given(st.sampled_from(ZONES), moments(), days, days)
def test_business_days_of_like_days_add_up(zone, start, one, two):
    calendar = office(zone)

    whole = calendar.add_days(start, one + two)
    assert calendar.add_days(calendar.add_days(start, one), two) == whole


@CALM
@given(st.sampled_from(ZONES), moments(), minutes)
def test_a_calendar_that_never_closes_counts_every_minute(zone, start, count):
    calendar = BusinessCalendar(zone, ALL_DAY)

    assert calendar.add(start, count) == start + timedelta(minutes=count)


def test_half_an_hour_from_friday_16_50_is_monday_09_20():
    end = office().add(local("Europe/Berlin", 2026, 11, 20, 16, 50), 30)

    assert end == local("Europe/Berlin", 2026, 11, 23, 9, 20)


def test_a_holiday_monday_is_skipped():
    calendar = office(holidays=frozenset({date(2026, 11, 23)}))
    friday = local("Europe/Berlin", 2026, 11, 20, 16, 50)

    assert calendar.add(friday, 30) == local("Europe/Berlin", 2026, 11, 24, 9, 20)
    assert calendar.add_days(friday, 1) == local("Europe/Berlin", 2026, 11, 24, 16, 50)
    assert not calendar.is_open(local("Europe/Berlin", 2026, 11, 23, 12))


def test_a_window_that_is_full_ends_at_the_next_opening():
    end = office().add(local("Europe/Berlin", 2026, 11, 20, 16, 30), 30)

    assert end == local("Europe/Berlin", 2026, 11, 23, 9)


def test_a_pause_at_noon_does_not_count():
    split = {0: ((time(9), time(12)), (time(13), time(17)))}
    end = BusinessCalendar("Europe/Berlin", split).add(
        local("Europe/Berlin", 2026, 11, 23, 11, 45), 30
    )

    assert end == local("Europe/Berlin", 2026, 11, 23, 13, 15)


@pytest.mark.parametrize(
    ("zone", "start", "count", "end"),
    [
        # The window from 01:00 to 04:00 has two hours, four, two and a half, three and a half.
        ("Europe/Berlin", (2027, 3, 28, 1), 119, (2027, 3, 28, 3, 59)),
        ("Europe/Berlin", (2027, 10, 31, 1), 239, (2027, 10, 31, 3, 59)),
        ("America/New_York", (2027, 3, 14, 1), 119, (2027, 3, 14, 3, 59)),
        ("America/New_York", (2027, 11, 7, 1), 239, (2027, 11, 7, 3, 59)),
        ("Australia/Lord_Howe", (2027, 10, 3, 1), 149, (2027, 10, 3, 3, 59)),
        ("Australia/Lord_Howe", (2027, 4, 4, 1), 209, (2027, 4, 4, 3, 59)),
        ("Pacific/Apia", (2011, 12, 29, 3), 60, (2011, 12, 31, 1)),  # there was no 30th
        ("UTC", (2028, 2, 28, 3), 61, (2028, 2, 29, 1, 1)),
        ("UTC", (2026, 12, 31, 3), 61, (2027, 1, 1, 1, 1)),
    ],
)
def test_a_window_is_as_long_as_the_night_makes_it(zone, start, count, end):
    nightly = BusinessCalendar(zone, dict.fromkeys(range(7), ((time(1), time(4)),)))

    assert nightly.add(local(zone, *start), count) == local(zone, *end)


def test_a_window_in_the_hour_that_the_clock_skips_is_no_window_that_night():
    sunday = BusinessCalendar("Europe/Berlin", {6: ((time(2), time(3)),)})

    end = sunday.add(local("Europe/Berlin", 2027, 3, 27, 12), 5)
    assert end == local("Europe/Berlin", 2027, 4, 4, 2, 5)


def test_a_doubled_time_is_the_first_and_a_missing_one_the_end_of_the_gap():
    berlin = ZoneInfo("Europe/Berlin")

    skipped = wall_days(local("Europe/Berlin", 2027, 2, 26, 2, 30), 30, berlin)
    doubled = wall_days(local("Europe/Berlin", 2027, 10, 1, 2, 30), 30, berlin)
    assert skipped == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert doubled == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_thirty_days_before_at_nine_is_nine_on_the_wall_in_summer_and_winter():
    berlin = ZoneInfo("Europe/Berlin")
    due = local("Europe/Berlin", 2027, 4, 10, 17)

    assert wall_days(due, -30, berlin, time(9)) == datetime(2027, 3, 11, 8, tzinfo=UTC)
    assert wall_days(due, -3, berlin, time(9)) == datetime(2027, 4, 7, 7, tzinfo=UTC)


def test_business_days_keep_the_wall_time_and_wait_for_the_window():
    calendar = office()

    saturday = local("Europe/Berlin", 2026, 11, 21, 12)
    evening = local("Europe/Berlin", 2026, 11, 23, 20)
    assert calendar.add_days(saturday, 2) == local("Europe/Berlin", 2026, 11, 25, 9)
    assert calendar.add_days(evening, 1) == local("Europe/Berlin", 2026, 11, 25, 9)


def test_a_shorter_day_clips_to_its_last_minute():
    short = BusinessCalendar("UTC", {0: ((time(9), time(17)),), 1: ((time(9), time(12)),)})

    assert short.add_days(datetime(2026, 11, 23, 15, tzinfo=UTC), 1) == datetime(
        2026, 11, 24, 11, 59, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("zone", "hours", "why"),
    [
        ("Europe/Berlin", {}, "at least one window"),
        ("Europe/Berlin", {0: ()}, "at least one window"),
        ("Mars/Olympus", DEFAULT_WINDOWS, "not a time zone"),
        ("UTC", {7: ((time(9), time(17)),)}, "0, Monday, to 6"),
        ("UTC", {0: ((time(17), time(9)),)}, "ends before it begins"),
        ("UTC", {0: ((time(9), time(9)),)}, "ends before it begins"),
        ("UTC", {0: ((time(9), time(12)), (time(11), time(13)))}, "before another has ended"),
        ("UTC", {0: ((time(9), time(0)), (time(11), time(13)))}, "before another has ended"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_words(zone, hours, why):
    with pytest.raises(CalendarError, match=why):
        BusinessCalendar(zone, hours)


def test_time_is_never_taken_away():
    start = datetime(2026, 11, 23, 12, tzinfo=UTC)

    with pytest.raises(ValueError, match="never taken away"):
        office().add(start, -1)
    with pytest.raises(ValueError, match="never taken away"):
        office().add_days(start, -1)
