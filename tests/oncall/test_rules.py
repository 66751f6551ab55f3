"""Who is on call: precedence, gaps with their reason, and nights with an hour too few or many."""

# ruff: noqa: DTZ001 - a time on the wall has no zone
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from raci.oncall.coverage import gaps, on_call, on_call_local, shifts
from raci.oncall.rules import (
    Absence,
    Every,
    Gap,
    Layer,
    Override,
    Plan,
    Reason,
    Shift,
    Swap,
    Through,
)
from raci.oncall.wall_clock import resolve, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
ANA, BO, CY = 1, 2, 3


def berlin(*parts: int) -> datetime:
    """Return a local time in Berlin as an instant."""
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc]


def weekly(**over) -> Layer:
    """Return three people in turn from Monday 5 October 2026, 09:00."""
    fields = {"id": 1, "position": 1, "people": (ANA, BO, CY), "starts": datetime(2026, 10, 5, 9)}
    return Layer(**{**fields, **over})


def plan(*layers: Layer, **over) -> Plan:
    return Plan("Europe/Berlin", layers or (weekly(),), **over)


def person_at(found: Plan, at: datetime) -> int | None:
    answer = on_call(found, at)
    return answer.person if isinstance(answer, Shift) else None


def test_a_local_time_that_the_clocks_skip_is_the_end_of_the_gap_with_a_note():
    found = resolve(datetime(2027, 3, 28, 2, 30), BERLIN)
    assert found.at == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert found.note == "02:30 does not exist that night; 03:00 is meant."


def test_the_first_minute_of_the_gap_is_its_end_too():
    assert resolve(datetime(2027, 3, 28, 2), BERLIN).at == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_a_local_time_that_happens_twice_is_the_first():
    found = resolve(datetime(2026, 10, 25, 2, 30), BERLIN)
    assert found.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert found.note == "02:30 comes twice that night; the first one counts."


def test_a_gap_of_half_an_hour_ends_after_half_an_hour():
    found = resolve(datetime(2026, 10, 4, 2, 10), ZoneInfo("Australia/Lord_Howe"))
    assert found.at == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    assert "02:30 is meant" in found.note


def test_a_day_that_a_country_skipped_ends_at_the_next_midnight():
    found = resolve(datetime(2011, 12, 30, 12), ZoneInfo("Pacific/Apia"))
    assert found.at == datetime(2011, 12, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Berln", "CEST", "", "../etc/passwd", "localtime", "+2"])
def test_a_wrong_zone_is_refused_with_a_clear_message(name):
    with pytest.raises(ValueError, match="is not a time zone"):
        zone_of(name)


def test_at_two_in_the_night_without_two_oclock_the_person_of_three_is_paged_with_a_note():
    handover = weekly(starts=datetime(2027, 3, 28, 2), unit=Every.DAYS, people=(BO, ANA))
    before = weekly(id=2, position=0, people=(CY,), starts=datetime(2027, 1, 1))
    found = on_call_local(plan(handover, before), datetime(2027, 3, 28, 2))
    assert isinstance(found, Shift)
    assert found.person == BO
    assert found.since == berlin(2027, 3, 28, 3)
    assert "02:00 does not exist that night; 03:00 is meant." in found.note


def test_half_past_two_in_the_night_with_two_of_them_is_the_first():
    handover = weekly(starts=datetime(2026, 10, 25, 2, 30), unit=Every.DAYS, people=(BO, ANA))
    found = on_call_local(plan(handover), datetime(2026, 10, 25, 2, 30))
    assert isinstance(found, Shift)
    assert found.since == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "02:30 comes twice that night; the first one counts." in found.note
    assert person_at(plan(handover), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)) == BO  # 02:10 again


def test_a_rotation_keeps_its_local_time_when_the_clocks_change():
    until = [
        answer.until for answer in shifts(plan(), berlin(2026, 10, 19, 9), berlin(2026, 11, 9))
    ]
    assert until[:2] == [berlin(2026, 10, 26, 9), berlin(2026, 11, 2, 9)]
    assert until[0] - berlin(2026, 10, 19, 9) == timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("unit", "every", "hours"),
    [(Every.HOURS, 12, 12), (Every.DAYS, 1, 24), (Every.DAYS, 3, 72), (Every.WEEKS, 2, 336)],
)
def test_a_turn_lasts_as_long_as_its_rotation_says(unit, every, hours):
    found = on_call(plan(weekly(unit=unit, every=every)), berlin(2026, 10, 5, 10))
    assert isinstance(found, Shift)
    assert found.until - found.since == timedelta(hours=hours) + (
        timedelta(0) if hours < 400 else timedelta(hours=1)
    )


def test_a_public_holiday_changes_nothing_by_itself():
    assert isinstance(on_call(plan(), berlin(2026, 12, 25, 12)), Shift)
    assert gaps(plan(), berlin(2026, 12, 20)) == []


def test_a_later_layer_counts_before_an_earlier_one_within_its_hours():
    nights = weekly(id=2, position=2, people=(CY,), unit=Every.DAYS, begins=time(22), ends=time(6))
    both = plan(weekly(people=(ANA,)), nights)
    assert [person_at(both, berlin(2026, 10, 7, hour)) for hour in (21, 22)] == [ANA, CY]
    assert [person_at(both, berlin(2026, 10, 8, hour)) for hour in (5, 6)] == [CY, ANA]


def test_a_window_over_midnight_belongs_to_the_weekday_on_which_it_begins():
    fridays = weekly(people=(ANA,), weekdays=frozenset({4}), begins=time(22), ends=time(6))
    assert person_at(plan(fridays), berlin(2026, 10, 10, 5)) == ANA  # Saturday morning
    assert person_at(plan(fridays), berlin(2026, 10, 9, 5)) is None  # Friday morning


def test_outside_of_all_hours_is_a_gap_that_says_so():
    office = weekly(begins=time(9), ends=time(17), weekdays=frozenset(range(5)))
    found = on_call(plan(office), berlin(2026, 10, 10, 12))
    assert found == Gap(berlin(2026, 10, 9, 17), berlin(2026, 10, 12, 9), Reason.OUTSIDE_HOURS)


def test_a_swap_puts_the_taker_into_the_givers_turn_only():
    swap = Swap(7, ANA, CY, berlin(2026, 10, 10), berlin(2026, 10, 14))
    swapped = plan(swaps=(swap,))
    found = on_call(swapped, berlin(2026, 10, 11))
    assert isinstance(found, Shift)
    assert (found.person, found.through, found.source) == (CY, Through.SWAP, 7)
    assert (found.since, found.until) == (berlin(2026, 10, 10), berlin(2026, 10, 12, 9))
    assert person_at(swapped, berlin(2026, 10, 13)) == BO


def test_an_override_counts_before_swaps_and_layers():
    over = Override(3, BO, berlin(2026, 10, 11), berlin(2026, 10, 12))
    swap = Swap(7, ANA, CY, berlin(2026, 10, 10), berlin(2026, 10, 14))
    found = on_call(plan(overrides=(over,), swaps=(swap,)), berlin(2026, 10, 11, 5))
    assert isinstance(found, Shift)
    assert (found.person, found.through) == (BO, Through.OVERRIDE)


def test_of_two_overrides_the_one_made_last_counts():
    both = [Override(n, n, berlin(2026, 10, 11), berlin(2026, 10, 12)) for n in (2, 3)]
    assert person_at(plan(overrides=tuple(both)), berlin(2026, 10, 11, 5)) == 3


def test_an_override_covers_an_absence():
    away = Absence(ANA, berlin(2026, 10, 6), berlin(2026, 10, 9))
    over = Override(3, CY, berlin(2026, 10, 6), berlin(2026, 10, 8))
    covered = plan(overrides=(over,), absences=(away,))
    assert person_at(covered, berlin(2026, 10, 7)) == CY
    assert person_at(covered, berlin(2026, 10, 8, 12)) is None
    assert person_at(covered, berlin(2026, 10, 9, 12)) == ANA


def test_an_absence_without_cover_is_a_gap_that_names_who_is_away():
    away = Absence(ANA, berlin(2026, 10, 6), berlin(2026, 10, 9))
    found = on_call(plan(absences=(away,)), berlin(2026, 10, 7))
    assert found == Gap(away.since, away.until, Reason.AWAY, (ANA,))


def test_somebody_away_is_passed_over_for_an_earlier_layer():
    away = Absence(ANA, berlin(2026, 10, 6), berlin(2026, 10, 9))
    fallback = weekly(id=2, position=0, people=(CY,))
    assert person_at(plan(weekly(), fallback, absences=(away,)), berlin(2026, 10, 7)) == CY


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ((), Reason.NO_LAYERS),
        ((weekly(people=()),), Reason.NO_PEOPLE),
        ((weekly(starts=datetime(2027, 1, 1)),), Reason.NOT_BEGUN),
    ],
)
def test_without_anybody_the_gap_has_its_reason(layers, reason):
    found = on_call(Plan("Europe/Berlin", layers), berlin(2026, 10, 7))
    assert isinstance(found, Gap)
    assert found.reason == reason


def test_gaps_are_looked_for_28_days_ahead():
    ends = weekly(until=berlin(2026, 10, 20, 9))
    (gap,) = gaps(plan(ends), berlin(2026, 10, 6))
    assert (gap.since, gap.until) == (berlin(2026, 10, 20, 9), berlin(2026, 10, 6) + timedelta(28))


def test_a_layer_that_was_changed_stays_what_it_was_for_the_time_before():
    changed = berlin(2026, 10, 7)
    old, new = weekly(until=changed), weekly(id=2, people=(CY,), since=changed)
    both = plan(old, new)
    assert person_at(both, berlin(2026, 10, 6)) == ANA
    assert person_at(both, berlin(2026, 10, 8)) == CY


def test_one_person_alone_is_on_call_without_an_end_in_sight():
    found = on_call(plan(weekly(people=(ANA,))), berlin(2026, 10, 7))
    assert isinstance(found, Shift)
    assert found.goes_on
    assert found.since == berlin(2026, 10, 5, 9)


def test_a_turn_every_hour_gives_nobody_the_hour_that_does_not_exist():
    hourly = weekly(unit=Every.HOURS, starts=datetime(2027, 3, 28), people=(ANA, BO, CY))
    found = list(shifts(plan(hourly), berlin(2027, 3, 28, 1), berlin(2027, 3, 28, 5)))
    assert [a.person for a in found if isinstance(a, Shift)] == [BO, ANA, BO]
    assert date(2027, 3, 28) == found[0].since.date()
