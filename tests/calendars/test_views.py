"""Pages of working hours."""

from datetime import date

import pytest

from governance.calendars.actions import Hours, save_calendar
from governance.calendars.models import Calendar
from governance.calendars.rules import DEFAULT_WINDOWS

OFFICE = Hours("Oslo office", "Europe/Oslo", DEFAULT_WINDOWS, {date(2126, 12, 25): "Christmas"})
URL = "/settings/working-hours/"


@pytest.fixture
def office(claims, officer) -> Calendar:
    return save_calendar(claims, actor=officer, hours=OFFICE)


def test_the_list_is_empty_at_first_and_then_names_units(as_user, officer, claims):
    assert "Give a unit its hours" in as_user(officer).get(URL).content.decode()

    save_calendar(claims, actor=officer, hours=OFFICE)
    page = as_user(officer).get(URL).content.decode()
    assert "Oslo office" in page
    assert "Claims and below" in page


def test_hours_and_pasted_holidays_are_saved(as_user, officer, claims):
    typed = {
        "unit": claims.pk,
        "name": "Oslo",
        "time_zone": "Europe/Oslo",
        "day_0": "9–12, 13–17",
        "holidays": "2026-12-25 Christmas Day\n26.12.2026",
    }
    answer = as_user(officer).post(f"{URL}new/", typed, follow=True)

    row = Calendar.objects.get()
    assert row.windows == {"0": [["09:00", "12:00"], ["13:00", "17:00"]]}
    assert row.holidays == {"2026-12-25": "Christmas Day", "2026-12-26": ""}
    assert "Claims has working hours now." in answer.content.decode()


def test_bad_input_is_told_at_its_field_and_nothing_typed_is_lost(as_user, officer, office):
    typed = {
        "name": "Oslo",
        "time_zone": "Mars/Olympus",
        "day_0": "nine to five",
        "holidays": "2026-12-25 Christmas\nsometime",
        "seen": office.row_version,
    }
    answer = as_user(officer).post(f"{URL}{office.pk}/edit/", typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“Mars/Olympus” is not a time zone." in page
    assert "“nine to five” is not a time from and to" in page
    assert "Line 2: “sometime” does not begin with a day" in page
    for value in ("Mars/Olympus", "nine to five", "2026-12-25 Christmas\nsometime"):
        assert value in page.replace("\r", "")
    office.refresh_from_db()
    assert office.name == "Oslo office"


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ({}, "at least one day"),
        ({"day_1": "17–9"}, "ends before it begins"),
        ({"day_1": "9–12, 11–13"}, "begins before another has ended"),
    ],
)
def test_hours_that_cannot_be_are_refused_on_the_page(as_user, officer, office, hours, why):
    typed = {"name": "Oslo", "time_zone": "UTC", **hours}
    answer = as_user(officer).post(f"{URL}{office.pk}/edit/", typed)

    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_two_who_change_at_once_see_each_other(as_user, officer, office, claims):
    seen = office.row_version
    save_calendar(
        claims, actor=officer, hours=Hours("Bergen", "Europe/Oslo", DEFAULT_WINDOWS, {}), seen=seen
    )
    typed = {"name": "Mine", "time_zone": "Europe/Oslo", "day_0": "9–17", "seen": seen}
    answer = as_user(officer).post(f"{URL}{office.pk}/edit/", typed)

    assert answer.status_code == 409
    assert "Bergen" in answer.content.decode()
    assert "Mine" in answer.content.decode()


def test_one_page_shows_days_and_holidays(as_user, owner, office):
    page = as_user(owner).get(f"{URL}{office.pk}/").content.decode()

    assert "09:00–17:00" in page
    assert "Christmas" in page
    assert "Change" not in page


def test_dropping_asks_for_a_post_and_a_person_who_may(as_user, officer, owner, office):
    assert as_user(owner).post(f"{URL}{office.pk}/drop/").status_code == 403
    assert as_user(officer).get(f"{URL}{office.pk}/drop/").status_code == 405

    as_user(officer).post(f"{URL}{office.pk}/drop/")
    assert not Calendar.objects.exists()


def test_people_of_another_unit_find_nothing(as_user, stranger, office):
    client = as_user(stranger)

    assert client.get(f"{URL}{office.pk}/").status_code == 404
    assert "Oslo office" not in client.get(URL).content.decode()
