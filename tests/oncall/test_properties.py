"""What holds for every schedule, in every zone, on nights when the clocks change too."""

# ruff: noqa: DTZ001 - a time on the wall has no zone
import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raci.oncall.coverage import on_call, piece, shifts
from raci.oncall.rotation import turn
from raci.oncall.rules import Absence, Every, Layer, Override, Plan, Shift, Swap
from raci.oncall.wall_clock import local_of, resolve, zone_of

ZONES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "UTC"),
    *("Asia/Kolkata", "Africa/Casablanca", "America/Santiago", "Pacific/Chatham", "Africa/Cairo"),
)
NIGHTS = [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4)]
NIGHTS += [date(2026, 10, 25), date(2026, 11, 1), date(2027, 3, 28), date(2026, 9, 6)]
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
moments = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.builds(datetime.combine, st.sampled_from(NIGHTS), st.times()),
).map(lambda moment: moment.replace(tzinfo=UTC))
starts = st.builds(
    datetime.combine,
    st.one_of(st.dates(date(2025, 12, 1), date(2026, 12, 31)), st.sampled_from(NIGHTS)),
    st.sampled_from([time(0), time(2), time(2, 30), time(3), time(9), time(23, 59)]),
)
people = st.integers(1, 4)
hours = st.none() | st.sampled_from([time(0), time(2), time(2, 30), time(9), time(22)])


@st.composite
def layers(draw) -> Layer:
    begins = draw(hours)
    return Layer(
        id=draw(st.integers(1, 10_000)),
        position=draw(st.integers(1, 3)),
        people=tuple(draw(st.lists(people, max_size=3, unique=True))),
        starts=draw(starts),
        every=draw(st.integers(1, 14)),
        unit=draw(st.sampled_from(Every)),
        weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
        begins=begins,
        ends=draw(hours.filter(bool)) if begins is not None else None,
    )


@st.composite
def times(draw) -> tuple[datetime, datetime]:
    since = draw(moments)
    return since, since + timedelta(minutes=draw(st.integers(1, 60 * 24 * 20)))


@st.composite
def plans(draw) -> Plan:
    found = [draw(times()) for _ in range(draw(st.integers(0, 6)))]
    kinds = [draw(st.sampled_from(["override", "swap", "absence"])) for _ in found]
    rows = [(n, kind, *both) for n, (kind, both) in enumerate(zip(kinds, found, strict=True))]
    return Plan(
        zone=draw(st.sampled_from(ZONES)),
        layers=tuple(draw(st.lists(layers(), max_size=3, unique_by=lambda one: one.id))),
        overrides=tuple(Override(n, draw(people), a, b) for n, k, a, b in rows if k == "override"),
        swaps=tuple(
            Swap(n, draw(people), draw(people), a, b) for n, k, a, b in rows if k == "swap"
        ),
        absences=tuple(Absence(draw(people), a, b) for _, k, a, b in rows if k == "absence"),
    )


@settings(CALM, max_examples=150)
@given(plans(), moments)
def test_every_instant_has_exactly_one_answer_that_holds_at_it(plan, at):
    found = on_call(plan, at)
    assert found.since <= at < found.until


@settings(CALM, max_examples=100)
@given(plans(), moments, st.integers(1, 30))
def test_shifts_tile_the_interval_without_overlap(plan, since, days):
    until = since + timedelta(days=days)
    found = list(shifts(plan, since, until))
    assert (found[0].since, found[-1].until) == (since, until)
    assert all(one.until == other.since for one, other in pairwise(found))
    assert all(one.since < one.until for one in found)


@settings(CALM, max_examples=100)
@given(plans(), moments, moments)
def test_the_answer_at_an_instant_is_that_of_the_interval_around_it(plan, at, other):
    until = at + timedelta(days=10)
    inside = at + (other - at) % timedelta(days=10)
    answers = list(shifts(plan, at, until))
    (mine,) = [one for one in answers if one.since <= inside < one.until]
    told, one = on_call(plan, inside), piece(plan, inside)
    assert type(told) is type(mine) is type(one)
    assert getattr(told, "person", None) == getattr(mine, "person", None)


@settings(CALM, max_examples=100)
@given(plans(), moments, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(plan, at, chance):
    def mixed(rows: tuple) -> tuple:
        return tuple(chance.sample(rows, len(rows)))

    other = Plan(
        plan.zone,
        mixed(plan.layers),
        mixed(plan.overrides),
        mixed(plan.swaps),
        mixed(plan.absences),
    )
    assert on_call(other, at) == on_call(plan, at)


@settings(CALM, max_examples=150)
@given(plans(), moments, times(), people)
def test_nobody_who_is_away_is_ever_the_answer(plan, at, both, who):
    since, until = min(both[0], at), max(both[1], at + timedelta(minutes=1))
    away = (*plan.absences, Absence(who, since, until))
    found = on_call(Plan(plan.zone, plan.layers, plan.overrides, plan.swaps, away), at)
    assert not (isinstance(found, Shift) and found.person == who)


@settings(CALM, max_examples=150)
@given(layers().filter(lambda one: one.people), st.sampled_from(ZONES), moments)
def test_a_handover_keeps_its_local_time(layer, name, at):
    zone = zone_of(name)
    found = turn(layer, at, zone)
    local = local_of(found.until, zone)
    whole = (local - layer.starts) % layer.step
    skipped = local_of(found.until - timedelta(seconds=1), zone) + timedelta(minutes=2) < local
    assert whole == timedelta(0) or skipped


@settings(CALM, max_examples=300)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(ZONES))
def test_later_on_the_wall_clock_is_never_earlier_in_fact(local, name):
    zone = zone_of(name)
    later = local + timedelta(minutes=random.Random(local.minute).randint(0, 90))  # noqa: S311
    assert resolve(local, zone).at <= resolve(later, zone).at


@settings(CALM, max_examples=300)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(ZONES))
def test_a_local_time_without_a_note_reads_the_same_on_the_wall(local, name):
    zone = zone_of(name)
    found = resolve(local, zone)
    assert local_of(found.at, zone) == local or "does not exist" in found.note
