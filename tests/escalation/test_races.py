"""Two sweeps at the same moment, a killed one, and people who answer meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.common.errors import DomainError
from governance.escalation import actions, step_actions
from governance.escalation.link_actions import make_ack_link, use_link
from governance.escalation.models import Event, Item, Sweep
from governance.escalation.open_actions import open_items
from governance.escalation.plans import LevelWish, policy_plan
from governance.escalation.rules import ClockKind, EventKind, ItemStatus
from governance.escalation.sweeping import sweep
from governance.notices.models import Notice
from governance.notices.rules import Channel
from tests.escalation.conftest import due
from tests.house.racing import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 60
PLAN = policy_plan(
    [LevelWish(15, ("responsible",)), LevelWish(15, ("fallback",))],
    code="race",
    clock=ClockKind.ALWAYS,
)


@pytest.fixture
def many(system, owner) -> int:
    """Sixty items whose first step is due."""
    dues = [due(system, owner, key=f"race:{number}") for number in range(NUMBER)]
    open_items(dues, plans={"late": PLAN})
    return NUMBER


def in_app() -> int:
    return Notice.objects.filter(channel=Channel.APP, item__startswith="item:").count()


def steps() -> int:
    return Event.objects.filter(kind=EventKind.STEP_STARTED).count()


def test_two_sweeps_share_the_work_and_tell_each_item_once(many):
    race(*[lambda: sweep(most=7)] * 3)

    assert in_app() == steps() == many
    assert sum(Sweep.objects.values_list("found", flat=True)) == many


def test_a_sweep_that_is_killed_half_way_has_told_nobody_and_the_next_one_does(many, monkeypatch):
    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step_actions, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep()
    assert in_app() == steps() == 0
    assert Sweep.objects.get().ended_at is None

    sweep()
    assert in_app() == steps() == many


def test_twenty_minutes_without_a_sweep_tell_each_item_once(many):
    sweep()
    gone = timezone.now() - timedelta(minutes=5)
    Item.objects.update(next_step_at=gone)
    race(sweep, sweep)

    assert in_app() == 2 * many
    assert Item.objects.filter(status=ItemStatus.ESCALATED).count() == many


def test_who_acknowledges_while_a_sweep_runs_comes_before_or_after_it(many, owner):
    item = Item.objects.earliest("pk")
    results = race(sweep, lambda: actions.acknowledge(item, actor=owner), sweep)

    assert refusals(results) == 0
    item.refresh_from_db()
    assert item.status == ItemStatus.ACKNOWLEDGED
    assert item.next_step_at == item.ack_until
    assert Event.objects.filter(item=item, kind=EventKind.ACKED).count() == 1
    sweep()
    assert in_app() in {many, many - 1}  # it was told before, or not yet


def test_a_key_opens_once_whoever_tells_it_at_the_same_moment(system, owner):
    wish = due(system, owner)
    results = race(*[lambda: open_items([wish], plans={})] * 4)

    assert sum(result.opened for result in results) == 1
    assert Item.objects.count() == 1


def test_a_link_acknowledges_once_however_often_it_is_pressed(many, owner):
    token = make_ack_link(Item.objects.earliest("pk"), owner).split("/")[-2]
    results = race(*[lambda: use_link(token)] * 4)

    assert refusals(results) == 3
    assert all(isinstance(one, DomainError | Item) for one in results)
    assert Event.objects.filter(kind=EventKind.ACKED).count() == 1


def test_two_who_resolve_at_the_same_moment_resolve_once(many, owner, officer):
    item = Item.objects.earliest("pk")
    other = Item.objects.get(pk=item.pk)
    results = race(
        lambda: actions.resolve(item, actor=owner, reason="Signed."),
        lambda: actions.resolve(other, actor=officer, reason="Signed."),
    )

    assert refusals(results) == 1
    assert Event.objects.filter(kind=EventKind.RESOLVED).count() == 1
