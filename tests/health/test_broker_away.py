"""A broker that goes away while tasks are under way leaves no worker deaf."""

import shutil
from collections.abc import Iterator
from contextlib import suppress

import pytest
from kombu import Connection, Queue
from kombu.transport import get_transport_cls, memory

from bench.faults.world import Redis, free_port
from governance import broker
from governance.broker import GivesBack

PROCESSES = 2  # of a worker, each with one message in hand


class Away(memory.Channel):
    """A channel whose broker hands messages out and is gone when it is to be told something."""

    def basic_ack(self, *_: object, **__: object) -> None:
        raise OSError("gone")

    basic_reject = basic_ack


class Tried(GivesBack, Away):
    """What is tried here: such a channel as the product puts it together."""


class Transport(memory.Transport):
    Channel = Tried


@pytest.fixture
def redis(tmp_path) -> Iterator[Redis]:
    """A Redis of this test; the test is left out where there is none."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is missing (apt-get install redis-server)")
    server = Redis(tmp_path, free_port())
    server.start({})
    yield server
    server.kill()


def hold_all(link: Connection) -> list:
    """Take as many messages as a worker does at once, and return them."""
    channel = link.default_channel
    channel.basic_qos(0, PROCESSES, False)
    queue = Queue("away")(channel)
    queue.declare()
    for number in range(PROCESSES):
        link.Producer().publish(number, routing_key="away")
    held = [queue.get() for _ in range(PROCESSES)]
    assert not channel.qos.can_consume()
    return held


@pytest.mark.parametrize("done_with", ["ack", "reject", "requeue"])
def test_a_slot_is_free_again_when_the_broker_could_not_be_told(done_with):
    with Connection(transport=Transport) as link:
        for number, message in enumerate(hold_all(link), start=1):
            with pytest.raises(OSError, match="gone"):
                getattr(message, done_with)()
            assert link.default_channel.qos.can_consume_max_estimate() == number
        link.default_channel.do_restore = False


def test_a_slot_is_free_again_when_redis_is_gone(redis):
    with Connection(redis.url) as link:
        held = hold_all(link)
        redis.kill()

        for message in held:
            with suppress(link.connection_errors):
                message.ack()

        assert link.default_channel.qos.can_consume()


@pytest.mark.parametrize("scheme", ["pgmq", "redis", "rediss"])
def test_every_transport_that_counts_slots_itself_gives_them_back(scheme):
    assert issubclass(get_transport_cls(scheme).Channel, GivesBack)


class Asked:
    """A client of pgmq that has no message, and lets PostgreSQL wait for none."""

    def __init__(self) -> None:
        self.times = 0

    def list_queues(self) -> list[str]:
        return []

    def read(self, *_: object, **__: object) -> list[object]:
        self.times += 1
        return []

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("poll", "most"), [(False, 1), (True, 12)])
def test_a_worker_waits_for_messages_by_a_clock_that_nobody_sets(poll, most, monkeypatch):
    client = Asked()
    monkeypatch.setattr(broker.Transport, "_create_pgmq_client", lambda _: client)

    with Connection("pgmq://database", transport_options={"poll_interval_ms": 10}) as link:
        assert link.default_channel._receive_messages("celery", poll=poll, timeout=0.1) == []

    assert (1 if not poll else 2) <= client.times <= most
