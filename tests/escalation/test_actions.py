"""What people do with items, and how items open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.escalation import actions
from governance.escalation.models import Event, Item
from governance.escalation.open_actions import Opened, open_items, resolve_items
from governance.escalation.plans import deadline_plan
from governance.escalation.rules import EventKind, ItemStatus
from governance.escalation.saying import said_of, wish_for
from governance.ledger.models import Entry
from governance.notices.actions import tell
from governance.notices.models import Notice
from governance.notices.rules import Channel, NoticeState
from tests.escalation.conftest import due, opened

pytestmark = pytest.mark.django_db


def kinds(item: Item) -> list[str]:
    return list(Event.objects.filter(item=item).order_by("pk").values_list("kind", flat=True))


def test_an_item_opens_with_its_next_step_and_an_entry(item):
    assert item.status == ItemStatus.OPEN
    assert item.next_step_at <= timezone.now()
    assert kinds(item) == [EventKind.CREATED]
    assert Entry.objects.filter(action="items.opened").count() == 1


def test_what_is_told_twice_changes_nothing(system, owner, item):
    wish = due(system, owner, due_at=item.due_at, since=item.since)

    assert open_items([wish], plans={}) == Opened()
    item.refresh_from_db()
    assert (item.count, item.row_version, kinds(item)) == (1, 1, [EventKind.CREATED])


def test_what_comes_up_again_while_it_is_open_is_absorbed_and_counted(system, owner, item):
    wish = due(system, owner, due_at=item.due_at, since=item.since + timedelta(hours=1))

    assert open_items([wish], plans={}) == Opened(absorbed=1)
    item.refresh_from_db()
    assert (item.count, item.run) == (2, 1)
    assert Item.objects.count() == 1


def test_a_new_due_date_begins_a_new_run(system, owner, item):
    wish = due(system, owner, due_at=item.due_at + timedelta(days=9), since=item.since)

    assert open_items([wish], plans={}) == Opened(changed=1)
    item.refresh_from_db()
    assert (item.run, item.due_at) == (2, wish.due_at)


def test_items_of_other_keys_open_beside_it(system, owner, item):
    wish = due(system, owner)
    others = [replace(wish, key=f"{wish.key}:{number}") for number in range(3)]

    assert open_items(others, plans={"late": deadline_plan("late")}) == Opened(opened=3)


def test_an_acknowledgement_holds_until_it_runs_out(item, owner):
    actions.acknowledge(item, actor=owner)

    assert item.status == ItemStatus.ACKNOWLEDGED
    assert item.acked_by == owner
    assert item.ack_until == item.next_step_at
    assert timedelta(hours=3) < item.ack_until - timezone.now() <= timedelta(hours=4)
    assert kinds(item)[-1] == EventKind.ACKED
    assert Entry.objects.filter(action="item.acknowledged", object_ref=item.ref).exists()


def test_an_acknowledgement_holds_no_longer_than_the_plan_lets_it(item, owner):
    with pytest.raises(DomainError, match="for longer, snooze it"):
        actions.acknowledge(item, actor=owner, until=timezone.now() + timedelta(days=3))


def test_who_was_not_told_and_does_not_answer_there_may_not_acknowledge(item, stranger):
    with pytest.raises(PermissionDenied):
        actions.acknowledge(item, actor=stranger)
    assert kinds(item) == [EventKind.CREATED]


def test_an_item_seen_before_it_moved_is_refused(item, owner, officer):
    seen = item.row_version
    actions.acknowledge(item, actor=officer)

    with pytest.raises(StaleError):
        actions.resolve(item, actor=owner, reason="Done.", seen=seen)


def test_a_snooze_needs_a_reason_and_ends(item, owner):
    tomorrow = timezone.now() + timedelta(days=1)
    with pytest.raises(DomainError, match="why it can wait"):
        actions.snooze(item, actor=owner, until=tomorrow, reason=" ")
    with pytest.raises(DomainError, match="at most"):
        actions.snooze(item, actor=owner, until=tomorrow + timedelta(days=30), reason="Holiday.")

    actions.snooze(item, actor=owner, until=tomorrow, reason="The vendor answers tomorrow.")
    assert (item.status, item.next_step_at) == (ItemStatus.SNOOZED, tomorrow)


def test_what_is_not_due_yet_sleeps_until_it_is_at_most(system, owner):
    soon = timezone.now() + timedelta(hours=5)
    item = opened(due(system, owner, due_at=soon), deadline_plan("late"))

    with pytest.raises(DomainError, match="at most"):
        actions.snooze(item, actor=owner, until=soon + timedelta(minutes=1), reason="Later.")


def test_who_it_is_handed_to_is_told_at_once_and_has_time(item, owner, officer):
    actions.reassign(item, actor=owner, to=officer, reason="It is a question of law.")

    assert (item.whom, item.run, item.status) == ([officer.pk], 2, ItemStatus.NOTIFIED)
    assert item.next_step_at > timezone.now() + timedelta(minutes=14)
    assert set(Notice.objects.values_list("person", "item")) == {(officer.pk, item.notice_key)}
    assert kinds(item)[-2:] == [EventKind.REASSIGNED, EventKind.NOTIFICATION]


def test_who_sees_nothing_of_it_cannot_be_handed_it(item, owner, stranger):
    with pytest.raises(DomainError, match="sees nothing of Claims"):
        actions.reassign(item, actor=owner, to=stranger, reason="Theirs.")


def test_what_was_handed_over_stays_with_the_taker_when_its_source_tells_it_again(
    system, item, owner, officer
):
    actions.reassign(item, actor=owner, to=officer, reason="Hers.")
    open_items([due(system, owner, due_at=item.due_at, since=item.since)], plans={})

    item.refresh_from_db()
    assert item.whom == [officer.pk]


def test_what_is_resolved_has_no_next_step_and_is_not_resolved_twice(item, owner):
    actions.resolve(item, actor=owner, reason="Signed.")

    assert (item.status, item.next_step_at) == (ItemStatus.RESOLVED, None)
    with pytest.raises(TransitionError, match="resolved already"):
        actions.resolve(item, actor=owner, reason="Again.")


def test_what_is_opened_again_begins_a_new_run(item, owner):
    actions.resolve(item, actor=owner, reason="Signed.")
    actions.reopen(item, actor=owner, reason="The signature was missing.")

    assert (item.status, item.run, item.resolved_at) == (ItemStatus.OPEN, 2, None)
    assert kinds(item)[-1] == EventKind.REOPENED


def test_what_came_up_again_is_not_opened_beside_itself(item, owner, system):
    actions.resolve(item, actor=owner, reason="Signed.")
    opened(due(system, owner))

    with pytest.raises(TransitionError, match="came up again"):
        actions.reopen(item, actor=owner, reason="Wrong.")


def test_what_is_done_is_resolved_in_one_batch_with_one_entry(system, owner):
    wish = due(system, owner)
    open_items([replace(wish, key=f"k:{n}") for n in range(5)], plans={})

    assert resolve_items(Item.objects.all(), reason="It was signed.") == 5
    assert resolve_items(Item.objects.all(), reason="It was signed.") == 0
    assert Entry.objects.filter(action="items.resolved").count() == 1
    assert not Item.objects.open().exists()


def test_a_new_due_date_begins_by_the_plan_that_its_kind_has_now(system, owner):
    item = opened(due(system, owner), deadline_plan("as it was"))
    moved = due(system, owner, due_at=timezone.now() + timedelta(days=5))
    open_items([moved], plans={"late": deadline_plan("as it is")})

    item.refresh_from_db()
    assert (item.run, item.plan.plan.code) == (2, "as it is")


def wait_for_morning(item: Item, *whom: User) -> None:
    """Tell people of an item by mails that wait for the end of their quiet hours."""
    with transaction.atomic():
        said = said_of(item, deadline_plan(code="late").steps[0], "It is due.", timezone.now())
        mails = [wish_for(item, one, Channel.EMAIL, key=(1, 0), said=said) for one in whom]
        tell(mails, at=timezone.now())


def answer_each(item: Item, owner: User, officer: User) -> dict[str, Callable[[], object]]:
    later = timezone.now() + timedelta(minutes=10)
    return {
        "acknowledged": lambda: actions.acknowledge(item, actor=owner),
        "snoozed": lambda: actions.snooze(item, actor=owner, until=later, reason="Ask on Monday."),
        "handed": lambda: actions.reassign(item, actor=owner, to=officer, reason="Knows more."),
        "resolved": lambda: actions.resolve(item, actor=owner, reason="Renewed."),
        "done": lambda: resolve_items([item], reason="It was renewed."),
    }


@pytest.mark.parametrize("verb", ["acknowledged", "snoozed", "handed", "resolved", "done"])
def test_mails_that_wait_are_held_back_once_somebody_answers(item, owner, officer, verb):
    wait_for_morning(item, owner, officer)

    answer_each(item, owner, officer)[verb]()

    waited = Notice.objects.filter(item=f"item:{item.pk}:1")
    assert set(waited.values_list("status", "ack_url")) == {(NoticeState.SUPPRESSED, "")}


def test_mails_that_went_stay_told(item, owner):
    wait_for_morning(item, owner)
    Notice.objects.update(status=NoticeState.SENT, sent_at=timezone.now())

    actions.resolve(item, actor=owner, reason="Renewed.")

    assert Notice.objects.get().status == NoticeState.SENT
