"""How fast the record takes entries, gives them numbers, and is checked.

    .venv/bin/python bench/ledger.py [--seconds 3] [--rounds 3] [--json FILE]

Eight writers, each change its own transaction: what record() appends in a second against plain
inserts of the same rows, ready made, into a table with a primary key and nothing else. Writes
into the database of DATABASE_URL: give it one of its own.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

import django

WRITERS = 8
DATA = {
    "changes": {
        "intended_purpose": {
            "from": "Ranks incoming claims by urgency.",
            "to": "Ranks incoming claims by urgency, so that urgent ones are read first.",
        },
        "stage": {"from": "pilot", "to": "production"},
        "countries": {"from": ["NO"], "to": ["NO", "SE", "DK"]},
    }
}
PLAIN_TABLE = """
CREATE TABLE bench_plain (LIKE ledger_entry INCLUDING IDENTITY, PRIMARY KEY (id))
"""
PLAIN_INSERT = """
INSERT INTO bench_plain (object_type, object_id, object_ref, object_version, action, actor_ref,
unit_id, at, schema, body, leaf) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""


def append(turn: int) -> None:
    """Record one change."""
    from django.db import transaction

    from governance.accounts.models import BusinessUnit
    from governance.ledger.actions import record

    actor, unit = SimpleNamespace(handle="0" * 32), BusinessUnit(pk=turn)
    with transaction.atomic():
        record("unit.changed", subject=unit, actor=actor, data=DATA, unit=1)


def insert(turn: int) -> None:
    """Insert the same row, ready made, into a plain table; `turn` is not needed."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAIN_INSERT, ROW)
        cursor.fetchone()


ROW: list[object] = []


def _write(kind: str, seconds: float, start: object, done: object) -> None:
    """Write in one process until the time is over; report how many and each one's length."""
    from django.db import connection

    connection.close()
    work = append if kind == "ledger" else insert
    work(0)
    start.wait()  # type: ignore[attr-defined]
    lengths, end = [], time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        work(len(lengths))
        lengths.append(time.perf_counter() - begin)
    done.put(lengths)  # type: ignore[attr-defined]


def burst(kind: str, seconds: float) -> tuple[float, list[float]]:
    """Return appends per second of eight writers, and how long each append took."""
    from django.db import connection

    connection.close()
    forks = multiprocessing.get_context("fork")
    start, done = forks.Barrier(WRITERS), forks.Queue()
    writers = [
        forks.Process(target=_write, args=(kind, seconds, start, done)) for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    lengths = [length for _ in writers for length in done.get()]
    for writer in writers:
        writer.join()
    return len(lengths) / seconds, lengths


def appends(seconds: float, rounds: int) -> dict[str, float]:
    """Return rates of both kinds, taken in turn, and their ratio."""
    from django.db import connection

    from governance.ledger.models import Entry

    append(0)
    columns = [field.column for field in Entry._meta.concrete_fields][1:]
    ROW[:] = Entry.objects.order_by("-pk").values_list(*columns).first() or ()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_plain")
        cursor.execute(PLAIN_TABLE)
    rates: dict[str, list[float]] = {"plain": [], "ledger": []}
    lengths: list[float] = []
    for _ in range(rounds):
        for kind, kept in rates.items():
            rate, taken = burst(kind, seconds)
            kept.append(rate)
            lengths += taken if kind == "ledger" else []
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_plain")
    plain, ledger = (statistics.median(rates[kind]) for kind in ("plain", "ledger"))
    return {
        "plain_per_second": round(plain),
        "appends_per_second": round(ledger),
        "ratio": round(statistics.median(a / b for a, b in zip(*_pairs(rates), strict=True)), 3),
        "append_p50_ms": round(statistics.median(lengths) * 1000, 2),
        "append_p99_ms": round(statistics.quantiles(lengths, n=100)[98] * 1000, 2),
    }


def _pairs(rates: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    return rates["ledger"], rates["plain"]


def numbering_and_check() -> dict[str, float]:
    """Return entries per second of the sequencer and of the whole check."""
    from governance.ledger.actions import sequence_all
    from governance.ledger.verification import verify

    begin = time.perf_counter()
    numbered = sequence_all()
    sequenced = time.perf_counter() - begin
    begin = time.perf_counter()
    report = verify()
    checked = time.perf_counter() - begin
    if report.fault:
        raise SystemExit(f"The record does not hold: {report.fault}")
    return {
        "entries": report.size,
        "sequenced_per_second": round(numbered / sequenced),
        "verified_per_second": round(report.size / checked),
    }


def fill(count: int) -> None:
    """Append many entries in few transactions, so that there is something to check."""
    from django.db import transaction

    for first in range(0, count, 1_000):
        with transaction.atomic():
            for turn in range(first, first + 1_000):
                append(turn)


def measure(seconds: float = 3.0, rounds: int = 3, entries: int = 20_000) -> dict[str, float]:
    """Return all figures; needs a migrated database that may be written to."""
    django.setup()
    figures = appends(seconds, rounds)
    fill(entries)
    return figures | numbering_and_check()


def main() -> None:
    """Print a table, and write JSON where asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--entries", type=int, default=20_000)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    figures = measure(given.seconds, given.rounds, given.entries)
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<24}{value:>12,}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
