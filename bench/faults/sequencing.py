"""F-28 and F-29: sequencers are killed, a backlog waits for them, the signing key is away."""

import json
import random
import subprocess
import time
from contextlib import suppress
from typing import Any

from launcher.common import PYTHON, ROOT, Problem

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.load import Load
from bench.faults.plan import Run, percentile
from bench.faults.workers import DRAIN_SECONDS
from bench.faults.world import World, wait_for

SWEEP = "from governance.checkpoints.tasks import sweep_checkpoints; sweep_checkpoints()"
MOST_DRAIN, MOST_P99 = 60.0, 2.0
FLOOR = 0.05  # seconds below which a p99 is noise of the machine
AT_ONCE = "UPDATE audit_packs_evidencepack SET lease_until = now() WHERE status = 'building'"
ENTRIES = "SELECT count(*) FROM ledger_entry"
HEADS = "SELECT count(*) FROM checkpoints_checkpoint"
SIZES = "SELECT size FROM checkpoints_checkpoint ORDER BY id"
UNSIGNED = "SELECT count(*) FROM audit_packs_evidencepack WHERE status = 'building' AND error <> ''"
TWO_ROOTS = (
    "SELECT count(*) FROM (SELECT size FROM checkpoints_checkpoint "
    "GROUP BY size HAVING count(DISTINCT root) > 1) twice"
)


def sequencers(run: Run) -> None:
    """F-28: two sequencers are killed twenty times under eight writers; then 100,000 wait."""
    kills, seconds, backlog = run.pick((20, 30.0, 100_000), (5, 6.0, 3_000))
    with run.world(()) as world:
        before = world.count("SELECT count(*) FROM ledger_entry")
        alone = finished(begun(world, "write", run.seed, seconds / 2))
        writing = begun(world, "write", run.seed + 1, seconds)
        killed(world, kills, seconds, random.Random(run.seed))
        beside = finished(writing)
        finished(begun(world, "drain"))
        counted(run, world, before, [alone, beside])
        finished(begun(world, "fill", backlog))
        drained = finished(begun(world, "drain"))
        run.check(
            Check("backlog numbered", drained["numbered"], backlog),
            Check("seconds to number it", round(drained["seconds"], 1), MOST_DRAIN, "<="),
        )
        code, said = world.manage("verify_ledger")
        run.check(Check(f"verify_ledger ({said.strip()[:60]})", code, 0))
        run.told |= {"kills": kills, "backlog": backlog}


def counted(run: Run, world: World, before: int, told: list[dict[str, Any]]) -> None:
    """Hold what the writers know against the numbers that were given."""
    committed = [one for part in told for one in part["committed"]]
    undone = [one for part in told for one in part["undone"]]
    sequenced, lowest, highest = world.ask(
        "SELECT count(*), min(seq), max(seq) FROM ledger_leafsequence"
    )[0]
    sql = "SELECT count(*) FROM ledger_leafsequence WHERE entry_id = ANY(%s)"
    p99 = [percentile(part["seconds"], 99) for part in told]
    run.check(
        Check("entries == committed", world.count("SELECT count(*) FROM ledger_entry"),
              before + len(committed)),
        Check("sequenced == committed", sequenced, before + len(committed)),
        Check("numbers from 0 without gap", (lowest, highest), (0, sequenced - 1)),
        Check("committed that have a number", world.count(sql, committed), len(committed)),
        Check("undone that have a number", world.count(sql, undone), 0),
        Check("p99 of writers beside two sequencers, times alone",
              round(p99[1] / max(p99[0], FLOOR), 2), MOST_P99, "<="),
    )  # fmt: skip
    run.told |= {"committed": len(committed), "undone": len(undone),
                 "p99 ms": [round(one * 1000) for one in p99]}  # fmt: skip


def killed(world: World, kills: int, seconds: float, dice: random.Random) -> None:
    """Keep two sequencers running, and kill one of them at random moments."""
    running = [begun(world, "sequence") for _ in range(2)]
    for _ in range(kills):
        time.sleep(dice.uniform(0.2, 1.8) * seconds / kills)
        at = dice.randrange(2)
        running[at].kill()
        running[at].wait()
        running[at] = begun(world, "sequence")
    for one in running:
        one.kill()
        one.wait()


def begun(world: World, *words: object) -> "subprocess.Popen[str]":
    """Start one of the processes of `numbering`."""
    command = [str(PYTHON), "-m", "bench.faults.numbering", *map(str, words)]
    out = subprocess.DEVNULL if words == ("sequence",) else subprocess.PIPE  # it tells nothing
    return subprocess.Popen(
        command, cwd=ROOT, env=world.env | {"BENCH_FAULTS": ""}, stdout=out, text=True
    )


def finished(process: "subprocess.Popen[str]", seconds: float = 300) -> dict[str, Any]:
    """Return what a process told when it ended by itself."""
    said, _ = process.communicate(timeout=seconds)
    if process.returncode:
        raise Problem(f"A process of the experiment ended with {process.returncode}.")
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told


def key_away(run: Run) -> None:
    """F-29, the signer's half: nobody can read the key for ten minutes; writing goes on.

    Packs asked for meanwhile wait, and go on by themselves; in a short run at once.
    """
    tries, seconds, pace = run.pick((5, 600.0, 10.0), (2, 0.0, 0.0))
    with run.world() as world:
        swept(run, world, 0)
        key, signed = world.folder / "log.key", world.count(HEADS)
        key.chmod(0o644)  # others may read it, so it is not used
        began = time.monotonic()
        load = run.load(world, pace=pace).start()
        for _ in range(tries):
            swept(run, world, 1)
        load.wait()
        run.keep(load)
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        waited(run, world, load, signed)
        run.told["key away s"] = round(time.monotonic() - began)
        total = world.count(ENTRIES)
        key.chmod(0o600)
        caught_up(run, world, signed, total)


def waited(run: Run, world: World, load: Load, signed: int) -> None:
    """Hold what may and may not be, as long as nobody signs; each pack was tried by then."""
    asked = len(load.acked("pack"))
    with suppress(Problem):
        wait_for(lambda: world.count(UNSIGNED) == asked, 60, "Packs wait")
    failed = sum(call.status >= 500 for call in load.known())
    packs = counts.outbox(world)
    run.check(
        Check("calls that failed while the key was away", failed, 0),
        Check("calls acknowledged meanwhile", len(load.acked()), 1, ">="),
        Check("checkpoints made meanwhile", world.count(HEADS), signed),
        Check("packs asked for meanwhile", asked, 1, ">="),
        Check("packs that wait to be signed", world.count(UNSIGNED), asked),
        Check("packs given up or sealed meanwhile", (packs["dead"], packs["done"]), (0, 0)),
    )


def caught_up(run: Run, world: World, signed: int, total: int) -> None:
    """Let the clock's work be done with the key: one head covers all, and every pack is sealed."""
    swept(run, world, 0)
    ((first,),) = world.ask(f"{SIZES} OFFSET %s LIMIT 1", signed)
    run.check(Check("the first head afterwards covers all of it", first, total, ">="))
    if run.short:
        world.ask(AT_ONCE)
    run.check(*counts.drained(world, DRAIN_SECONDS))
    swept(run, world, 0)
    largest = world.count("SELECT max(size) FROM checkpoints_checkpoint")
    run.check(
        Check("checkpoint_size == ledger_entries", largest, world.count(ENTRIES)),
        Check("sizes with two roots", world.count(TWO_ROOTS), 0),
    )
    run.told["packs"] = counts.outbox(world)["done"]


def swept(run: Run, world: World, code: int) -> None:
    """Let the clock's work be done once, and see how it ends."""
    found, _ = world.manage("shell", "-v0", "-c", SWEEP)
    run.check(Check("the sweep of checkpoints ends with", found, code))
