"""Opening findings, in the caller's transaction: what went wrong, open until somebody closes it."""

from typing import TypedDict, Unpack

from django.utils import timezone

from governance.accounts.models import User
from governance.approvals.models import Finding, Release
from governance.ledger.actions import Actor, record
from inventory.systems.models import AISystem


class Where(TypedDict, total=False):
    """What a finding is about: a key that is open once, a release."""

    key: str
    release: Release | None


def open_finding(
    system: AISystem,
    *,
    actor: Actor,
    kind: str,
    severity: int,
    words: str,
    **about: Unpack[Where],
) -> Finding:
    """Return the open finding of a kind and key: a new one is recorded, a known one absorbs it."""
    key, release = about.get("key", "")[:200], about.get("release")
    if key:
        known = Finding.objects.filter(system=system, kind=kind, key=key, closed_at__isnull=True)
        if found := known.first():
            return found
    finding = Finding.objects.create(
        system=system,
        release=release,
        kind=kind,
        severity=severity,
        key=key,
        words=words[:2_000],
        opened_by=actor if isinstance(actor, User) else None,
        opened_at=timezone.now(),
    )
    record_finding(finding, "finding.opened", actor, words=finding.words)
    return finding


def record_finding(finding: Finding, event: str, actor: Actor, **data: str) -> None:
    """Write an entry about a finding."""
    told = {
        "system": finding.system.ref,
        "kind": finding.kind,
        "severity": finding.severity,
        "release": finding.release.ref if finding.release else "",
        **data,
    }
    record(event, subject=finding, actor=actor, data=told, unit=finding.system.unit_id)
