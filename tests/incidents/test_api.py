"""Incidents over REST: the same refusals, the same clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.incidents.models import Incident

HEADERS = {"content_type": "application/json"}


def body(system, **over):
    """Return a new incident as JSON."""
    aware = (timezone.now() - timedelta(hours=2)).isoformat()
    fields = {
        "system": system.ref,
        "title": "Turned away",
        "description": "A wrong field.",
        "aware_at": aware,
        "effects": ["critical_infrastructure_disruption"],
    }
    return fields | over


def test_an_incident_is_registered_read_and_reported(provided, owner, as_user):
    client = as_user(owner)
    made = client.post("/api/v1/incidents/", body(provided), **HEADERS)
    assert made.status_code == 201
    path = f"/api/v1/incidents/{made.json()['ref']}/"
    assert made.json()["clock"]["dues"][0]["days"] == 2
    step = {"kind": "initial_report", "done_at": timezone.now().isoformat(), "authority": "MSA"}
    told = client.post(f"{path}steps/", step, **HEADERS)

    assert told.status_code == 201
    assert told.json()["status"] == "reported"
    assert told.json()["clock"]["state"] == "met"
    assert [one["kind"] for one in client.get(path).json()["steps"]] == ["initial_report"]


def test_a_correction_needs_the_version_that_was_read(open_incident, owner, as_user):
    client, path = as_user(owner), f"/api/v1/incidents/{open_incident.ref}/"
    change = {"effects": ["death"], "reason": "One died."}
    tag = client.get(path)["ETag"]

    assert client.patch(path, change, **HEADERS).status_code == 428
    told = client.patch(path, change, headers={"If-Match": tag}, **HEADERS)
    assert told.json()["clock"]["dues"][0]["days"] == 10
    assert client.patch(path, change, headers={"If-Match": tag}, **HEADERS).status_code == 412


def test_closing_too_early_is_a_conflict_in_words(open_incident, owner, as_user):
    path = f"/api/v1/incidents/{open_incident.ref}/close/"
    told = as_user(owner).post(path, {"reason": "Done."}, **HEADERS)

    assert told.status_code == 409
    assert "Complete the report" in told.json()["detail"]


def test_a_stranger_finds_nothing(open_incident, provided, stranger, as_user):
    client = as_user(stranger)

    assert client.get("/api/v1/incidents/").json()["items"] == []
    assert client.get(f"/api/v1/incidents/{open_incident.ref}/").status_code == 404
    assert client.post("/api/v1/incidents/", body(provided), **HEADERS).status_code == 400
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("name", ["aware_at", "occurred_from", "occurred_until"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_moment_at_an_end_of_time_is_refused_in_words(name, moment, provided, owner, as_user):
    wrong = body(provided, zone="America/New_York") | {name: moment}
    answer = as_user(owner).post("/api/v1/incidents/", wrong, **HEADERS)

    assert answer.status_code == 409
    assert "Look at the years" in answer.json()["detail"]
