"""The clock work of retention."""

from celery import shared_task

from governance.retention.notes import write_notes


@shared_task(acks_late=True)
def note_erasures() -> None:
    """Write the notes of erasures that have none yet."""
    write_notes()
