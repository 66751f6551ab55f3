"""What the clock asks of a worker: see what falls due, tell of it, watch that somebody does."""

from celery import shared_task

from governance.escalation.queries import database_now
from governance.escalation.reconcile import reconcile, urgent
from governance.escalation.sweeping import sweep
from governance.escalation.watch_actions import watch


@shared_task(acks_late=True)
def sweep_items() -> None:
    """Take one step for everything that is due; a second one beside it changes nothing."""
    sweep()


@shared_task(acks_late=True)
def watch_sweeps() -> None:
    """Raise the alarm when no sweep has ended for five minutes."""
    watch()


@shared_task(acks_late=True)
def reconcile_items() -> None:
    """Bring all items in line with the tables; a second run, or one beside it, changes nothing."""
    reconcile(database_now())


@shared_task(acks_late=True)
def reconcile_urgent() -> None:
    """Do the same for what counts round the clock only."""
    reconcile(database_now(), only=urgent())
