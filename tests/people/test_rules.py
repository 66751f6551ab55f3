"""Who holds, who is away, who acts for whom: without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from governance.calendars.clock import is_zone, moment_at
from raci.people.rules import Away, Mandate, Power, Rank, Seat, chain, cover

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def seat(person: str, unit: int = 1, rank: Rank = Rank.PRIMARY, **over) -> Seat:
    return Seat(**({"role": "AO", "since": NOW} | over), unit=unit, person=person, rank=rank)


def mandate(giver: str, taker: str, **over) -> Mandate:
    about = {"start": NOW, "end": NOW + 5 * DAY, "accepted_at": NOW - DAY} | over
    return Mandate(giver=giver, taker=taker, **about)


def test_the_nearest_unit_decides_who_holds_a_role():
    index = cover(seats=[seat("far", 1), seat("near", 2), seat("beside", 3)])

    assert index.holder("AO", (1, 2), NOW) == "near"
    assert index.holder("AO", (1, 4), NOW) == "far"
    assert index.holder("OC", (1, 2), NOW) == ""


def test_a_holder_counts_from_the_first_moment_until_before_the_last():
    index = cover(seats=[seat("ann", until=NOW + DAY), seat("ben", since=NOW + DAY)])

    assert index.holder("AO", (1,), NOW - timedelta(seconds=1)) == ""
    assert index.holder("AO", (1,), NOW) == "ann"
    assert index.holder("AO", (1,), NOW + DAY) == "ben"


def test_deputies_come_nearest_unit_first_and_are_no_holders():
    index = cover(seats=[seat("far", 1, Rank.DEPUTY), seat("near", 2, Rank.DEPUTY)])

    assert index.deputies("AO", (1, 2), NOW) == ["near", "far"]
    assert index.holder("AO", (1, 2), NOW) == ""


def test_an_absence_ends_before_its_end():
    index = cover(absences=[Away("ann", NOW, NOW + DAY)])

    assert index.away("ann", NOW)
    assert not index.away("ann", NOW + DAY)
    assert not index.away("ben", NOW)


@pytest.mark.parametrize(
    ("over", "counts"),
    [
        ({}, True),
        ({"activities": frozenset({"CHG-01"})}, True),
        ({"activities": frozenset({"OPS-01"})}, False),
        ({"accepted_at": NOW + DAY}, False),
        ({"withdrawn_at": NOW}, False),
        ({"withdrawn_at": NOW + DAY}, True),
        ({"start": NOW + DAY}, False),
        ({"end": NOW}, False),
    ],
)
def test_a_mandate_counts_in_its_time_once_accepted_for_its_activities(over, counts):
    index = cover(mandates=[mandate("ann", "ben", **over)])

    assert index.delegates("ann", "CHG-01", NOW) == (["ben"] if counts else [])


def test_an_authority_counts_in_its_unit_and_below_until_it_ends():
    index = cover(powers=[Power("ann", 2, "stop-system", NOW, NOW + DAY)])

    assert index.may("ann", "stop-system", (1, 2, 3), NOW)
    assert not index.may("ann", "stop-system", (1,), NOW)
    assert not index.may("ann", "stop-system", (1, 2), NOW + DAY)
    assert not index.may("ben", "stop-system", (1, 2), NOW)


@pytest.mark.parametrize(
    ("giver", "taker", "why"),
    [
        ("ben", "ann", "each would act for the other"),
        ("ben", "cem", "who gives it acts for somebody else"),
        ("cem", "ann", "lets somebody else act"),
        ("cem", "dan", ""),
        ("ann", "cem", ""),
    ],
)
def test_one_step_only(giver, taker, why):
    found = chain(mandate(giver, taker), [mandate("ann", "ben")])

    assert why in found
    assert bool(found) == bool(why)


def test_what_never_meets_is_no_chain():
    first = mandate("ann", "ben", activities=frozenset({"CHG-01"}))
    later = mandate("ben", "cem", start=NOW + 5 * DAY, end=NOW + 6 * DAY)
    other = mandate("ben", "cem", activities=frozenset({"OPS-01"}))

    assert chain(later, [first]) == ""
    assert chain(other, [first]) == ""
    assert chain(replace(other, activities=frozenset()), [first])


@pytest.mark.parametrize(
    ("wall", "shown", "note"),
    [
        ((2027, 3, 28, 2, 0), "03:00 CEST", "02:00 does not exist"),
        ((2027, 3, 28, 2, 59), "03:00 CEST", "03:00 is meant"),
        ((2026, 10, 25, 2, 30), "02:30 CEST", "comes twice"),
        ((2027, 3, 28, 3, 0), "03:00 CEST", ""),
        ((2027, 3, 28, 1, 59), "01:59 CET", ""),
        ((2026, 11, 23, 2, 0), "02:00 CET", ""),
    ],
)
def test_a_clock_that_skips_or_repeats_still_names_one_moment(wall, shown, note):
    moment = moment_at(datetime(*wall), BERLIN)  # noqa: DTZ001 - a clock on a wall

    assert f"{moment.at.astimezone(BERLIN):%H:%M %Z}" == shown
    assert note in moment.note
    assert bool(moment.note) == bool(note)


def test_a_zone_is_one_that_there_is():
    assert is_zone("Europe/Berlin")
    assert not is_zone("Europe/Nowhere")
    assert not is_zone("../etc/passwd")
