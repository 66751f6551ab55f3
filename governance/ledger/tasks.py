"""The sequencer's clock work."""

from celery import shared_task

from governance.ledger.actions import sequence_all


@shared_task(acks_late=True)
def sequence_pending() -> None:
    """Give every waiting entry its number; one beside it, or none waiting, changes nothing."""
    sequence_all(wait=False)
