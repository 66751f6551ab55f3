"""Building packs: the row is the queue, Celery only makes it sooner."""

import logging
import uuid
from contextlib import suppress

from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from governance.audit_packs.actions import fail
from governance.audit_packs.building import build, remove_leftovers
from governance.audit_packs.models import EvidencePack, PackSeal
from governance.audit_packs.question_actions import note_overdue
from governance.audit_packs.question_models import PackQuestion
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.seal_actions import ask_for_stamp
from governance.common.errors import TransitionError

log = logging.getLogger(__name__)


@shared_task(acks_late=True)
def build_pack(pk: int) -> None:
    """Build and seal one pack; a second run, or one beside it, changes nothing."""
    worker = uuid.uuid4().hex
    if pack := EvidencePack.objects.claim(pk, worker):
        build(pack, worker)
        pack.refresh_from_db()
        if pack.status == PackStatus.SEALED:  # after an error the sweep goes on, in its own time
            with suppress(OperationalError, OSError):
                _start_next()


def start_soon(pk: int) -> None:
    """Ask a worker to begin once the transaction holds; without a broker the sweep does it."""

    def ask() -> None:
        try:
            build_pack.delay(pk)
        except (OperationalError, OSError):
            log.warning("The broker does not answer; the sweep will start pack %s.", pk)

    transaction.on_commit(ask)


@shared_task(acks_late=True)
def sweep_packs() -> None:
    """Start what was asked for or lost its worker, give up what took down three of them."""
    for pack in EvidencePack.objects.given_up():
        with suppress(TransitionError):  # its worker was back just in time
            fail(pack, reason=f"The worker stopped {pack.attempts} times while it built this pack.")
    _start_next()
    remove_leftovers()


def _start_next() -> None:
    """Ask for as many packs as there are free places; the rest waits for these to end."""
    free = max(settings.PACKS_AT_ONCE - EvidencePack.objects.in_hand().count(), 0)
    for pk in EvidencePack.objects.to_start().values_list("pk", flat=True)[:free]:
        build_pack.apply_async((pk,), expires=60)


@shared_task(acks_late=True)
def sweep_stamps() -> None:
    """Ask for the time stamps that are due, until the service fails once."""
    due = PackSeal.objects.due().order_by("next_attempt_at")
    for pk in list(due.values_list("pk", flat=True)):
        if not ask_for_stamp(pk):
            break


@shared_task(acks_late=True)
def sweep_questions() -> None:
    """Tell, once each, of the questions that nobody answered in time."""
    for question in PackQuestion.objects.overdue().select_related("pack"):
        note_overdue(question)
