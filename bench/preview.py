"""A change of the law over a large register: seconds, systems a second, and memory.

Run: .venv/bin/python -m bench.one preview FILE, on an empty database.
"""

import json
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import yaml

from bench.sizes import copied, run

CASES = Path(__file__).parent.parent / "tests" / "classification" / "cases.yaml"

AIM_SECONDS, AIM_GROWTH_MIB = 60.0, 20.0
FILL = """INSERT INTO classification_factsheet (system_id, facts, row_version, changed_at)
    SELECT s.id, (%(facts)s::jsonb) -> (s.id %% %(cases)s)::int, 1, now() FROM systems_aisystem s
    WHERE NOT EXISTS (SELECT FROM classification_factsheet f WHERE f.system_id = s.id)"""
PART = """UPDATE classification_factsheet
    SET facts = facts || jsonb_build_object('gpai.training_flop', system_id)"""


def measure(sizes: tuple[int, ...] = (10_000, 100_000)) -> dict[str, Any]:
    """Return for each size what the shipped example takes, rows written, and a bare loop.

    Every system has the facts of a worked case, two in five an answer to every question, and each
    a number of its own, so that none is remembered from another. Each size has a database and a
    process of its own, so that its peak memory is its own.
    """
    home, told = os.environ["DATABASE_URL"], dict[str, Any]()
    try:
        for size in sizes:
            os.environ["DATABASE_URL"] = copied(home, size)
            told[str(size)] = {}
            for work in (filled, previewed, looped):
                told[str(size)] |= apart(work, size)
    finally:
        os.environ["DATABASE_URL"] = home
        for size in sizes:
            run(home, f"DROP DATABASE IF EXISTS {home.rsplit('/', 1)[1]}_{size} WITH (FORCE)")
    return {"sizes": told, "aim_seconds": AIM_SECONDS, "aim_growth_mib": AIM_GROWTH_MIB}


def apart(work: Callable[[Connection, int], None], size: int) -> dict[str, Any]:
    """Do a work in a new process; return what it tells."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=work, args=(theirs, size))
    process.start()
    theirs.close()  # so that a process that fails is heard
    told: dict[str, Any] = ours.recv()
    process.join()
    return told


def filled(pipe: Connection, size: int) -> None:
    """Fill the database: so many systems that are not retired, each with answers."""
    import django

    django.setup()
    from django.db import connection

    from bench import seed
    from inventory.systems.models import AISystem

    made = seed.found()
    seed.grow(made, size)
    AISystem.objects.update(stage="production", retired_on=None)
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    facts = json.dumps([case["facts"] for case in cases], default=str)
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"facts": facts, "cases": len(cases)})
        cursor.execute(PART)  # so that no two answer the same, and none is remembered
    seed.settle()
    pipe.send({"systems": AISystem.objects.count()})


def previewed(pipe: Connection, size: int) -> None:
    """Run the shipped example as a worker does, one process, every row written."""
    import django

    django.setup()
    from governance.accounts.models import User
    from governance.classification.models import PackPreview
    from governance.classification.preview_actions import request_preview
    from governance.classification.tasks import run_preview

    officer = User.objects.get(email__startswith="compliance_officer@")
    preview = request_preview(actor=officer, before_text="enacted")
    before, began, cpu = peak_mib(), time.perf_counter(), time.process_time()
    run_preview(preview.pk)
    spent, worked = time.perf_counter() - began, time.process_time() - cpu
    done = PackPreview.objects.get(pk=preview.pk)
    assert done.status == "done", done.error  # noqa: S101
    pipe.send({
        "seconds": round(spent, 2),
        "cpu_seconds": round(worked, 2),
        "systems_per_second": round(done.done / spent),
        "touched": done.rows.count(),
        "peak_mib": round(peak_mib(), 1),
        "peak_before_mib": round(before, 1),
    })  # fmt: skip


def looped(pipe: Connection, size: int) -> None:
    """Classify the same facts twice each in a bare loop: no database, nothing compared."""
    import django

    django.setup()
    from governance.classification.packs import load
    from governance.classification.rules import checked, classify, engine_of

    engine = engine_of(load())
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]
    facts = [checked(engine.pack, case["facts"]) for case in cases]
    began, cpu = time.perf_counter(), time.process_time()
    for at in range(size):
        classify(engine, facts[at % len(facts)])
        classify(engine, facts[at % len(facts)])
    spent, worked = time.perf_counter() - began, time.process_time() - cpu
    pipe.send({"bare_seconds": round(spent, 2), "bare_cpu_seconds": round(worked, 2)})


def peak_mib() -> float:
    """Return the most memory this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
