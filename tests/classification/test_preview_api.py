"""Previews and comparisons over REST."""

import json

import pytest

from governance.classification import queries, tasks
from governance.classification.actions import answer_facts
from governance.classification.models import Assessment, PackPreview
from governance.classification.preview_actions import request_preview
from tests.classification.conftest import sign
from tests.classification.test_previewing import FILES, HIRING

PREVIEWS = "/api/v1/rulepack-previews/"
CHANGES = "/api/v1/rulepack-preview-changes/"


@pytest.fixture
def hiring(system, officer):
    """The system, used for hiring and signed as high-risk."""
    answer_facts(system, facts=queries.usual_answers(system) | HIRING, actor=officer)
    sign(system, officer)
    return system


@pytest.fixture
def done(hiring, officer):
    """The shipped example, run over the hiring system."""
    preview = request_preview(actor=officer, before_text="enacted")
    tasks.run_preview(preview.pk)
    return preview


def post(client, **body):
    """Ask for a preview."""
    return client.post(PREVIEWS, json.dumps(body), content_type="application/json")


def test_the_shipped_example_is_asked_for_by_an_empty_body_and_followed(as_user, hiring, officer):
    client = as_user(officer)
    answer = post(client)

    assert answer.status_code == 202
    told = answer.json()
    assert (told["status"], told["before_text"], told["after_text"]) == (
        "queued",
        "enacted",
        "amended",
    )
    tasks.run_preview(told["id"])
    assert client.get(f"{PREVIEWS}{told['id']}/").json()["status"] == "done"


def test_the_files_of_a_pack_are_taken_as_they_are(as_user, hiring, officer):
    answer = post(as_user(officer), files=FILES, text="enacted")

    assert answer.status_code == 202, answer.content
    assert answer.json()["after_version"] == queries.engine().pack.version
    assert answer.json()["before_text"] == answer.json()["after_text"] == "enacted"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"half.yaml": "meta: 1"}, "This pack does not hold."),
        ({"../half.yaml": "meta: 1"}, "is no name of a YAML file"),
        ({"half.yaml": 1}, "Not a valid string"),
        ({}, "not be empty"),
        ({f"{at}.yaml": "" for at in range(50)}, "larger than a rule pack"),
    ],
)
def test_a_pack_that_does_not_hold_is_refused_with_file_rule_and_field(
    as_user, officer, files, words
):
    answer = post(as_user(officer), files=files)

    assert answer.status_code == 400
    assert words in json.dumps(answer.json())
    assert not PackPreview.objects.exists()


def test_the_summary_and_the_rows_tell_what_changes(as_user, done, officer):
    client = as_user(officer)
    summary = client.get(f"{PREVIEWS}{done.pk}/summary/").json()
    [row] = client.get(CHANGES, {"preview": done.pk, "kind": "dates"}).json()["items"]

    assert (summary["systems"], summary["touched"], summary["dates"]) == (1, 1, 1)
    assert row["change"]["since"] == {"from": "2026-08-02", "to": "2027-12-02"}
    assert client.get(CHANGES, {"kind": "tier"}).json()["items"] == []


def test_rows_and_counts_are_of_the_systems_the_caller_sees(as_user, done, stranger):
    client = as_user(stranger)

    assert client.get(f"{PREVIEWS}{done.pk}/summary/").json()["systems"] == 0
    assert client.get(CHANGES).json()["items"] == []
    assert client.get(f"{CHANGES}{done.rows.get().pk}/").status_code == 404


def test_who_may_not_classify_finds_and_asks_for_nothing(as_user, done, owner):
    client = as_user(owner)

    assert client.get(PREVIEWS).json()["items"] == []
    assert client.get(CHANGES).json()["items"] == []
    assert client.get(f"{PREVIEWS}{done.pk}/").status_code == 404
    assert post(client).status_code == 403


def test_a_signed_classification_is_compared_with_another_and_with_now(as_user, hiring, officer):
    answer_facts(hiring, facts={"work.functions": []}, actor=officer)
    sign(hiring, officer)
    first, second = Assessment.objects.order_by("number")
    client = as_user(officer)

    found = client.get(f"/api/v1/assessments/{first.pk}/compare/{second.pk}/").json()
    assert found["tier"] == {"before": "high", "after": "minimal"}
    assert found["words"] == []
    assert {"art26.1"} <= {duty["id"] for duty in found["duties"]["lost"]}
    now = client.get(f"/api/v1/assessments/{first.pk}/compare/now/").json()
    assert "it would be minimal instead of high-risk" in " ".join(now["words"])
    same = client.get(f"/api/v1/assessments/{second.pk}/compare/now/").json()
    assert same["is_empty"]


def test_a_signed_classification_that_is_read_says_in_what_it_is_stale(as_user, hiring, officer):
    client, one = as_user(officer), Assessment.objects.get()
    assert client.get(f"/api/v1/assessments/{one.pk}/").json()["stale"] == []

    answer_facts(hiring, facts={"work.functions": []}, actor=officer)
    [words] = client.get(f"/api/v1/assessments/{one.pk}/").json()["stale"]
    assert "it would be minimal instead of high-risk" in words
    assert client.get("/api/v1/assessments/").json()["items"][0]["stale"] is None


def test_a_classification_of_another_system_is_no_side(as_user, hiring, stranger, officer):
    one = Assessment.objects.get()

    assert as_user(officer).get(f"/api/v1/assessments/{one.pk}/compare/999/").status_code == 404
    assert as_user(stranger).get(f"/api/v1/assessments/{one.pk}/compare/now/").status_code == 404
