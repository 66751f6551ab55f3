"""Working hours over REST: the same actions, the same refusals as the pages."""

import pytest

from governance.calendars.models import Calendar
from governance.ledger.models import Entry
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.rest.test_conventions import caller

URL = "/api/v1/working-hours/"
OPEN = [
    {"weekday": 0, "begins": "13:30", "ends": "17:00"},
    {"weekday": 0, "begins": "09:00", "ends": "12:30"},
    {"weekday": 4, "begins": "09:00", "ends": "00:00"},
]
CLOSED = [{"day": "2026-12-25", "name": "Christmas Day"}, {"day": "2027-01-01"}]


@pytest.fixture
def as_caller():
    """Return a function that makes a caller for a person."""
    return lambda person: caller(issue_token(actor=person, name="t", scopes=list(Scope))[1])


@pytest.fixture
def body(claims) -> dict:
    """The hours of Claims."""
    about = {"unit": claims.pk, "name": "Oslo", "time_zone": "Europe/Oslo"}
    return {**about, "windows": OPEN, "holidays": CLOSED}


def test_hours_are_made_read_changed_and_dropped(as_caller, officer, body):
    call = as_caller(officer)
    made = call("POST", URL, body)
    address = f"{URL}{made.json()['id']}/"
    changed = call("PATCH", address, {"name": "Oslo office"}, if_match=made["ETag"])
    stale = call("PATCH", address, {"name": "Bergen"}, if_match=made["ETag"])

    assert made.status_code == 201, made.content
    assert [one["begins"] for one in made.json()["windows"]] == ["09:00", "13:30", "09:00"]
    assert made.json()["holidays"][1] == {"day": "2027-01-01", "name": ""}
    assert (changed.status_code, stale.status_code) == (200, 412)
    assert changed.json() == {**made.json(), "name": "Oslo office", "row_version": 2}
    assert [row["id"] for row in call("GET", URL).json()["items"]] == [made.json()["id"]]
    assert call("DELETE", address, if_match=changed["ETag"]).status_code == 204
    assert not Calendar.objects.exists()
    assert Entry.objects.filter(action__startswith="hours.").count() == 3


def test_a_unit_has_working_hours_once(as_caller, officer, body):
    call = as_caller(officer)
    call("POST", URL, body)

    assert call("POST", URL, body).status_code == 409


@pytest.mark.parametrize(
    "over",
    [
        {"time_zone": "Europe/Atlantis"},
        {"windows": [{"weekday": 0, "begins": "09:00", "ends": "08:00"}]},
        {"windows": [OPEN[0], OPEN[0]]},
    ],
)
def test_hours_that_make_no_sense_are_refused(over, as_caller, officer, body):
    assert as_caller(officer)("POST", URL, body | over).status_code == 409
    assert not Calendar.objects.exists()


@pytest.mark.parametrize(
    "over",
    [
        {"windows": []},
        {"windows": [{"weekday": 7, "begins": "09:00", "ends": "10:00"}]},
        {"windows": [{"weekday": 1, "begins": "9", "ends": "10:00"}]},
        {"holidays": [{"day": "1026-12-25"}]},
        {"colour": "red"},
    ],
)
def test_bodies_of_another_shape_are_refused(over, as_caller, officer, body):
    assert as_caller(officer)("POST", URL, body | over).status_code == 400


def test_whoever_only_reads_changes_nothing_and_strangers_see_nothing(
    as_caller, officer, owner, stranger, body
):
    made = as_caller(officer)("POST", URL, body)
    address = f"{URL}{made.json()['id']}/"

    assert as_caller(owner)("GET", address).status_code == 200
    refused = as_caller(owner)("PATCH", address, {"name": "Mine"}, if_match=made["ETag"])
    assert refused.status_code == 403
    assert as_caller(owner)("DELETE", address, if_match=made["ETag"]).status_code == 403
    assert as_caller(stranger)("GET", address).status_code == 404
    assert as_caller(stranger)("GET", URL).json()["items"] == []
