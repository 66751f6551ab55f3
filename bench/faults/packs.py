"""F-02p: whoever builds, signs and keeps a pack is killed at random moments of it."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator

from launcher.common import PYTHON, ROOT, Problem, signal_group

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.plan import Run
from bench.faults.world import World

PATIENCE = 600.0  # seconds for one undisturbed building
HALF = "SELECT count(*) FROM audit_packs_evidencepack WHERE status <> 'sealed' AND file <> ''"


def kill_builder(run: Run) -> None:
    """F-02p: kill -9 at twenty random moments from the claim to the seal, then let it finish."""
    kills, dice = run.pick(20, 6), random.Random(run.seed)
    with run.world(()) as world:
        before = counts.checkpoint(world)
        _, whole = built(world, asked(world, run.pick(8, 1)))
        pk, offered, moments = asked(world, run.pick(8, 1)), 0, []
        for at in range(kills):
            moment = whole * (at + dice.random()) / kills  # one in each twentieth of the time
            killed(world, pk, moment)
            offered += half_files(world)
            moments.append(round(moment, 2))
            if sealed(world, pk):
                pk = asked(world, run.pick(8, 1))
        built(world, pk)
        run.told |= {"kills": kills, "seconds undisturbed": round(whole, 2), "moments": moments}
        run.check(*kept(world, offered), record_holds(world, before))


def asked(world: World, systems: int) -> int:
    """Return the key of a new pack that waits."""
    done = subprocess.run(
        words("ask", systems), cwd=ROOT, env=world.env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"No pack could be asked for: {done.stderr}")
    return int(done.stdout.split()[-1])


def words(verb: str, number: int) -> list[str]:
    """Return the command of the program that asks and builds."""
    return [str(PYTHON), "-m", "bench.faults.packer", verb, str(number)]


def begun(world: World, pk: int) -> "subprocess.Popen[str]":
    """Start a builder and return it when it is about to claim the pack."""
    child = subprocess.Popen(
        words("build", pk), cwd=ROOT, env=world.env, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    if not child.stdout or child.stdout.readline().strip() != "claimed":
        raise Problem("The builder did not start.")
    return child


def built(world: World, pk: int) -> tuple[int, float]:
    """Let a builder finish; return its exit code and seconds."""
    started, child = time.monotonic(), begun(world, pk)
    with child:
        code = child.wait(PATIENCE)
    return code, time.monotonic() - started


def killed(world: World, pk: int, seconds: float) -> None:
    """Kill a builder and its press so long after its beginning, if it still runs."""
    child = begun(world, pk)
    with child:
        time.sleep(seconds)
        signal_group(child.pid, signal.SIGKILL)
        child.wait(PATIENCE)


def sealed(world: World, pk: int) -> bool:
    """Return whether a pack is finished."""
    found = world.count(
        "SELECT count(*) FROM audit_packs_evidencepack WHERE id = %s AND status = 'sealed'", pk
    )
    return bool(found)


def half_files(world: World) -> int:
    """Return how many files are promised and not whole: of unsealed packs, or with other bytes."""
    good, promised = counts.files(world)
    return promised - good + world.count(HALF)


def kept(world: World, offered: int) -> Iterator[Check]:
    """Yield that every pack is sealed once, whole, good for an auditor, and its heads agree."""
    packs = world.count("SELECT count(*) FROM audit_packs_evidencepack")
    entries = world.count("SELECT count(*) FROM ledger_entry WHERE action = 'pack.sealed'")
    yield Check("half files offered", offered + half_files(world), 0)
    yield Check("packs sealed == packs asked for", counts.outbox(world)["done"], packs)
    yield Check("pack.sealed entries == packs asked for", entries, packs)
    yield Check("packs that the verifier finds good", verified(world), packs)
    yield Check("sizes signed with two roots", world.count(TWO_ROOTS), 0)


TWO_ROOTS = """SELECT count(*) FROM (SELECT size FROM checkpoints_checkpoint
GROUP BY size HAVING count(DISTINCT root) > 1) AS twice"""


def record_holds(world: World, before: tuple[str, str]) -> Check:
    """Return that the record goes on from what it was, and from every head that was signed."""
    code, _ = world.manage("verify_ledger", "--size", before[0], "--root", before[1])
    return Check("verify exits 0, and the checkpoint before is part of it", code, 0)


def verified(world: World) -> int:
    """Return how many sealed packs pass the offline check with the key of the record."""
    (key,) = world.ask("SELECT vkey FROM checkpoints_signingkey WHERE retired_at IS NULL")[0]
    rows = world.ask("SELECT file FROM audit_packs_evidencepack WHERE status = 'sealed'")
    program = ROOT / "governance" / "audit_packs" / "verifier" / "verify_pack.py"
    codes = [
        subprocess.run(
            [str(PYTHON), "-I", "-S", str(program), "--key", key,
             str(world.folder / "storage" / file)],
            capture_output=True, check=False,
        ).returncode
        for (file,) in rows
    ]  # fmt: skip
    return codes.count(0)
