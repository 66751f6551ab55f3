"""A real worker and clock tell what is due, once, whatever is killed meanwhile."""

import pytest

from governance.escalation.models import Event, Item
from governance.escalation.open_actions import open_items
from governance.escalation.plans import LevelWish, policy_plan
from governance.escalation.queries import last_sweep
from governance.escalation.rules import ClockKind, EventKind, ItemStatus
from governance.notices.models import Notice
from governance.notices.rules import Channel
from tests.escalation.conftest import due

pytestmark = pytest.mark.worker
PLAN = policy_plan([LevelWish(15, ("responsible",))] * 3, code="live", clock=ClockKind.ALWAYS)


def in_app() -> int:
    return Notice.objects.filter(channel=Channel.APP, item__startswith="item:").count()


def fall_due(system, owner, first: int, count: int) -> None:
    wishes = [due(system, owner, key=f"live:{first + number}") for number in range(count)]
    open_items(wishes, plans={"late": PLAN})


def test_a_killed_worker_and_an_emptied_broker_tell_everything_once(live, system, owner):
    fall_due(system, owner, 0, 40)
    live.start()
    live.wait_for(lambda: in_app() == 40, seconds=60)
    live.kill()
    live.empty_broker()
    fall_due(system, owner, 40, 40)
    live.start_worker()

    live.wait_for(lambda: in_app() == 80, seconds=60)
    assert Event.objects.filter(kind=EventKind.STEP_STARTED).count() == 80
    assert set(Item.objects.values_list("status", flat=True)) == {ItemStatus.NOTIFIED}
    assert not last_sweep().is_alarm
