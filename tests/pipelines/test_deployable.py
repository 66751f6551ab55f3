"""What a pipeline is answered: yes with a signed decision, or no with every reason."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from governance.approvals import run_actions
from governance.approvals.around_actions import set_freeze
from governance.approvals.finding_actions import open_finding
from governance.approvals.models import Condition, Finding, Release
from governance.common.clock import database_now
from governance.pipelines.signing import public_keys
from governance.pipelines.tokens import audience, verify
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from inventory.systems.actions import retire
from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import add_version
from tests.approvals.world import PINNED
from tests.factories import make_system
from tests.pipelines.conftest import a_release


@pytest.fixture
def ask(officer, client):
    """Return a function that asks as a pipeline does: with a token that may only read."""
    _, text = issue_token(actor=officer, name="CI", scopes=[Scope.READ])

    def run(version: ModelVersion | str, token: str = text, **query: str):
        digest = version if isinstance(version, str) else version.digest
        query = {"environment": "prod"} | query
        return client.get(
            f"/api/v1/model-versions/{digest}/deployable",
            {name: value for name, value in query.items() if value},
            headers={"Authorization": f"Bearer {token}"},
        )

    return run


def codes(answer) -> list[str]:
    """Return the reasons of a no."""
    assert answer.status_code == 403, answer.content
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert body["deployable"] is False
    assert body["code"] == "not-deployable"
    assert all(one["words"] for one in body["reasons"])
    return [one["code"] for one in body["reasons"]]


def checked(answer, settings):
    """Return what the token of a yes says."""
    assert answer.status_code == 200, answer.content
    now, environment = database_now(), answer.json()["environment"]
    wanted = {"issuer": settings.BASE_URL, "audience": audience(environment), "now": now}
    return verify(answer.json()["token"], public_keys(now), **wanted)


def test_what_is_active_may_be_deployed(place, key, ask, settings):
    release = place.active()
    answer = ask(release.version)
    claims = checked(answer, settings)

    assert answer.json()["deployable"] is True
    assert claims.sub == release.version.digest
    assert (claims.system, claims.release, claims.state) == (
        place.system.ref,
        release.ref,
        "active",
    )
    assert claims.exp - claims.iat == 900
    assert answer["Cache-Control"] == "no-store"
    assert answer["ETag"] == f'"{release.pk}-{release.row_version}"'


def test_what_is_approved_and_nothing_stands_against_may_be_deployed(place, key, ask, settings):
    release = place.approved()

    assert checked(ask(release.version), settings).state == "approved"


def test_who_asks_does_not_matter(place, key, ask, auditor, settings):
    release = place.approved()
    _, text = issue_token(actor=auditor, name="CI", scopes=[Scope.READ])

    assert checked(ask(release.version, token=text), settings)


def test_what_waits_for_approval_may_not(place, key, ask):
    release = place.proposed()

    assert codes(ask(release.version)) == ["in_review"]


def test_what_nobody_proposed_may_not(place, key, ask):
    assert codes(ask(place.version())) == ["not_proposed"]


def test_another_environment_is_another_question(active, key, ask):
    assert codes(ask(active.version, environment="staging")) == ["not_proposed"]


def test_another_task_is_another_question(active, key, ask):
    answer = ask(active.version, task="triage")

    assert codes(answer) == ["not_proposed"]
    assert "tasks: none" in answer.json()["reasons"][0]["words"]


@pytest.mark.parametrize(
    "state", ["draft", "suspended", "superseded", "rolled_back", "rejected", "withdrawn", "retired"]
)
def test_what_does_not_run_and_may_not_run_may_not(system, officer, key, ask, state):
    release = a_release(system, actor=officer, status=state, decision_reason="No.")

    assert codes(ask(release.version)) == [state]


def test_an_emergency_counts_until_its_end(system, officer, owner, key, ask, settings):
    now = timezone.now()
    run = {"emergency_until": now + timedelta(hours=1), "emergency_second": owner}
    run["activated_by"] = officer
    release = a_release(system, actor=officer, status="emergency_active", **run)

    assert checked(ask(release.version), settings).state == "emergency_active"
    Release.objects.update(emergency_until=now)
    assert codes(ask(release.version)) == ["emergency_over"]


def test_an_approval_that_ended_lets_nothing_through(active, key, ask):
    release = active
    past = timezone.now() - timedelta(seconds=1)
    Release.objects.filter(pk=release.pk).update(valid_until=past)

    assert codes(ask(release.version)) == ["expired"]


def test_a_model_that_its_provider_retired_lets_nothing_through(active, key, ask):
    release = active
    yesterday = timezone.localdate() - timedelta(days=1)
    ModelVersion.objects.filter(pk=release.version_id).update(provider_retires_on=yesterday)

    assert codes(ask(release.version)) == ["model_retired"]


def test_a_floating_id_lets_nothing_through(active, key, ask, monkeypatch):
    from governance.pipelines import queries

    said = "This model id is floating."
    monkeypatch.setattr(queries, "why_not_pinned", lambda version, proposed_by: said)

    assert codes(ask(active.version)) == ["not_pinned"]


def test_a_retired_system_lets_nothing_through(active, key, ask, officer):
    retire(active.system, actor=officer, on=timezone.localdate(), reason="Replaced.")

    assert "system_retired" in codes(ask(active.version))


def test_every_reason_is_told_at_once(place, key, ask, officer):
    release = place.approved()
    Condition.objects.create(
        release=release,
        text="Tell the works council",
        owner=officer,
        set_by=officer,
        set_at=timezone.now(),
        due_on=timezone.localdate(),
    )
    past = timezone.now() - timedelta(seconds=1)
    Release.objects.filter(pk=release.pk).update(valid_until=past)
    now = timezone.now()
    set_freeze(
        place.system.unit,
        actor=officer,
        reason="Year end",
        begins_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    open_finding(
        place.system,
        actor=officer,
        kind=Finding.Kind.MISMATCH,
        severity=1,
        words="gpt-5 answered.",
        key="model:gpt-5",
        release=release,
    )

    found = codes(ask(release.version))
    assert set(found) == {"expired", "condition", "freeze", "serious_finding", "model_mismatch"}


def test_an_open_gate_check_is_a_reason(place, key, ask, monkeypatch):
    from governance.approvals import facts

    release = place.approved()
    monkeypatch.setattr(facts, "classified", lambda system: (False, "nobody signed"))

    assert codes(ask(release.version)) == ["gate"]


def test_what_is_scheduled_for_later_waits(place, key, ask, settings):
    release = place.approved()
    now = timezone.now()
    begins = now + timedelta(days=1)
    window = {"window_from": begins, "window_until": begins + timedelta(hours=2)}
    run_actions.schedule(release, actor=place.people["OC"], **window)

    assert codes(ask(release.version)) == ["window"]
    Release.objects.filter(pk=release.pk).update(window_from=now - timedelta(minutes=1))
    assert checked(ask(release.version), settings).state == "scheduled"


# --- which version ------------------------------------------------------------------------------
def test_a_digest_that_nobody_knows_is_not_found(key, ask):
    answer = ask("ab" * 32)

    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown-version"


@pytest.mark.parametrize("digest", ["ab", "AB" * 32, "ab" * 33, "x" * 64, "sha256:" + "ab" * 32])
def test_what_is_no_digest_is_not_found(key, ask, digest):
    assert ask(digest).status_code == 404


def test_a_version_that_one_may_not_see_reads_like_one_that_is_not_there(
    active, key, ask, stranger
):
    _, text = issue_token(actor=stranger, name="CI", scopes=[Scope.READ])
    hidden, absent = ask(active.version, token=text), ask("ab" * 32, token=text)

    assert hidden.status_code == absent.status_code == 404
    drop = {"instance"}
    assert {k: v for k, v in hidden.json().items() if k not in drop} == {
        k: v for k, v in absent.json().items() if k not in drop
    }


def test_of_several_systems_one_must_be_named(active, key, ask, officer, claims, settings):
    twin = make_system(actor=officer, unit=claims, name="Fraud screen")
    version = active.version
    fields = {"provider": "openai", "model_id": PINNED, "prompt_sha256": version.prompt_sha256}
    other = add_version(twin, actor=officer, label="1.0.0", **fields)
    assert other.digest == version.digest

    answer = ask(version)
    assert answer.status_code == 409
    assert answer.json()["code"] == "several-systems"
    assert twin.ref in answer.json()["detail"]
    assert checked(ask(version, system=active.system.ref), settings)
    assert codes(ask(version, system=twin.ref)) == ["not_proposed"]
    assert ask(version, system="AIS-999").status_code == 404


# --- how it is asked -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query",
    [
        {"environment": ""},
        {"environment": "production"},
        {"environment": "prod", "task": "x" * 61},
        {"environment": "prod", "colour": "red"},
    ],
)
def test_a_question_that_does_not_fit_is_refused(active, key, ask, query):
    assert ask(active.version, **query).status_code == 400


def test_without_a_token_nothing_is_told(active, key, db):
    version = active.version
    url = f"/api/v1/model-versions/{version.digest}/deployable?environment=prod"

    assert Client().get(url).status_code == 401
    assert Client().get(url, headers={"Authorization": "Bearer x"}).status_code == 401


def test_no_other_method_is_answered(active, key, ask, as_user, officer):
    version = active.version
    url = f"/api/v1/model-versions/{version.digest}/deployable?environment=prod"

    for method in ("post", "put", "patch", "delete"):
        assert getattr(as_user(officer), method)(url).status_code == 405


def test_without_a_key_there_is_no_yes(active, ask):
    answer = ask(active.version)

    assert answer.status_code == 503
    assert answer.json()["code"] == "no-signing-key"
    assert "decisions.key" not in answer.content.decode()


def test_a_key_that_others_may_read_signs_nothing(active, key, ask, settings):
    settings.DECISION_KEY.chmod(0o640)

    assert ask(active.version).status_code == 503


def test_a_yes_is_a_few_queries(active, key, ask, django_assert_max_num_queries):
    ask(active.version)

    with django_assert_max_num_queries(8):
        assert ask(active.version).status_code == 200
