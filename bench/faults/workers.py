"""F-01 and F-02: the web server and the worker are killed under load."""

import random
import time
from typing import Any

from bench.faults import counts
from bench.faults.load import Load
from bench.faults.plan import Run
from bench.faults.reminders import NOTICE_LEASE, Reminders
from bench.faults.world import World

DRAIN_SECONDS = NOTICE_LEASE + 130  # the longest that a silent worker holds something, and 130 s


def kill_web(run: Run) -> None:
    """F-01: kill -9 of all web processes under load, five times, three seconds apart."""
    kills = 5
    with run.world() as world:
        work = Work(run, world, pace=0.25)
        for _ in range(kills):
            time.sleep(3)
            world.kill("web")
            world.start("web")
        run.told["kills"] = kills
        work.finish()


def kill_worker(run: Run) -> None:
    """F-02: kill -9 of the worker in mid task, ten times, at random moments."""
    kills, dice = 10, random.Random(run.seed)
    with run.world(broker="redis") as world:
        work = Work(run, world, pace=0.6)
        for _ in range(kills):
            time.sleep(dice.uniform(3, 6))
            world.kill("worker")
            world.start("worker")
        work.load.wait()
        run.told |= {"kills": kills, "begun again": restarted(world)}
        work.finish()


def kill_anything(run: Run) -> None:
    """The short run of the tests: F-01, F-02, F-03, F-05 and F-08 upon one load.

    Every message is delivered twice to four times while web, worker and clock are killed in turn
    at random moments and the broker is emptied.
    """
    dice, kills = random.Random(run.seed), 6
    more = {"BENCH_LATE": "3", "BENCH_SEED": str(run.seed)}
    with run.world(inside="republish", more=more) as world:
        work = Work(run, world, pace=0.1)
        for at in range(kills):
            time.sleep(dice.uniform(0.5, 1.5))
            name = ("web", "worker", "beat")[at % 3]
            world.kill(name)
            world.ask("SELECT pgmq.purge_queue('celery')")
            world.start(name)
        work.load.wait()
        run.told |= {"kills": kills, "begun again": restarted(world)}
        end_leases(world)
        work.finish()


def restarted(world: World) -> int:
    """Return how many packs, mails and events a killed worker had in hand."""
    return world.count(
        "SELECT (SELECT count(*) FROM audit_packs_evidencepack WHERE attempts > 1 OR "
        "status = 'building') + (SELECT count(*) FROM notices_notice WHERE attempts > 1 OR "
        "status = 'sending')"
    )


def end_leases(world: World) -> None:
    """Let the minutes pass after which a silent worker has lost what it held.

    What a living one has locked just now is passed over: the bench waits for nobody.
    """
    for table, column in (
        ("audit_packs_evidencepack", "lease_until"),
        ("notices_notice", "leased_until"),
        ("notices_endpoint", "claimed_until"),
    ):
        world.ask(f"""
            UPDATE {table} SET {column} = now() - interval '1 second' WHERE id IN (
            SELECT id FROM {table} WHERE {column} > now() FOR UPDATE SKIP LOCKED)
        """)  # noqa: S608


class Work:
    """What goes on while something is broken: eight clients, and reminders that fall due."""

    def __init__(
        self, run: Run, world: World, *, pace: float, last: float = 0, **options: Any
    ) -> None:
        self.run, self.world = run, world
        self.before = counts.checkpoint(world)
        count, soon = run.pick((100, 50.0), (16, 6.0))
        self.reminders = Reminders(world, count, 1.0, last or soon)
        self.load: Load = run.load(world, pace=pace, **options).start()

    def finish(self, *, refused: bool = False) -> None:
        """Wait for everybody, and hold everything that is counted against what must be."""
        run, world = self.run, self.world
        self.load.wait()
        run.keep(self.load)
        run.check(*counts.drained(world, DRAIN_SECONDS))
        run.check(*self.reminders.checks(DRAIN_SECONDS))
        run.check(
            *counts.business(world, self.load, refused=refused), *counts.general(world, self.before)
        )
        run.told |= self.reminders.told()
