"""Runs carried out by a worker: the row is the queue."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from inventory.imports.actions import LostClaimError
from inventory.imports.runs import carry_out, claim, due

logger = logging.getLogger(__name__)


@shared_task(acks_late=True)
def carry_out_import(run_id: int) -> None:
    """Carry a run out; a second call, or one beside it, changes nothing."""
    if run := claim(run_id):
        try:
            carry_out(run)
        except LostClaimError:
            return


def start_soon(run_id: int) -> None:
    """Ask a worker to begin after the transaction; without a broker the sweep starts the run."""

    def ask() -> None:
        try:
            carry_out_import.delay(run_id)
        except (OperationalError, OSError):
            logger.warning("The broker does not answer; the sweep will start import %s.", run_id)

    transaction.on_commit(ask)


@shared_task(acks_late=True)
def sweep_imports() -> None:
    """Start runs that wait, and take up those whose worker fell silent."""
    for run_id in due():
        carry_out_import.delay(run_id)
