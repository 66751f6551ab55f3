"""F-30: the time-stamping service is away, slow, or answers wrongly, while packs are issued."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.common import PYTHON, ROOT, Problem

from bench.faults import counts
from bench.faults.checks import Check
from bench.faults.packs import asked, built, verified
from bench.faults.places import ended
from bench.faults.plan import Run
from bench.faults.world import NotRunError, World

WRONG = ("/500", "/slow", "/nonce", "/hash", "/expired")  # as the service's path says
PENDING = "SELECT count(*) FROM audit_packs_packseal WHERE level = 'B-B' AND status = 'pending'"
STAMPED = "SELECT count(*) FROM audit_packs_packseal WHERE status = 'beside'"
FILES = "SELECT file, sha256 FROM audit_packs_evidencepack ORDER BY id"
ANSWERS = (
    "SELECT p.file, s.response FROM audit_packs_packseal s "
    "JOIN audit_packs_evidencepack p ON p.id = s.pack_id WHERE s.response IS NOT NULL"
)
ASK = """
import json
from pathlib import Path
from django.db.models.functions import Now
from governance.audit_packs.models import PackSeal
from governance.audit_packs.seal_actions import ask_for_stamp
told = {{}}
for way, most in {ways}:
    Path({mode!r}).write_text(way)
    waiting = PackSeal.objects.filter(status="pending")
    waiting.update(next_attempt_at=Now())
    told[way] = sum(map(ask_for_stamp, waiting.order_by("pk").values_list("pk", flat=True)[:most]))
print("stamped:", json.dumps(told))
"""


def service_away(run: Run) -> None:
    """F-30: issue packs while the service errs in each way; then let it answer rightly."""
    if shutil.which("openssl") is None:
        raise NotRunError("openssl")
    count = run.pick(10, 2)
    with run.world(()) as world, service(world) as mode:
        for at in range(count):
            mode.write_text(WRONG[at % len(WRONG)])
            built(world, asked(world, 1))
        run.check(
            Check("packs issued", counts.outbox(world)["done"], count),
            Check("level B-B, time stamp pending", world.count(PENDING), count),
        )
        before = world.ask(FILES)
        taken = stamped(world, mode, [(way, 1 if way == "/slow" else count) for way in WRONG])
        run.check(Check("wrong answers accepted", taken, dict.fromkeys(WRONG, 0)))
        stamped(world, mode, [("/good", count)])
        run.check(
            Check("stamped after recovery", world.count(STAMPED), count),
            Check("packs whose file or digest changed", world.ask(FILES), before),
            Check("files with the right SHA-256 == files registered", *counts.files(world)),
            Check("packs that the verifier finds good", verified(world), count),
            Check("stamps that openssl finds good", believed(world), count),
            Check("pack.stamped entries", world.count(
                "SELECT count(*) FROM ledger_entry WHERE action = 'pack.stamped'"), count),
        )  # fmt: skip


@contextmanager
def service(world: World) -> Iterator[Path]:
    """Run a service of the tests, to which a world's packs go; yield where its mode is written."""
    folder = world.folder / "tsa"
    folder.mkdir()
    with (folder / "tsa.log").open("wb") as log:
        child = subprocess.Popen(
            [str(PYTHON), "-m", "tests.audit_packs.tsa", str(folder)], cwd=ROOT, env=world.env,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    with ended(child):
        port = child.stdout.readline().strip() if child.stdout else ""
        world.env |= {
            "TIMESTAMP_URL": f"http://127.0.0.1:{port}/mode",
            "TIMESTAMP_CA_FILE": str(folder / "ca.pem"),
        }
        yield folder / "mode"


def stamped(world: World, mode: Path, ways: list[tuple[str, int]]) -> dict[str, int]:
    """Ask for the stamps of so many packs that wait, of a service that errs in each of these ways.

    Returns how many came of each.
    """
    code, said = world.manage("shell", "-v0", "-c", ASK.format(mode=str(mode), ways=ways))
    if code:
        raise Problem(f"No stamp could be asked for: {said[-300:]}")
    told: dict[str, int] = json.loads(said.rpartition("stamped:")[2].splitlines()[0])
    return told


def believed(world: World) -> int:
    """Return how many stamps hold over the file of their pack, says openssl."""
    place, good = world.folder / "answer.tsr", 0
    for file, response in world.ask(ANSWERS):
        place.write_bytes(bytes(response))
        words = ["openssl", "ts", "-verify", "-in", str(place), "-data",
                 str(world.folder / "storage" / file), "-CAfile",
                 str(world.folder / "tsa" / "ca.pem")]  # fmt: skip
        good += subprocess.run(words, capture_output=True, check=False).returncode == 0
    return good
