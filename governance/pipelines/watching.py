"""Looking whether what runs breaks a rule: the rules are the queue, each looked at by one."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from governance.approvals.lifecycle import LIVE, RUNNING
from governance.approvals.models import Release
from governance.common.clock import database_now
from governance.pipelines.models import Breach, MetricPoint, RollbackRule
from governance.pipelines.rollback import KEPT, Point, broken
from governance.pipelines.rollback_actions import close_gone, open_breach

log = logging.getLogger(__name__)


def watch_rules(at: datetime | None = None) -> int:
    """Look at every rule once; return how many breaches were opened. `at` is only for tests."""
    opened = 0
    for pk in RollbackRule.objects.in_force().order_by("pk").values_list("pk", flat=True):
        try:
            opened += look(pk, at)
        except Exception:  # one rule holds up no other
            log.exception("The rollback rule %s cannot be looked at.", pk)
    close_ended()
    return opened


@transaction.atomic
def look(pk: int, at: datetime | None = None) -> int:
    """Open a breach if a rule is broken and none is open; return how many. Another one waits not:
    the rule is locked, and whoever comes beside finds nothing to do."""
    rules = RollbackRule.objects.in_force().select_for_update(skip_locked=True, of=("self",))
    row = rules.select_related("system__unit", "system__owner").filter(pk=pk).first()
    release = _running(row) if row else None
    if row is None or release is None:
        return 0
    breaches = Breach.objects.filter(rule=row, release=release)
    if breaches.filter(decided_at__isnull=True).exists():
        return 0
    now = at or database_now()
    began = [breaches.aggregate(last=Max("decided_at"))["last"], release.activated_at]
    after = max((moment for moment in began if moment), default=None)
    found = broken(row.rule, _points(row, now), now, after=after)
    if found is None:
        return 0
    open_breach(row, release, found, now)
    return 1


def _running(row: RollbackRule) -> Release | None:
    rows = Release.objects.with_all().filter(
        system=row.system_id, environment=row.environment, task=row.task
    )
    return rows.filter(status__in=RUNNING).first()


def _points(row: RollbackRule, now: datetime) -> list[Point]:
    rows = MetricPoint.objects.filter(
        system=row.system_id,
        environment=row.environment,
        task=row.task,
        metric=row.metric,
        at__gt=now - row.rule.window,
        at__lte=now,
    )
    return [Point(*values) for values in rows.values_list("at", "value", "samples")]


def close_ended() -> int:
    """Close breaches about what does not run any more; return how many."""
    ended = Breach.objects.filter(decided_at__isnull=True).exclude(release__status__in=LIVE)
    done = 0
    for pk in list(ended.values_list("pk", flat=True)):
        with transaction.atomic():
            free = Breach.objects.select_for_update(skip_locked=True, of=("self",))
            row = free.filter(pk=pk, decided_at__isnull=True).first()
            if row is not None:
                close_gone(row)
                done += 1
    return done


def forget_points(at: datetime | None = None) -> int:
    """Forget measurements that no window reaches any more; return how many."""
    gone, _ = MetricPoint.objects.filter(at__lt=(at or database_now()) - KEPT).delete()
    return gone
