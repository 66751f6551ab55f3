"""Who has the pager: the incoming person confirms, else the outgoing one stays."""

from datetime import UTC, datetime, timedelta

import pytest

from raci.oncall.handover import Confirmation, held
from raci.oncall.rules import Absence, Every, Layer, Plan

ANA, BO, CY = 1, 2, 3
START = datetime(2026, 10, 5, 9, tzinfo=UTC)  # Ana's day; Bo's and Cy's follow
BO_BEGINS, CY_BEGINS = START + timedelta(days=1), START + timedelta(days=2)


@pytest.fixture
def plan() -> Plan:
    layer = Layer(1, 1, (ANA, BO, CY), START.replace(tzinfo=None), unit=Every.DAYS)
    return Plan("UTC", (layer,))


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def holder(plan: Plan, at: datetime, *given: Confirmation) -> int | None:
    found = held(plan, at, given).holder
    return found.person if found else None


def test_until_the_incoming_person_confirms_the_outgoing_one_stays(plan):
    found = held(plan, BO_BEGINS + minutes(40), [])
    assert found.holder is not None
    assert (found.holder.person, found.waits_for, found.beside) == (ANA, BO, BO)


def test_who_confirmed_has_the_pager(plan):
    given = Confirmation(BO, BO_BEGINS + minutes(5))
    assert holder(plan, BO_BEGINS + minutes(4), given) == ANA
    assert holder(plan, BO_BEGINS + minutes(5), given) == BO


def test_for_the_first_quarter_of_an_hour_the_outgoing_person_is_reachable_too(plan):
    given = [Confirmation(BO, BO_BEGINS)]
    assert held(plan, BO_BEGINS + minutes(14), given).beside == ANA
    assert held(plan, BO_BEGINS + minutes(15), given).beside is None


def test_one_may_confirm_a_quarter_of_an_hour_ahead_and_not_sooner(plan):
    early, too_early = (Confirmation(BO, BO_BEGINS - minutes(at)) for at in (15, 16))
    assert holder(plan, BO_BEGINS, early) == BO
    assert holder(plan, BO_BEGINS, too_early) == ANA


def test_over_two_handovers_that_nobody_confirmed_the_first_stays(plan):
    assert holder(plan, CY_BEGINS + minutes(1)) == ANA
    assert holder(plan, CY_BEGINS + minutes(1), Confirmation(BO, BO_BEGINS)) == BO


def test_somebody_away_does_not_keep_the_pager(plan):
    away = Absence(ANA, BO_BEGINS, CY_BEGINS)
    gone = Plan("UTC", plan.layers, absences=(away,))
    assert holder(gone, BO_BEGINS + minutes(1)) == BO


def test_the_first_ever_takes_over_from_nobody(plan):
    found = held(plan, START, [])
    assert found.holder == found.planned
    assert found.waits_for is None


def test_in_a_gap_nobody_has_the_pager(plan):
    assert held(plan, START - minutes(1), []).holder is None
