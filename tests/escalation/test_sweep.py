"""Sweeps: who is told at which step, what is passed over, and that nothing ends in silence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts import actions as accounts
from governance.escalation import actions, stepping
from governance.escalation.models import Event, Item, Sweep
from governance.escalation.plans import LevelWish, deadline_plan, policy_plan
from governance.escalation.rules import ClockKind, EventKind, ItemStatus
from governance.escalation.sweeping import sweep
from governance.ledger.models import Entry
from governance.notices.models import Notice
from governance.notices.rules import Channel, Severity
from raci.people.actions import name_deputy, name_holder
from tests.escalation.conftest import due, opened, pass_time

pytestmark = pytest.mark.django_db


def levels(*whom: str, delay: int = 15, loops: int = 0):
    """Return a plan of levels that each tell one target."""
    wishes = [LevelWish(delay, (target,)) for target in whom]
    return policy_plan(wishes, code="test", loops=loops, clock=ClockKind.ALWAYS)


def told(item: Item) -> list[tuple[str, int, int]]:
    """Return who was told in the app by which step of which loop, in order."""
    rows = Notice.objects.filter(item=item.notice_key, channel=Channel.APP)
    return list(rows.order_by("pk").values_list("person__name", "step", "loop"))


def kinds(item: Item) -> list[str]:
    return list(Event.objects.filter(item=item).order_by("pk").values_list("kind", flat=True))


def later(item: Item, **span: float) -> Item:
    pass_time(item, **span)
    sweep()
    item.refresh_from_db()
    return item


def until_told(item: Item) -> list[tuple[str, int, int]]:
    """Let days pass until somebody is told, and return who: how many depends on the weekday."""
    before = told(item)
    while (now := told(item)) == before:
        assert item.due_at > timezone.now() - timedelta(days=14)
        later(item, days=1)
    return now[len(before) :]


@pytest.fixture
def climbing(system, owner, officer, ops_lead) -> Item:
    """An item that climbs from Mira to Ines to Jonas, 15 minutes each."""
    whom = ("responsible", f"person:{officer.pk}", f"person:{ops_lead.pk}")
    return opened(due(system, owner, severity=Severity.CRITICAL), levels(*whom))


def test_those_responsible_are_told_first_by_mail_and_in_the_app(climbing):
    row = sweep()
    climbing.refresh_from_db()

    assert (climbing.status, climbing.level) == (ItemStatus.NOTIFIED, 1)
    assert told(climbing) == [("Mira Rossi", 1, 0)]
    assert Notice.objects.filter(channel=Channel.EMAIL).count() == 1
    assert (row.found, row.skipped, row.failed) == (1, 0, 0)
    assert Entry.objects.filter(action="items.stepped").count() == 1


def test_it_climbs_when_nobody_answers_and_ends_with_whoever_is_left(climbing, administrator):
    sweep()
    for _ in range(3):
        later(climbing, minutes=15)

    assert climbing.status == ItemStatus.UNHANDLED
    names = [name for name, _, _ in told(climbing)]
    assert names == ["Mira Rossi", "Ines Halvorsen", "Jonas Weber", "Ada Admin"]
    assert kinds(climbing).count(EventKind.ESCALATED) == 2
    assert EventKind.UNHANDLED in kinds(climbing)


def test_what_nobody_answered_is_told_again_each_week(climbing):
    sweep()
    for _ in range(3):
        later(climbing, minutes=15)
    later(climbing, days=7, minutes=1)

    assert told(climbing)[-2:] == [("Ada Admin", 4, 0), ("Ada Admin", 4, 1)]


def test_nothing_is_told_before_its_time_or_twice(climbing):
    for _ in range(3):
        sweep()
    later(climbing, minutes=14)

    assert told(climbing) == [("Mira Rossi", 1, 0)]


def test_an_acknowledgement_that_runs_out_climbs_from_the_next_level(climbing, owner):
    sweep()
    actions.acknowledge(climbing, actor=owner)
    later(climbing, minutes=16)
    assert climbing.status == ItemStatus.ACKNOWLEDGED

    later(climbing, minutes=15)
    assert (climbing.status, climbing.level) == (ItemStatus.ESCALATED, 2)
    assert told(climbing)[-1] == ("Ines Halvorsen", 2, 0)
    assert EventKind.ACK_EXPIRED in kinds(climbing)


def test_after_downtime_only_the_latest_step_is_told_and_the_others_are_logged(climbing):
    sweep()
    later(climbing, minutes=35)

    assert told(climbing) == [("Mira Rossi", 1, 0), ("Jonas Weber", 3, 0)]
    skipped = Event.objects.get(item=climbing, kind=EventKind.SKIPPED)
    assert skipped.data["step"] == "level 2"
    assert climbing.next_step_at > timezone.now() + timedelta(minutes=14)


def test_a_day_of_downtime_does_not_make_it_unhandled(climbing):
    sweep()
    later(climbing, days=1)

    assert told(climbing)[-1] == ("Jonas Weber", 3, 0)
    assert climbing.status == ItemStatus.ESCALATED


def test_a_level_where_nobody_is_passes_at_once_and_administrators_hear_of_it(
    system, owner, officer
):
    item = opened(due(system, owner), levels("role:CISO", f"person:{officer.pk}"))
    sweep()
    item.refresh_from_db()

    assert told(item) == [("Ines Halvorsen", 2, 0)]
    assert EventKind.SKIPPED in kinds(item)
    notice = Notice.objects.get(channel=Channel.APP, item__startswith="nobody:")
    assert notice.person.name == "Ada Admin"


def test_all_levels_empty_is_unhandled_at_once_and_the_organisations_owner_is_told(
    system, owner, organisation, officer
):
    name_holder(organisation, role="EXEC", person=officer, actor=officer)
    item = opened(due(system, owner), levels("role:CISO", "role:CIO", loops=5))
    sweep()
    item.refresh_from_db()

    assert item.status == ItemStatus.UNHANDLED
    assert {name for name, _, _ in told(item)} == {"Ines Halvorsen", "Ada Admin"}


def test_the_steps_come_again_as_often_as_the_plan_says(system, owner, officer):
    item = opened(due(system, owner), levels("responsible", f"person:{officer.pk}", loops=1))
    sweep()
    for _ in range(4):
        later(item, minutes=15)

    steps = [(name.split()[0], step, loop) for name, step, loop in told(item)]
    assert steps == [
        ("Mira", 1, 0),
        ("Ines", 2, 0),
        ("Mira", 1, 1),
        ("Ines", 2, 1),
        ("Ada", 3, 1),
    ]
    assert EventKind.LOOPED in kinds(item)


def test_who_stood_behind_a_level_when_the_run_began_is_told_though_the_role_moved(
    system, owner, organisation, officer, ops_lead
):
    name_holder(organisation, role="CISO", person=officer, actor=officer)
    item = opened(due(system, owner), levels("responsible", "role:CISO"))
    sweep()
    name_holder(organisation, role="CISO", person=ops_lead, actor=officer)
    later(item, minutes=15)

    assert told(item)[-1][0] == "Ines Halvorsen"


def test_who_has_left_since_the_run_began_is_replaced_by_who_is_there_now(
    system, owner, organisation, officer, ops_lead, administrator
):
    name_holder(organisation, role="CISO", person=ops_lead, actor=officer)
    item = opened(due(system, owner), levels("responsible", "role:CISO"))
    sweep()
    name_holder(organisation, role="CISO", person=officer, actor=officer)
    accounts.deactivate(ops_lead, actor=administrator)
    later(item, minutes=15)

    assert told(item)[-1][0] == "Ines Halvorsen"


def test_a_snooze_that_ends_begins_a_run_of_its_own(climbing, owner):
    sweep()
    until = timezone.now() + timedelta(hours=2)
    actions.snooze(climbing, actor=owner, until=until, reason="Waits for the vendor.")
    later(climbing, hours=1)
    assert (climbing.status, climbing.run) == (ItemStatus.SNOOZED, 1)

    later(climbing, hours=1, minutes=1)
    assert climbing.run == 2
    assert EventKind.WOKEN in kinds(climbing)
    assert told(climbing)[0][0] == "Mira Rossi"


def test_a_deadline_far_ahead_waits_for_its_first_reminder(system, owner):
    ahead = timezone.now() + timedelta(days=200)
    item = opened(due(system, owner, due_at=ahead), deadline_plan("late"))
    sweep()
    item.refresh_from_db()

    assert item.status == ItemStatus.OPEN
    assert told(item) == []
    assert item.next_step_at > timezone.now() + timedelta(days=109)


def test_a_deadline_that_was_missed_climbs_from_its_owner(system, owner, claims, officer):
    name_deputy(claims, role="PO", person=officer, actor=officer)
    item = opened(due(system, owner), deadline_plan("late"))
    seen = until_told(item)
    while seen[-1][0] == "Mira Rossi":  # on a Sunday its last reminder comes first
        seen += until_told(item)

    assert seen[-2:] == [("Mira Rossi", 7, 0), ("Ines Halvorsen", 8, 0)]


def test_one_that_cannot_take_its_step_holds_up_nothing_else(system, owner, climbing, monkeypatch):
    other = opened(due(system, owner, key="other", severity=Severity.INFO), levels("responsible"))
    said = stepping.said_of

    def broken(item, *rest):
        if item.pk == climbing.pk:
            raise ValueError("no words")
        return said(item, *rest)

    monkeypatch.setattr(stepping, "said_of", broken)
    row = sweep()

    other.refresh_from_db()
    assert (row.found, row.failed) == (1, 1)
    assert other.status == ItemStatus.NOTIFIED
    assert Notice.objects.filter(item__startswith="stuck:").exists()


def test_a_hundred_items_take_as_many_statements_as_ten(
    system, owner, django_assert_max_num_queries
):
    for number in range(100):
        opened(due(system, owner, key=f"k{number}"), levels("responsible"))
    with django_assert_max_num_queries(60):
        sweep()

    assert Sweep.objects.get().found == 100
