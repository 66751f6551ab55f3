"""Letting duties follow what was signed: current assessments without a mark are the queue."""

from celery import shared_task

from governance.obligations.actions import follow
from governance.obligations.models import Followed

AT_ONCE = 500


@shared_task(acks_late=True)
def sweep_duties() -> None:
    """Follow what was signed since the last time; each classification in its own transaction."""
    behind = Followed.objects.behind().select_related("system", "signed_by")
    for assessment in behind.order_by("pk")[:AT_ONCE]:
        follow(assessment, actor=assessment.signed_by)
