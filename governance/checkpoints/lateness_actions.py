"""The watch over the age of what lies outside: late is told once, and back in time clears it."""

from datetime import datetime

from django.db import transaction

from governance.checkpoints.alarms import alarm
from governance.checkpoints.models_delivery import Lateness
from governance.checkpoints.outside import target, uncovered_since
from governance.checkpoints.sinks.configured import sinks
from governance.common.clock import database_now
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK


def watch(now: datetime | None = None) -> None:
    """Raise the alarm when something written is not outside after twice the target; or end it.

    Without a place outside there is nothing to be late for: the ledger's page says so.
    """
    if not sinks():
        return
    at, since = now or database_now(), uncovered_since()
    late = Lateness.objects.filter(ended_at__isnull=True).first()
    if since and at - since > 2 * target() and late is None:
        note_late(since, at)
    elif late and (since is None or at - since <= target()):
        note_back(late, at)


@transaction.atomic
def note_late(since: datetime, at: datetime) -> None:
    """Write down that nothing newer than a moment lies outside, once, and tell administrators."""
    late, made = Lateness.objects.get_or_create(since=since, defaults={"noticed_at": at})
    if not made:
        return
    record("checkpoints.late", subject=late, actor=CLOCK, data={"since": since.isoformat()})
    minutes = int((at - since).total_seconds() // 60)
    subject = f"For {minutes} minutes nothing of the record has left this machine"
    line = "What was written since then could be changed unseen. See on the ledger's page why."
    alarm(f"late:{late.pk}", subject, (line,), at=at)


@transaction.atomic
def note_back(late: Lateness, at: datetime) -> None:
    """Say that what was written is outside again, and how long it was not."""
    open_ones = Lateness.objects.filter(pk=late.pk, ended_at__isnull=True)
    if not open_ones.update(ended_at=at):
        return
    minutes = int((at - late.since).total_seconds() // 60)
    record("checkpoints.back", subject=late, actor=CLOCK, data={"minutes": minutes})
    subject = f"The record lies outside again, after {minutes} minutes"
    lines = ("All that was written meanwhile is covered.",)
    alarm(f"late:{late.pk}", subject, lines, at=at, over=True)
