"""bench/run: bring up a database of its own, run every measurement in a process of its own.

Needs nothing but Python's standard library; what it measures runs in .venv.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from launcher import checks, packages
from launcher.common import PYTHON, ROOT, Problem, Stopped, Words, listen_for_stop, run_step, say
from launcher.postgres import Server

from bench import figures, starts

RESULTS = ROOT / "bench" / "results"
LATEST = RESULTS / "latest.json"
IN_A_DATABASE = (
    "engine",
    "who",
    "packs",
    "imports",
    "ledger",
    "proofs",
    "backup",
    "escalation",
    "reconcile",
    "preview",
    "pages",
    "versions",
    "frameworks",
)
NAMES = (*IN_A_DATABASE, "starts")


def main(arguments: Sequence[str]) -> int:
    """Measure, and return the exit code: 0, or 1 with one sentence."""
    options = parse(arguments)
    listen_for_stop()
    try:
        checks.pango()
        packages.install("requirements.lock")
        report = measured(options)
    except Problem as problem:
        print(f"muster: {problem}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 130
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    say(figures.table(report))
    say(f"\nWritten to {options.out}")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/run", description="Measure how fast Muster is.")
    parser.add_argument("--quick", action="store_true", help="small sizes, about two minutes")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME",
                        help=f"some of {', '.join(NAMES)}; the file keeps the others")  # fmt: skip
    parser.add_argument("--cold", action="store_true", help="also start a fresh clone")
    parser.add_argument("--port", type=int, default=8260, help="of the Muster that is started")
    parser.add_argument("--out", type=Path, default=LATEST, help="where the JSON goes")
    return parser.parse_args(arguments)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return the machine and what every chosen measurement told, with the load before it."""
    report: dict[str, Any] = {
        "machine": machine(),
        "quick": options.quick,
        "measured": before(options),
    }
    chosen = [name for name in IN_A_DATABASE if name in options.only]
    with scratch() as folder:
        if chosen:
            with database(folder) as url:
                for name in chosen:
                    report["measured"][name] = one(name, url, folder, quick=options.quick)
        if "starts" in options.only:
            report["measured"]["starts"] = noted(
                "starts",
                lambda: starts.measure(
                    folder / "muster", options.port, quick=options.quick, clone=options.cold
                ),
            )
    return report


def before(options: argparse.Namespace) -> dict[str, Any]:
    """Return what the file holds already, where only some are measured again."""
    if set(options.only) == set(NAMES) or not options.out.exists():
        return {}
    report = json.loads(options.out.read_text())
    same = report["quick"] == options.quick
    return dict(report["measured"]) if same else {}


def noted(name: str, measure: Any) -> dict[str, Any]:
    """Return what a measurement tells, with the load of the machine before and after it."""
    say(f"{name} …")
    at = datetime.now(UTC).isoformat(timespec="minutes")
    load, began = os.getloadavg()[0], time.monotonic()
    told: dict[str, Any] = measure()
    taken = time.monotonic() - began
    after = os.getloadavg()[0]
    return told | {
        "at": at,
        "load": [round(load, 1), round(after, 1)],
        "took_seconds": round(taken, 1),
    }


def one(name: str, server: str, folder: Path, *, quick: bool) -> dict[str, Any]:
    """Run one measurement in a new database and a new process."""
    env = environment(server, name, folder)
    with psql(server) as run:
        run(f"CREATE DATABASE bench_{name}")
        try:
            if name not in ("engine", "who", "packs"):
                failure = "The database could not be made ready:"
                run_step([PYTHON, "manage.py", "prepare"], failure=failure, env=env)
            out = folder / f"{name}.json"
            words: Words = [PYTHON, "-m", "bench.one", name, out, *(["--quick"] if quick else [])]
            failure = f"The measurement {name} failed:"

            def measure() -> dict[str, Any]:
                run_step(words, failure=failure, env=env)
                return dict(json.loads(out.read_text()))

            return noted(name, measure)
        finally:
            run(f"DROP DATABASE bench_{name} WITH (FORCE)")


def environment(server: str, name: str, folder: Path) -> dict[str, str]:
    """Return the settings of a measurement: those of bin/start, with a database of its own."""
    return dict(os.environ) | {
        "MUSTER_MODE": "local",
        "DATABASE_URL": named(server, f"bench_{name}"),
        "BROKER_URL": "memory://",
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "STATIC_BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder that goes when the block ends."""
    home = ROOT / "var" / "bench"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL of our own, set as bin/start sets it, or take that of the environment."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    server = Server(folder, folder / "postgresql.log")
    server.start()
    try:
        yield server.url("postgres")
    finally:
        server.stop()


@contextmanager
def psql(server: str) -> Iterator[Any]:
    """Return a function that runs one statement outside every measured database."""

    def run(statement: str) -> None:
        script = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True)"
        words: Words = [PYTHON, "-c", f"{script}.execute(sys.argv[2])", server, statement]
        run_step(words, failure=f"PostgreSQL refused: {statement}.")

    yield run


def named(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def machine() -> dict[str, Any]:
    """Return on what, and when, this was measured."""
    memory = Path("/proc/meminfo").read_text().split("\n", 1)[0].split()[1]
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory) / 1024**2, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "commit": said.stdout.strip(),
    }
