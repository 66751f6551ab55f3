"""The clock work of the record's head."""

from contextlib import suppress

from celery import shared_task

from governance.checkpoints.actions import HeldError, checkpoint_now
from governance.checkpoints.delivering import deliver
from governance.checkpoints.key_loss_actions import note_found
from governance.checkpoints.lateness_actions import watch
from governance.checkpoints.outside import look
from governance.checkpoints.standing import is_held, is_read_only


@shared_task(acks_late=True)
def sweep_checkpoints() -> None:
    """Sign the head if something was recorded since; a second one beside it changes nothing.

    Without the key it fails, and the next one that has it signs a head over everything.
    """
    note_found()
    if not is_held():
        with suppress(HeldError):  # a size from before a recovery: the next entry is signed
            checkpoint_now()


@shared_task(acks_late=True)
def deliver_checkpoints() -> None:
    """Put the newest checkpoint wherever it is due; a second one beside it takes other places."""
    deliver()


@shared_task(acks_late=True)
def look_outside() -> None:
    """Read back what lies outside, compare the record with it, and watch its age."""
    look()
    if not is_read_only():
        watch()
