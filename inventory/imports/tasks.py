"""Runs carried out by a worker: the row is the queue."""

from celery import shared_task

from inventory.imports.actions import LostClaimError
from inventory.imports.runs import carry_out, claim, due


@shared_task(acks_late=True)
def carry_out_import(run_id: int) -> None:
    """Carry a run out; a second call, or one beside it, changes nothing."""
    if run := claim(run_id):
        try:
            carry_out(run)
        except LostClaimError:
            return


@shared_task(acks_late=True)
def sweep_imports() -> None:
    """Start runs that wait, and take up those whose worker fell silent."""
    for run_id in due():
        carry_out_import.delay(run_id)
