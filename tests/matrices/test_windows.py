"""The times ahead at which nobody would answer for a system."""

from datetime import timedelta

import pytest
from django.utils import timezone

from raci.matrices.windows import coverage_missing
from raci.oncall.actions import close_schedule
from raci.oncall.models import Schedule
from raci.people.absence_actions import Period, enter_absence
from tests.factories import put_in_force

DAY = timedelta(days=1)


@pytest.fixture
def running(draft, officer, administrator):
    """The system, its matrix in force and a rota behind its nights."""
    put_in_force(draft, actor=officer)
    return draft.system


def test_without_a_matrix_in_force_all_of_the_time_is_missing(system):
    (missing,) = coverage_missing(system)

    assert (missing.activity, missing.is_whole) == ("OPS-01", True)
    assert missing.why == "No matrix is in force."


def test_a_whole_rota_leaves_nothing_missing(running):
    assert coverage_missing(running) == []


def test_an_absence_on_the_rota_is_a_window_with_its_reason(running, ops_lead):
    start = timezone.now() + 3 * DAY
    enter_absence(ops_lead, actor=ops_lead, period=Period(start, start + DAY))
    (missing,) = coverage_missing(running)

    assert (missing.since, missing.until) == (start, start + DAY)
    assert missing.why == "Whoever would be is away."
    assert not missing.is_whole


def test_without_a_schedule_all_of_the_time_is_missing(running, officer):
    close_schedule(Schedule.objects.get(), actor=officer)
    (missing,) = coverage_missing(running)

    assert missing.is_whole
    assert missing.why == "No schedule serves it."


def test_the_page_of_the_system_shows_the_windows(as_user, running, officer, ops_lead):
    client = as_user(officer)
    before = client.get(f"/systems/{running.ref}/").content.decode()
    start = timezone.now() + 3 * DAY
    enter_absence(ops_lead, actor=ops_lead, period=Period(start, start + DAY))
    after = client.get(f"/systems/{running.ref}/").content.decode()

    assert "On call, next 28 days" in before
    assert "It may not be put to use like this." not in before
    assert "It may not be put to use like this." in after
