"""What waits for whom, also when whoever it waits for is away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.approvals.queue import waiting_for
from governance.approvals.quorum import Slot
from governance.approvals.seats import seats
from raci.people.absence_actions import Period, accept, delegate_to, enter_absence
from raci.people.actions import name_deputy
from tests.conftest import person

pytestmark = pytest.mark.django_db


def a_week() -> Period:
    """Return the week from now on."""
    now = timezone.now()
    return Period(now, now + timedelta(days=7))


def somebody(place, name: str) -> User:
    """Return a person of the organisation without any role."""
    root = place.system.unit.parent or place.system.unit
    return person(name, Role.SYSTEM_OWNER, root, place.admin)


def away(place) -> User:
    """Send the validator away, and return who it is."""
    validator = place.people["VAL"]
    enter_absence(validator, actor=validator, period=a_week())
    return validator


def test_a_deputy_is_asked_only_while_the_holder_is_away(place):
    deputy = somebody(place, "Dora Deputy")
    root = place.system.unit.parent or place.system.unit
    name_deputy(root, role="VAL", person=deputy, actor=place.officer)
    release = place.proposed()
    assert not waiting_for(deputy).exists()
    validator = away(place)
    assert waiting_for(deputy).get() == release
    assert not waiting_for(validator).exists()
    assert seats(release.system, [Slot.VAL])[Slot.VAL].person == deputy


def test_who_acts_for_an_absent_holder_is_asked(place):
    taker = somebody(place, "Tove Taker")
    release = place.proposed()
    validator = place.people["VAL"]
    mandate = delegate_to(
        validator, taker=taker, actor=validator, period=a_week(), reason="Leave.",
        activities=["CHG-03"],
    )  # fmt: skip
    away(place)
    assert not waiting_for(taker).exists()
    accept(mandate, actor=taker)
    assert waiting_for(taker).get() == release
    assert seats(release.system, [Slot.VAL])[Slot.VAL].person == taker


def test_a_mandate_for_something_else_asks_nobody(place):
    taker = somebody(place, "Tove Taker")
    place.proposed()
    validator = place.people["VAL"]
    mandate = delegate_to(
        validator, taker=taker, actor=validator, period=a_week(), reason="Leave.",
        activities=["INC-01"],
    )  # fmt: skip
    accept(mandate, actor=taker)
    away(place)
    assert not waiting_for(taker).exists()
