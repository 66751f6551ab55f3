"""Carry the experiments out, three seeds each; print a table, and write the counts as JSON."""

import argparse
import json
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from launcher.common import ROOT, say

from bench.faults import broker, clocks, packs, recovery, sequencing, stamping, witnesses, workers
from bench.faults.checks import Found, line, table
from bench.faults.plan import Run, carried_out
from bench.faults.world import ground

RESULTS = ROOT / "bench" / "results" / "faults.json"
SEEDS = (1, 2, 3)
EXPERIMENTS: dict[str, Callable[[Run], None]] = {
    "F-01": workers.kill_web,
    "F-02": workers.kill_worker,
    "F-02p": packs.kill_builder,
    "F-03": clocks.beat_dead,
    "F-04": clocks.schedulers,
    "F-05": broker.empty_broker,
    "F-06": broker.broker_down,
    "F-07": broker.killed_after_publish,
    "F-07b": broker.killed_after_sending,
    "F-08": broker.twice_and_late,
    "F-24": clocks.clock_steps,
    "F-24b": clocks.clock_steps_of_all,
    "F-25": clocks.year,
    "F-26": recovery.backup_under_load,
    "F-27": recovery.point_in_time,
    "F-27m": recovery.of_a_million,
    "F-28": sequencing.sequencers,
    "F-29": sequencing.key_away,
    "F-29w": witnesses.witness_away,
    "F-30": stamping.service_away,
}


def main(arguments: Sequence[str]) -> int:
    """Carry out what was chosen; return 0 when nothing failed, else 1."""
    options = parse(arguments)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    chosen = [(name, seed) for seed in options.seeds for name in options.only]
    lanes = [(at, chosen[at :: options.jobs], options) for at in range(options.jobs)]
    if options.jobs == 1:
        told = [lane(*one) for one in lanes]
    else:
        with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
            told = pool.starmap(lane, lanes, chunksize=1)
    order = {one: at for at, one in enumerate((n, s) for n in options.only for s in options.seeds)}
    found = sorted(chain.from_iterable(told), key=lambda one: order[one.experiment, one.seed])
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


def lane(
    number: int, chosen: Sequence[tuple[str, int]], options: argparse.Namespace
) -> list[Found]:
    """Carry experiments out one after the other, on a PostgreSQL of their own."""
    home, found = ROOT / "var" / "faults", []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything is stopped
    with ground(home) as made:
        for name, seed in chosen:
            say(f"{datetime.now(UTC):%H:%M:%S} {name}, seed {seed} …")
            run = Run(name, seed, made, options.port + number, short=options.short)
            found.append(carried_out(run, EXPERIMENTS[name]))
            if found[-1].verdict == "failed":
                keep_logs(made.folder / f"{name}-{seed}", home / f"{name}-{seed}.log")
            say(f"{datetime.now(UTC):%H:%M:%S} {line(found[-1])}")
            with options.out.with_suffix(".jsonl").open("a") as file:
                file.write(json.dumps(found[-1].as_json()) + "\n")
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
