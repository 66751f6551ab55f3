"""Sweeps of releases: the rows are the queue, so a lost or doubled message changes nothing."""

import logging
from collections.abc import Callable
from typing import TypeVar

from celery import shared_task

from governance.approvals import clock_actions
from governance.approvals.actions import reassign
from governance.approvals.models import Condition, Release
from governance.approvals.queries import approvers
from governance.common.errors import DomainError, TransitionError
from governance.ledger.rules import CLOCK

logger = logging.getLogger(__name__)
R = TypeVar("R", Release, Condition)
AT_ONCE = 500


@shared_task(acks_late=True)
def sweep_releases() -> int:
    """Let time do what is due to releases, each in its transaction; return how many moved."""
    moved = 0
    for pk, verb in clock_actions.due():
        moved += _tried(verb, Release.objects.with_all().get(pk=pk))
    for pk in clock_actions.overdue():
        condition = Condition.objects.select_related("release__system__unit", "owner").get(pk=pk)
        moved += _tried(clock_actions.chase, condition)
    return moved


def _tried(verb: Callable[[R], bool], row: R) -> bool:
    try:
        return verb(row)
    except DomainError as refusal:
        logger.info("%s waits: %s", row, refusal)
        return False


@shared_task(acks_late=True)
def sweep_reviews() -> None:
    """Give each waiting release to who answers for updates of its system now, or stands in."""
    waiting = list(Release.objects.waiting().with_all()[:AT_ONCE])
    now = approvers({release.system for release in waiting})
    for release in waiting:
        try:
            reassign(release, actor=CLOCK, to=now.get(release.system_id))
        except TransitionError:
            continue  # decided meanwhile
