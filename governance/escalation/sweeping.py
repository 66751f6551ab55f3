"""Sweeps: looking for what is due until nothing is, and saying that somebody looked."""

import logging
from datetime import datetime, timedelta

from governance.escalation.models import Sweep
from governance.escalation.queries import database_now, last_sweep
from governance.escalation.step_actions import AT_ONCE, StepError, step, tell_of_failure
from governance.escalation.watch_actions import note_return

KEPT = timedelta(days=90)
KEPT_EMPTY = timedelta(days=2)
TIDIES_EVERY = 500  # sweeps
SHRINKS_BY = 10  # a batch in which something fails
log = logging.getLogger(__name__)


def sweep(*, most: int = AT_ONCE, at: datetime | None = None) -> Sweep:
    """Take one step for everything that is due; return what was found.

    Two at once share the work, and a second one right after finds nothing. What cannot take its
    step holds up nothing else. `at` is only for tests.
    """
    before = last_sweep()
    row = Sweep.objects.create(started_at=database_now())
    stuck = _step_all(row, most, at)
    row.failed, row.ended_at = len(stuck), database_now()
    row.save(update_fields=["ended_at", "found", "told", "skipped", "failed"])
    note_return(before.ended_at, row)
    if row.pk % TIDIES_EVERY == 0:
        tidy(row.ended_at)
    return row


def _step_all(row: Sweep, most: int, at: datetime | None) -> frozenset[int]:
    """Step until nothing is due; return what could not, found by ever smaller batches."""
    stuck: frozenset[int] = frozenset()
    while True:
        try:
            batch = step(row, most=most, at=at, but=stuck)
        except StepError as error:
            if most == 1:
                (item,) = error.items
                stuck |= {item.pk}
                log.exception("%s cannot take its step.", item.ref)
                tell_of_failure(row, item, type(error.__cause__).__name__)
            most = max(1, most // SHRINKS_BY)
            continue
        if batch is None:
            return stuck
        row.found += len(batch.items)
        row.told += len(batch.wishes)
        row.skipped += batch.passed


def tidy(now: datetime) -> int:
    """Forget sweeps that are long past, sooner those that found nothing; return how many."""
    old, _ = Sweep.objects.filter(started_at__lt=now - KEPT).delete()
    idle = Sweep.objects.filter(started_at__lt=now - KEPT_EMPTY, found=0)
    return old + idle.delete()[0]
