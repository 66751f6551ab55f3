"""Where things lie, what may go wrong, and how a stop is asked for."""

import contextlib
import os
import pwd
import signal
import subprocess
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Words = list[str | Path]
ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STEP_LINES = 25


class Problem(Exception):  # noqa: N818
    """Something the person who started it can put right; the text says how."""


class Stopped(Exception):  # noqa: N818
    """Ctrl-C or a TERM signal came before everything ran."""


stop_asked = threading.Event()


def listen_for_stop() -> None:
    """Note INT, TERM and HUP, also where a background shell had INT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop_asked.set())


def version() -> str:
    """Return the version of this checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


def run_step(
    command: Sequence[str | Path],
    *,
    failure: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    user: str | None = None,
) -> str:
    """Run one command to its end and return what it printed.

    Raises Problem with `failure` and the last lines of its output when it fails, and Stopped
    when a stop is asked for meanwhile.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        env=dict(env) if env is not None else None,
        cwd=cwd,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    reader.start()
    while process.poll() is None:
        if stop_asked.wait(0.02):
            end_group(process)
            raise Stopped
    reader.join(5)
    if process.stdout:
        process.stdout.close()
    output = "".join(lines)
    if process.returncode:
        tail = "\n".join(output.strip().splitlines()[-STEP_LINES:])
        raise Problem(f"{failure}\n{tail}" if tail else failure)
    return output


def end_group(process: subprocess.Popen[str] | subprocess.Popen[bytes], grace: float = 5) -> None:
    """End a process and all it started: TERM first, KILL after `grace` seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        signal_group(process.pid, number)
        try:
            process.wait(grace)
            return
        except subprocess.TimeoutExpired:
            continue


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process group that may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def wait_until(truth: Callable[[], bool], seconds: float) -> bool:
    """Return whether `truth()` came true in time; raise Stopped when a stop is asked for."""
    end = time.monotonic() + seconds
    while not truth():
        if stop_asked.wait(0.02):
            raise Stopped
        if time.monotonic() > end:
            return False
    return True


def is_root() -> bool:
    """Return whether this process may do everything."""
    return os.geteuid() == 0
