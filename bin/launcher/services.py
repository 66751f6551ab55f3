"""The supervisor: web server, worker and beat under one roof; the end of one is the end of all."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from launcher.common import PYTHON, ROOT, Problem, signal_group, stop_asked

PR_SET_PDEATHSIG = 1
STOP_STEPS = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
MARK = "MUSTER_SUPERVISED"
_prctl = ctypes.CDLL(None).prctl


@dataclass
class Services:
    """The processes that this supervisor started, oldest first."""

    env: dict[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start one Python module of .venv, its output appended to a log file of its name."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(PYTHON), "-m", *arguments],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )

    def watch(self) -> None:
        """Return when a stop is asked for; raise Problem when a service ends by itself."""
        while not stop_asked.wait(0.2):
            self.check()

    def check(self) -> None:
        """Raise Problem when a service has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                log = self.logs / f"{name}.log"
                raise Problem(
                    f"The {name} ended by itself with code {process.returncode}, so everything "
                    f"was stopped; its last words, from {log}:\n{last_words(log)}"
                )

    def stop(self) -> None:
        """End every service: beat and worker take no new work, then the web server."""
        for number, seconds in STOP_STEPS:
            alive = [one for one in self.running.values() if one.poll() is None]
            for process in alive:
                _signal_service(process, number)
            end = time.monotonic() + seconds
            while any(one.poll() is None for one in alive) and time.monotonic() < end:
                time.sleep(0.05)
        for process in self.running.values():
            signal_group(process.pid, signal.SIGKILL)
        self.running.clear()


def _signal_service(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the head of a service; only KILL goes to the whole group."""
    if number == signal.SIGKILL:
        signal_group(process.pid, number)
    else:
        process.send_signal(number)


def _die_with_parent() -> Callable[[], None]:
    parent = os.getpid()

    def before_exec() -> None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def last_words(log: Path, lines: int = 8) -> str:
    """Return the last lines of a log file."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def end_strays(data: Path) -> None:
    """End the processes of an earlier supervisor of this data folder that was killed."""
    mark = f"{MARK}={data}".encode()
    for number, seconds in STOP_STEPS:
        strays = marked(mark)
        for pid in strays:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        end = time.monotonic() + (seconds if strays else 0)
        while marked(mark) and time.monotonic() < end:
            time.sleep(0.1)


def marked(mark: bytes) -> list[int]:
    """Return the living processes that carry a mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]
