"""Killing whoever signs and publishes checkpoints, and holding what lies outside to the record."""

import itertools
import random
import signal
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator

from launcher.common import PYTHON, ROOT, Problem, signal_group

from bench.faults.checks import Check
from bench.faults.places import Places, Said, read_note, roots
from bench.faults.world import World, wait_for

STEP_SECONDS = 120.0  # for a step to come round again on a busy machine
IN_ORDER = (
    "SELECT e.body FROM ledger_leafsequence s JOIN ledger_entry e ON e.id = s.entry_id "
    "ORDER BY s.seq"
)
NUMBERS = "SELECT count(*), min(seq), max(seq) FROM ledger_leafsequence"


class Publisher:
    """A process that signs and publishes, and the steps that it tells."""

    def __init__(self, world: World) -> None:
        self.child = subprocess.Popen(
            [str(PYTHON), "-m", "bench.faults.publisher"], cwd=ROOT, env=world.env,
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.steps: list[tuple[float, str]] = []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        for line in self.child.stdout or ():
            self.steps.append((time.monotonic(), line.strip()))

    def killed_in(self, step: str, dice: random.Random) -> None:
        """Kill it at a random moment of the next such step; raise Problem if it ended before."""
        wait_for(lambda: self._usual(step) > 0, STEP_SECONDS, f"The publisher came to no {step}")
        seen = len(self.steps)
        wait_for(lambda: self._is_in(step, seen), STEP_SECONDS, f"No further {step}", pause=0.0005)
        time.sleep(dice.uniform(0, self._usual(step)))
        self.kill()

    def _usual(self, step: str) -> float:
        """Return how long such a step took in the middle, 0 while none is over."""
        self._check_alive()
        told = list(self.steps)
        pairs = itertools.pairwise(told)
        took = [after - at for (at, name), (after, _) in pairs if name == step]
        return statistics.median(took) if took else 0.0

    def _is_in(self, step: str, seen: int) -> bool:
        self._check_alive()
        return any(name == step for _, name in self.steps[seen:])

    def _check_alive(self) -> None:
        if self.child.poll() is not None:
            raise Problem(f"The publisher ended by itself with {self.child.returncode}.")

    def kill(self) -> None:
        """End it as a power cut would."""
        signal_group(self.child.pid, signal.SIGKILL)
        self.child.wait(10)
        self.listener.join(10)
        if self.child.stdout:
            self.child.stdout.close()


def published(world: World) -> None:
    """Let whatever waits be signed and brought to every place, by somebody nobody kills."""
    done = subprocess.run(
        [str(PYTHON), "-m", "bench.faults.publisher", "once"], cwd=ROOT, env=world.env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Problem(f"Nothing could be published: {done.stderr[-300:]}")


def half_notes(world: World, places: Places) -> int:
    """Return how much of what the folder and the witness show is no whole checkpoint of ours."""
    keys = keys_of(world)
    shown = [("head", places.head()), *places.files()]
    return sum(not is_whole(note, keys) for _, note in shown)


def is_whole(note: bytes, keys: list[str]) -> bool:
    """Return whether the bytes are a checkpoint that the record's key signed."""
    said = read_note(note, keys)
    return said is not None and said.is_signed


def keys_of(world: World) -> list[str]:
    """Return the public keys that signed heads."""
    return [key for (key,) in world.ask("SELECT vkey FROM checkpoints_signingkey")]


def consistent(world: World, places: Places) -> Iterator[Check]:
    """Yield that every note at every place is whole, named rightly, and of the final record."""
    keys, entries = keys_of(world), world.count("SELECT count(*) FROM ledger_entry")
    kept = {kind: named(notes, keys) for kind, notes in places.kept().items()}
    made = world.ask("SELECT size, root FROM checkpoints_checkpoint")
    pairs = {(size, bytes(root)) for size, root in made}
    pairs |= {(said.size, said.root) for notes in kept.values() for _, said in notes if said}
    true = roots((bytes(body) for (body,) in world.ask(IN_ORDER)), [size for size, _ in pairs])
    for kind, notes in kept.items():
        sizes = [said.size for _, said in notes if said and said.is_signed]
        yield Check(f"{kind}: whole notes == notes", len(sizes), len(notes))
        yield Check(f"{kind}: its newest note == entries", max(sizes), entries)
        yield Check(f"{kind}: names told twice or wrongly", misnamed(notes), 0)
    yield Check("sizes with two roots, here and at all places", len(twice(pairs)), 0)
    wrong = [size for size, root in pairs if true.get(size) != root]
    yield Check("heads that are not those of the final record", wrong, [])
    count, lowest, highest = world.ask(NUMBERS)[0]
    yield Check("numbers from 0 without gap, one each", (count, lowest, highest),
                (entries, 0, entries - 1))  # fmt: skip
    yield Check("doubts of the record", world.count("SELECT count(*) FROM checkpoints_doubt"), 0)
    seen = list((world.folder / "witness").glob("contradiction-*"))
    yield Check("contradictions that the witness saw", len(seen), 0)


def named(notes: list[tuple[str, bytes]], keys: list[str]) -> list[tuple[str, Said | None]]:
    """Return what each note says."""
    return [(name, read_note(note, keys)) for name, note in notes]


def misnamed(notes: list[tuple[str, Said | None]]) -> int:
    """Return how many notes have another name than their content, or one that is taken."""
    said = [(name, one) for name, one in notes if one and name != "head"]
    wrong = sum(name != f"{one.size:020d}-{one.root.hex()}.txt" for name, one in said)
    return wrong + len(said) - len({name for name, _ in said})


def twice(pairs: set[tuple[int, bytes]]) -> list[int]:
    """Return the sizes that two roots were signed or kept for."""
    return [size for size, count in Counter(size for size, _ in pairs).items() if count > 1]
