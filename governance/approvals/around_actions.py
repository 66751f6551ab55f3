"""The verbs around releases: weight, freezes, canary reports, conversation, what was read."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.approvals import canary
from governance.approvals.advancing import advance
from governance.approvals.lifecycle import State
from governance.approvals.models import (
    CanaryReport,
    Freeze,
    Materiality,
    Release,
    Remark,
    Viewing,
)
from governance.approvals.moving import hold, iso, note
from governance.common.errors import DomainError, TransitionError
from governance.ledger.actions import record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem


@transaction.atomic
def say_materiality(
    system: AISystem, *, actor: User, exposure: int, purpose: int, reason: str
) -> Materiality:
    """Return what somebody says a system weighs; votes about another tier count no more.

    Raises PermissionDenied unless the actor classifies in its unit; DomainError for a retired
    system, without a reason, or for another weight than 1, 2 or 3.
    """
    held = AISystem.objects.select_for_update(no_key=True, of=("self",)).get(pk=system.pk)
    require(actor, Capability.CLASSIFY, held.unit)
    require_open(held)
    if not reason.strip():
        raise DomainError("Say why it weighs that much.")
    if not (1 <= exposure <= 3 and 1 <= purpose <= 3):
        raise DomainError("Exposure and purpose are 1, 2 or 3.")
    row = Materiality.objects.create(
        system=held,
        exposure=exposure,
        purpose=purpose,
        reason=reason.strip(),
        said_by=actor,
        said_at=timezone.now(),
    )
    data = {"system": held.ref, "exposure": exposure, "purpose": purpose, "reason": reason}
    record("materiality.said", subject=row, actor=actor, data=data, unit=held.unit_id)
    for release in Release.objects.filter(system=held).with_all():
        advance(release)
    return row


@transaction.atomic
def set_freeze(
    unit: BusinessUnit, *, actor: User, reason: str, begins_at: datetime, ends_at: datetime
) -> Freeze:
    """Return a time in which nothing goes live in a unit and below it."""
    require(actor, Capability.APPROVE, unit)
    if not reason.strip():
        raise DomainError("Say why nothing goes live then.")
    if ends_at <= begins_at or ends_at <= timezone.now():
        raise DomainError("It must end after it begins, and not in the past.")
    row = Freeze.objects.create(
        unit=unit,
        reason=reason.strip(),
        begins_at=begins_at,
        ends_at=ends_at,
        set_by=actor,
        set_at=timezone.now(),
    )
    data = {"unit": unit.name, "reason": row.reason, "from": iso(begins_at), "until": iso(ends_at)}
    record("freeze.set", subject=row, actor=actor, data=data, unit=unit.pk)
    return row


@transaction.atomic
def lift_freeze(freeze: Freeze, *, actor: User) -> None:
    """End a freeze before its time."""
    require(actor, Capability.APPROVE, freeze.unit)
    said = {"lifted_at": timezone.now(), "lifted_by": actor}
    if not Freeze.objects.filter(pk=freeze.pk, lifted_at__isnull=True).update(**said):
        raise TransitionError("It is lifted already.")
    freeze.refresh_from_db()
    data = {"unit": freeze.unit.name, "reason": freeze.reason}
    record("freeze.lifted", subject=freeze, actor=actor, data=data, unit=freeze.unit_id)


@transaction.atomic
def report_canary(
    release: Release,
    *,
    actor: User,
    tasks: int,
    metrics: Mapping[str, Any],
    observed_from: datetime,
    observed_until: datetime,
) -> CanaryReport:
    """Return what a canary showed in a period; periods may not overlap."""
    held = hold(release)
    require(actor, Capability.SUBMIT, held.system.unit)
    if held.state != State.CANARY:
        raise TransitionError(f"{held.ref} is {held.words.lower()}, not a canary.")
    if observed_until <= observed_from or observed_until > timezone.now():
        raise DomainError("The period must end after it begins, and not in the future.")
    rows = held.canary_reports.filter(
        observed_from__lt=observed_until, observed_until__gt=observed_from
    )
    if rows.exists():
        raise DomainError("Another report covers a part of this period already.")
    kept = {str(name): str(canary.decimal_of(value)) for name, value in metrics.items()}
    report = CanaryReport.objects.create(
        release=held,
        observed_from=observed_from,
        observed_until=observed_until,
        tasks=tasks,
        metrics=kept,
        reported_by=actor,
        reported_at=timezone.now(),
    )
    note(held, "release.canary_reported", actor, {"tasks": tasks, "metrics": kept})
    return report


@transaction.atomic
def remark(release: Release, *, actor: User, text: str) -> Remark:
    """Return a line of the conversation; who may speak for systems of the unit writes."""
    require(actor, Capability.ANSWER, release.system.unit)
    if not text.strip():
        raise DomainError("Write something first.")
    row = Remark.objects.create(release=release, author=actor, text=text.strip(), at=timezone.now())
    note(release, "release.remarked", actor, {"text": row.text})
    return row


@transaction.atomic
def mark_viewed(
    release: Release,
    *,
    actor: User,
    groups: Collection[str] = (),
    shown: int = 0,
    opened_at: datetime | None = None,
) -> Viewing:
    """Return what a person looked at of an update: when first (now), and which groups of the diff.

    Kept for whoever asks how decisions are made; the first look and each new group are entries.
    """
    now = timezone.now()
    row, is_new = Viewing.objects.select_for_update().get_or_create(
        release=release,
        person=actor,
        defaults={"opened_at": min(opened_at or now, now), "shown": shown},
    )
    fresh = sorted(set(groups) - set(row.groups))
    if fresh or shown != row.shown:
        row.groups, row.shown = [*row.groups, *fresh], shown or row.shown
        Viewing.objects.filter(pk=row.pk).update(groups=row.groups, shown=row.shown)
    if is_new or fresh:
        note(release, "release.viewed", actor, {"groups": fresh, "shown": row.shown})
    return row
