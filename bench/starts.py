"""How soon bin/start shows a page, and how much memory its parts take before and after a pack.

Memory is PSS: pages that several processes share are counted once between them. Needs Linux.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launcher.common import PYTHON, ROOT, Problem, run_step

PARTS = {"gunicorn": "web", "worker": "worker", "beat": "beat", "postgres": "database"}
PAGE_SECONDS, SETTLE_SECONDS, EVERY = 300, 8.0, 0.5
PACK, QUICK_PACK = 500, 50


def measure(folder: Path, port: int, *, quick: bool, clone: bool) -> dict[str, Any]:
    """Return seconds of a first and a second start, and megabytes of every part."""
    told: dict[str, Any] = {}
    with started(ROOT, folder, port, "--no-demo") as (process, taken):
        told["first_seconds"] = taken
        visit(port)
        time.sleep(SETTLE_SECONDS)
        told["idle_mib"] = parts_of(process.pid)
        told |= big_pack(process.pid, port, QUICK_PACK if quick else PACK)
    with started(ROOT, folder, port) as (_, taken):
        told["second_seconds"] = taken
    demo = folder.with_name("demo")
    with started(ROOT, demo, port) as (_, taken):
        told["first_with_demo_seconds"] = taken
    if clone:
        told["fresh_clone_seconds"] = fresh_clone(folder.with_name("clone"), port)
    return told


@contextmanager
def started(
    home: Path, data: Path, port: int, *more: str
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run bin/start around the block; gives the process, and seconds until the first page came."""
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    words = [sys.executable, "bin/start", "--data", str(data), "--port", str(port), *more]
    log = data.with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("wb") as file:
        process = subprocess.Popen(words, cwd=home, env=env, stdout=file, stderr=file)
    try:
        while not visit(port):
            if process.poll() is not None or time.monotonic() - began > PAGE_SECONDS:
                raise Problem(f"bin/start did not come up:\n{log.read_text()[-2_000:]}")
            time.sleep(0.02)
        yield process, round(time.monotonic() - began, 2)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def visit(port: int) -> bool:
    """Return whether the sign-in page comes."""
    url = f"http://127.0.0.1:{port}/accounts/login/"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def big_pack(supervisor: int, port: int, systems: int) -> dict[str, Any]:
    """Import rows, have a pack of so many systems built, and watch the memory meanwhile."""
    settings = json.loads((ROOT / "var" / "running" / f"{port}.json").read_text())["env"]
    peak: dict[str, int] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(EVERY):
            for name, mib in parts_of(supervisor).items():
                peak[name] = max(peak.get(name, 0), mib)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        said = run_step(
            [PYTHON, "-m", "bench.big_pack", str(systems)],
            failure="The big pack was not built:",
            env=dict(os.environ) | settings | {"PYTHONPATH": str(ROOT)},
        )
    finally:
        done.set()
        watcher.join()
    time.sleep(SETTLE_SECONDS)
    pack = json.loads(said.strip().splitlines()[-1])
    return {"pack": pack, "peak_mib": peak, "after_pack_mib": parts_of(supervisor)}


def parts_of(supervisor: int) -> dict[str, int]:
    """Return megabytes (PSS) of web, worker, beat and database, children included."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        parent = int(text.rpartition(")")[2].split()[1])
        below.setdefault(parent, []).append(int(stat.parent.name))
    found: dict[str, int] = {}
    for child in below.get(supervisor, []):
        name = next((part for word, part in PARTS.items() if word in words_of(child)), "")
        if name:
            found[name] = found.get(name, 0) + sum(map(kib_of, family(child, below))) // 1024
    return found


def family(head: int, below: dict[int, list[int]]) -> list[int]:
    """Return a process and all below it."""
    return [head, *(pid for child in below.get(head, []) for pid in family(child, below))]


def words_of(pid: int) -> str:
    """Return the command line of a process that may be gone, without its options' values."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    return " ".join(word.rpartition("/")[2] for word in words[:6])


def kib_of(pid: int) -> int:
    """Return a process's share of the memory in KiB."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def fresh_clone(folder: Path, port: int) -> float:
    """Return seconds from a fresh clone, without .venv, to the first page, demo included."""
    words: list[str | Path] = ["git", "clone", "-q", ROOT, folder]
    run_step(words, failure="The clone failed:")
    try:
        with started(folder, folder / "var", port) as (_, taken):
            return taken
    finally:
        shutil.rmtree(folder, ignore_errors=True)
