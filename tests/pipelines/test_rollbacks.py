"""A rollback rule that is broken asks one person, once; the decision and its time are kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from governance.approvals.models import Release
from governance.common.errors import DomainError, TransitionError
from governance.ledger.models import Entry
from governance.notices.models import Notice
from governance.pipelines import rollback_actions as actions
from governance.pipelines.models import Breach, MetricPoint
from governance.pipelines.rollback import Action, Comparator, Decided, Point, Rule
from governance.pipelines.watching import forget_points, look, watch_rules
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.pipelines.conftest import a_release


def a_rule(system, actor, action=Action.PAGE, **over):
    """Return a rule: accuracy below 0.9 over half an hour."""
    given = {
        "metric": "accuracy",
        "comparator": Comparator.LT,
        "value": Decimal("0.9"),
        "window": timedelta(minutes=30),
        "min_samples": 10,
        "action": action,
    }
    return actions.set_rule(system, Rule(**given | over), actor=actor, environment="prod")


def measure(system, actor, value="0.5", minutes_ago=1.0, samples=20):
    """Report one measurement."""
    at = timezone.now() - timedelta(minutes=minutes_ago)
    points = [("accuracy", Point(at, Decimal(value), samples))]
    return actions.add_points(system, points, actor=actor, environment="prod")


def test_a_broken_rule_is_a_breach_once(two, system, officer):
    rule = a_rule(system, officer)
    measure(system, officer)

    assert [watch_rules(), watch_rules()] == [1, 0]
    breach = Breach.objects.get()
    assert (breach.rule, breach.release, breach.samples) == (rule, two[1], 20)
    assert Entry.objects.filter(action="breach.opened").count() == 1


def test_good_measurements_break_nothing(two, system, officer):
    a_rule(system, officer)
    measure(system, officer, "0.95")

    assert watch_rules() == 0


def test_where_nothing_runs_nothing_is_broken(system, officer):
    a_rule(system, officer)
    measure(system, officer)

    assert watch_rules() == 0


def test_what_was_measured_before_it_ran_is_not_its_fault(system, officer):
    a_release(system, actor=officer, activated_at=timezone.now())
    a_rule(system, officer)
    measure(system, officer)

    assert watch_rules() == 0


def test_an_ended_rule_looks_at_nothing(two, system, officer):
    rule = a_rule(system, officer)
    actions.end_rule(rule, actor=officer)
    measure(system, officer)

    assert watch_rules() == 0
    with pytest.raises(TransitionError):
        actions.end_rule(rule, actor=officer)


def test_who_answers_for_going_back_is_called_at_once(place):
    release = place.active()
    release_at = timezone.now() - timedelta(hours=1)
    Release.objects.filter(pk=release.pk).update(activated_at=release_at)
    a_rule(place.system, place.officer)
    measure(place.system, place.officer)
    watch_rules()
    breach = Breach.objects.get()
    told = Notice.objects.filter(item=f"breach:{breach.pk}")

    assert breach.decider == actions.decider_of(place.system, timezone.now())
    assert {one.channel for one in told} == {"app", "email"}
    assert {one.person for one in told} == {breach.decider}
    assert {one.severity for one in told} == {"critical"}
    assert told[0].url == f"/rollbacks/{breach.pk}/"


def test_where_nobody_answers_owner_and_administrators_are_told(two, system, officer, owner):
    a_rule(system, officer, Action.RECOMMEND)
    measure(system, officer)
    watch_rules()
    told = Notice.objects.filter(channel="app")

    assert owner in {one.person for one in told}
    assert {one.severity for one in told} == {"high"}


@pytest.fixture
def breach(two, system, officer) -> Breach:
    """A broken rule that waits for a decision."""
    a_rule(system, officer)
    measure(system, officer)
    watch_rules()
    return Breach.objects.get()


def test_one_click_rolls_back_and_tells_how_long_it_took(breach, two, officer, as_user):
    before, now = two
    url = f"/rollbacks/{breach.pk}/"
    page = as_user(officer).get(url).content.decode()
    assert "Roll back 1.1.0?" in page
    assert "accuracy below 0.9 over 30 minutes" in page
    answer = as_user(officer).post(url, {"choice": "roll_back", "reason": "It is wrong."})

    assert answer.status_code == 302
    for row in (before, now, breach):
        row.refresh_from_db()
    assert (before.status, now.status) == ("active", "rolled_back")
    assert (breach.decision, breach.decided_by) == ("roll_back", officer)
    assert breach.latency.total_seconds() >= 0
    assert b'"seconds"' in bytes(Entry.objects.get(action="breach.decided").body)
    assert "roll back" in as_user(officer).get(url).content.decode().lower()


def test_what_is_kept_runs_on_and_old_measurements_ask_no_more(breach, two, system, officer):
    actions.decide(breach, actor=officer, choice=Decided.KEEP, reason="A known outage.")

    assert watch_rules() == 0
    two[1].refresh_from_db()
    assert two[1].status == "active"
    measure(system, officer, minutes_ago=0)
    assert watch_rules() == 1


def test_it_is_decided_once(breach, officer):
    actions.decide(breach, actor=officer, choice=Decided.KEEP, reason="Known.")

    with pytest.raises(TransitionError, match="already"):
        actions.decide(breach, actor=officer, choice=Decided.ROLL_BACK, reason="No.")


def test_without_a_reason_nothing_is_decided(breach, officer):
    with pytest.raises(DomainError, match="Say why"):
        actions.decide(breach, actor=officer, choice=Decided.KEEP, reason=" ")


def test_who_may_not_roll_back_does_not_decide(breach, auditor, as_user):
    with pytest.raises(PermissionDenied):
        actions.decide(breach, actor=auditor, choice=Decided.KEEP, reason="Fine.")
    url = f"/rollbacks/{breach.pk}/"
    assert "<textarea" not in as_user(auditor).get(url).content.decode()
    assert as_user(auditor).post(url, {"choice": "keep", "reason": "x"}).status_code == 403


def test_a_breach_of_another_unit_is_not_there(breach, stranger, as_user):
    client = as_user(stranger)

    assert client.get(f"/rollbacks/{breach.pk}/").status_code == 404
    assert client.get("/api/v1/rollback-breaches/").json()["items"] == []
    assert client.get("/api/v1/rollback-rules/").json()["items"] == []


def test_a_rule_may_go_back_by_itself(two, system, officer):
    before, _ = two
    a_rule(system, officer, Action.AUTO)
    measure(system, officer)
    watch_rules()
    before.refresh_from_db()
    breach = Breach.objects.get()

    assert before.status == "active"
    assert (breach.decision, breach.decided_by) == ("auto", None)
    entry = Entry.objects.get(action="release.rollback")
    assert entry.actor_ref == "muster"
    assert Notice.objects.filter(subject__contains="was rolled back by a rule").exists()


def test_where_there_is_no_way_back_somebody_decides_after_all(active, system, officer):
    a_rule(system, officer, Action.AUTO)
    measure(system, officer)
    watch_rules()
    breach = Breach.objects.get()
    active.refresh_from_db()

    assert active.status == "active"
    assert breach.decision == ""
    assert "nothing to go back to" in breach.refusal
    assert set(Notice.objects.values_list("severity", flat=True)) == {"critical"}


def test_a_breach_about_what_runs_no_more_is_closed(breach, two):
    Release.objects.filter(pk=two[1].pk).update(status="suspended")
    watch_rules()
    breach.refresh_from_db()

    assert breach.decision == "over"


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_open_one_breach(two, system, officer):
    rule = a_rule(system, officer)
    measure(system, officer)

    def sweep(_):
        try:
            return look(rule.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(sweep, range(16)))

    assert sum(opened) == 1
    assert Breach.objects.count() == 1


def test_a_measurement_is_kept_once_and_not_for_ever(two, system, officer):
    at = timezone.now()
    points = [("accuracy", Point(at, Decimal("0.5"), 3))]
    given = {"actor": officer, "environment": "prod"}

    assert [actions.add_points(system, points, **given) for _ in range(2)] == [1, 0]
    assert forget_points(at + timedelta(days=7)) == 0
    assert forget_points(at + timedelta(days=9)) == 1
    assert not MetricPoint.objects.exists()


# --- over REST -----------------------------------------------------------------------------------
@pytest.fixture
def call(officer, client):
    """Return a function that calls the API with every scope."""
    _, text = issue_token(actor=officer, name="CI", scopes=list(Scope))

    def run(method, path, body=None, **headers):
        headers |= {"Authorization": f"Bearer {text}"}
        return getattr(client, method)(
            f"/api/v1/{path}", body, content_type="application/json", headers=headers
        )

    return run


def test_the_whole_way_over_rest(two, system, call):
    place = {"system": system.ref, "environment": "prod"}
    rule = {
        "metric": "accuracy",
        "comparator": "lt",
        "value": "0.9",
        "window_minutes": 30,
        "min_samples": 10,
        "action": "page",
    }
    made = call("post", "rollback-rules/", place | rule)
    assert made.status_code == 201, made.content
    point = {"metric": "accuracy", "value": "0.5", "samples": 20, "at": timezone.now().isoformat()}
    points = call("post", "metric-points/", place | {"points": [point]})
    assert points.json() == {"count": 1}
    watch_rules()
    (breach,) = call("get", "rollback-breaches/").json()["items"]
    decided = call(
        "post",
        f"rollback-breaches/{breach['id']}/decide/",
        {"decision": "roll_back", "reason": "Bad."},
    )
    assert decided.json()["decision"] == "roll_back"
    assert decided.json()["seconds_to_decide"] >= 0
    path = f"rollback-rules/{made.json()['id']}/"
    assert call("delete", path, **{"If-Match": made["ETag"]}).status_code == 204
    assert call("delete", path, **{"If-Match": made["ETag"]}).status_code == 412
