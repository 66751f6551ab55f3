"""The list of items as CSV: every matching row, in the order of the list."""

import csv
import io
from collections.abc import Iterable, Iterator

from governance.common.cells import safe
from governance.escalation.models import Item
from governance.escalation.rules import ItemStatus
from governance.escalation.wording import SEVERITY_WORDS, STATUS_WORDS
from governance.notices.rules import Severity

BATCH = 500
HEAD = (
    "Number", "What", "Kind", "Severity", "State", "Level", "Due", "Next step", "System",
    "Unit", "Responsible", "Held by", "Times", "Opened", "Resolved", "Because",
)  # fmt: skip


def csv_chunks(rows: Iterable[Item], names: dict[int, str]) -> Iterator[bytes]:
    """Yield the list as UTF-8 CSV without a byte order mark; `names` are of people by id."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEAD)
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(text) for text in _cells(row, names)])
        if number % BATCH == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cells(row: Item, names: dict[int, str]) -> list[str]:
    holder = row.acked_by or row.snoozed_by
    return [
        row.ref,
        row.title,
        row.kind,
        SEVERITY_WORDS[Severity(row.severity)],
        STATUS_WORDS[ItemStatus(row.status)],
        str(row.level or ""),
        _moment(row.due_at),
        _moment(row.next_step_at),
        row.system.ref if row.system else "",
        row.unit.name,
        ", ".join(names.get(pk, "") for pk in row.whom),
        holder.name if holder else "",
        str(row.count),
        _moment(row.opened_at),
        _moment(row.resolved_at),
        row.resolution,
    ]


def _moment(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if value else ""
