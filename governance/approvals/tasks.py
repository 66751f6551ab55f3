"""Letting waiting reviews follow who approves updates: the rows themselves are the queue."""

from celery import shared_task

from governance.approvals.actions import reassign
from governance.approvals.models import Review
from governance.approvals.queries import approvers
from governance.common.errors import TransitionError
from governance.ledger.rules import CLOCK

AT_ONCE = 500


@shared_task(acks_late=True)
def sweep_reviews() -> None:
    """Give each waiting review to who answers for updates of its system now, or stands in."""
    waiting = list(Review.objects.waiting().with_all()[:AT_ONCE])
    now = approvers({review.version.system for review in waiting})
    for review in waiting:
        try:
            reassign(review, actor=CLOCK, to=now.get(review.version.system_id))
        except TransitionError:
            continue  # decided meanwhile
