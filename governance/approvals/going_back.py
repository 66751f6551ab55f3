"""Leaving a place: the way back to what ran before, in one transaction."""

from typing import Any

from django.db.models import F
from django.utils import timezone

from governance.approvals import proofs
from governance.approvals.announcing import announce
from governance.approvals.findings import open_finding
from governance.approvals.lifecycle import Event, State
from governance.approvals.models import Finding, Release
from governance.approvals.moving import note, step
from governance.common.errors import TransitionError
from governance.ledger.actions import Actor


def way_back(release: Release) -> Release | None:
    """Return what a release would go back to; None when there is nothing, or nothing that may."""
    found = proofs.targets(release)
    wanted = release.rollback_target if release.rollback_target in found else None
    now = timezone.now()
    first = wanted or (found[0] if found else None)
    return first if first and not proofs.why_no_target(first, now) else None


def leave(release: Release, event: Event, *, actor: Actor, reason: str, **fields: Any) -> None:
    """Take a release out of its place: rolled back where there is a way, suspended otherwise."""
    target = way_back(release)
    if target is None:
        fields["suspended_at"] = timezone.now()
        step(release, event, State.SUSPENDED, actor=actor, data={"reason": reason}, **fields)
        return
    roll_back(release, event, target, actor=actor, reason=reason, **fields)


def roll_back(
    release: Release,
    event: Event,
    target: Release | None,
    *,
    actor: Actor,
    reason: str,
    **more: Any,
) -> None:
    """Move a release out and its target in; a finding says that it happened."""
    now = timezone.now()
    data = {"reason": reason, "target": target.ref if target else ""}
    step(release, event, State.ROLLED_BACK, actor=actor, data=data, left_at=now, **more)
    if target:
        restore(target, actor=actor, after=release)
    words = f"{release.number} was rolled back: {reason}"
    open_finding(
        release.system,
        actor=actor,
        kind=Finding.Kind.ROLLBACK,
        severity=2,
        words=words,
        release=release,
    )


def restore(target: Release, *, actor: Actor, after: Release) -> None:
    """Make a superseded release active again; raises TransitionError when it moved meanwhile."""
    now = timezone.now()
    rows = Release.objects.filter(
        pk=target.pk, status=State.SUPERSEDED, row_version=target.row_version
    )
    fields = {"activated_at": now, "left_at": None, "changed_at": now}
    if not rows.update(status=State.ACTIVE, row_version=F("row_version") + 1, **fields):
        raise TransitionError(f"{target.ref} was moved by somebody else first.")
    target.refresh_from_db(fields=["status", "row_version", "changed_at", *fields])
    data = {"from": State.SUPERSEDED.value, "to": State.ACTIVE.value, "after": after.ref}
    note(target, "release.restored", actor, data)
    announce(target, Event.ROLLBACK, State.SUPERSEDED, now)
