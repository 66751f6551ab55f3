"""Every broker may lose everything: what is to be done stands in rows."""

import time

import psycopg
import pytest

from governance.health.models import Heartbeat
from governance.health.queries import readiness
from governance.health.tasks import heartbeat
from governance.ledger.models import Entry, LeafSequence, Pending
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


def test_a_message_that_a_killed_worker_held_is_handed_out_again(live, settings):
    live.send(heartbeat)
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] = 3600
    take_one(live)
    live.start_worker()
    time.sleep(1)
    assert live.messages() == 1

    assert live.recover() == 1
    live.wait_for(Heartbeat.objects.exists)


def take_one(live) -> None:
    """Take a message as a worker does, and never acknowledge it."""
    with psycopg.connect(live.url) as link:
        link.execute("SELECT * FROM pgmq.read('celery', 3600, 1)")


def test_the_installation_is_ready_once_a_worker_has_given_a_sign_of_life(live):
    live.start()

    live.wait_for(lambda: set(readiness().values()) == {"ok"}, seconds=40)
