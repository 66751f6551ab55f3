"""bin/start as a person uses it: up, used, stopped, killed, started again."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.setup.conftest import ROOT, plain_environment

pytestmark = pytest.mark.worker


def manage(*words: str) -> str:
    """Run a management command beside the running instance, as from another shell."""
    python = str(ROOT / ".venv" / "bin" / "python")
    done = subprocess.run(
        [python, "manage.py", *words],
        cwd=ROOT,
        env=plain_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def people() -> str:
    code = "from governance.accounts.models import User; print(User.objects.count())"
    return manage("shell", "-v", "0", "-c", code).strip()


def test_it_starts_answers_stops_and_keeps_its_data(started):
    first = started()
    first.await_page()

    password = re.search(r"administrator@localhost with the password (\S+)", first.said())
    assert password
    assert first.get("/healthz")[0] == 200
    first.await_truth(lambda: first.get("/readyz")[0] == 200, 60)
    assert people() == "1"
    assert first.end(signal.SIGINT) == 0
    assert first.left_over() == []

    second = started()
    second.await_page()
    assert "with the password" not in second.said().rpartition("runs at")[0].rpartition("Stop")[2]
    assert people() == "1"
    assert second.end(signal.SIGTERM) == 0
    assert second.left_over() == []


def test_a_second_start_on_the_same_folder_is_refused(started):
    first = started()
    first.await_page()

    second = started()
    assert second.process.wait(60) == 1
    assert "Muster runs already from the data folder" in second.said()


def test_the_end_of_one_process_is_the_end_of_all(started):
    run = started()
    run.await_page()

    os.kill(child_of(run.process.pid, "celery"), signal.SIGKILL)

    assert run.process.wait(60) == 1
    assert "ended by itself" in run.said()
    assert run.left_over() == []


def test_after_the_supervisor_was_killed_the_next_start_cleans_up(started):
    first = started()
    first.await_page()
    first.process.kill()
    first.process.wait(10)

    second = started()
    second.await_page()
    assert second.get("/healthz")[0] == 200
    assert second.end() == 0
    assert second.left_over() == []


def child_of(parent: int, word: str) -> int:
    """Return the first child process whose command has the word."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and word in (folder / "cmdline").read_text():
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError(f"No child of {parent} runs {word}.")
