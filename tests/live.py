"""A real worker, clock and broker for tests marked `worker`.

The broker is PostgreSQL (pgmq) in the test's own database, or another: see tests/brokers.py. Use
the fixture `live` of tests/conftest.py, which brings `transactional_db`; nothing is published by
the test's process unless `live.send(task, …)` does it, so what happens, happens because the
clock's sweeps found it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from governance.celery import app
from governance.health import broker
from tests.brokers import BROKER_URL, broker_of_this_run

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 30


def database_url() -> str:
    """Return the address of the database that this test uses."""
    at = connection.settings_dict
    user = quote(at["USER"], safe="")
    password = f":{quote(at['PASSWORD'], safe='')}" if at["PASSWORD"] else ""
    port = f"&port={at['PORT']}" if at["PORT"] else ""
    host = quote(at["HOST"] or "localhost", safe="")
    return f"postgresql://{user}{password}@/{at['NAME']}?host={host}{port}"


class Live:
    """The processes around one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.url = database_url()
        self.broker = broker_of_this_run()
        self.broker.empty()

    def start(self, workers: int = 1) -> None:
        """Start workers with two processes each, and the clock."""
        for number in range(1, workers + 1):
            self.start_worker("worker" if number == 1 else f"worker{number}")
        self.start_clock()

    def start_worker(self, name: str = "worker") -> None:
        """Start one worker; a second needs another name."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self._run(name, "worker", "-n", f"{name}@%h", "--concurrency", "2", *quiet)

    def start_clock(self) -> None:
        """Start beat with the schedule of the settings."""
        schedule = str(self.folder / "beat-schedule")
        self._run("clock", "beat", "--schedule", schedule, "--pidfile=")

    def kill(self, name: str = "worker") -> None:
        """End a worker with all its processes as a power cut would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """End everything."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(STOP_SECONDS)
        self.running.clear()

    def empty_broker(self) -> None:
        """Throw every message away."""
        self.broker.empty()

    def recover(self) -> int:
        """Hand out again what killed workers held, as bin/start does; only with pgmq."""
        return broker.recover()

    def messages(self) -> int:
        """Return how many messages the broker holds."""
        return self.broker.messages()

    def send(self, task: Any, *arguments: Any) -> None:
        """Publish a task to the live broker, as `delay_on_commit` does in the running product."""
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        with app.connection(BROKER_URL, transport_options=options) as link:
            task.apply_async(arguments, connection=link)

    def wait_for(self, truth: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until `truth()`; fail with the worker's last words when it does not come."""
        end = time.monotonic() + seconds
        while not truth():
            for name, process in self.running.items():
                assert process.poll() is None, f"The {name} ended: {self.words(name)}"
            words = self.words(next(iter(self.running), "worker"))
            assert time.monotonic() < end, f"Not within {seconds} s. {words}"
            time.sleep(0.1)

    def words(self, name: str) -> str:
        """Return what a process last wrote."""
        log = self.folder / f"{name}.log"
        return log.read_text(errors="replace")[-2_000:] if log.exists() else "(nothing written)"

    def _environment(self) -> Mapping[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "governance.settings",
            "MUSTER_MODE": "local",
            "DATABASE_URL": self.url,
            "BROKER_URL": BROKER_URL,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATA_DIR": str(self.folder),
            "STORAGE_DIR": str(settings.STORAGE),
        }

    def _run(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "governance", *words],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
