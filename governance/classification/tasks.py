"""Previews of the law, and reading texts: the row is the queue, Celery only makes it sooner."""

import logging
import uuid

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from governance.classification.first import score_due
from governance.classification.preview_actions import fail
from governance.classification.preview_models import PackPreview
from governance.classification.previewing import forget_old_rows, run

log = logging.getLogger(__name__)
READ_AT_MOST = 5_000  # systems whose texts one sweep reads, in about ten seconds


@shared_task(acks_late=True)
def run_preview(pk: int) -> None:
    """Run one preview; a second message, or one beside it, changes nothing."""
    worker = uuid.uuid4().hex
    if preview := PackPreview.objects.claim(pk, worker):
        run(preview, worker)


def start_soon(pk: int) -> None:
    """Ask a worker to begin once the transaction holds; without a broker the sweep does it."""

    def ask() -> None:
        try:
            run_preview.delay(pk)
        except (OperationalError, OSError):
            log.warning("The broker does not answer; the sweep will start preview %s.", pk)

    transaction.on_commit(ask)


@shared_task(acks_late=True)
def sweep_previews() -> None:
    """Start what was asked for or lost its worker, give up what took down three of them."""
    for preview in PackPreview.objects.given_up():
        reason = f"The worker stopped {preview.attempts} times while it looked at the systems."
        fail(preview, reason=reason)
    for pk in PackPreview.objects.claimable().order_by("pk").values_list("pk", flat=True):
        run_preview.apply_async((pk,), expires=60)
    forget_old_rows()


@shared_task(acks_late=True)
def sweep_triage() -> None:
    """Read the texts of systems that are new or changed; a second run changes nothing."""
    score_due(READ_AT_MOST)
