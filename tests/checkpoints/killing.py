"""Killing the one who publishes at random moments, and counting what is left behind."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

from governance.checkpoints.models import Checkpoint, Delivery
from governance.checkpoints.queries import keys
from governance.common.notes import open_checkpoint
from governance.ledger.models import LeafSequence
from governance.ledger.tree import root_at
from tests.live import database_url

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import tests.settings as s
import sys, pathlib, runpy
s.LOG_KEY_FILE = pathlib.Path(sys.argv[1])
s.CHECKPOINT_SINKS = [sys.argv[2]]
runpy.run_module("tests.checkpoints.publisher", run_name="__main__")
"""


def round_of(key: Path, sink: str, chance: random.Random) -> float:
    """Let one process publish, kill it at a random moment, and return after how many seconds."""
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(key), sink],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        seconds = chance.uniform(0.0, 0.6)
        time.sleep(seconds)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        if process.stdout:
            process.stdout.close()
    return seconds


def faults(folder: Path) -> list[str]:
    """Return what is wrong with the sequence, the checkpoints and what lies outside."""
    found = []
    numbers = list(LeafSequence.objects.order_by("seq").values_list("seq", flat=True))
    if numbers != list(range(len(numbers))):
        found.append("the sequence has a gap or a double")
    for head in Checkpoint.objects.all():
        if root_at(head.size) != bytes(head.root):
            found.append(f"the checkpoint over {head.size} is not the root there")
    for file in folder.glob("*/*.txt"):
        said = open_checkpoint(file.read_bytes(), keys())
        if not file.name.startswith(f"{said.size:020d}-{said.root.hex()}"):
            found.append(f"{file.name} says something else")
        if not Checkpoint.objects.filter(size=said.size, note=file.read_text()).exists():
            found.append(f"{file.name} is of no checkpoint")
    if _doubles():
        found.append("a checkpoint was queued twice for one place")
    return found


def _doubles() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {Delivery._meta.db_table} "  # noqa: S608
            "GROUP BY checkpoint_id, sink HAVING count(*) > 1) d"
        )
        return int(cursor.fetchone()[0])
