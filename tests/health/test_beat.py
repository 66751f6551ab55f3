"""The clock of the sweeps goes on when the clock of the machine is put back."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from celery.schedules import BaseSchedule

from governance.beat import Scheduler

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Machine:
    """A scheduler of two sweeps on a clock that can be set."""

    def __init__(self, folder, monkeypatch) -> None:
        self.at, self.begun = NOON, []
        monkeypatch.setattr(BaseSchedule, "now", lambda schedule: self.at)
        app = Celery("clock", broker="memory://", set_as_current=False)
        every = {"task": "nothing", "schedule": 5.0}
        app.conf.update(
            beat_schedule={"one": every, "two": every}, timezone="UTC", result_expires=None
        )
        self.scheduler = Scheduler(app=app, schedule_filename=str(folder / "schedule"))
        self.scheduler.apply_entry = lambda entry, producer=None: self.begun.append(entry.name)

    def run(self, seconds: int) -> list[str]:
        """Let the clock go on; return what was begun meanwhile."""
        self.begun.clear()
        for _ in range(seconds):
            self.at += SECOND
            for _ in self.scheduler.schedule:
                self.scheduler.tick()
        return sorted(set(self.begun))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    made = Machine(tmp_path, monkeypatch)
    yield made
    made.scheduler.close()


def test_each_sweep_begins_in_its_turn(machine):
    assert machine.run(6) == ["one", "two"]
    assert machine.run(3) == []


@pytest.mark.parametrize("step", [timedelta(hours=3), timedelta(days=400)])
def test_each_sweep_goes_on_at_once_when_the_clock_is_put_back(machine, step):
    machine.run(6)
    machine.at += step
    assert machine.run(6) == ["one", "two"]

    machine.at -= step
    assert machine.run(2) == ["one", "two"]
    assert machine.run(6) == ["one", "two"]


def test_a_scheduler_that_is_started_anew_does_not_wait_for_the_future(
    machine, tmp_path, monkeypatch
):
    machine.at += timedelta(days=400)
    machine.run(6)
    machine.scheduler.close()

    again = Machine(tmp_path, monkeypatch)
    assert again.run(2) == ["one", "two"]
    again.scheduler.close()
