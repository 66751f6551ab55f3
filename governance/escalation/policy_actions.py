"""Saving and retiring the policies by which items climb."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import may, require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.calendars.models import Calendar
from governance.common.errors import DomainError
from governance.common.states import change
from governance.escalation.models import Policy, PolicyLevel
from governance.escalation.plans import LevelWish, policy_plan
from governance.escalation.rules import ClockKind, Expiry, targets_of
from governance.ledger.actions import record
from governance.notices.rules import Severity
from raci.oncall.models import Schedule
from raci.people.vocabulary import vocabulary


class EmptyPolicyError(DomainError):
    """A policy by which nobody would be told."""

    code = "empty-policy"


@dataclass(frozen=True, kw_only=True)
class PolicyWish:
    """What a policy is to be."""

    name: str
    unit: BusinessUnit
    levels: tuple[LevelWish, ...]
    severity: Severity | None = None  # None: every severity
    clock: ClockKind = ClockKind.BUSINESS
    calendar: Calendar | None = None  # None: that of the item's unit
    loops: int = 0
    ack: Expiry | None = None  # None: by the item's severity


@transaction.atomic
def save_policy(
    policy: Policy | None, *, actor: User, wish: PolicyWish, seen: int | None = None
) -> Policy:
    """Make a policy, or write it anew; runs that have begun keep the one they began with.

    Raises EmptyPolicyError without a level that tells somebody, DomainError for what cannot be,
    and PermissionDenied for whom neither assigns nor administers in the unit.
    """
    _require(actor, wish.unit)
    if policy and policy.unit_id != wish.unit.pk:
        raise DomainError("A policy stays in its unit. Make another one there.")
    _check(wish)
    _check_targets(wish, policy, actor)
    _check_place(policy, wish)
    fields = _fields(wish)
    before = _told(policy) if policy else {}
    if policy is None:
        policy = Policy.objects.create(unit=wish.unit, **fields)
    else:
        change(policy, seen=seen, **fields)
        policy.levels.all().delete()
    PolicyLevel.objects.bulk_create(
        PolicyLevel(
            policy=policy,
            position=position,
            delay=level.delay,
            targets=list(level.targets),
            channels=list(level.channels),
        )
        for position, level in enumerate(wish.levels, start=1)
    )
    after = _told(policy)
    changes = {
        name: {"from": before.get(name), "to": value}
        for name, value in after.items()
        if value != before.get(name)
    }
    told = {"name": wish.name, "changes": changes}
    record("policy.saved", subject=policy, actor=actor, data=told, unit=wish.unit.pk)
    return policy


@transaction.atomic
def retire_policy(policy: Policy, *, actor: User, seen: int | None = None) -> None:
    """Let no new run begin by a policy; those that run keep it to their end."""
    _require(actor, policy.unit)
    if policy.retired_at:
        raise DomainError(f"{policy} is retired already.")
    change(policy, seen=seen, retired_at=timezone.now())
    told = {"name": policy.name}
    record("policy.retired", subject=policy, actor=actor, data=told, unit=policy.unit_id)


def _require(actor: User, unit: BusinessUnit) -> None:
    """Refuse whoever neither assigns in the unit nor administers it."""
    if not may(actor, Capability.CONFIGURE, unit):
        require(actor, Capability.ASSIGN, unit)


def _check(wish: PolicyWish) -> None:
    if not wish.name.strip():
        raise DomainError("Give the policy a name.")
    if not wish.levels or not all(level.targets for level in wish.levels):
        raise EmptyPolicyError("Each level tells somebody, and there is at least one level.")
    plan = policy_plan(wish.levels, code="wish", loops=wish.loops, clock=wish.clock)
    if problem := plan.problem():
        raise DomainError(problem)


def _check_targets(wish: PolicyWish, policy: Policy | None, actor: User) -> None:
    """Refuse who cannot be told; a schedule one does not see stays where others put it."""
    targets = {one for level in wish.levels for one in level.targets}
    rows = policy.levels.all() if policy else ()
    kept = {one for row in rows for one in row.targets if one.startswith("schedule:")}
    if unknown := next(_unknown(targets - kept, actor), ""):
        raise DomainError(unknown)


def _unknown(targets: Iterable[str], actor: User) -> Iterator[str]:
    """Yield why targets mean nobody: a role, person or schedule that there is not."""
    words = list(targets)
    known = vocabulary()
    for role in sorted(set(targets_of(words, "role")) - set(known.roles)):
        yield f"There is no role {role}."
    for kind in sorted(set(targets_of(words, "authority")) - set(known.authorities)):
        yield f"There is no authority {kind}."
    people = {int(pk) for pk in targets_of(words, "person")}
    if len(people) > User.objects.filter(pk__in=people, is_active=True, is_service=False).count():
        yield "A level names somebody who has left, or is no person."
    boards = {int(pk) for pk in targets_of(words, "schedule")}
    if len(boards) > Schedule.objects.visible_to(actor).open().filter(pk__in=boards).count():
        yield "A level names an on-call schedule that there is not."


def _check_place(policy: Policy | None, wish: PolicyWish) -> None:
    others = Policy.objects.active().filter(unit=wish.unit, severity=wish.severity or "")
    if policy:
        others = others.exclude(pk=policy.pk)
    if found := others.first():
        raise DomainError(f"“{found}” serves these items of {wish.unit} already: change that one.")


def _fields(wish: PolicyWish) -> dict[str, Any]:
    return {
        "name": wish.name.strip()[:120],
        "severity": wish.severity or "",
        "clock": wish.clock,
        "calendar": wish.calendar,
        "loops": wish.loops,
        "ack": wish.ack or "",
    }


def _told(policy: Policy) -> dict[str, Any]:
    """Return a policy as the record tells it."""
    levels = PolicyLevel.objects.filter(policy=policy).order_by("position")
    told = {name: getattr(policy, name) for name in ("name", "severity", "clock", "loops", "ack")}
    said = [
        f"{row.delay} min: {', '.join(row.targets)} ({', '.join(row.channels)})" for row in levels
    ]
    return told | {"calendar": policy.calendar_id, "levels": said}
