"""Telling people and programs, and what a person chooses about it.

`tell` is part of the action of the stage that tells: that one records what happened.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError, StaleError
from governance.ledger.actions import record
from governance.notices.models import Endpoint, Notice, Pace, Preferences
from governance.notices.rules import (
    WANTED,
    Channel,
    NoticeState,
    Quiet,
    Severity,
    may_go_at,
    must_go,
)

MOST_LETTERS = 200
AT_ONCE = 2_000
COLUMNS = {
    "item": "text",
    "step": "int",
    "loop": "int",
    "recipient": "text",
    "channel": "text",
    "person_id": "bigint",
    "endpoint_id": "bigint",
    "severity": "text",
    "subject": "text",
    "lines": "jsonb",
    "url": "text",
    "ack_url": "text",
    "kind": "text",
    "data": "jsonb",
    "legal_clock_ends": "timestamptz",
    "created_at": "timestamptz",
    "due_at": "timestamptz",
    "status": "text",
    "sent_at": "timestamptz",
    "result": "text",
    "attempts": "int",
    "claim": "text",
    "message_id": "text",
}
NAMES = ", ".join(COLUMNS)
INSERT_SQL = f"""
INSERT INTO notices_notice ({NAMES}) SELECT {NAMES}
FROM jsonb_to_recordset(%s::jsonb) AS row({", ".join(f"{n} {t}" for n, t in COLUMNS.items())})
ON CONFLICT (item, step, loop, recipient, channel) DO NOTHING
"""  # noqa: S608


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing to tell one recipient by one channel."""

    item: str
    step: int
    loop: int
    channel: Channel
    severity: Severity
    subject: str
    lines: tuple[str, ...]
    url: str
    person: User | None = None
    endpoint: Endpoint | None = None
    legal_clock_ends: datetime | None = None
    ack_url: str = ""
    kind: str = "notice"
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recipient(self) -> str:
        """Return who gets it, as part of the key."""
        if self.person:
            return f"person:{self.person.pk}"
        return f"endpoint:{self.endpoint.pk}" if self.endpoint else ""


def tell(wishes: Iterable[Wish], *, at: datetime) -> int:
    """Write down what is to be told, in the caller's transaction; return how much of it was new.

    What was told before (item, step, loop, recipient, channel) is left as it is. In the app a
    notice is there at once; a mail waits for quiet hours and the sweep, and is suppressed for
    a closed account or when the person takes no mails. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("tell() must run in the transaction of what it tells about.")
    wanted = list(wishes)
    people = {wish.person.pk for wish in wanted if wish.person and wish.channel == Channel.EMAIL}
    chosen = Preferences.objects.in_bulk(people)
    Pace.objects.bulk_create([Pace(person_id=pk) for pk in sorted(people)], ignore_conflicts=True)
    rows = [_row(wish, chosen.get(wish.person.pk if wish.person else 0), at) for wish in wanted]
    rows.sort(key=lambda row: (row["item"], row["step"], row["loop"], row["recipient"]))
    return sum(_insert(rows[start : start + AT_ONCE]) for start in range(0, len(rows), AT_ONCE))


def withdraw(items: Iterable[str], *, why: str) -> int:
    """Hold back the mails of items that have not gone yet, in the caller's transaction.

    Somebody answered while they waited for quiet hours or their turn: nobody is called any more.
    Webhooks still go, because they tell programs what happened. Returns how many were held back.
    """
    mails = Notice.objects.filter(item__in=list(items), channel=Channel.EMAIL)
    waiting = mails.filter(status__in=[NoticeState.WAITING, NoticeState.FAILED])
    return waiting.update(status=NoticeState.SUPPRESSED, result=why[:MOST_LETTERS], ack_url="")


def _insert(rows: Sequence[Mapping[str, Any]]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INSERT_SQL, [json.dumps(rows, default=str)])
        return int(cursor.rowcount)


def _row(wish: Wish, chosen: Preferences | None, at: datetime) -> dict[str, Any]:
    status, result, due_at = _planned(wish, chosen, at)
    return {
        **{name: getattr(wish, name) for name in ("item", "step", "loop", "recipient", "channel")},
        "person_id": wish.person.pk if wish.person else None,
        "endpoint_id": wish.endpoint.pk if wish.endpoint else None,
        "severity": wish.severity,
        "subject": wish.subject[:MOST_LETTERS],
        "lines": list(wish.lines),
        "data": dict(wish.data),
        **{name: getattr(wish, name) for name in ("url", "ack_url", "kind")},
        "legal_clock_ends": wish.legal_clock_ends,
        "created_at": at,
        "due_at": due_at,
        "status": status,
        "sent_at": at if status == NoticeState.SENT else None,
        "result": result,
        "attempts": 0,
        "claim": "",
        "message_id": "",
    }


def _planned(
    wish: Wish, chosen: Preferences | None, at: datetime
) -> tuple[NoticeState, str, datetime]:
    """Return the first state of a notice, why it is so, and from when on it may go."""
    if wish.person and not wish.person.is_active:
        return NoticeState.SUPPRESSED, "The account is closed.", at
    if wish.channel == Channel.APP:
        return NoticeState.SENT, "shown in the app", at
    if wish.channel == Channel.WEBHOOK or chosen is None or wish.kind in WANTED:
        return NoticeState.WAITING, "", at
    if not chosen.by_email and not must_go(wish.severity, wish.legal_clock_ends, at):
        return NoticeState.SUPPRESSED, "The person takes no mails of this severity.", at
    due_at = may_go_at(at, quiet_of(chosen), wish.severity, wish.legal_clock_ends)
    return NoticeState.WAITING, "quiet hours" if due_at > at else "", due_at


def quiet_of(chosen: Preferences | None) -> Quiet | None:
    """Return a person's quiet hours, None without any."""
    if chosen is None or chosen.quiet_from is None or chosen.quiet_until is None:
        return None
    return Quiet(chosen.zone, chosen.quiet_from, chosen.quiet_until)


@transaction.atomic
def choose_notices(
    *,
    actor: User,
    zone: str,
    quiet: tuple[time, time] | None,
    by_email: bool,
    seen: int | None = None,
) -> None:
    """Write how the actor is told; nothing happens when it is so already.

    Raises DomainError for quiet hours without an end, and StaleError when the choice was
    changed since the one that was `seen`.
    """
    if quiet and quiet[0] == quiet[1]:
        raise DomainError("Quiet hours end at another time than they begin.")
    begins, ends = quiet or (None, None)
    wanted = {"zone": zone, "quiet_from": begins, "quiet_until": ends, "by_email": by_email}
    row, _ = Preferences.objects.select_for_update().get_or_create(
        person=actor, defaults={"zone": settings.TIME_ZONE}
    )
    if seen is not None and row.row_version != seen:
        raise StaleError("Your choice was changed meanwhile. Read it again first.")
    before = {name: getattr(row, name) for name in wanted}
    if before == wanted:
        return
    Preferences.objects.filter(pk=row.pk).update(row_version=row.row_version + 1, **wanted)
    changes = {
        name: {"from": _said(before[name]), "to": _said(value)}
        for name, value in wanted.items()
        if value != before[name]
    }
    record("notices.chosen", subject=row, actor=actor, data={"changes": changes})


def _said(value: object) -> object:
    return value.strftime("%H:%M") if isinstance(value, time) else value


@transaction.atomic
def read_notices(notices: Iterable[int], *, actor: User) -> int:
    """Mark own notices as read and return how many were not before.

    Reading what one was told changes nothing for others, so the record does not hold it.
    """
    mine = Notice.objects.visible_to(actor).unread().filter(pk__in=list(notices))
    return mine.update(read_at=timezone.now())
