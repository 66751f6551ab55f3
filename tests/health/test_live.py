"""Every broker may lose everything: what is to be done stands in rows."""

import time

import pytest

from governance.health.models import Heartbeat
from governance.health.queries import readiness
from governance.health.tasks import heartbeat
from governance.ledger.models import Entry, LeafSequence, Pending
from tests.brokers import amqp_only, pgmq_only
from tests.factories import make_system

pytestmark = pytest.mark.worker


def register(count: int, *, actor, unit, named: str) -> None:
    for number in range(count):
        make_system(actor=actor, unit=unit, name=f"{named} {number}")


def test_killing_the_worker_and_emptying_the_broker_loses_nothing(live, officer, claims):
    live.start()
    for round_ in range(2):
        register(10, actor=officer, unit=claims, named=f"Scorer {round_}")
        live.kill()
        live.empty_broker()
        register(5, actor=officer, unit=claims, named=f"Later {round_}")
        live.start_worker()

    live.wait_for(lambda: not Pending.objects.exists())
    numbers = list(LeafSequence.objects.values_list("seq", flat=True))
    assert numbers == list(range(Entry.objects.count()))


@pgmq_only
def test_a_message_that_a_killed_worker_held_is_handed_out_again(live, settings):
    live.send(heartbeat)
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = 3600
    live.broker.take_and_die()
    live.start_worker()
    time.sleep(1)
    assert live.messages() == 1

    assert live.recover() == 1
    live.wait_for(Heartbeat.objects.exists)


@amqp_only
def test_a_message_that_a_killed_worker_held_comes_back_at_once(live):
    live.send(heartbeat)
    live.broker.take_and_die()

    live.start_worker()
    live.wait_for(Heartbeat.objects.exists)


def test_the_installation_is_ready_once_a_worker_has_given_a_sign_of_life(live):
    live.start()

    live.wait_for(lambda: set(readiness().values()) == {"ok"}, seconds=40)
