"""What time does to releases: ends of validity, emergencies, conditions. Rows are the queue."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.approvals.advancing import advance
from governance.approvals.findings import open_finding
from governance.approvals.going_back import leave
from governance.approvals.lifecycle import (
    APPROVED,
    CONDITION_SUSPENDS_DAYS,
    LIVE,
    Event,
    State,
    Tier,
)
from governance.approvals.machine import refusals
from governance.approvals.models import Condition, Finding, Release
from governance.approvals.moving import hold, step
from governance.approvals.proofs import tier_of
from governance.approvals.run_actions import suspend
from governance.approvals.situations import situation
from governance.ledger.rules import CLOCK

AT_ONCE = 500
FOLLOWING = {State.SUBMITTED, State.EVALUATING, State.IN_REVIEW, State.SCHEDULED, *APPROVED}
MAY_EXPIRE = {*APPROVED, State.SCHEDULED, State.ACTIVE, State.CANARY}


def due(at_once: int = AT_ONCE) -> list[tuple[int, Callable[[Release], bool]]]:
    """Return what time may do now: release ids with the verb, the emergencies first."""
    now = timezone.now()
    rows = Release.objects.all()
    found: list[tuple[QuerySet[Release], Callable[[Release], bool]]] = [
        (rows.filter(status=State.EMERGENCY_ACTIVE, emergency_until__lte=now), end_emergency),
        (rows.filter(status__in=MAY_EXPIRE, valid_until__lte=now), expire),
        (rows.filter(status__in=FOLLOWING), follow_evidence),
    ]
    # In any order: what waits for long does not keep others from being looked at.
    picked = [(some.order_by("?").values_list("pk", flat=True), verb) for some, verb in found]
    return [(pk, verb) for some, verb in picked for pk in some[:at_once]]


@transaction.atomic
def end_emergency(release: Release) -> bool:
    """Roll an emergency back when its hours are over, or suspend it without a way back."""
    held = hold(release)
    if refusals(Event.EMERGENCY_EXPIRE, situation(held, Event.EMERGENCY_EXPIRE, actor=None)):
        return False
    leave(held, Event.EMERGENCY_EXPIRE, actor=CLOCK, reason="The hours of the emergency are over.")
    return True


@transaction.atomic
def expire(release: Release) -> bool:
    """End a release whose validity is over: at the high tier at once and suspended, else after
    30 days in which it may run on."""
    held = hold(release)
    if refusals(Event.EXPIRE, situation(held, Event.EXPIRE, actor=None)):
        return False
    runs = held.state in LIVE
    stop = runs and tier_of(held.system) == Tier.HIGH
    now = timezone.now()
    if stop:
        step(held, Event.EXPIRE, State.SUSPENDED, actor=CLOCK, suspended_at=now)
    else:
        step(held, Event.EXPIRE, State.EXPIRED, actor=CLOCK, left_at=now)
    return True


@transaction.atomic
def follow_evidence(release: Release) -> bool:
    """Let a release go on when its evidence is there, or back when it changed."""
    return advance(hold(release))


def overdue() -> list[int]:
    """Return the conditions that are due and open, of releases that are approved or run."""
    today = timezone.localdate()
    rows = Condition.objects.filter(met_at__isnull=True, due_on__lt=today)
    alive = Q(release__status__in=LIVE | APPROVED | {State.SCHEDULED})
    return list(rows.filter(alive).values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def chase(condition: Condition) -> bool:
    """Open a finding for a condition that is overdue; on the fifth day, at the high tier, stop
    what runs."""
    held = hold(condition.release)
    if condition.met_at is not None:
        return False
    key = f"condition:{condition.pk}"
    known = Finding.objects.filter(
        system=held.system_id, kind=Finding.Kind.CONDITION, key=key, closed_at__isnull=True
    )
    opened = False
    if not known.exists():
        _open(held, condition, key)
        opened = True
    late = timezone.localdate() - condition.due_on
    must_stop = (
        late >= timedelta(days=CONDITION_SUSPENDS_DAYS) and tier_of(held.system) == Tier.HIGH
    )
    if must_stop and held.state in LIVE:
        _stop(held, condition)
        return True
    return opened


def _open(held: Release, condition: Condition, key: str) -> None:
    open_finding(
        held.system,
        actor=CLOCK,
        kind=Finding.Kind.CONDITION,
        severity=2,
        words=f"Overdue condition of {held.number}: {condition.text}",
        key=key,
        release=held,
    )


def _stop(held: Release, condition: Condition) -> None:
    reason = f"A condition is {CONDITION_SUSPENDS_DAYS} days overdue: {condition.text}"
    suspend(held, actor=CLOCK, reason=reason)
