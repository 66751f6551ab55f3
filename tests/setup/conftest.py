"""A running bin/start, and the sentences it ends with."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
START = [sys.executable, str(ROOT / "bin" / "start")]
OURS = ("DATABASE_URL", "BROKER_URL", "MUSTER_MODE", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")


def plain_environment() -> dict[str, str]:
    """Return the environment without what the tests themselves have set."""
    return {key: value for key, value in os.environ.items() if key not in OURS}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_fails(*arguments: str) -> tuple[int, str]:
    """Run bin/start to its end, and return its exit code and what it said."""
    run = subprocess.run(
        [*START, *arguments],
        capture_output=True,
        text=True,
        env=plain_environment(),
        timeout=60,
        check=False,
    )
    return run.returncode, run.stderr


class Started:
    """One bin/start over a data folder."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data, self.port = data, free_port()
        self.output = data.with_suffix(".out")
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*START, "--data", str(data), "--port", str(self.port), *arguments],
                env=plain_environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def said(self) -> str:
        """Return what it has printed."""
        return self.output.read_text(errors="replace")

    def await_page(self) -> None:
        """Wait until it says where it runs."""
        self.await_truth(lambda: f"runs at http://127.0.0.1:{self.port}" in self.said(), 180)

    def await_truth(self, truth: Callable[[], bool], seconds: float) -> None:
        """Wait, and fail with what it said when the truth does not come."""
        end = time.monotonic() + seconds
        while not truth():
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def get(self, path: str) -> tuple[int, Any]:
        """Return status and JSON of an address."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=20
            ) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Signal it, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def left_over(self) -> list[str]:
        """Return the commands of living processes that name its data folder or port."""
        words = str(self.data).encode(), f"127.0.0.1:{self.port}".encode()
        return [text for text in _commands() if any(word.decode() in text for word in words)]


def _commands() -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


@pytest.fixture
def started(tmp_path) -> Iterator[Callable[..., Started]]:
    """Return a function that starts Muster without the demo; all end with the test."""
    runs: list[Started] = []

    def start(*arguments: str) -> Started:
        runs.append(Started(tmp_path / "data", "--no-demo", *arguments))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(60)
