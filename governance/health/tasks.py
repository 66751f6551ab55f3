"""The sign of life: sent by the clock, written by a worker, so it proves both and the broker."""

import socket
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from governance.health.models import Heartbeat

FORGET_AFTER = timedelta(days=7)


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Note that this host works, and forget hosts that have been silent for a week."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(worker=socket.gethostname(), defaults={"at": now})
    Heartbeat.objects.filter(at__lt=now - FORGET_AFTER).delete()
