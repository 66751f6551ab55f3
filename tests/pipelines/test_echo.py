"""What answers, as it is reported: kept, and one finding for each model that was not approved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.approvals.models import Finding
from governance.pipelines.models import Observation
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.approvals.world import PINNED

URL = "/api/v1/observations/"


@pytest.fixture
def report(owner, client, system):
    """Return a function that reports as a service does."""
    _, text = issue_token(actor=owner, name="echo", scopes=[Scope.READ, Scope.WRITE])

    def run(token: str = text, **over):
        now = timezone.now()
        body = {
            "system": system.ref,
            "environment": "prod",
            "model_id": PINNED,
            "tasks": 40,
            "observed_from": (now - timedelta(hours=1)).isoformat(),
            "observed_until": now.isoformat(),
        } | over
        headers = {"Authorization": f"Bearer {token}"}
        return client.post(URL, body, content_type="application/json", headers=headers)

    return run


def test_the_approved_model_opens_nothing(active, report):
    answer = report()

    assert answer.status_code == 201
    assert answer.json()["verdict"] == "same"
    assert answer.json()["release"] == active.ref
    assert not Finding.objects.exists()


def test_another_model_opens_one_finding(active, report):
    for _ in range(3):
        assert report(model_id="gpt-5").json()["verdict"] == "other"
    finding = Finding.objects.get()

    assert (finding.kind, finding.severity, finding.key) == ("model_mismatch", 2, "model:gpt-5")
    assert finding.release == active
    assert Observation.objects.count() == 3


def test_each_other_model_opens_its_own(active, report):
    report(model_id="gpt-5")
    report(model_id="gpt-6")

    assert Finding.objects.count() == 2


def test_the_approved_model_closes_nothing_by_itself(active, report):
    report(model_id="gpt-5")
    report()

    assert Finding.objects.get().closed_at is None


def test_no_task_is_no_finding(active, report):
    report(model_id="gpt-5", tasks=0)

    assert not Finding.objects.exists()


def test_in_another_environment_nothing_is_compared(active, report):
    assert report(model_id="gpt-5", environment="staging").json()["verdict"] == "unknown"
    assert not Finding.objects.exists()


def test_a_period_of_the_future_is_refused(active, report):
    later = (timezone.now() + timedelta(hours=1)).isoformat()

    assert report(observed_until=later).status_code == 409
    assert report(observed_from=later).status_code == 409


def test_a_system_that_one_may_not_see_is_not_there(active, report, stranger):
    _, text = issue_token(actor=stranger, name="x", scopes=[Scope.WRITE])

    assert report(token=text).status_code == 400
    assert not Observation.objects.exists()


def test_who_only_reads_reports_nothing(active, report, owner, auditor):
    _, reads = issue_token(actor=owner, name="x", scopes=[Scope.READ])
    _, audits = issue_token(actor=auditor, name="x", scopes=[Scope.WRITE])

    assert report(token=reads).status_code == 403
    assert report(token=audits).status_code == 403


def test_what_was_reported_is_seen_with_its_system(active, report, as_user, stranger, auditor):
    report()

    assert as_user(auditor).get(URL).json()["items"][0]["model_id"] == PINNED
    assert as_user(stranger).get(URL).json()["items"] == []
    pk = Observation.objects.get().pk
    assert as_user(stranger).get(f"{URL}{pk}/").status_code == 404
