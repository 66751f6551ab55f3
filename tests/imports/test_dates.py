"""Dates in four styles."""

from datetime import date

import pytest

from inventory.imports.dates import DateStyle, parse_date

DAY = date(2024, 3, 4)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("2024-03-04", DateStyle.ISO),
        ("2024-03-04 00:00:00", DateStyle.US),
        ("3/4/2024", DateStyle.US),
        ("03/04/2024", DateStyle.US),
        ("4/3/2024", DateStyle.EU),
        ("4.3.2024", DateStyle.ISO),
        ("04.03.2024", DateStyle.EU),
        ("4 March 2024", DateStyle.US),
        ("4-Mar-2024", DateStyle.ISO),
        ("March 4, 2024", DateStyle.EU),
        ("Mar. 4th, 2024", DateStyle.ISO),
    ],
)
def test_a_day_is_read_in_each_style(text, style):
    assert parse_date(text, style) == DAY


@pytest.mark.parametrize(
    ("text", "style", "words"),
    [
        ("3/4/2024", DateStyle.ISO, "may mean two days"),
        ("25/12/2024", DateStyle.US, "not a day of the calendar"),
        ("2024-02-30", DateStyle.ISO, "not a day of the calendar"),
        ("23-Nov", DateStyle.US, "not a full date"),
        ("3/4/24", DateStyle.US, "not a full date"),
        ("Pre-2021", DateStyle.US, "not a full date"),
        ("7/14/1905", DateStyle.US, "was only the year 2022 meant"),
        ("1/1/0024", DateStyle.US, "the year of"),
    ],
)
def test_what_is_no_clear_day_is_refused_in_words(text, style, words):
    with pytest.raises(ValueError, match=words):
        parse_date(text, style)
