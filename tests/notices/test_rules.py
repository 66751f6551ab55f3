"""When a notice may go: pure rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.notices.rules import (
    BUNDLE,
    MAIL_LIMITS,
    MAIL_TRIES,
    WEBHOOK_TRIES,
    Limit,
    Quiet,
    Severity,
    Waiting,
    choose,
    free_at,
    instant,
    lets_through,
    may_go_at,
    next_try,
    quiet_until,
    stable_id,
)
from tests.notices.conftest import NOON

MINUTE = timedelta(minutes=1)
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "UTC"]
zones = st.sampled_from(ZONES)
moments = st.integers(-400_000, 1_000_000).map(lambda minutes: NOON + minutes * MINUTE)
walls = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def quiets(draw: st.DrawFn) -> Quiet:
    begins, ends = draw(st.lists(walls, min_size=2, max_size=2, unique=True))
    return Quiet(draw(zones), begins, ends)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# --- quiet hours ----------------------------------------------------------------------------
def test_a_time_that_does_not_exist_is_the_end_of_the_gap():
    berlin = ZoneInfo("Europe/Berlin")

    assert instant(date(2027, 3, 28), time(2, 30), berlin) == at("2027-03-28T01:00")


def test_a_time_that_comes_twice_is_the_first():
    berlin = ZoneInfo("Europe/Berlin")

    assert instant(date(2026, 10, 25), time(2, 30), berlin) == at("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("wall", "ends"),
    [
        ("2026-11-23T21:59", None),
        ("2026-11-23T22:00", "2026-11-24T06:00"),
        ("2026-11-24T03:00", "2026-11-24T06:00"),
        ("2026-11-24T07:00", None),
    ],
)
def test_quiet_hours_over_midnight_are_those_of_the_persons_zone(wall, ends):
    quiet = Quiet("Europe/Berlin", time(22), time(7))

    assert quiet_until(at(wall, "Europe/Berlin"), quiet) == (at(ends) if ends else None)


def test_quiet_hours_that_end_in_the_gap_end_with_it():
    quiet = Quiet("Europe/Berlin", time(22), time(2, 30))

    assert quiet_until(at("2027-03-28T00:10"), quiet) == at("2027-03-28T01:00")


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING, Severity.HIGH])
def test_all_but_critical_waits_for_the_end_of_the_quiet_hours(severity):
    quiet = Quiet("UTC", time(11), time(13))

    assert may_go_at(NOON, quiet, severity, None) == NOON + timedelta(hours=1)


def test_what_is_critical_goes_at_once():
    assert may_go_at(NOON, Quiet("UTC", time(11), time(13)), Severity.CRITICAL, None) == NOON


@CALM
@given(moments, quiets(), st.none() | moments)
def test_a_notice_never_goes_early_nor_in_quiet_hours_that_hold_it(when, quiet, clock):
    goes = may_go_at(when, quiet, Severity.HIGH, clock)

    assert goes >= when
    if quiet_until(goes, quiet):
        assert clock is not None
        assert clock - goes <= timedelta(hours=24)
    assert may_go_at(goes, quiet, Severity.HIGH, clock) == goes
    assert may_go_at(when, quiet, Severity.CRITICAL, clock) == when


@CALM
@given(moments, quiets())
def test_quiet_hours_end_within_a_day_and_an_hour(when, quiet):
    ends = quiet_until(when, quiet)

    assert ends is None or timedelta(0) < ends - when <= timedelta(hours=25)


# --- how often ------------------------------------------------------------------------------
@CALM
@given(st.lists(st.integers(0, 400), max_size=30))
def test_never_more_than_the_limits_in_any_time(seconds):
    sent: list[datetime] = []
    for second in sorted(seconds):
        now = NOON + timedelta(seconds=second)
        free = free_at(sent, MAIL_LIMITS)
        if free is None or free <= now:
            sent.append(now)

    for limit in MAIL_LIMITS:
        for first, later in zip(sent, sent[limit.count :], strict=False):
            assert later - first >= limit.within


def test_five_in_five_seconds_hold_the_sixth():
    sent = [NOON + timedelta(seconds=n / 2) for n in range(5)]

    assert free_at(sent, [Limit(5, timedelta(seconds=5))]) == NOON + timedelta(seconds=5)
    assert free_at(sent[:4], [Limit(5, timedelta(seconds=5))]) is None


# --- bundling -------------------------------------------------------------------------------
def waiting(pk: int, severity: Severity = Severity.WARNING, **more: bool) -> Waiting:
    return Waiting(pk, NOON - timedelta(seconds=60 - pk), severity, **more)


def test_what_waits_for_one_person_goes_as_one_mail_the_most_severe_first():
    choice = choose([waiting(1), waiting(2, Severity.HIGH), waiting(3)], [], None, NOON)

    assert (choice.lead, choice.others, choice.later) == (2, (1, 3), {})


def test_within_five_minutes_of_the_last_bundle_the_next_one_waits():
    before = NOON - 2 * MINUTE
    choice = choose([waiting(1), waiting(2)], [before], before, NOON)

    assert choice.lead is None
    assert set(choice.later.values()) == {before + BUNDLE}


def test_what_is_critical_goes_first_alone_and_inside_the_five_minutes():
    before = NOON - 2 * MINUTE
    due = [waiting(1), waiting(2, Severity.CRITICAL), waiting(3, Severity.CRITICAL)]
    choice = choose(due, [before], before, NOON)

    assert (choice.lead, choice.others) == (2, ())
    assert choice.later == {1: before + BUNDLE, 3: NOON + MINUTE}


def test_even_what_is_critical_keeps_to_one_mail_a_minute():
    before = NOON - timedelta(seconds=20)
    choice = choose([waiting(1, Severity.CRITICAL)], [before], None, NOON)

    assert (choice.lead, choice.later) == (None, {1: before + MINUTE})


def test_a_mail_that_is_tried_again_takes_nothing_new_along():
    choice = choose([waiting(1, is_retry=True), waiting(2)], [], None, NOON)

    assert (choice.lead, choice.others) == (1, ())
    assert choice.later == {2: NOON + MINUTE}


@CALM
@given(
    st.lists(
        st.builds(
            Waiting,
            pk=st.integers(1, 10_000),
            due_at=moments.filter(lambda when: when <= NOON),
            severity=st.sampled_from(Severity),
            is_retry=st.booleans(),
        ),
        unique_by=lambda one: one.pk,
    ),
    st.lists(moments.filter(lambda when: when <= NOON), max_size=5),
    st.none() | moments.filter(lambda when: when <= NOON),
)
def test_everything_due_goes_now_or_has_a_later_time(due, sent, bundled_at):
    choice = choose(due, sent, bundled_at, NOON)
    now = {choice.lead, *choice.others} - {None}

    assert now | set(choice.later) == {one.pk for one in due}
    assert not now & set(choice.later)
    assert all(when > NOON for when in choice.later.values())


# --- trying again ---------------------------------------------------------------------------
def test_the_webhook_schedule_has_ten_tries_in_about_three_days():
    waits = [next_try(n, WEBHOOK_TRIES, jitter=0) for n in range(1, 11)]

    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] is None
    assert timedelta(hours=74) < sum(filter(None, waits), timedelta()) < timedelta(hours=76)


def test_mails_are_tried_twelve_times():
    assert next_try(11, MAIL_TRIES, jitter=0) == timedelta(hours=6)
    assert next_try(12, MAIL_TRIES, jitter=0) is None


@CALM
@given(st.integers(1, 9), st.floats(-1, 1))
def test_jitter_moves_a_wait_by_a_fifth_at_most(tries, jitter):
    usual, wait = WEBHOOK_TRIES[tries - 1], next_try(tries, WEBHOOK_TRIES, jitter=jitter)

    assert wait is not None
    assert abs(wait - usual) <= usual * 0.2001


def test_what_a_receiver_asks_for_is_granted_up_to_a_day():
    asked = {timedelta(minutes=9): timedelta(minutes=9), timedelta(days=9): timedelta(days=1)}
    for ask, wait in asked.items():
        assert next_try(1, WEBHOOK_TRIES, jitter=0, ask=ask) == wait
    assert next_try(4, WEBHOOK_TRIES, jitter=0, ask=timedelta(seconds=9)) == timedelta(hours=2)


# --- events ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("events", "kind", "passes"),
    [
        ([], "clock.reset", True),
        (["clock.reset"], "clock.reset", True),
        (["clock.*"], "clock.reset", True),
        (["clock.*"], "clocks.reset", False),
        (["waiver.*", "incident.opened"], "incident.closed", False),
    ],
)
def test_a_filter_lets_through_what_it_names(events, kind, passes):
    assert lets_through(events, kind) is passes


def test_every_part_of_the_key_makes_another_id():
    keys = [("a", 1, 0, "person:1", "email"), ("a", 2, 0, "person:1", "email")]
    keys += [("a", 1, 1, "person:1", "email"), ("a", 1, 0, "person:2", "email")]
    keys += [("a", 1, 0, "person:1", "app"), ("b", 1, 0, "person:1", "email")]

    assert len({stable_id(*key) for key in [*keys, *keys]}) == len(keys)
