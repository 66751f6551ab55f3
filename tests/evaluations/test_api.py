"""Suites and runs over REST."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.evaluations.models import Run
from governance.evaluations.rules import Source
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.factories import a_run

PATH = "/api/v1/evaluation-runs/"
SUITES = "/api/v1/evaluation-suites/"
CSV = b"case,passed,score\na,1,0.9\nb,0,0.1\n"


def body(ran, **over):
    until = timezone.now() - timedelta(minutes=1)
    return {
        "system": ran.system.ref,
        "digest": ran.digest,
        "suite": "triage",
        "kind": "regression",
        "produced_by": "CI job 4711",
        "observed_from": (until - timedelta(minutes=5)).isoformat(),
        "observed_until": until.isoformat(),
        "metrics": {"cost_per_task": "0.0120"},
        "cases": [
            {"key": "a", "passed": True, "score": "0.9", "slices": ["language=de"]},
            {"key": "b", "passed": False, "message": "wrong"},
        ],
        **over,
    }


def post(client, path, given, **headers):
    return client.post(path, given, content_type="application/json", headers=headers)


def upload(version, content=CSV, **over):
    given = {name: value for name, value in body(version).items() if isinstance(value, str)}
    return given | {"upload": SimpleUploadedFile("run.csv", content)} | over


def test_a_run_comes_in_with_its_cases_and_is_there(as_user, owner, version):
    client = as_user(owner)
    made = post(client, PATH, body(version))

    assert made.status_code == 201, made.content
    assert made.json()["metrics"] == {
        "pass_rate": "0.5",
        "cost_per_task": "0.012",
        "mean_score": "0.9",
    }
    (row,) = client.get(f"{PATH}?digest={version.digest}").json()["items"]
    assert (row["ref"], row["version"], row["suite_revision"]) == (
        made.json()["ref"],
        version.label,
        1,
    )
    failed = client.get(f"/api/v1/evaluation-results/?run={row['ref']}&passed=false").json()
    assert [one["key"] for one in failed["items"]] == ["b"]


def test_the_same_bytes_again_are_answered_with_the_run_that_is_there(as_user, owner, version):
    client, given = as_user(owner), body(version)
    first, again = post(client, PATH, given), post(client, PATH, given)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["ref"] == again.json()["ref"]
    assert Run.objects.count() == 1


def test_a_foreign_digest_is_refused_in_words(as_user, owner, version, update):
    given = body(version, version=version.label, digest=update.digest)

    refused = post(as_user(owner), PATH, given)
    assert refused.status_code == 409
    assert "It ran something else" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"digest": "0" * 64}, "/digest"),
        ({"version": "9.9.9"}, "/version"),
        ({"cases": [{"key": "a", "passed": 1}]}, "/cases/0"),
        ({"cases": {}}, "/cases"),
        ({"metrics": {"cost": 0.1}}, "/metrics"),
        ({"metrics": {"pass_rate": "1"}}, "/metrics/pass_rate"),
        ({"suite": "Triage!"}, "/suite"),
        ({"kind": "vibes"}, "/kind"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_does_not_fit_is_pointed_at(as_user, owner, version, over, pointer):
    refused = post(as_user(owner), PATH, body(version, **over))

    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_a_file_comes_in_and_goes_out_whole(as_user, owner, version):
    client = as_user(owner)
    made = client.post(f"{PATH}upload/", upload(version))

    assert made.status_code == 201, made.content
    assert made.json()["source"] == Source.CSV
    served = client.get(f"{PATH}{made.json()['ref']}/file/")
    assert b"".join(served.streaming_content) == CSV
    assert served["Content-Disposition"].startswith("attachment")


def test_every_line_of_a_file_that_does_not_fit_is_named(as_user, owner, version):
    wrong = b"case,passed,score\na,1,\nb,maybe,\nc,1,high\n"
    refused = as_user(owner).post(f"{PATH}upload/", upload(version, wrong))

    assert refused.status_code == 400
    told = [error["detail"] for error in refused.json()["errors"]]
    assert [line.split(":")[0] for line in told] == ["Line 3", "Line 4"]


def test_a_token_that_may_write_adds_a_run_and_one_that_reads_does_not(client, owner, version):
    _, writes = issue_token(actor=owner, name="ci", scopes=[Scope.READ, Scope.WRITE])
    _, reads = issue_token(actor=owner, name="looks", scopes=[Scope.READ])

    assert post(client, PATH, body(version), Authorization=f"Bearer {reads}").status_code == 403
    assert post(client, PATH, body(version), Authorization=f"Bearer {writes}").status_code == 201
    assert Run.objects.get().added_by == owner


def test_an_auditor_reads_and_adds_nothing(as_user, auditor, owner, version):
    a_run(version, actor=owner)
    client = as_user(auditor)

    assert len(client.get(PATH).json()["items"]) == 1
    assert post(client, PATH, body(version)).status_code == 403


def test_a_stranger_finds_nothing_and_names_nothing(as_user, stranger, owner, version, update):
    run, other = a_run(version, actor=owner), a_run(update, actor=owner)
    client = as_user(stranger)

    for path in (PATH, SUITES, "/api/v1/evaluation-results/"):
        assert client.get(path).json()["items"] == []
    for part in ("", "file/", f"comparison/?baseline={other.ref}"):
        assert client.get(f"{PATH}{run.ref}/{part}").status_code == 404
    assert post(client, f"{PATH}{run.ref}/withdraw/", {"reason": "x"}).status_code == 404
    assert post(client, PATH, body(version)).status_code == 400


def test_a_comparison_tells_the_exact_figures(as_user, owner, version, update):
    before = a_run(version, actor=owner, failed=2, passed=98)
    after = a_run(update, actor=owner, failed=10, passed=90)
    told = as_user(owner).get(f"{PATH}{after.ref}/comparison/?baseline={before.ref}").json()

    assert (told["n"], told["only_before"], told["only_after"]) == (100, 8, 0)
    assert told["p_value"] == "0.0078125"
    assert told["delta_points"] == "-8.0000"
    assert (told["state"], told["is_equal_or_better"]) == ("regressed", False)


def test_a_comparison_that_says_nothing_is_refused_in_words(as_user, owner, version, update):
    before = a_run(version, actor=owner)
    after = a_run(update, actor=owner, kind="bias")
    client = as_user(owner)

    refused = client.get(f"{PATH}{after.ref}/comparison/?baseline={before.ref}")
    assert refused.status_code == 409
    assert "different suites" in refused.json()["detail"]
    assert client.get(f"{PATH}{after.ref}/comparison/").status_code == 400


def test_a_run_is_withdrawn_with_a_reason(as_user, owner, version):
    run = a_run(version, actor=owner)
    gone = post(as_user(owner), f"{PATH}{run.ref}/withdraw/", {"reason": "Wrong prompts."})

    assert gone.json()["withdrawn_because"] == "Wrong prompts."


def test_a_suite_is_written_down_revised_and_not_over_somebody_else(as_user, owner, system):
    client = as_user(owner)
    criterion = {"metric": "pass_rate", "comparator": ">=", "value": "0.950"}
    given = {"system": system.ref, "key": "triage", "kind": "regression", "criteria": [criterion]}
    first = post(client, SUITES, given | {"seen": 0})
    second = post(client, SUITES, given | {"title": "Urgency", "seen": 1})

    assert (first.status_code, first.json()["revision"]) == (201, 1)
    assert first.json()["criteria"][0]["value"] == "0.95"
    assert second.json()["revision"] == 2
    assert post(client, SUITES, given | {"title": "Other", "seen": 1}).status_code == 412
    assert post(client, SUITES, given | {"title": "Urgency"}).json()["revision"] == 2


def test_a_criterion_that_cannot_be_read_is_refused(as_user, owner, system):
    criterion = {"metric": "pass_rate", "comparator": ">=", "value": "0,95"}
    given = {"system": system.ref, "key": "triage", "kind": "bias", "criteria": [criterion]}

    assert post(as_user(owner), SUITES, given).status_code == 400


@pytest.mark.parametrize("path", [PATH, SUITES, "/api/v1/evaluation-results/"])
def test_a_list_takes_the_same_queries_for_one_run_and_for_many(
    as_user, owner, version, path, django_assert_max_num_queries
):
    client = as_user(owner)
    a_run(version, actor=owner, passed=3, failed=1)
    with CaptureQueriesContext(connection) as first:
        client.get(path)
    for kind in ("bias", "cost", "security", "adversarial"):
        a_run(version, actor=owner, kind=kind, passed=3, failed=1)

    with django_assert_max_num_queries(len(first)):
        assert len(client.get(path).json()["items"]) >= 5
