"""The verbs of evidence about a version, and of conditions of an approval."""

import hashlib
from datetime import date
from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.advancing import advance
from governance.approvals.kinds import Kind, evidence_table
from governance.approvals.models import (
    Condition,
    Release,
    ReleaseEvidence,
)
from governance.approvals.moving import hold, note
from governance.approvals.situation import Basis
from governance.common.errors import DomainError, TransitionError
from governance.evidence.models import EvidenceItem
from governance.ledger.actions import Personal, record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem, ModelVersion


def _kind(key: str) -> Kind:
    found = evidence_table().kinds.get(key)
    if found is None or found.basis != Basis.ATTESTED:
        raise DomainError(f"“{key}” is no evidence that somebody adds.")
    return found


class About(TypedDict, total=False):
    """What an item of evidence is: a file or words, whose, and about when."""

    item: EvidenceItem | None
    statement: str
    author: User | None
    observed_from: date | None
    observed_until: date | None
    not_applicable: bool
    digest: str


@transaction.atomic
def add_proof(
    version: ModelVersion, *, actor: User, kind: str, produced_by: str, **about: Unpack[About]
) -> ReleaseEvidence:
    """Add an item of evidence about exactly this version, in place of the one of its kind.

    It is a file of the system's evidence or a statement in words. `digest` is the version that it
    is about, this one unless said otherwise. What was approved on other evidence is approved no
    longer. Raises PermissionDenied unless the actor may speak for systems of the unit; DomainError
    for a retired system, what is missing, a foreign or withdrawn file, or days out of order or in
    the future.
    """
    found = _kind(kind)
    system = AISystem.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.system_id)
    require(actor, Capability.ANSWER, system.unit)
    require_open(system)
    _check(found, system, produced_by, about)
    now, item, said = timezone.now(), about.get("item"), about.get("statement", "").strip()
    version.proofs.filter(kind=kind).standing().update(
        replaced_at=now, replaced_by=actor, replaced_because="Replaced by another."
    )
    proof = ReleaseEvidence.objects.create(
        version=version,
        kind=kind,
        item=item,
        statement=said,
        not_applicable=about.get("not_applicable", False),
        sha256=_sha256(item, said),
        produced_by=produced_by.strip(),
        author=about.get("author"),
        observed_from=about.get("observed_from"),
        observed_until=about.get("observed_until"),
        digest_of_version=about.get("digest") or version.digest,
        valid_days=found.valid_days,
        added_by=actor,
        added_at=now,
    )
    _tell(proof, "proof.added", actor, system)
    follow(version)
    return proof


def _check(kind: Kind, system: AISystem, produced_by: str, about: About) -> None:
    item, statement = about.get("item"), about.get("statement", "")
    if (item is None) == (not statement.strip()):
        raise DomainError("Give either a file or link of the system's evidence, or a statement.")
    if item and (item.system_id != system.pk or item.withdrawn_at is not None):
        raise DomainError(f"{item.ref} does not count as evidence of {system}.")
    if not produced_by.strip():
        raise DomainError("Say who produced it.")
    if about.get("not_applicable") and (not kind.may_be_na or item is not None):
        raise DomainError(f"{kind.title}: say in words why it does not apply, where it may not.")
    _check_days(about.get("observed_from"), about.get("observed_until"))


def _check_days(since: date | None, until: date | None) -> None:
    today = timezone.localdate()
    if since and until and until < since:
        raise DomainError("The period it is about ends before it begins.")
    if (since and since > today) or (until and until > today):
        raise DomainError("The period it is about lies in the future.")


def _sha256(item: EvidenceItem | None, statement: str) -> str:
    if item is None:
        return hashlib.sha256(statement.encode()).hexdigest()
    return item.sha256 or hashlib.sha256(item.link.encode()).hexdigest()


def _tell(proof: ReleaseEvidence, event: str, actor: User, system: AISystem) -> None:
    data = {
        "system": system.ref,
        "version": proof.version.label,
        "kind": proof.kind,
        "sha256": proof.sha256,
        "digest": proof.digest_of_version,
        "produced_by": Personal(proof.produced_by),
        "observed_from": proof.observed_from.isoformat() if proof.observed_from else "",
        "observed_until": proof.observed_until.isoformat() if proof.observed_until else "",
        "not_applicable": proof.not_applicable,
    }
    record(event, subject=proof, actor=actor, data=data, unit=system.unit_id)


@transaction.atomic
def withdraw_proof(proof: ReleaseEvidence, *, actor: User, reason: str) -> None:
    """Let an item of evidence count no more; raises DomainError without a reason or twice."""
    system = AISystem.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=proof.version.system_id
    )
    require(actor, Capability.ANSWER, system.unit)
    if not reason.strip():
        raise DomainError("Say why it counts no more.")
    said = {"replaced_by": actor, "replaced_because": reason.strip()[:500]}
    rows = ReleaseEvidence.objects.filter(pk=proof.pk, replaced_at__isnull=True)
    if not rows.update(replaced_at=timezone.now(), **said):
        raise TransitionError("It counts no more already.")
    proof.refresh_from_db()
    _tell(proof, "proof.withdrawn", actor, system)
    follow(proof.version)


def follow(version: ModelVersion) -> None:
    """Let every release of a version follow its evidence; the caller holds the system."""
    for release in Release.objects.filter(version=version).with_all():
        advance(release)


@transaction.atomic
def meet_condition(condition: Condition, *, actor: User, how: str) -> None:
    """Say how a condition was met; its owner does, or whoever set it."""
    held = hold(condition.release)
    if actor.pk not in (condition.owner_id, condition.set_by_id):
        raise PermissionDenied("Only who owns the condition, or set it, says that it is met.")
    require(actor, Capability.ANSWER, held.system.unit)
    if not how.strip():
        raise DomainError("Say how it was met.")
    said = {"met_by": actor, "met_how": how.strip()[:2_000], "met_at": timezone.now()}
    if not Condition.objects.filter(pk=condition.pk, met_at__isnull=True).update(**said):
        raise TransitionError("This condition is met already.")
    condition.refresh_from_db()
    note(held, "release.condition_met", actor, {"text": condition.text, "how": how.strip()})
