"""Sending what is due: the rows are the queue, Celery only makes it sooner."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from governance.notices.delivery import deliver_mail, deliver_webhooks
from governance.notices.models import Delivery

KEEP_LOG = timedelta(days=30)


@shared_task(acks_late=True)
def sweep_notices() -> None:
    """Send the mails that are due; a second run beside it sends others, none twice."""
    deliver_mail()


@shared_task(acks_late=True)
def sweep_webhooks() -> None:
    """Send the events that are due."""
    deliver_webhooks()


@shared_task(ignore_result=True)
def forget_deliveries() -> None:
    """Forget tries older than 30 days; what was told stays."""
    old = Delivery.objects.older_than(timezone.now() - KEEP_LOG)
    old.filter(batch__isnull=False).delete()
