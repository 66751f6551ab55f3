"""How long a sweep takes when much falls due at once, against plain inserts of the same rows.

Run: bench/run --only escalation

1,000 systems in 401 units, 100,000 open items about them, of which 10,000 come due within one
minute: three in five are deadlines missed today, one in five missed two business days ago, one in
five begin a policy of three levels. One sweep tells them all; the next finds nothing. Each row
that it wrote (notices, events, links) is then inserted again, ready made, into plain tables.
"""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench import seed
from governance.escalation.freezing import digest_of, freeze
from governance.escalation.models import FrozenPlan, Item, Sweep
from governance.escalation.plans import deadline_plan, usual_plan
from governance.escalation.queries import database_now
from governance.escalation.rules import ItemStatus, Plan
from governance.escalation.step_actions import AT_ONCE
from governance.escalation.sweeping import sweep
from governance.notices.rules import Severity
from inventory.systems.models import AISystem

SEED, SYSTEMS = 20_261_122, 1_000
AIM_SECONDS = 60.0  # what falls due in a minute is told in a minute
WRITTEN = ("notices_notice", "escalation_event", "escalation_acklink")


def measure(items: int = 100_000, due: int = 10_000) -> dict[str, Any]:
    """Return seconds, rates and the ratio to plain inserts."""
    made = seed.found()
    seed.grow(made, SYSTEMS)
    _open(items, due)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    row, seconds, cpu = _timed()
    idle, idle_seconds, _ = _timed()
    written = {table: _count(table) for table in WRITTEN}
    plain = sum(_plain(table) for table in WRITTEN)
    rows = sum(written.values())
    return {
        "items": items,
        "due": due,
        "found": row.found,
        "left": idle.found,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "aim_seconds": AIM_SECONDS,
        "notices": written["notices_notice"],
        "notices_per_second": round(written["notices_notice"] / seconds),
        "rows": rows,
        "plain_seconds": round(plain, 2),
        "ratio": round(seconds / plain, 2),
        "idle_ms": round(idle_seconds * 1000, 1),
    }


def _timed() -> tuple[Sweep, float, float]:
    began, worked = time.perf_counter(), time.process_time()
    row = sweep()
    return row, time.perf_counter() - began, time.process_time() - worked


def _open(items: int, due: int) -> None:
    """Put open items in place, as if they had run for a while."""
    dice, now = random.Random(SEED), database_now()
    missed, usual = deadline_plan("agreement ends"), usual_plan(Severity.CRITICAL)
    kept = freeze([missed, usual])
    plans = {name: (plan, kept[digest_of(plan)]) for name, plan in (("d", missed), ("p", usual))}
    systems = list(AISystem.objects.select_related("owner"))
    made = (_item(dice, number, now, plans, dice.choice(systems), number < due)
            for number in range(items))  # fmt: skip
    with transaction.atomic():
        Item.objects.bulk_create(made, batch_size=5_000)


def _item(
    dice: random.Random,
    number: int,
    now: datetime,
    plans: dict[str, tuple[Plan, FrozenPlan]],
    system: AISystem,
    is_due: bool,
) -> Item:
    kind = "p" if number % 5 == 0 else "d"
    first = 6 + (number % 5 == 1)  # the due day, or two business days after
    at = now - timedelta(seconds=dice.random() * 60) if is_due else now + timedelta(days=3)
    told = kind == "d" and first == 7
    return Item(
        key=f"{system.pk}:bench:{number}",
        kind="bench",
        title=f"The agreement about {system.name[:80]} ends",
        url=f"/systems/{system.ref}/",
        unit_id=system.unit_id,
        system=system,
        severity=Severity.CRITICAL if kind == "p" else Severity.WARNING,
        due_at=at - timedelta(days=4 * told),
        since=at - timedelta(days=90),
        whom=[system.owner_id] if system.owner_id else [],
        status=ItemStatus.NOTIFIED if told else ItemStatus.OPEN,
        level=int(told),
        plan=plans[kind][1],
        position=first if kind == "d" else 0,
        next_step_at=at,
        opened_at=now - timedelta(days=90),
        begun_at=now - timedelta(days=90),
    )


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        return int(cursor.fetchone()[0])


def _plain(table: str) -> float:
    """Return the seconds that inserting a table's rows again takes, in batches of a sweep."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
        cursor.execute(f"CREATE TABLE plain_{table} (LIKE {table}, PRIMARY KEY (id))")
    values = ", ".join(["%s"] * len(names))
    statement = f"INSERT INTO plain_{table} VALUES ({values})"  # noqa: S608
    began = time.perf_counter()
    for part in _parts(rows):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, part)
    return time.perf_counter() - began


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
