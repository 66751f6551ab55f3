"""The oracle of the wall clock, which has no part in the product."""

from datetime import UTC, date, datetime, time

import pytest

from bench.faults.oracle import seen_at, shown_first

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        (date(2027, 1, 4), time(9), (8, 0)),
        (date(2027, 7, 5), time(9), (7, 0)),
        (date(2027, 3, 28), time(2, 30), (1, 0)),  # does not exist: 03:00 is the next that does
        (date(2027, 10, 31), time(2, 30), (0, 30)),  # comes twice: the first
        (date(2027, 10, 31), time(3), (2, 0)),
    ],
)
def test_the_first_minute_at_which_the_wall_clock_shows_it(day, wall, utc):
    assert shown_first(BERLIN, day, wall) == datetime.combine(day, time(*utc), UTC)


def test_half_an_hour_is_skipped_on_lord_howe():
    skipped = shown_first("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15))

    assert skipped == datetime(2027, 10, 2, 15, 30, tzinfo=UTC)


def test_a_look_comes_every_six_hours():
    begin = datetime(2027, 2, 1, tzinfo=UTC)

    assert seen_at(begin, begin) == begin
    assert seen_at(begin.replace(hour=6, minute=1), begin) == begin.replace(hour=12)
