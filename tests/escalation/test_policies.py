"""Policies: who may save which, what is refused, and that a run keeps the one it began with."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from governance.common.errors import DomainError, StaleError
from governance.escalation.freezing import plan_of
from governance.escalation.models import FrozenPlan, Policy
from governance.escalation.plans import LevelWish
from governance.escalation.policy_actions import (
    EmptyPolicyError,
    PolicyWish,
    retire_policy,
    save_policy,
)
from governance.escalation.rules import ClockKind, Expiry
from governance.escalation.sweeping import sweep
from governance.ledger.models import Entry
from governance.notices.rules import Channel, Severity
from tests.escalation.conftest import due, opened, pass_time
from tests.escalation.test_sweep import told
from tests.factories import make_rota

pytestmark = pytest.mark.django_db


def wish(unit, *levels: LevelWish, **over) -> PolicyWish:
    """Return a policy of two levels, round the clock."""
    fields = {"name": "Nights", "unit": unit, "clock": ClockKind.ALWAYS}
    both = (LevelWish(10, ("responsible",)), LevelWish(20, ("role:CISO", "manager")))
    return PolicyWish(**{**fields, "levels": levels or both, **over})


def test_a_policy_is_saved_with_its_levels_and_one_entry(organisation, officer):
    policy = save_policy(None, actor=officer, wish=wish(organisation, ack=Expiry.FOUR_HOURS))

    assert [row.delay for row in policy.levels.all()] == [10, 20]
    assert policy.levels.last().channels == [Channel.APP, Channel.EMAIL]
    assert Entry.objects.filter(action="policy.saved").count() == 1


@pytest.mark.parametrize("levels", [(), (LevelWish(10, ()),)])
def test_an_empty_policy_is_refused(levels, organisation, officer):
    empty = PolicyWish(name="Nobody", unit=organisation, levels=levels)

    with pytest.raises(EmptyPolicyError, match="tells somebody"):
        save_policy(None, actor=officer, wish=empty)


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (LevelWish(0, ("owner",)), "waits 0 minutes"),
        (LevelWish(10_081, ("owner",)), "waits 10081 minutes"),
        (LevelWish(5, ("somebody",)), "says not who"),
        (LevelWish(5, ("role:XX",)), "no role XX"),
        (LevelWish(5, ("authority:fly",)), "no authority fly"),
        (LevelWish(5, ("person:999999",)), "has left"),
        (LevelWish(5, ("schedule:999999",)), "on-call schedule"),
        (LevelWish(5, ("owner",), ()), "tells nobody"),
    ],
)
def test_a_level_that_cannot_be_is_refused(level, words, organisation, officer):
    with pytest.raises(DomainError, match=words):
        save_policy(None, actor=officer, wish=wish(organisation, level))


def test_a_policy_comes_again_five_times_at_most(organisation, officer):
    with pytest.raises(DomainError, match="6 times"):
        save_policy(None, actor=officer, wish=wish(organisation, loops=6))


def test_two_policies_of_one_unit_do_not_serve_the_same(organisation, officer):
    save_policy(None, actor=officer, wish=wish(organisation))

    with pytest.raises(DomainError, match="change that one"):
        save_policy(None, actor=officer, wish=wish(organisation, name="Another"))
    save_policy(None, actor=officer, wish=wish(organisation, severity=Severity.CRITICAL))


def test_who_assigns_nothing_there_saves_no_policy(organisation, stranger):
    with pytest.raises(PermissionDenied):
        save_policy(None, actor=stranger, wish=wish(organisation))


def test_a_policy_that_was_changed_meanwhile_is_refused(organisation, officer):
    policy = save_policy(None, actor=officer, wish=wish(organisation))
    save_policy(policy, actor=officer, wish=wish(organisation, name="Days"), seen=1)

    with pytest.raises(StaleError):
        save_policy(policy, actor=officer, wish=wish(organisation), seen=1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM escalation_policylevel",
        "UPDATE escalation_policylevel SET delay = 0",
        "UPDATE escalation_policylevel SET delay = 10081",
        "UPDATE escalation_policylevel SET targets = '{}'",
        "UPDATE escalation_policylevel SET channels = '{pigeon}'",
        "UPDATE escalation_policy SET loops = 6",
        "INSERT INTO escalation_policy (name, unit_id, severity, clock, loops, ack, row_version)"
        " SELECT 'Empty', unit_id, 'info', 'business', 0, '', 1 FROM escalation_policy",
    ],
)
def test_the_database_refuses_a_policy_that_cannot_be(statement, organisation, officer):
    save_policy(None, actor=officer, wish=wish(organisation))

    with pytest.raises(IntegrityError), transaction.atomic():
        at_the_end_of_a_transaction(statement)


def at_the_end_of_a_transaction(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_nearest_policy_serves_and_its_severity_comes_first(
    organisation, claims, system, owner, officer
):
    save_policy(None, actor=officer, wish=wish(organisation, name="All"))
    save_policy(None, actor=officer, wish=wish(claims, name="Claims"))
    special = wish(claims, name="Critical", severity=Severity.CRITICAL)
    save_policy(None, actor=officer, wish=special)

    usual = opened(due(system, owner, key="a"))
    critical = opened(due(system, owner, key="b", severity=Severity.CRITICAL))
    assert (usual.policy.name, critical.policy.name) == ("Claims", "Critical")


def test_a_run_keeps_the_policy_it_began_with_and_both_can_be_seen(
    system, owner, organisation, officer, ops_lead
):
    later = LevelWish(20, (f"person:{officer.pk}",))
    policy = save_policy(
        None, actor=officer, wish=wish(organisation, LevelWish(10, ("responsible",)), later)
    )
    item = opened(due(system, owner))
    sweep()
    anew = LevelWish(60, (f"person:{ops_lead.pk}",))
    save_policy(policy, actor=officer, wish=wish(organisation, anew, name="Anew"))
    pass_time(item, minutes=10)
    sweep()

    assert told(item)[-1] == ("Ines Halvorsen", 2, 0)
    item.refresh_from_db()
    kept, now = item.plan.plan, plan_of(item.policy)
    assert (kept.policy["name"], now.policy["name"]) == ("Nights", "Anew")
    assert (len(kept.steps), len(now.steps)) == (2, 1)


def test_runs_of_one_policy_share_what_is_kept_and_it_never_changes(
    system, owner, organisation, officer
):
    save_policy(None, actor=officer, wish=wish(organisation))
    for number in range(3):
        opened(due(system, owner, key=f"k{number}"))

    kept = FrozenPlan.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        FrozenPlan.objects.filter(pk=kept.pk).update(data={})


def test_no_new_run_begins_by_a_retired_policy(system, owner, organisation, officer):
    policy = save_policy(None, actor=officer, wish=wish(organisation))
    retire_policy(policy, actor=officer)

    assert opened(due(system, owner)).policy is None
    assert not Policy.objects.active().exists()
    with pytest.raises(DomainError, match="retired already"):
        retire_policy(policy, actor=officer)


def test_a_schedule_one_does_not_see_cannot_be_named_but_stays_where_it_stands(
    claims, lending, officer, stranger, owner
):
    rota = make_rota(claims, actor=officer, people=[owner])
    level = LevelWish(10, (f"schedule:{rota.pk}",))

    with pytest.raises(DomainError, match="schedule that there is not"):
        save_policy(None, actor=stranger, wish=wish(lending, level))
    policy = save_policy(None, actor=officer, wish=wish(lending, level))
    save_policy(policy, actor=stranger, wish=wish(lending, level, name="Days"))

    policy.refresh_from_db()
    assert (policy.name, policy.levels.get().targets) == ("Days", [f"schedule:{rota.pk}"])
