"""Hours and holidays as people paste them."""

from datetime import date, time

import pytest

from governance.calendars.reading import holidays_of, holidays_text, windows_of, windows_text
from governance.calendars.rules import CalendarError


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        ("09:00–17:00", ((time(9), time(17)),)),
        ("13:30-17, 9.00 to 12:30", ((time(9), time(12, 30)), (time(13, 30), time(17)))),
        ("0:00 - 24:00", ((time(0), time(0)),)),
    ],
)
def test_hours_are_read_as_people_write_them(text, windows):
    assert windows_of(text) == windows


def test_stored_hours_are_written_as_they_are_read():
    assert windows_text([["09:00", "12:30"], ["20:00", "00:00"]]) == "09:00–12:30, 20:00–24:00"


@pytest.mark.parametrize("text", ["nine to five", "09:00", "09:00–25:00", "09:61–10:00"])
def test_hours_that_are_none_are_quoted(text):
    with pytest.raises(CalendarError, match=f"“{text}”"):
        windows_of(text)


def test_pasted_holidays_keep_their_names_and_come_in_order():
    pasted = (
        "26.12.2026\tBoxing  Day\n\n2026-12-25, Christmas Day\r\n2027-01-01\n2027-01-01 New Year"
    )

    found = holidays_of(pasted)
    assert list(found.items()) == [
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 26), "Boxing Day"),
        (date(2027, 1, 1), "New Year"),
    ]
    assert holidays_text({"2026-12-25": "Christmas Day", "2027-01-01": ""}) == (
        "2026-12-25 Christmas Day\n2027-01-01"
    )


def test_every_line_that_is_no_day_is_named():
    with pytest.raises(CalendarError) as caught:
        holidays_of("2026-12-25\nChristmas\n2026-02-30 Odd\n1066-10-14 Hastings")

    told = str(caught.value)
    assert "Line 2: “Christmas” does not begin with a day" in told
    assert "Line 3: “2026-02-30” is no day of the calendar." in told
    assert "Line 4: “1066-10-14” is not between" in told


def test_a_long_list_of_nonsense_is_told_shortly():
    with pytest.raises(CalendarError, match="45 more lines are no days either"):
        holidays_of("nonsense\n" * 50)
