"""F-05, F-06 and F-08: the broker forgets, is away, or delivers twice, late and out of order."""

import time

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.load import Call, Load
from bench.faults.plan import Run, percentile
from bench.faults.workers import finish
from bench.faults.world import World, wait_for

TOLERATED_SECONDS = 0.1


def empty_broker(run: Run) -> None:
    """F-05: the broker is emptied at 20, 50 and 80 % of the load, while tasks wait."""
    with run.world(broker=run.pick("redis", "pgmq")) as world:
        before = counts.checkpoint(world)
        load = run.load(world, pace=run.pick(0.25, 0.05)).start()
        thrown = []
        for share in (0.2, 0.5, 0.8):
            wait_for(lambda share=share: load.share >= share or not load.running, 120, "No load")
            thrown.append(emptied(world))
        load.wait()
        run.told["messages thrown away"] = sum(thrown)
        finish(run, world, load, before)
        run.check(Check("answers with a 5xx", failures(load), 0))


def emptied(world: World) -> int:
    """Throw every message away; return how many waited."""
    if world.redis:
        waiting = world.redis.waiting()
        world.redis.flush()
        return waiting
    waiting = world.count("SELECT count(*) FROM pgmq.q_celery")
    world.ask("SELECT pgmq.purge_queue('celery')")
    return waiting


def failures(load: Load) -> int:
    """Return how many answers were lost or said that the server failed."""
    return sum(call.lost for call in load.calls)


def broker_down(run: Run) -> None:
    """F-06: the broker is stopped for a minute under load and comes back empty."""
    before_seconds, away_seconds = run.pick(20, 5), run.pick(60, 10)
    with run.world(broker="redis") as world:
        before = counts.checkpoint(world)
        load = run.load(world, pace=run.pick(1.6, 1.0)).start()
        time.sleep(before_seconds)
        went = time.time()
        assert world.redis  # noqa: S101
        world.redis.kill()
        time.sleep(away_seconds)
        came = time.time()
        world.redis.start(world.env)
        load.wait()
        finish(run, world, load, before)
        run.check(Check("writes during the outage that were not answered 2xx at once",
                        sum(call.lost or call.outcome != "ok" for call in during(load, went, came)),
                        0))  # fmt: skip
        usual = percentile([one.seconds for one in during(load, 0, went)], 95)
        slowed = percentile([one.seconds for one in during(load, went, came)], 95)
        run.check(Check("p95 of writes during the outage <= p95 before + 100 ms",
                        round(slowed, 3), round(usual + TOLERATED_SECONDS, 3), "<="))  # fmt: skip
        packs = [one.seconds for one in during(load, went, came) if one.kind == "pack"]
        run.told["slowest pack request of the outage, ms"] = round(max(packs, default=0) * 1000)


def during(load: Load, begin: float, end: float) -> list[Call]:
    """Return the calls that began in a span."""
    return [call for call in load.calls if begin <= call.began < end]


def twice_and_late(run: Run) -> None:
    """F-08: every message is delivered two to four times, up to 20 s late, in random order."""
    more = {"BENCH_LATE": str(run.pick(20, 4)), "BENCH_SEED": str(run.seed)}
    with run.world(broker=run.pick("redis", "pgmq"), inside="republish", more=more) as world:
        before = counts.checkpoint(world)
        load = run.load(world, pace=run.pick(0.25, 0.05)).start()
        load.wait()
        finish(run, world, load, before)
        run.told["messages sent again"] = republished(world)
        run.check(Check("messages were sent again", republished(world) > 0, True))


def republished(world: World) -> int:
    """Return how many further messages the shim has sent."""
    logs = (world.folder / "republished").glob("*")
    return sum(len(log.read_bytes()) for log in logs)
