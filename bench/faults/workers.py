"""F-01 and F-02: the web server and the worker are killed under load."""

import random
import time

from bench.faults import counts
from bench.faults.load import Load
from bench.faults.plan import Run
from bench.faults.world import World

LEASE_SECONDS = 60  # a pack whose worker fell silent is free again after that
VISIBILITY_SECONDS = LEASE_SECONDS


def kill_web(run: Run) -> None:
    """F-01: kill -9 of all web processes under load, five times, three seconds apart."""
    kills = run.pick(5, 2)
    with run.world() as world:
        before = counts.checkpoint(world)
        load = run.load(world, pace=run.pick(0.25, 0.1)).start()
        for _ in range(kills):
            time.sleep(3)
            world.kill("web")
            world.start("web")
        load.wait()
        run.told["kills"] = kills
        finish(run, world, load, before)


def kill_worker(run: Run) -> None:
    """F-02: kill -9 of the worker in mid task, ten times, at random moments."""
    kills, dice = run.pick(10, 2), random.Random(run.seed)
    with run.world(broker=run.pick("redis", "pgmq")) as world:
        before = counts.checkpoint(world)
        load = run.load(world, pace=run.pick(0.6, 0.1)).start()
        for _ in range(kills):
            time.sleep(dice.uniform(3, 6))
            world.kill("worker")
            world.start("worker")
        load.wait()
        run.told |= {"kills": kills, "begun again": restarted(world)}
        if run.short:
            end_leases(world)
        finish(run, world, load, before)


def kill_anything(run: Run) -> None:
    """The short run of the tests: F-01, F-02, F-03, F-05 and F-08 upon one load.

    Every message is delivered twice to four times while web, worker and clock are killed in turn
    at random moments and the broker is emptied.
    """
    dice, kills = random.Random(run.seed), 6
    more = {"BENCH_LATE": "3", "BENCH_SEED": str(run.seed)}
    with run.world(inside="republish", more=more) as world:
        before = counts.checkpoint(world)
        load = run.load(world, pace=0.1).start()
        for at in range(kills):
            time.sleep(dice.uniform(0.5, 1.5))
            name = ("web", "worker", "beat")[at % 3]
            world.kill(name)
            world.ask("SELECT pgmq.purge_queue('celery')")
            world.start(name)
        load.wait()
        run.told |= {"kills": kills, "begun again": restarted(world)}
        end_leases(world)
        finish(run, world, load, before)


def restarted(world: World) -> int:
    """Return how many packs a killed worker had in hand."""
    return world.count(
        "SELECT count(*) FROM audit_packs_evidencepack WHERE attempts > 1 OR status = 'building'"
    )


def end_leases(world: World) -> None:
    """Let the minute pass after which a silent worker has lost its pack."""
    world.ask("UPDATE audit_packs_evidencepack SET lease_until = now() - interval '1 second' "
              "WHERE status = 'building'")  # fmt: skip


def finish(run: Run, world: World, load: Load, before: tuple[str, str]) -> None:
    """Wait for the queue, and hold everything that is counted against what must be."""
    run.keep(load)
    run.check(*counts.drained(world, VISIBILITY_SECONDS + 130))
    run.check(*counts.business(world, load), *counts.general(world, before))
