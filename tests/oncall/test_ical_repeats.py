"""Events of a calendar file that repeat: each shift of the half year ahead, or why not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from raci.oncall.ical_in import Event, NotACalendarError, events
from raci.oncall.import_actions import import_overrides, next_steps
from raci.oncall.models import Override
from tests.oncall.test_calendar import file

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
WHO = "SUMMARY:Cover\r\nATTENDEE:mailto:mira@halden.example"
FRIDAYS = "DTSTART;TZID=Europe/Berlin:20270101T090000\r\nDTEND;TZID=Europe/Berlin:20270101T170000"
VTIMEZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Office\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


def found(*bodies: str, now: datetime = NOW) -> list[Event]:
    whole = [body if "ATTENDEE" in body else f"{WHO}\r\n{body}" for body in bodies]
    return events(file(*whole), BERLIN, now)


def starts(*bodies: str) -> list[str]:
    """Return when each shift begins, in UTC."""
    shifts = found(*bodies)
    assert not [one.problem for one in shifts if one.problem]
    return [f"{one.since:%m-%d %H:%M}" for one in shifts if one.since]


def problem(*bodies: str) -> str:
    (one,) = found(*bodies)
    return one.problem


def test_a_count_is_counted_from_the_first_time():
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"

    assert starts(f"{FRIDAYS}\r\n{rule}") == ["01-01 08:00", "01-08 08:00", "01-15 08:00"]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20270115T080000Z", "01-15 08:00"),
        ("20270115T075959Z", "01-08 08:00"),
        ("20270115", "01-15 08:00"),
        ("20270114", "01-08 08:00"),
    ],
)
def test_until_counts_itself_and_is_told_in_utc_or_as_a_day(until, last):
    assert starts(f"{FRIDAYS}\r\nRRULE:FREQ=WEEKLY;UNTIL={until}")[-1] == last


def test_what_never_ends_is_written_out_for_half_a_year():
    shifts = starts(f"{FRIDAYS}\r\nRRULE:FREQ=WEEKLY")

    assert len(shifts) == 26
    assert shifts[-1] == "06-25 07:00"


def test_a_shift_keeps_its_wall_clock_when_the_clocks_change():
    whole_days = "DTSTART;TZID=Europe/Berlin:20270326T090000\r\nDURATION:P1D"
    shifts = found(f"{whole_days}\r\nRRULE:FREQ=DAILY;COUNT=4")

    assert [f"{one.since:%d %H:%M}" for one in shifts] == [
        *("26 08:00", "27 08:00", "28 07:00", "29 07:00")
    ]
    assert [one.until for one in shifts[:-1]] == [one.since for one in shifts[1:]]


def test_a_shift_in_the_hour_that_does_not_exist_begins_after_it():
    night = "DTSTART;TZID=Europe/Berlin:20270327T023000\r\nDTEND;TZID=Europe/Berlin:20270327T060000"
    _, gap, after = found(f"{night}\r\nRRULE:FREQ=DAILY;COUNT=3")

    assert f"{gap.since:%d %H:%M}" == "28 01:00"
    assert gap.note
    assert f"{after.since:%d %H:%M}" == "29 00:30"


def test_a_time_that_comes_twice_counts_the_first_time():
    autumn = (
        "DTSTART;TZID=Europe/Berlin:20271030T023000\r\nDTEND;TZID=Europe/Berlin:20271030T060000"
    )
    shifts = found(f"{autumn}\r\nRRULE:FREQ=DAILY;COUNT=2", now=datetime(2027, 10, 1, tzinfo=UTC))

    assert [f"{one.since:%d %H:%M}" for one in shifts] == ["30 00:30", "31 00:30"]


def test_times_in_utc_stay_at_their_utc_hour():
    utc = "DTSTART:20270301T090000Z\r\nDTEND:20270301T170000Z\r\nRRULE:FREQ=MONTHLY;COUNT=2"

    assert starts(utc) == ["03-01 09:00", "04-01 09:00"]


def test_a_zone_that_the_file_describes_itself_is_understood():
    body = (
        f"{WHO}\r\nDTSTART;TZID=Office:20270327T090000\r\nDTEND;TZID=Office:20270327T100000\r\n"
        "RRULE:FREQ=DAILY;COUNT=2"
    )
    content = file(body).replace(b"BEGIN:VEVENT", VTIMEZONE.encode() + b"BEGIN:VEVENT", 1)

    assert [f"{one.since:%d %H:%M}" for one in events(content, BERLIN, NOW)] == [
        *("27 08:00", "28 07:00")
    ]


def test_whole_days_and_times_without_a_zone_are_those_of_the_schedule():
    days = "DTSTART;VALUE=DATE:20270327\r\nDTEND;VALUE=DATE:20270328\r\nRRULE:FREQ=DAILY;COUNT=2"
    shifts = found(days)

    assert [f"{one.since:%d %H:%M}" for one in shifts] == ["26 23:00", "27 23:00"]
    assert [(one.until - one.since).seconds // 3600 or 24 for one in shifts] == [24, 23]


@pytest.mark.parametrize(
    "left_out",
    [
        "EXDATE;TZID=Europe/Berlin:20270108T090000",
        "EXDATE:20270108T080000Z",
        "EXDATE;VALUE=DATE:20270108",
        "EXDATE;TZID=Europe/Berlin:20270108T090000,20270205T090000",
    ],
)
def test_dates_left_out_are_left_out(left_out):
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"

    assert starts(f"{FRIDAYS}\r\n{rule}\r\n{left_out}") == ["01-01 08:00", "01-15 08:00"]


def test_dates_that_are_added_come_too():
    extra = "RDATE;TZID=Europe/Berlin:20270106T090000"

    assert starts(f"{FRIDAYS}\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\n{extra}") == [
        *("01-01 08:00", "01-06 08:00", "01-08 08:00")
    ]


def test_a_time_that_was_moved_is_where_it_was_moved_to():
    series = f"UID:s@x\r\n{FRIDAYS}\r\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = (
        "UID:s@x\r\nRECURRENCE-ID:20270108T080000Z\r\n"
        "DTSTART:20270109T080000Z\r\nDTEND:20270109T160000Z"
    )

    assert starts(series, moved) == ["01-01 08:00", "01-15 08:00", "01-09 08:00"]


def test_a_time_that_was_cancelled_is_left_out():
    series = f"UID:s@x\r\n{FRIDAYS}\r\nRRULE:FREQ=WEEKLY;COUNT=2"
    gone = f"UID:s@x\r\nSTATUS:CANCELLED\r\nRECURRENCE-ID:20270108T080000Z\r\n{FRIDAYS}"
    first, cancelled = found(series, gone)

    assert f"{first.since:%m-%d}" == "01-01"
    assert cancelled.problem == "It is cancelled."


def test_shifts_that_are_over_are_not_listed():
    assert (
        starts("DTSTART:20261204T090000Z\r\nDTEND:20261204T170000Z\r\nRRULE:FREQ=WEEKLY;COUNT=6")[0]
        == "01-01 09:00"
    )


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("RRULE:FREQ=HOURLY", "It repeats within a day"),
        ("RRULE:FREQ=WEEKLY;COUNT=3;UNTIL=20270301", "Its rule ends twice"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=0", "Its rule counts by zero"),
        ("RRULE:FREQ=SOMETIMES", "Its rule cannot be read"),
        ("RRULE:COUNT=3", "Its rule cannot be read"),
        ("RRULE:FREQ=YEARLY;RSCALE=CHINESE", "Its rule has RSCALE, which is not understood"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO", "Its first day is not one of its own rule"),
        ("RRULE:FREQ=MONTHLY;BYDAY=FR;BYSETPOS=0", "Its rule “FREQ=MONTHLY;BYDAY=FR;BYSETPOS=0”"),
        ("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "None of its repetitions lies"),
        ("RRULE:FREQ=WEEKLY\r\nRRULE:FREQ=DAILY", "It repeats by more than one rule"),
        ("RRULE:FREQ=WEEKLY\r\nEXRULE:FREQ=MONTHLY", "It leaves dates out by a rule"),
        ("RDATE;VALUE=PERIOD:20270401T000000Z/PT1H", "It is added at times with another length"),
        ("RRULE:FREQ=WEEKLY;UNTIL=20260101", "None of its repetitions lies in the half year ahead"),
    ],
)
def test_what_is_not_understood_is_said_in_words(rule, why):
    assert problem(f"{FRIDAYS}\r\n{rule}").startswith(why)


def test_a_series_that_began_ages_ago_is_refused():
    old = "DTSTART:00010101T090000Z\r\nDTEND:00010101T170000Z\r\nRRULE:FREQ=DAILY"

    assert problem(old).startswith("It repeats since 1")


def test_changing_all_later_shifts_is_refused_in_words():
    series = f"UID:s@x\r\n{FRIDAYS}\r\nRRULE:FREQ=WEEKLY;COUNT=2"
    later = f"UID:s@x\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270108T080000Z\r\n{FRIDAYS}"

    assert found(series, later)[-1].problem.startswith("It changes this shift and all later ones")


def test_a_file_that_comes_to_too_many_shifts_is_refused():
    daily = "DTSTART:20270102T090000Z\r\nDTEND:20270102T170000Z\r\nRRULE:FREQ=DAILY"

    with pytest.raises(NotACalendarError, match="more than 500 shifts"):
        found(daily, daily, daily)


def test_a_series_imported_again_changes_only_what_changed(manned, officer, owner):
    first = timezone.now() + timedelta(days=2)
    times = f"DTSTART:{first:%Y%m%dT090000Z}\r\nDTEND:{first:%Y%m%dT170000Z}"
    series = f"UID:s@x\r\n{WHO}\r\n{times}\r\nRRULE:FREQ=WEEKLY;COUNT=3"
    assert import_overrides(manned, actor=officer, content=file(series)) == 3

    second = first + timedelta(days=7)
    longer = f"DTSTART:{second:%Y%m%dT090000Z}\r\nDTEND:{second:%Y%m%dT200000Z}"
    moved = f"UID:s@x\r\n{WHO}\r\nRECURRENCE-ID:{second:%Y%m%dT090000Z}\r\n{longer}"
    again = file(series, moved)

    assert [one.does for one in next_steps(manned, again)] == ["same", "same", "changed"]
    assert import_overrides(manned, actor=officer, content=again) == 1
    live = Override.objects.filter(withdrawn_at__isnull=True)
    assert sorted((row.until - row.since).seconds // 3600 for row in live) == [8, 8, 11]
