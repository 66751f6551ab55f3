"""Backup and restore of a large record: seconds and peak memory, against PostgreSQL's own programs.

    bench/run --only backup [--quick]

A tenth of the entries first, then all of them: what a backup and a restore take in memory must
not grow with the record. Both run as the operator runs them, in processes of their own; the
restore ends with the check of every entry. Writes into the database of DATABASE_URL, and makes
another beside it: give it one of its own, as bench/run does.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.sizes import run

ROOT = Path(__file__).parent.parent
AIM_SECONDS = 1_800.0  # to be back within half an hour
AIM_GROWTH_MIB = 20.0
# Runs a program from a small process: what a process takes begins with what its parent has.
WATCH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
# Entries as record() writes them, with their leaf.
FILL = """
INSERT INTO ledger_entry (object_type, object_id, object_ref, object_version, action, actor_ref,
    unit_id, at, schema, body, leaf)
SELECT 'aisystem', n, 'AIS-' || n, 1, 'system.changed', repeat('0', 32), 1, at, 'muster/entry/1',
    body, sha256('\\x00'::bytea || body)
FROM (SELECT n, at, convert_to('{"action":"system.changed","actor":"' || repeat('0', 32)
    || '","at":"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","data":{"changes":{"intended_purpose":{"from":"' || md5(n::text) || repeat(' as', 30)
    || '","to":"' || md5((n + 1)::text) || '"}}},"object":{"id":"' || n || '","ref":"AIS-' || n
    || '","type":"aisystem","version":1},"schema":"muster/entry/1","unit":1}', 'UTF8') AS body
    FROM (SELECT n, timestamptz '2026-01-01 00:00Z' + n * interval '1 second' AS at
        FROM generate_series(%s, %s) n) one) two
"""


def measure(entries: int = 1_000_000) -> dict[str, object]:
    """Return what backup and restore take at a tenth of the entries, and at all of them."""
    from django.conf import settings

    url, told = settings.DATABASE_URL, {}
    for size in (entries // 10, entries):
        _fill(size)
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
            told[str(size)] = _once(url, Path(folder))
    least, most = told.values()
    return {
        "sizes": told,
        "backup_growth_mib": round(most["backup_mib"] - least["backup_mib"], 1),
        "restore_growth_mib": round(most["restore_mib"] - least["restore_mib"], 1),
        "aim_seconds": AIM_SECONDS,
        "aim_growth_mib": AIM_GROWTH_MIB,
    }


def _fill(size: int) -> None:
    """Let the record have so many entries, numbered and in tiles, with a signed head."""
    from django.db import connection

    from governance.checkpoints.actions import checkpoint_now
    from governance.ledger.models import Entry

    with connection.cursor() as cursor:
        cursor.execute(FILL, [Entry.objects.count() + 1, size])
        checkpoint_now()
        cursor.execute("VACUUM (ANALYZE)")


def _once(url: str, folder: Path) -> dict[str, float]:
    """Return seconds and peak memory of one backup and one restore, and of the bare programs."""
    bare, back = (_beside(url, name) for name in ("bare", "back"))
    dump = folder / "bare.dump"
    try:
        told = _taken("bare_dump", [_program("pg_dump"), "-Fc", "-f", dump, url])
        told |= _taken("bare_restore", [_program("pg_restore"), "--no-owner", "-d", bare, dump])
        told["dump_mib"] = round(dump.stat().st_size / 2**20, 1)
        told |= _taken("backup", _manage("backup", "--with-keys", folder / "backups"))
        (made,) = (folder / "backups").iterdir()
        there = {"DATABASE_URL": back, "DATA_DIR": str(folder / "new")}
        (folder / "new").mkdir()
        told |= _taken("restore", _manage("restore", made), there)
        told |= _taken("check", _manage("verify_ledger"), there)
    finally:
        for one in (bare, back):
            run(url, f"DROP DATABASE {urlsplit(one).path[1:]} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)
    return told


def _beside(url: str, word: str) -> str:
    """Return the address of a new, empty database beside ours."""
    parts = urlsplit(url)
    name = f"{parts.path[1:]}_{word}"
    run(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run(url, f"CREATE DATABASE {name} TEMPLATE template0")
    return urlunsplit(parts._replace(path=f"/{name}"))


def _program(name: str) -> Path:
    from governance.retention.backups.programs import program

    return program(name)


def _manage(*words: str | Path) -> list[str | Path]:
    return [sys.executable, ROOT / "manage.py", *words]


def _taken(
    name: str, words: list[str | Path], env: dict[str, str] | None = None
) -> dict[str, float]:
    """Run a program to its end; return its seconds, and the most memory of it and its own."""
    began = time.perf_counter()
    command = [sys.executable, "-I", "-c", WATCH, *words]
    done = subprocess.run(command, env=os.environ | (env or {}), stdout=subprocess.PIPE)
    seconds = round(time.perf_counter() - began, 2)
    if done.returncode:
        raise SystemExit(f"{name} failed.")
    return {f"{name}_seconds": seconds, f"{name}_mib": round(int(done.stdout) / 1024, 1)}
