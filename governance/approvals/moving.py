"""The one place where a release changes its state: compare-and-set, entry and news in one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from governance.accounts.models import User
from governance.approvals.announcing import announce
from governance.approvals.errors import IllegalTransitionError
from governance.approvals.lifecycle import DECIDED, Event, State
from governance.approvals.machine import BY_EVENT, events_from, illegal
from governance.approvals.models import Release
from governance.common.errors import StaleError, TransitionError
from governance.ledger.actions import Actor, record
from inventory.systems.models import AISystem


def hold(release: Release, seen: int | None = None) -> Release:
    """Lock a release's system, so that one decision at a time is made there; return it fresh.

    The row in hand is refreshed too. Raises StaleError when it is newer than `seen`.
    """
    AISystem.objects.select_for_update(no_key=True).get(pk=release.system_id)
    held = Release.objects.with_all().get(pk=release.pk)
    if seen is not None and held.row_version != seen:
        raise StaleError(f"{held.ref} was changed by someone else meanwhile. Read it again first.")
    return held


def step(
    release: Release,
    event: Event,
    to: State,
    *,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Move a release by an event, write the entry and tell who listens.

    Raises IllegalTransitionError when the event does not fit the state in hand, and
    TransitionError when the stored row moved meanwhile.
    """
    before = release.state
    if wrong := illegal(event, before):
        raise IllegalTransitionError(wrong, events_from(before))
    if to not in BY_EVENT[event].targets:
        raise IllegalTransitionError(f"{event} does not lead to {to}.", events_from(before))
    now = timezone.now()
    if to in DECIDED and release.decided_at is None and "decided_at" not in fields:
        fields["decided_at"] = now
    rows = Release.objects.filter(pk=release.pk, status=before, row_version=release.row_version)
    if not rows.update(status=to, row_version=F("row_version") + 1, changed_at=now, **fields):
        raise TransitionError(f"{release.ref} was moved by somebody else first.")
    release.refresh_from_db(fields=["status", "row_version", "changed_at", *fields])
    told = {**about(release), "from": before.value, "to": to.value, **(data or {})}
    unit = release.system.unit_id
    record(f"release.{event.value}", subject=release, actor=actor, data=told, unit=unit)
    announce(release, event, before, now)


def about(release: Release) -> dict[str, str]:
    """Return what every entry about a release says."""
    version = release.version
    told = {
        "system": release.system.ref,
        "version": release.number,
        "environment": release.environment,
        "digest": version.digest,
    }
    return {**told, "task": release.task} if release.task else told


def iso(at: datetime | None) -> str:
    """Return an instant for the record; empty for none."""
    return at.isoformat() if at else ""


def note(
    release: Release, action: str, actor: User | Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Write an entry about a release that does not move it."""
    told = {**about(release), **(data or {})}
    record(action, subject=release, actor=actor, data=told, unit=release.system.unit_id)
