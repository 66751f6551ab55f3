"""The clock's own actions: one step for everything whose step is due, in one transaction a batch.

What another sweep holds is passed over; what is killed half-way was never done. Which step is
due is asked of the database's clock.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now

from governance.escalation.models import AckLink, Event, Item, Sweep
from governance.escalation.queries import database_now
from governance.escalation.stepping import Batch, batch_of
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK
from governance.notices.actions import Wish, tell
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity

AT_ONCE = 1_000
NONE: frozenset[int] = frozenset()
COLUMNS = {
    "id": "bigint",
    "status": "text",
    "level": "smallint",
    "run": "int",
    "plan_id": "bigint",
    "policy_id": "bigint",
    "loop": "int",
    "position": "smallint",
    "people": "jsonb",
    "told": "bigint[]",
    "next_step_at": "timestamptz",
    "acked_by_id": "bigint",
    "acked_at": "timestamptz",
    "ack_until": "timestamptz",
    "snoozed_by_id": "bigint",
    "snoozed_until": "timestamptz",
    "snooze_reason": "text",
    "row_version": "int",
}
UPDATE_SQL = f"""
UPDATE escalation_item AS item SET {", ".join(f"{n} = row.{n}" for n in COLUMNS if n != "id")}
FROM jsonb_to_recordset(%s::jsonb) AS row({", ".join(f"{n} {t}" for n, t in COLUMNS.items())})
WHERE item.id = row.id
"""  # noqa: S608
EVENT_COLUMNS = ("item_id", "kind", "at", "run", "loop", "level", "data")


class StepError(Exception):
    """Something about these items keeps them from their step; the cause is the error itself."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(f"{len(items)} items cannot take their step.")
        self.items = items


@transaction.atomic
def step(
    sweep: Sweep, *, most: int = AT_ONCE, at: datetime | None = None, but: frozenset[int] = NONE
) -> Batch | None:
    """Take what is due one step further and tell people; return what was done, None for nothing.

    `but` are items to leave alone; `at` is only for tests: else the database says what time it
    is. Raises StepError, having done nothing, when one of the items cannot take its step.
    """
    items = _claim(most, at, but)
    if not items:
        return None
    try:
        batch = batch_of(items, at or database_now())
        batch.run()
        _write(batch)
    except OperationalError:
        raise  # the database is gone, which is no fault of the items
    except Exception as error:
        raise StepError(items) from error
    told = {"count": len(items), "items": [item.pk for item in items], "skipped": batch.passed}
    record("items.stepped", subject=sweep, actor=CLOCK, data=told)
    return batch


@transaction.atomic
def tell_of_failure(sweep: Sweep, item: Item, why: str) -> None:
    """Tell administrators, once a day, that an item cannot take its step."""
    now = database_now()
    day = now.date().isoformat()
    record("item.stuck", subject=item, actor=CLOCK, data={"sweep": sweep.pk, "why": why})
    wishes = [
        Wish(
            item=f"stuck:{item.pk}:{day}",
            step=0,
            loop=0,
            channel=channel,
            severity=Severity.HIGH,
            subject=f"{item.ref} cannot climb: {item.title}",
            lines=(f"Its next step fails ({why}). Nobody is told of it until that is mended.",),
            url=item.url,
            person=person,
            kind="escalation.stuck",
        )
        for person in administrators()
        for channel in (Channel.APP, Channel.EMAIL)
    ]
    tell(wishes, at=now)


def _claim(most: int, at: datetime | None, but: frozenset[int]) -> list[Item]:
    """Lock what is due and nobody else holds, the longest due first."""
    rows = Item.objects.filter(next_step_at__lte=at or Now()).order_by("next_step_at", "pk")
    found = rows.exclude(pk__in=but).select_for_update(skip_locked=True)
    return list(found.prefetch_related("unit", "system__owner")[:most])


def _write(batch: Batch) -> None:
    rows = [{name: getattr(item, name) for name in COLUMNS} for item in batch.items]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_SQL, [json.dumps(rows, default=str)])
    _append(batch.events)
    AckLink.objects.bulk_create(batch.links, batch_size=AT_ONCE)
    tell(batch.wishes, at=batch.now)


def _append(events: Sequence[Event]) -> None:
    """Insert events in their order by COPY, at a third of the cost."""
    statement = f"COPY escalation_event ({', '.join(EVENT_COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as lines:
        for event in events:
            lines.write_row([_cell(getattr(event, name)) for name in EVENT_COLUMNS])


def _cell(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, dict) else value
