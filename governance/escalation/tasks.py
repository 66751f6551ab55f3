"""What the clock asks of a worker: look for what is due, and watch that somebody does."""

from celery import shared_task

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
