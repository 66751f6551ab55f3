"""How an item climbs, without a database: properties of every plan, and single cases."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendars.rules import BusinessCalendar
from governance.escalation.clocks import RoundTheClock, WorkingHours
from governance.escalation.ladder import Course, Place, Times, climb
from governance.escalation.plans import (
    LevelWish,
    approval_plan,
    deadline_plan,
    policy_plan,
    usual_plan,
)
from governance.escalation.rules import (
    ClockKind,
    Expiry,
    ItemStatus,
    Plan,
    Step,
    ack_ends,
    plan_from,
    snooze_ends,
    status_of,
    target_problem,
)
from governance.notices.rules import Severity

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday
BERLIN = BusinessCalendar(
    "Europe/Berlin", {day: ((time(9), time(17)),) for day in range(5)}, frozenset()
)
OFFICE, ALWAYS = WorkingHours(BERLIN), RoundTheClock(ZoneInfo("Europe/Berlin"))
CLOCKS = {ClockKind.BUSINESS: OFFICE, ClockKind.ALWAYS: ALWAYS}

delays = st.integers(1, 10_080)
policies = st.builds(
    lambda waits, loops, clock: policy_plan(
        [LevelWish(wait, ("responsible",)) for wait in waits],
        code="drawn",
        loops=loops,
        clock=clock,
    ),
    st.lists(delays, min_size=1, max_size=5),
    st.integers(0, 5),
    st.sampled_from(list(ClockKind)),
)
deadlines = st.builds(
    lambda days: deadline_plan("drawn", days=days), st.sets(st.integers(1, 120), max_size=6)
)
plans = st.one_of(policies, deadlines, st.just(approval_plan("drawn")))
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def course(plan: Plan, due_at: datetime = NOW, begun_at: datetime = NOW) -> Course:
    since = min(due_at, begun_at) - timedelta(days=3)
    return Course(plan, Times(due_at, since, begun_at), CLOCKS[plan.clock])


def run(way: Course, now: datetime, late: Iterator[int], reach) -> list[tuple[Place, Step | None]]:
    """Run a plan to its end, each look some minutes late; return what was told where."""
    told, place = [], way.first(now)
    for _ in range(80):
        now = max(now, place.at) + timedelta(minutes=next(late))
        place, _ = way.latest(place, now)
        found = climb(way, place, reach, now)
        told.append((found.place, found.step))
        if way.is_end(found.place):
            return told
        place = way.after(found.place, now)
    raise AssertionError("It never ends.")


def key(place: Place) -> tuple[int, int]:
    return place.loop, place.position


@given(plans, moments, moments, st.lists(st.integers(0, 4_000), min_size=80, max_size=80))
@settings(deadline=None, max_examples=60)
def test_every_run_ends_where_nobody_answered_and_no_step_comes_twice(plan, due_at, begun, late):
    told = run(course(plan, due_at, begun), begun, iter(late), lambda step: ["somebody"])
    places = [key(place) for place, _ in told]

    assert told[-1][1] is None
    assert all(step is not None for _, step in told[:-1])
    assert places == sorted(set(places))


@given(plans, moments, moments, st.sets(st.integers(1, 5)))
@settings(deadline=None, max_examples=60)
def test_whoever_is_missing_a_run_ends_and_tells_somebody_each_time(plan, due_at, begun, there):
    def reach(step):
        return ["somebody"] if step.level in there else []

    told = run(course(plan, due_at, begun), begun, iter([0] * 80), reach)

    assert told[-1][1] is None  # the fallback is told
    assert all(step is None or step.level in there for _, step in told)


@given(policies, moments)
@settings(deadline=None, max_examples=60)
def test_a_policy_with_nobody_is_at_its_end_at_once(plan, now):
    way = course(plan, begun_at=now)
    found = climb(way, way.first(now), lambda step: [], now)

    assert way.is_end(found.place)
    assert found.place.at == now
    assert len(found.empty) == len(plan.steps)


@given(plans, moments, moments, st.integers(0, 400_000))
@settings(deadline=None, max_examples=60)
def test_looking_late_tells_the_latest_step_only_and_never_the_end(plan, due_at, begun, minutes):
    way = course(plan, due_at, begun)
    first = way.first(begun)
    place, passed = way.latest(first, max(begun, first.at) + timedelta(minutes=minutes))

    assert not way.is_end(place)
    assert [key(one) for one in passed] == sorted({key(one) for one in passed})
    assert all(key(one) < key(place) for one in passed)


@given(plans, moments)
@settings(deadline=None, max_examples=60)
def test_the_end_comes_again_and_never_stops(plan, now):
    way = course(plan)
    place = Place(plan.loops, len(plan.steps), now)
    for _ in range(5):
        following = way.after(place, place.at)
        assert following.at > place.at
        assert way.is_end(following)
        assert key(following) > key(place)
        place = following


@given(plans)
def test_a_plan_is_kept_and_read_as_it_was(plan):
    import json

    assert plan_from(json.loads(json.dumps(plan.as_data()))) == plan


def test_the_usual_levels_wait_15_15_and_30_minutes_and_critical_ones_5_10_and_15():
    assert [step.wait for step in usual_plan(Severity.HIGH).steps] == [15, 15, 30]
    assert [step.wait for step in usual_plan(Severity.CRITICAL).steps] == [5, 10, 15]


def test_a_deadline_reminds_before_it_and_climbs_by_business_days_after():
    due_at = datetime(2027, 3, 8, 11, tzinfo=UTC)  # a Monday
    way = course(deadline_plan("late"), due_at, NOW)
    moments = {step.code: way.moment(at) for at, step in enumerate(way.plan.steps)}

    assert moments["T-7"] == datetime(2027, 3, 1, 11, tzinfo=UTC)
    assert moments["due day"] == due_at
    assert moments["2 business days overdue"] == datetime(2027, 3, 10, 11, tzinfo=UTC)
    assert moments["5 business days overdue"] == datetime(2027, 3, 15, 11, tzinfo=UTC)
    assert moments["10 business days overdue"] == datetime(2027, 3, 22, 11, tzinfo=UTC)
    assert way.after(Place(0, 9, due_at), moments["10 business days overdue"]).at == datetime(
        2027, 3, 29, 10, tzinfo=UTC
    )  # the clocks were put forward: the same time on the wall


def test_a_reminder_that_falls_on_a_weekend_comes_when_the_office_opens():
    due_at = datetime(2027, 3, 7, 11, tzinfo=UTC)  # a Sunday
    way = course(deadline_plan("late", days=[1]), due_at, NOW)

    assert way.moment(0) == datetime(2027, 3, 8, 8, tzinfo=UTC)


def test_what_is_found_overdue_begins_with_its_owner_and_not_with_the_board():
    way = course(deadline_plan("late"), NOW - timedelta(days=90), NOW)
    first = way.first(NOW)

    assert way.plan.steps[first.position].code == "due day"
    assert way.after(first, NOW).at == OFFICE.add_days(NOW, 2)


def test_an_approval_is_told_at_half_and_four_fifths_of_its_time_and_when_it_is_over():
    since = datetime(2026, 11, 20, 15, tzinfo=UTC)  # Friday 16:00 in Berlin, an hour before the end
    due_at = OFFICE.add(since, 600)
    way = Course(approval_plan("late"), Times(due_at, since, since), OFFICE)

    assert OFFICE.between(since, due_at) == 600
    assert [way.moment(at) for at in range(4)] == [
        OFFICE.add(since, minutes) for minutes in (300, 480, 600, 1_200)
    ]
    assert way.moment(0) == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [(ClockKind.ALWAYS, 20), (ClockKind.BUSINESS, 15 * 60 + 20 + 2 * 24 * 60)],
)
def test_a_level_on_friday_evening_waits_for_monday_only_by_the_business_clock(clock, expected):
    friday = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # 16:50 in Berlin
    plan = policy_plan([LevelWish(20, ("owner",))] * 2, code="late", clock=clock)
    way = course(plan, begun_at=friday)

    waited = way.after(way.first(friday), friday).at - friday
    assert waited == timedelta(minutes=expected + (60 if clock == ClockKind.BUSINESS else 0))


def test_an_acknowledged_plan_goes_on_no_sooner_than_it_would_have():
    way = course(deadline_plan("late"), NOW + timedelta(days=40), NOW)
    place = Place(0, 2, NOW + timedelta(days=10))

    assert way.ack_until(place, NOW + timedelta(days=1)).at == NOW + timedelta(days=10)
    assert way.ack_until(place, NOW + timedelta(days=11)).at == NOW + timedelta(days=11)


@pytest.mark.parametrize(
    ("expiry", "ends"),
    [
        (Expiry.HALF_HOUR, NOW + timedelta(minutes=30)),
        (Expiry.FOUR_HOURS, NOW + timedelta(hours=4)),
        (Expiry.BUSINESS_DAY, NOW + timedelta(days=1)),
    ],
)
def test_an_acknowledgement_runs_out(expiry, ends):
    assert ack_ends(expiry, NOW, OFFICE) == ends


def test_nothing_sleeps_past_its_due_date():
    due_at = NOW + timedelta(hours=2)

    assert snooze_ends(Severity.INFO, NOW, due_at) == due_at
    assert snooze_ends(Severity.CRITICAL, NOW, NOW) == NOW + timedelta(hours=4)


def test_a_state_follows_from_the_step_that_was_told():
    first, second = usual_plan(Severity.HIGH).steps[:2]

    assert [status_of(one) for one in (first, second, None)] == [
        ItemStatus.NOTIFIED,
        ItemStatus.ESCALATED,
        ItemStatus.UNHANDLED,
    ]


@pytest.mark.parametrize(
    "target",
    ["owner", "role:CISO", "activity:CHG-01:A", "person:7", "schedule:3", "authority:stop-system"],
)
def test_a_target_names_somebody(target):
    assert target_problem(target) == ""


@pytest.mark.parametrize(
    "target", ["", "boss", "role:", "role:ciso", "activity:CHG-01", "person:0", "owner\n", "a:b"]
)
def test_a_target_that_names_nobody_is_said(target):
    assert "says not who" in target_problem(target)


def test_working_minutes_between_are_those_that_adding_would_pass():
    friday = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)
    monday = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)

    assert OFFICE.between(friday, monday) == 30
    assert OFFICE.between(monday, friday) == 0
