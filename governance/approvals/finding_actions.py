"""The verbs of findings: open, accept, close."""

from typing import Unpack

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import findings
from governance.approvals.errors import SamePersonError
from governance.approvals.evidence_actions import follow
from governance.approvals.findings import Where, record_finding
from governance.approvals.models import (
    Finding,
    Release,
)
from governance.common.errors import DomainError, TransitionError
from governance.ledger.actions import Actor
from inventory.systems.models import AISystem


@transaction.atomic
def open_finding(
    system: AISystem, *, actor: Actor, kind: str, severity: int, words: str, **about: Unpack[Where]
) -> Finding:
    """Return the open finding of a kind and key: a new one is recorded, a known one absorbs it."""
    return findings.open_finding(
        system, actor=actor, kind=kind, severity=severity, words=words, **about
    )


@transaction.atomic
def accept_finding(finding: Finding, *, actor: User, reason: str) -> None:
    """Accept what an evaluation found, so that the review may begin all the same."""
    _decide(finding, actor, reason)
    rows = Finding.objects.filter(pk=finding.pk, accepted_at__isnull=True, closed_at__isnull=True)
    if not rows.update(accepted_at=timezone.now(), accepted_by=actor):
        raise TransitionError("It is accepted or closed already.")
    finding.refresh_from_db()
    record_finding(finding, "finding.accepted", actor, reason=reason)
    if finding.release:
        follow(finding.release.version)


@transaction.atomic
def close_finding(finding: Finding, *, actor: User, reason: str) -> None:
    """Close a finding with how it ended."""
    _decide(finding, actor, reason)
    said = {"closed_by": actor, "closed_because": reason.strip(), "closed_at": timezone.now()}
    if not Finding.objects.filter(pk=finding.pk, closed_at__isnull=True).update(**said):
        raise TransitionError("It is closed already.")
    finding.refresh_from_db()
    record_finding(finding, "finding.closed", actor, reason=reason)


def _decide(finding: Finding, actor: User, reason: str) -> None:
    AISystem.objects.select_for_update(no_key=True).get(pk=finding.system_id)
    require(actor, Capability.APPROVE, finding.system.unit)
    release = finding.release
    if release and actor.pk == release.submitted_by_id:
        raise SamePersonError("You proposed this version, so somebody else must say so.")
    if not reason.strip():
        raise DomainError("Say why: whoever reads the record will ask.")


@transaction.atomic
def note_failure(release: Release, *, actor: User, words: str) -> Finding:
    """Return the finding of a soft criterion that failed, so that somebody can accept it."""
    require(actor, Capability.ANSWER, release.system.unit)
    return open_finding(
        release.system,
        actor=actor,
        kind=Finding.Kind.EVALUATION,
        severity=3,
        words=words,
        key=f"{release.ref}:{words}",
        release=release,
    )
