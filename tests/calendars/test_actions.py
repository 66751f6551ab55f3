"""Keeping working hours, and finding the ones that serve a unit."""

from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from governance.accounts import unit_actions
from governance.calendars.actions import Hours, drop_calendar, save_calendar
from governance.calendars.models import Calendar
from governance.calendars.queries import Calendars, calendar_of
from governance.calendars.rules import DEFAULT_WINDOWS
from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry

OFFICE = Hours("Oslo office", "Europe/Oslo", DEFAULT_WINDOWS, {date(2026, 12, 25): "Christmas Day"})
EARLY = Hours("Early", "Asia/Tokyo", {0: ((time(6), time(12)),)}, {})


def test_a_unit_has_the_hours_of_the_nearest_unit_above(organisation, claims, lending, officer):
    save_calendar(organisation, actor=officer, hours=OFFICE)
    save_calendar(claims, actor=officer, hours=EARLY)
    below = unit_actions.add_unit(name="Motor", parent=claims, actor=officer)
    below.refresh_from_db()

    assert calendar_of(below).zone == "Asia/Tokyo"
    lending.refresh_from_db()
    assert calendar_of(lending).zone == "Europe/Oslo"
    assert Calendars().of(below.path).zone == "Asia/Tokyo"
    assert Calendars().of(lending.path).holidays == frozenset({date(2026, 12, 25)})


def test_without_any_it_is_monday_to_friday_nine_to_five(organisation, settings):
    settings.TIME_ZONE = "Europe/Berlin"

    found = calendar_of(organisation)
    assert (found.zone, dict(found.windows)) == ("Europe/Berlin", dict(DEFAULT_WINDOWS))
    assert Calendars().of(organisation.path).is_open(datetime(2026, 11, 23, 8, tzinfo=UTC))


def test_saving_is_recorded_with_what_changed(claims, ops_lead):
    row = save_calendar(claims, actor=ops_lead, hours=EARLY)
    before = Entry.objects.count()
    same = save_calendar(claims, actor=ops_lead, hours=EARLY, seen=row.row_version)
    save_calendar(claims, actor=ops_lead, hours=OFFICE, seen=same.row_version)

    assert Entry.objects.count() == before + 1
    body = bytes(Entry.objects.latest("pk").body).decode()
    assert "Europe/Oslo" in body
    assert "Asia/Tokyo" in body


def test_who_read_an_older_version_changes_nothing(claims, ops_lead):
    row = save_calendar(claims, actor=ops_lead, hours=EARLY)
    save_calendar(claims, actor=ops_lead, hours=OFFICE, seen=row.row_version)

    with pytest.raises(StaleError):
        save_calendar(claims, actor=ops_lead, hours=EARLY, seen=row.row_version)
    assert calendar_of(claims).zone == "Europe/Oslo" or Calendar.objects.get().name == "Oslo office"


def test_a_second_calendar_for_a_unit_is_refused(claims, ops_lead):
    save_calendar(claims, actor=ops_lead, hours=EARLY)

    with pytest.raises(DomainError, match="has working hours already"):
        save_calendar(claims, actor=ops_lead, hours=OFFICE)


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        (Hours("Never", "UTC", {}, {}), "at least one window"),
        (Hours("Nowhere", "Mars/Olympus", DEFAULT_WINDOWS, {}), "not a time zone"),
    ],
)
def test_hours_that_never_open_are_refused(claims, ops_lead, hours, why):
    with pytest.raises(DomainError, match=why):
        save_calendar(claims, actor=ops_lead, hours=hours)
    with pytest.raises(IntegrityError), transaction.atomic():
        Calendar.objects.create(unit=claims, name="x", time_zone="UTC", windows={})


def test_an_owner_and_a_stranger_may_not_keep_them(claims, owner, stranger):
    for person in (owner, stranger):
        with pytest.raises(PermissionDenied):
            save_calendar(claims, actor=person, hours=EARLY)


def test_dropped_hours_leave_those_of_the_unit_above(organisation, claims, officer, owner):
    save_calendar(organisation, actor=officer, hours=OFFICE)
    row = save_calendar(claims, actor=officer, hours=EARLY)
    with pytest.raises(PermissionDenied):
        drop_calendar(row, actor=owner)

    drop_calendar(row, actor=officer)
    claims.refresh_from_db()
    assert calendar_of(claims).zone == "Europe/Oslo"
    assert Entry.objects.latest("pk").action == "hours.dropped"
