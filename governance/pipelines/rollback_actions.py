"""The verbs of rollback rules: set and end one, open a breach, decide about it."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from governance.accounts.access import people_behind, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.lifecycle import LIVE
from governance.approvals.models import Release
from governance.approvals.run_actions import rollback
from governance.common.clock import database_now
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.ledger.actions import Actor, record
from governance.ledger.rules import CLOCK
from governance.notices.actions import Wish, tell
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity
from governance.pipelines.models import Breach, MetricPoint, RollbackRule
from governance.pipelines.queries import why_not_decide
from governance.pipelines.rollback import Action, Broken, Decided, Point, Rule, plain
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem
from raci.matrices.asking import ask

SEVERITIES = {
    Action.PAGE: Severity.CRITICAL,
    Action.RECOMMEND: Severity.HIGH,
    Action.AUTO: Severity.HIGH,
}
CHANNELS = (Channel.APP, Channel.EMAIL)


@transaction.atomic
def set_rule(
    system: AISystem, rule: Rule, *, actor: User, environment: str, task: str = ""
) -> RollbackRule:
    """Return a new rule for what runs in a place.

    Raises PermissionDenied unless the actor may decide in the system's unit, and DomainError
    for a retired system.
    """
    require(actor, Capability.APPROVE, system.unit)
    require_open(system)
    row = RollbackRule.objects.create(
        system=system,
        environment=environment,
        task=task,
        metric=rule.metric,
        comparator=rule.comparator,
        value=rule.value,
        window_minutes=int(rule.window.total_seconds() // 60),
        min_samples=rule.min_samples,
        action=rule.action,
        made_by=actor,
        made_at=database_now(),
    )
    _note_rule(row, "rollback_rule.set", actor)
    return row


@transaction.atomic
def end_rule(row: RollbackRule, *, actor: User, seen: int | None = None) -> None:
    """Let a rule count no more; StaleError when it was changed since it was seen."""
    require(actor, Capability.APPROVE, row.system.unit)
    if seen is not None and seen != row.row_version:
        raise StaleError("The rule was changed by someone else meanwhile. Read it again first.")
    rows = RollbackRule.objects.filter(pk=row.pk, ended_at__isnull=True)
    said = {"ended_at": database_now(), "ended_by": actor}
    if not rows.update(row_version=F("row_version") + 1, **said):
        raise TransitionError("The rule has ended already.")
    row.refresh_from_db()
    _note_rule(row, "rollback_rule.ended", actor)


def _note_rule(row: RollbackRule, event: str, actor: User) -> None:
    data = {
        "system": row.system.ref,
        "environment": row.environment,
        "task": row.task,
        "rule": row.rule.words,
        "action": row.action,
    }
    record(event, subject=row, actor=actor, data=data, unit=row.system.unit_id)


@transaction.atomic
def add_points(
    system: AISystem,
    points: Iterable[tuple[str, Point]],
    *,
    actor: User,
    environment: str,
    task: str = "",
) -> int:
    """Keep measurements of what runs in a place; return how many were not known yet.

    Raises PermissionDenied unless the actor may report for the system's unit.
    """
    require(actor, Capability.SUBMIT, system.unit)
    now = database_now()
    place = {"system": system, "environment": environment, "task": task}
    about = {**place, "reported_by": actor, "reported_at": now}
    rows = [
        MetricPoint(metric=metric, at=one.at, value=one.value, samples=one.samples, **about)
        for metric, one in points
    ]
    before = MetricPoint.objects.filter(**place).count()
    MetricPoint.objects.bulk_create(rows, ignore_conflicts=True)
    return MetricPoint.objects.filter(**place).count() - before


@transaction.atomic
def open_breach(row: RollbackRule, release: Release, broken: Broken, at: datetime) -> Breach:
    """Return a new breach: who answers for going back is asked, or it is gone back at once."""
    breach = Breach.objects.create(
        rule=row,
        release=release,
        value=broken.value,
        samples=broken.samples,
        since=broken.since,
        until=broken.until,
        opened_at=at,
        decider=decider_of(row.system, at),
    )
    _note(breach, "breach.opened", CLOCK)
    if row.action == Action.AUTO:
        _go_back(breach)
    tell(_wishes(breach), at=at)
    return breach


def decider_of(system: AISystem, at: datetime) -> User | None:
    """Return who answers for going back (CHG-05), or stands in; None where nobody does."""
    person = ask(system, "CHG-05", at).person
    return people_behind([person.key]).get(person.key) if person else None


def asked_of(breach: Breach) -> list[User]:
    """Return who is told: who answers for going back; else the owner and administrators."""
    if breach.decider:
        return [breach.decider]
    owner = breach.rule.system.owner
    others = [one for one in administrators() if one != owner]
    return [owner, *others] if owner else others


def _go_back(breach: Breach) -> None:
    """Go back as the rule; when that is refused, somebody decides after all."""
    reason = f"Rule: {breach.rule.rule.words}; it was {plain(breach.value)}."
    try:
        with transaction.atomic():
            rollback(breach.release, actor=CLOCK, reason=reason)
    except DomainError as refusal:
        Breach.objects.filter(pk=breach.pk).update(refusal=str(refusal)[:2_000])
        breach.refresh_from_db()
        return
    _close(breach, Decided.AUTO, None, reason)
    _note(breach, "breach.decided", CLOCK, decision=Decided.AUTO.value)


def _wishes(breach: Breach) -> list[Wish]:
    action = Action(breach.rule.action)
    stuck = action == Action.AUTO and not breach.decision
    return [
        Wish(
            item=f"breach:{breach.pk}",
            step=0,
            loop=0,
            channel=channel,
            severity=Severity.CRITICAL if stuck else SEVERITIES[action],
            subject=_subject(breach),
            lines=_lines(breach),
            url=breach.get_absolute_url(),
            person=person,
            kind="breach.opened",
        )
        for person in asked_of(breach)
        for channel in CHANNELS
    ]


def _subject(breach: Breach) -> str:
    thing = f"{breach.rule.system.ref} {breach.release.number} in {breach.release.place}"
    if breach.decision:
        return f"{thing} was rolled back by a rule"
    return f"{thing}: roll back? {breach.rule.metric} is {plain(breach.value)}"


def _lines(breach: Breach) -> tuple[str, ...]:
    lines = [
        f"Rule: {breach.rule.rule.words}.",
        f"Measured: {plain(breach.value)} over {breach.samples:,} samples.",
    ]
    if breach.refusal:
        lines.append(f"It could not be rolled back by itself: {breach.refusal}")
    return tuple(lines)


@transaction.atomic
def decide(breach: Breach, *, actor: User, choice: Decided, reason: str) -> None:
    """Roll back what broke a rule, or keep it: whoever may roll back decides.

    Raises PermissionDenied for others, DomainError without a reason or for another choice,
    TransitionError when it is decided already, and what a rollback refuses.
    """
    held = Breach.objects.select_for_update(of=("self",)).get(pk=breach.pk)
    release = Release.objects.with_all().get(pk=held.release_id)
    if held.decided_at is not None:
        raise TransitionError("Somebody decided about it already.")
    if choice not in (Decided.ROLL_BACK, Decided.KEEP):
        raise DomainError("Roll back, or keep it.")
    if not reason.strip():
        raise DomainError("Say why: whoever reads the record will ask.")
    if words := why_not_decide(release, actor):
        raise PermissionDenied(words)
    if choice == Decided.ROLL_BACK and release.state in LIVE:
        rollback(release, actor=actor, reason=reason)
    _close(held, choice, actor, reason)
    _note(held, "breach.decided", actor, decision=choice.value, reason=reason)
    breach.refresh_from_db()


def _close(breach: Breach, choice: Decided, actor: User | None, reason: str) -> None:
    said = {"decision": choice, "decided_by": actor, "reason": reason.strip()[:2_000]}
    rows = Breach.objects.filter(pk=breach.pk, decided_at__isnull=True)
    if not rows.update(decided_at=database_now(), row_version=F("row_version") + 1, **said):
        raise TransitionError("Somebody decided about it already.")
    breach.refresh_from_db()


@transaction.atomic
def close_gone(breach: Breach) -> None:
    """Close a breach about what does not run any more."""
    _close(breach, Decided.OVER, None, "It does not run any more.")
    _note(breach, "breach.decided", CLOCK, decision=Decided.OVER.value)


def _note(breach: Breach, event: str, actor: Actor, **more: str) -> None:
    rule, took = breach.rule, breach.latency
    data = {
        "system": rule.system.ref,
        "release": breach.release.ref,
        "rule": rule.rule.words,
        "value": plain(breach.value),
        "samples": breach.samples,
        **({"seconds": int(took.total_seconds())} if took else {}),
        **more,
    }
    record(event, subject=breach, actor=actor, data=data, unit=rule.system.unit_id)
