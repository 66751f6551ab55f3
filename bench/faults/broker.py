"""F-05, F-06 and F-08: the broker forgets, is away, or delivers twice, late and out of order."""

import time

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.load import WEIGHTS, Call, Load
from bench.faults.plan import Run, percentile
from bench.faults.reminders import TO, Reminders
from bench.faults.workers import Work, end_leases
from bench.faults.world import World, wait_for

TOLERATED_SECONDS = 0.1


def empty_broker(run: Run) -> None:
    """F-05: the broker is emptied at 20, 50 and 80 % of the load, while tasks wait."""
    with run.world(broker="redis") as world:
        work = Work(run, world, pace=0.25)
        load, thrown = work.load, 0
        for share in (0.2, 0.5, 0.8):
            wait_for(lambda share=share: load.share >= share or not load.running, 300, "No load")
            thrown += world.redis.waiting()
            world.redis.flush()
        load.wait()
        run.told["messages thrown away"] = thrown
        work.finish()
        run.check(Check("answers with a 5xx", sum(call.lost for call in load.calls), 0))


def broker_down(run: Run) -> None:
    """F-06: the broker is stopped for a minute under load and comes back empty."""
    with run.world(broker="redis") as world:
        work = Work(run, world, pace=1.6)
        time.sleep(20)
        went = time.time()
        world.redis.kill()
        time.sleep(60)
        came = time.time()
        world.redis.start(world.env)
        work.finish()
        meanwhile = during(work.load, went, came)
        bad = sum(call.lost > 0 or call.outcome != "ok" for call in meanwhile)
        run.check(Check("writes of the outage that were not answered 2xx at once", bad, 0))
        usual = percentile([one.seconds for one in during(work.load, 0, went)], 95)
        slowed = percentile([one.seconds for one in meanwhile], 95)
        run.check(Check("p95 of writes during the outage <= p95 before + 100 ms",
                        round(slowed, 3), round(usual + TOLERATED_SECONDS, 3), "<="))  # fmt: skip
        said = world.instance.log("worker").read_text(errors="replace")
        run.told["messages that could not be acknowledged"] = said.count("Couldn't ack")
        packs = [one.seconds for one in meanwhile if one.kind == "pack"]
        run.told["slowest pack request of the outage, ms"] = round(max(packs, default=0) * 1000)


def during(load: Load, begin: float, end: float) -> list[Call]:
    """Return the calls that began in a span."""
    return [call for call in load.calls if begin <= call.began < end]


def twice_and_late(run: Run) -> None:
    """F-08: every message is delivered two to four times, up to 20 s late, in random order."""
    more = {"BENCH_LATE": "20", "BENCH_SEED": str(run.seed)}
    with run.world(broker="redis", inside="republish", more=more) as world:
        work = Work(run, world, pace=0.25)
        work.finish()
        run.told["messages sent again"] = strokes(world, "republished")
        run.check(Check("messages were sent again", strokes(world, "republished") > 0, True))


def killed_after_publish(run: Run) -> None:
    """F-07: whoever hands a wish to the broker is killed right after it, fifty times.

    The mark that a wish is under way is the claim of its row, which the receiver sets. So this
    kills the web process after its answer was kept and the worker's sweep in mid round.
    """
    kills, weights = 50, WEIGHTS | {"pack": 25}
    task = "governance.audit_packs.tasks.build_pack"
    more = {"BENCH_TASKS": task, "BENCH_KILLS": str(kills)}
    with run.world(broker="redis", inside="die_after_publish", more=more) as world:
        work = Work(run, world, pace=0.25, weights=weights)
        with world.tended():
            work.finish()
        killed = min(strokes(world, "killed"), kills)
        run.told |= {"kills": killed, "published": strokes(world, "published")}
        run.check(Check("killed after publishing", killed, kills))
        run.check(Check("publishes >= intents", strokes(world, "published"),
                        counts.outbox(world)["intents"], ">="))  # fmt: skip


def killed_after_sending(run: Run) -> None:
    """F-07, the other relay: the worker is killed after a mail was taken, before it is marked.

    What a killed worker held is free again after 150 s; here a moment stands for that.
    """
    kills = run.pick(50, 3)
    with run.world(inside="die_after_mail", more={"BENCH_KILLS": str(kills)}) as world:
        before = counts.checkpoint(world)
        reminders = Reminders(world, run.pick(100, 12), 0, 2)
        while strokes(world, "killed") <= kills and reminders.missing():
            time.sleep(0.5)
            end_leases(world)
        run.check(*reminders.checks(), *counts.general(world, before))
        run.told |= reminders.told() | {"kills": min(strokes(world, "killed"), kills)}
        mails = world.mailbox.received(TO)
        run.check(Check("killed after sending", min(strokes(world, "killed"), kills), kills))
        run.check(Check("publishes >= intents", mails.total(), len(mails), ">="))


def strokes(world: World, name: str) -> int:
    """Return how often a shim inside the processes has done its work."""
    file = world.folder / name
    return file.stat().st_size if file.exists() else 0
