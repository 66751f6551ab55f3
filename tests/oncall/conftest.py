"""Schedules in the states that tests need."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from governance.accounts.models import User
from raci.oncall import actions
from raci.oncall.actions import LayerWish
from raci.oncall.models import Schedule
from raci.oncall.rules import Every


def wish(*people: User, **over) -> LayerWish:
    """Return people in turn, day by day, since the first of the month before last."""
    fields = {
        "name": "Everybody",
        "people": people,
        "starts_on": date(2026, 1, 5),
        "handover_at": time(9),
        "unit": Every.DAYS,
    }
    return LayerWish(**{**fields, **over})


def soon(hours: float, length: float = 12) -> tuple[datetime, datetime]:
    """Return a time that begins in some hours."""
    since = timezone.now() + timedelta(hours=hours)
    return since, since + timedelta(hours=length)


@pytest.fixture
def schedule(organisation, officer) -> Schedule:
    """A schedule of the organisation without layers."""
    return actions.make_schedule(
        organisation, actor=officer, role="OC", name="Night watch", zone="Europe/Berlin"
    )


@pytest.fixture
def manned(schedule, officer, ops_lead, owner) -> Schedule:
    """The schedule with Jonas Weber and Mira Rossi, day by day."""
    actions.put_layer(schedule, actor=officer, wish=wish(ops_lead, owner))
    return schedule
