"""F-29w: the signing key is away for longer than the alarm waits; then the witness errs in turn."""

import http.client
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, cast
from urllib.parse import urlsplit

from launcher.common import PYTHON, ROOT, Problem

from bench.faults.checks import Check
from bench.faults.places import ended, witness
from bench.faults.plan import EVERYTHING, Run
from bench.faults.recovery import AFTER, SIGN
from bench.faults.sequencing import TWO_ROOTS
from bench.faults.world import World, wait_for

FIRST = "from governance.checkpoints.actions import checkpoint_now; checkpoint_now()"
SWEEP = "from governance.checkpoints.tasks import sweep_checkpoints; sweep_checkpoints()"
CLOCK = """
import sys
from django.db.models.functions import Now
from governance.checkpoints import tasks
from governance.checkpoints.models_delivery import Delivery
for _ in sys.stdin:
    Delivery.objects.filter(status="failed").update(due_at=Now())
    for turn in (tasks.sweep_checkpoints, tasks.deliver_checkpoints, tasks.look_outside):
        try:
            turn()
        except Exception as error:
            print(repr(error), file=sys.stderr)
    print("done", flush=True)
"""
ENTRIES = "SELECT count(*) FROM ledger_entry"
HEADS = "SELECT count(*) FROM checkpoints_checkpoint"
LATE = "SELECT extract(epoch FROM noticed_at - since) FROM checkpoints_lateness ORDER BY id"
OPEN = "SELECT count(*) FROM checkpoints_lateness WHERE ended_at IS NULL"
FORKS = "SELECT count(*) FROM checkpoints_doubt WHERE kind = 'fork' AND ended_at IS NULL"
TOLD = "SELECT count(*) FROM notices_notice WHERE item LIKE %s"
SENT = (
    "SELECT coalesce(max(c.size), 0) FROM checkpoints_delivery d "
    "JOIN checkpoints_checkpoint c ON c.id = d.checkpoint_id WHERE d.status = 'sent'"
)
HANG, PATIENCE = 40.0, 400.0  # seconds; the clock looks every minute, a failed try waits longer


class Stub(ThreadingHTTPServer):
    """Stands before a witness and answers as its `mode` says: pass, 500, hang, lost, blind, 422.

    Lost means that the witness takes the head, and its answer never comes; blind, that it shows
    nobody which head it has.
    """

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind, self.mode = urlsplit(behind), "pass"
        self.asked: list[tuple[str, int]] = []  # the answer, the size that the record believed
        self.came: list[str] = []  # the mode when a head came
        self.moved = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def turn(self, mode: str) -> None:
        """Answer otherwise from now on; who hangs is let go."""
        self.mode = mode
        self.moved.set()
        self.moved = threading.Event()

    def asking(self, mode: str) -> int:
        """Return how many heads came while it was to answer so."""
        return self.came.count(mode)


class _Passing(BaseHTTPRequestHandler):
    """One request."""

    server: Stub

    def do_GET(self) -> None:
        mode = self.server.mode
        self.answer("GET", b"", {"pass": "pass", "422": "pass", "hang": "hang"}.get(mode, "500"))

    def do_POST(self) -> None:
        body, mode = self.rfile.read(int(self.headers["Content-Length"])), self.server.mode
        self.server.came.append(mode)
        told = self.answer("POST", body, mode)
        self.server.asked.append((told, int(body.split(None, 2)[1])))

    def answer(self, method: str, body: bytes, mode: str) -> str:
        """Answer, and return how: a status, or the mode where none was sent."""
        if mode == "hang":
            self.server.moved.wait(HANG)
        if mode in ("lost", "blind", "pass"):
            status, said = self.pass_on(method, self.path, body)
        else:
            status, said = int(mode) if mode.isdigit() else 0, b"no\n"
        if mode in ("lost", "hang"):
            self.close_connection = True
            return mode
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
        return str(status)

    def pass_on(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        link = http.client.HTTPConnection(str(self.server.behind.netloc), timeout=10)
        try:
            link.request(method, path, body or None)
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def witness_away(run: Run) -> None:
    """F-29w: with web, worker and clock running; a short one does the clock's work itself."""
    with run.world(()) as world, stood_before(world, run.pick("1", "0")) as stub, clock(run, world):
        world.start(*run.pick(EVERYTHING, ("web",)))
        world.wait_ready()
        covered(run, world)
        key_away(run, world)
        answers_badly(run, world, stub)
        contradicts(run, world, stub)
        covered(run, world)
        ahead = world.count(SENT) - world.count(ENTRIES)
        run.check(
            Check("checkpoint_size == ledger_entries", ahead, 0),
            Check("sizes with two roots", world.count(TWO_ROOTS), 0),
            Check("the record holds", world.manage("verify_ledger")[0], 0),
        )
        run.told["asked"] = stub.asked


@contextmanager
def stood_before(world: World, minutes: str) -> Iterator[Stub]:
    """Run a witness with a stub before it, as the only place of a world."""
    code, said = world.manage("shell", "-v0", "-c", FIRST)
    if code:
        raise Problem(f"No first checkpoint: {said[-300:]}")
    ((key,),) = world.ask("SELECT vkey FROM checkpoints_signingkey")
    with witness(world, key) as (vkey, address):
        stub = Stub(address)
        world.env |= {
            "CHECKPOINT_SINKS": f"witness:{stub.url}#{vkey}",
            "CHECKPOINT_TARGET_MINUTES": minutes,
            "CHECKPOINT_PRIVATE": "1",
        }
        try:
            yield stub
        finally:
            stub.turn("pass")
            stub.shutdown()
            stub.server_close()


@contextmanager
def clock(run: Run, world: World) -> Iterator[None]:
    """Let a short run do the clock's work around the block, in one process for all its turns."""
    if not run.short:
        yield
        return
    words = [str(PYTHON), "manage.py", "shell", "-v0", "-c", CLOCK]
    child = subprocess.Popen(
        words, cwd=ROOT, env=world.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, bufsize=1,
    )  # fmt: skip
    with ended(child), cast("IO[str]", child.stdin) as line:

        def turn() -> None:
            line.write("\n")
            if cast("IO[str]", child.stdout).readline() != "done\n":
                raise Problem("The clock of the short run stopped.")

        run.turn_clock = turn
        yield


def settled(run: Run, world: World, truth: Callable[[], bool], words: str) -> None:
    """Wait until something is so; a short run does the clock's work itself."""

    def is_so() -> bool:
        if not truth() and run.turn_clock:
            run.turn_clock()
        return truth()

    took = wait_for(is_so, PATIENCE, words)
    run.told.setdefault("seconds", {})[words] = round(took)


def covered(run: Run, world: World) -> None:
    """Wait until the witness has cosigned a head over every entry, and no alarm is open."""
    settled(
        run, world,
        lambda: world.count(SENT) == world.count(ENTRIES) and not world.count(OPEN),
        "covered",
    )  # fmt: skip


def key_away(run: Run, world: World) -> None:
    """Let nobody sign until the alarm came; the clients go on meanwhile; one head covers all."""
    key, signed = world.folder / "log.key", world.count(HEADS)
    key.chmod(0o644)  # others may read it, so it is not used
    load = run.load(world).start()
    load.wait()
    run.keep(load)
    settled(run, world, lambda: world.count(OPEN) == 1, "alarm")
    late = float(world.ask(LATE)[-1][0])
    interval = 60 * int(world.env["CHECKPOINT_TARGET_MINUTES"])
    run.check(
        Check("calls that failed while nobody signed",
              sum(call.status >= 500 for call in load.known()), 0),
        Check("calls acknowledged meanwhile", len(load.acked()), 1, ">="),
        Check("heads signed meanwhile", world.count(HEADS), signed),
        Check("seconds of age at the alarm, at least twice the target", late, 2 * interval, ">="),
        Check("and at most two looks later", late, 2 * interval + 120, "<="),
        Check("notices of the alarm", world.count(TOLD, "late:%"), 1, ">="),
    )  # fmt: skip
    run.told["age at the alarm s"] = round(late)
    waiting = world.count(ENTRIES)
    key.chmod(0o600)
    settled(run, world, lambda: world.count(HEADS) > signed, "signed again")
    first = world.ask("SELECT size FROM checkpoints_checkpoint ORDER BY id OFFSET %s", signed)
    run.check(Check("the first head afterwards covers all of it", first[0][0], waiting, ">="))
    covered(run, world)


def answers_badly(run: Run, world: World, stub: Stub) -> None:
    """Let the witness answer 500, hang, then cosign and lose the answer: the head arrives."""
    stub.turn("500")
    before = world.count(SENT)
    written(run, world)
    for mode, after in (("500", "hang"), ("hang", "lost"), ("lost", "blind")):
        settled(run, world, lambda mode=mode: stub.asking(mode) > 0, mode)
        run.check(Check(f"cosigned while it answered {mode}", world.count(SENT), before))
        stub.turn(after)
    settled(run, world, lambda: world.count(SENT) > before, "cosigned")
    stub.turn("pass")
    told = [one for one, _ in stub.asked]
    (status, size), at = stub.asked[-1], told.index("409") if "409" in told else 0
    run.check(
        Check("a 409 came, and what was asked next was taken", told[at:], ["409", "200"]),
        Check("for it began at the size that the 409 told", (status, size > before), ("200", True)),
    )
    covered(run, world)


def contradicts(run: Run, world: World, stub: Stub) -> None:
    """Let the witness say 422: nothing is signed, writing goes on, until a recovery is signed."""
    stub.turn("422")
    written(run, world)
    settled(run, world, lambda: world.count(FORKS) == 1, "doubted")
    signed, before = world.count(HEADS), world.count(ENTRIES)
    written(run, world)
    code, _ = world.manage("shell", "-v0", "-c", SWEEP)
    good = world.get("/api/v1/systems/", run.ground.told["lead"])
    run.check(
        Check("heads signed after a 422", world.count(HEADS) - signed, 0),
        Check("entries written after it", world.count(ENTRIES) - before, 1, ">="),
        Check("the sweep ends with, and a reader is answered", (code, good), (0, 200)),
        Check("notices of the contradiction", world.count(TOLD, "doubt:%"), 1, ">="),
    )
    stub.turn("pass")
    code, said = world.manage("shell", "-v0", "-c", SIGN)
    run.check(Check(f"the recovery is signed {said[-300:] if code else ''}", code, 0))


def written(run: Run, world: World) -> None:
    """Record one thing; no two of them are the same."""
    number = world.count(ENTRIES)
    code, said = world.manage("shell", "-v0", "-c", AFTER.replace("target", f"target {number}"))
    if code:
        raise Problem(f"Nothing could be written: {said[-300:]}")


__all__ = ["witness_away"]
