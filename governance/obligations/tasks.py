"""Letting duties follow what was signed, and what shows them: the rows themselves are the queue."""

from celery import shared_task
from django.utils import timezone

from governance.obligations.actions import follow, lapse
from governance.obligations.models import Duty, Followed
from governance.obligations.proof_queries import who_let_go

AT_ONCE = 500


@shared_task(acks_late=True)
def sweep_duties() -> None:
    """Follow what was signed and withdrawn since the last time, each in its own transaction."""
    behind = Followed.objects.behind().select_related("system", "signed_by")
    for assessment in behind.order_by("pk")[:AT_ONCE]:
        follow(assessment, actor=assessment.signed_by)
    bare = Duty.objects.bare(timezone.localdate()).select_related("system", "ended_by")
    for duty in bare.order_by("pk")[:AT_ONCE]:
        lapse(duty, actor=who_let_go(duty))
