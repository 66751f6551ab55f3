"""bin/start: check, install, database, first run, then run everything until Ctrl-C."""

import argparse
import fcntl
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from launcher import checks, first_run, packages, services
from launcher.common import (
    ROOT,
    VENV,
    Problem,
    Stopped,
    listen_for_stop,
    say,
    version,
    wait_until,
)
from launcher.instance import Instance
from launcher.postgres import Server

HOST = "127.0.0.1"
DISK_FIRST, DISK_LATER = 1_000, 200  # megabytes
PAGE_SECONDS = 60


def main(arguments: Sequence[str]) -> int:
    """Run, and return the exit code: 0 after Ctrl-C, 1 with one sentence after any failure."""
    options = parse(arguments)
    listen_for_stop()
    try:
        run(options)
    except Problem as problem:
        print(f"muster: {problem}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        say("Stopped before it was up.")
        return 130
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bin/start", description="Start Muster and keep it running until Ctrl-C."
    )
    parser.add_argument("--port", type=_port, default=8000, help="port of the pages (8000)")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "var", metavar="DIR", help="data folder (var)"
    )
    parser.add_argument(
        "--no-demo",
        dest="demo",
        action="store_false",
        help="start empty on the first run, with one administrator",
    )
    parser.add_argument("--version", action="version", version=f"Muster {version()}")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def run(options: argparse.Namespace) -> None:
    """Bring everything up, wait for the end, and take everything down again."""
    began = time.monotonic()
    data = options.data.expanduser().resolve()
    checks.port_is_free(HOST, options.port)
    checks.data_folder(data)
    checks.data_version(data, version())
    checks.disk_has(data, DISK_LATER if VENV.exists() else DISK_FIRST)
    with alone(data):
        checks.pango()
        packages.install("requirements.lock")
        instance = Instance(data, HOST, options.port)
        services.end_strays(data)
        with _database(instance) as server:
            first_run.prepare(instance, server, demo=options.demo)
            _serve(instance, began)


@contextmanager
def alone(data: Path) -> Iterator[TextIO]:
    """Hold the data folder; two at once would fight over its database."""
    with (data / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Problem(
                f"Muster runs already from the data folder {data}: "
                "use that one, or start another with --data DIR and --port N."
            ) from None
        yield lock


@contextmanager
def _database(instance: Instance) -> Iterator[Server | None]:
    """Run the embedded PostgreSQL around the block, unless the environment names another."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = Server(instance.data, instance.log("postgresql"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _serve(instance: Instance, began: float) -> None:
    """Run web server, worker and beat until a stop is asked for."""
    group = services.Services(instance.env(), instance.logs)
    try:
        group.start("web server", *instance.web())
        group.start("worker", *instance.worker())
        group.start("beat", *instance.beat())
        instance.publish()
        if not wait_until(lambda: _answers(instance.url, group), PAGE_SECONDS):
            raise Problem(f"No page came within {PAGE_SECONDS} s: see {instance.logs}.")
        instance.greet(time.monotonic() - began)
        group.watch()
        say("\nStopping …")
    finally:
        instance.withdraw()
        group.stop()


def _answers(url: str, group: services.Services) -> bool:
    group.check()
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
