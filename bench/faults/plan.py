"""One run of one experiment: its seed, how long it may take, and what it has found so far."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bench.faults.checks import Check, Found
from bench.faults.load import ACTIONS, CLIENTS, Load
from bench.faults.world import Ground, NotRunError, World

T = TypeVar("T")
SHORT_ACTIONS = 64
EVERYTHING = ("web", "worker", "beat")


@dataclass
class Run:
    """What an experiment is given, and where it writes what it saw."""

    experiment: str
    seed: int
    ground: Ground
    port: int
    short: bool = False
    found: Found = field(init=False)
    turn_clock: Callable[[], None] | None = None  # where an experiment does the clock's work

    def __post_init__(self) -> None:
        self.found = Found(self.experiment, self.seed)

    @property
    def told(self) -> dict[str, Any]:
        """Return the further figures, to be written to."""
        return self.found.told

    @told.setter
    def told(self, value: dict[str, Any]) -> None:
        self.found.told = value

    def pick(self, whole: T, short: T) -> T:
        """Return the value for a whole run or for a short one."""
        return short if self.short else whole

    def check(self, *checks: Check) -> None:
        """Note equalities."""
        self.found.checks.extend(checks)

    @contextmanager
    def world(self, names: Sequence[str] = EVERYTHING, **options: Any) -> Iterator[World]:
        """Start a Muster around the block, and see that no process of it is left."""
        world = World(self.ground, f"{self.experiment}-{self.seed}", self.port, **options)
        left = 0
        world.open()
        try:
            world.start(*names)
            if "web" in names:
                world.wait_ready()
            yield world
        finally:
            left = world.close()
        self.check(Check("processes left", left, 0))

    def load(self, world: World, **options: Any) -> Load:
        """Return the clients, who have not begun."""
        actions = self.pick(ACTIONS, SHORT_ACTIONS)
        marker = f"M{self.experiment.replace('-', '')}S{self.seed}"
        return Load(world.port, self.ground.told, marker, self.seed, actions=actions, **options)

    def keep(self, load: Load) -> None:
        """Note what the clients saw."""
        self.found.history = load.history()
        known = load.known()
        self.told |= {
            "calls": len(load.calls),
            "acked": len(load.acked()),
            "answers lost": sum(call.lost for call in load.calls),
            "p95 ms": round(percentile([call.seconds for call in known], 95) * 1000),
        }


def percentile(values: list[float], percent: int) -> float:
    """Return the nearest-rank percentile, 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def carried_out(run: Run, experiment: Any) -> Found:
    """Carry the experiment out and return what was found; what it lacks is said, not hidden."""
    began = time.monotonic()
    try:
        experiment(run)
    except NotRunError as error:
        run.found.not_run = str(error)
    except Exception as error:  # one broken run must not hide the others
        run.check(Check(f"it ran to its end ({type(error).__name__}: {error})"[:600], False, True))
    run.found.seconds = round(time.monotonic() - began, 1)
    return run.found


__all__ = ["CLIENTS", "Run", "carried_out", "percentile"]
