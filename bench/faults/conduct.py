"""Carry the experiments out, three seeds each; print a table, and write the counts as JSON."""

import argparse
import json
import multiprocessing
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from launcher.common import ROOT, say

from bench.faults import broker, workers
from bench.faults.checks import Found, table
from bench.faults.plan import Run, carried_out
from bench.faults.world import ground

RESULTS = ROOT / "bench" / "results" / "faults.json"
SEEDS = (1, 2, 3)
EXPERIMENTS: dict[str, Callable[[Run], None]] = {
    "F-01": workers.kill_web,
    "F-02": workers.kill_worker,
    "F-05": broker.empty_broker,
    "F-06": broker.broker_down,
    "F-08": broker.twice_and_late,
}


def main(arguments: Sequence[str]) -> int:
    """Carry out what was chosen; return 0 when nothing failed, else 1."""
    options = parse(arguments)
    chosen = [(name, seed) for name in options.only for seed in options.seeds]
    if options.jobs == 1:
        found = [alone(name, seed, 0, options) for name, seed in chosen]
    else:
        work = [(name, seed, at % options.jobs, options) for at, (name, seed) in enumerate(chosen)]
        with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
            found = pool.starmap(alone, work, chunksize=1)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report(found), indent=1) + "\n")
    say(table(found))
    say(f"\nWritten to {options.out}")
    return int(any(one.verdict == "failed" for one in found))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/faults", description="Break Muster, and count.")
    parser.add_argument("--only", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS),
                        metavar="F-NN", help=f"some of {', '.join(EXPERIMENTS)}")  # fmt: skip
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N")
    parser.add_argument("--short", action="store_true", help="small loads, as the tests run it")
    parser.add_argument("--jobs", type=int, default=1, help="experiments side by side")
    parser.add_argument("--port", type=int, default=8320, help="the first of some free ports")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the JSON goes")
    return parser.parse_args(arguments)


def alone(name: str, seed: int, lane: int, options: argparse.Namespace) -> Found:
    """Carry one experiment out on a PostgreSQL of its own."""
    home = ROOT / "var" / "faults"
    say(f"{datetime.now(UTC):%H:%M:%S} {name}, seed {seed} …")
    with ground(home) as made:
        run = Run(name, seed, made, options.port + lane, short=options.short)
        found = carried_out(run, EXPERIMENTS[name])
        if found.verdict == "failed":
            keep_logs(made.folder, home / f"{name}-{seed}.log")
    say(f"{datetime.now(UTC):%H:%M:%S} {name}, seed {seed}: {found.verdict}")
    return found


def keep_logs(folder: Path, out: Path) -> None:
    """Keep the last words of every process of a run that failed."""
    with out.open("w") as file:
        for log in sorted(folder.rglob("*.log")):
            file.write(f"== {log.name}\n{log.read_text(errors='replace')[-20_000:]}\n")


def report(found: list[Found]) -> dict[str, Any]:
    """Return everything as JSON, with the machine it ran on."""
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    machine = {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "commit": said.stdout.strip(),
    }
    return {"machine": machine, "runs": [one.as_json() for one in found]}
