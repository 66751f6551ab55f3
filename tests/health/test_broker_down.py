"""A broker that is down delays a task; it never breaks what the person did."""

from kombu.exceptions import OperationalError

from governance.celery import RowTask
from governance.health.tasks import heartbeat


def test_a_task_that_cannot_be_sent_is_logged_and_raises_nothing(monkeypatch, caplog):
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(RowTask.__mro__[1], "apply_async", refuse)

    heartbeat.delay()

    assert "governance.health.tasks.heartbeat was not sent and waits for the sweep" in caplog.text
