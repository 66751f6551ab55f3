"""F-02p: whoever builds a pack, and whoever signs and publishes beside it, is killed."""

import itertools
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from launcher.common import PYTHON, ROOT, Problem, signal_group

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.places import Places, outside
from bench.faults.plan import Run
from bench.faults.publishing import Publisher, consistent, half_notes, published
from bench.faults.world import World

SIGNING = ("papered", "write_bag", "keep", "seal")
PATIENCE = 600.0  # seconds for one undisturbed building
HALF = "SELECT count(*) FROM audit_packs_evidencepack WHERE status <> 'sealed' AND file <> ''"


def kill_builder(run: Run) -> None:
    """F-02p: kill -9 a builder from claim to seal and a publisher in each of its steps, 20 times.

    Both run at once; afterwards each is let finish. Every fourth builder is killed where it signs
    or keeps, which is too short to be met by chance.
    """
    kills, systems = run.pick(20, 4), run.pick(8, 1)
    with run.world(()) as world, outside(world) as places:
        before, dice = counts.checkpoint(world), random.Random(run.seed)
        whole, usual = timed(world, systems)
        pk, moments = asked(world, systems), []
        steps = ["sign", *places.kinds, "write", "read"]
        half, met = Half(world, places), 0
        for at in range(kills):
            publisher = Publisher(world)
            moment = whole * (at + dice.random()) / kills  # one in each twentieth of the time
            if at % 4 == 3:
                step = SIGNING[at // 4 % len(SIGNING)]
                met += killed(world, pk, dice.uniform(0, usual[step]), step)
            else:
                met += killed(world, pk, moment)
            publisher.killed_in(steps[at % len(steps)], dice)
            half.look()
            moments.append(step if at % 4 == 3 else round(moment, 2))
            if sealed(world, pk):
                pk = asked(world, systems)
        built(world, pk)
        published(world)
        run.told |= {"kills": 2 * kills, "seconds undisturbed": round(whole, 2),
                     "met a builder": met, "moments": moments, "places": places.kinds}  # fmt: skip
        run.check(*kept(world, half), *consistent(world, places), record_holds(world, before))
        run.told["notes"] = {kind: len(notes) for kind, notes in places.kept().items()}


def timed(world: World, systems: int) -> tuple[float, dict[str, float]]:
    """Return how long a building and each of its steps take, beside somebody who publishes."""
    publisher, pk = Publisher(world), asked(world, systems)
    try:
        with begun(world, pk) as child:
            told = [(time.monotonic(), "claimed")]
            told += [(time.monotonic(), line.strip()) for line in child.stdout or ()]
            child.wait(PATIENCE)
    finally:
        publisher.kill()
    told.append((time.monotonic(), "over"))
    usual = {name: after - at for (at, name), (after, _) in itertools.pairwise(told)}
    return told[-1][0] - told[0][0], usual


@dataclass
class Half:
    """What was offered half, counted after every kill."""

    world: World
    places: Places
    files: int = 0
    notes: int = 0

    def look(self) -> None:
        """Count again."""
        self.files += half_files(self.world)
        self.notes += half_notes(self.world, self.places)


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


def killed(world: World, pk: int, seconds: float, step: str = "claimed") -> bool:
    """Kill a builder and its press so long after a step began; return whether it still ran."""
    child = begun(world, pk)
    with child:
        if step != "claimed":
            any(line.strip() == step for line in child.stdout or ())  # or to its end
        time.sleep(seconds)
        signal_group(child.pid, signal.SIGKILL)
        return child.wait(PATIENCE) == -signal.SIGKILL


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


def kept(world: World, half: Half) -> Iterator[Check]:
    """Yield that every pack is sealed once, whole, good for an auditor, and its heads agree."""
    packs = world.count("SELECT count(*) FROM audit_packs_evidencepack")
    entries = world.count("SELECT count(*) FROM ledger_entry WHERE action = 'pack.sealed'")
    half.look()
    yield Check("half files offered", half.files, 0)
    yield Check("half checkpoints shown by the folder or the witness", half.notes, 0)
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
