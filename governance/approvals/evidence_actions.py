"""The verbs around a release: evidence, conditions, findings, remarks, weight, waivers, freezes."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.approvals import canary
from governance.approvals.advancing import advance
from governance.approvals.errors import SamePersonError
from governance.approvals.kinds import Kind, evidence_table
from governance.approvals.lifecycle import LIVE, OPEN, State
from governance.approvals.models import (
    CanaryReport,
    Condition,
    Finding,
    Freeze,
    Materiality,
    Release,
    ReleaseEvidence,
    Remark,
    Viewing,
    Waiver,
)
from governance.approvals.moving import hold, iso, note
from governance.approvals.situation import Basis
from governance.approvals.waiving import why_not_waive
from governance.common.errors import DomainError, StaleError, TransitionError
from governance.evidence.models import EvidenceItem
from governance.ledger.actions import Actor, Personal, record
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.table import pin_of


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
    for what is missing, a foreign or withdrawn file, or days out of order or in the future.
    """
    found = _kind(kind)
    system = AISystem.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.system_id)
    require(actor, Capability.ANSWER, system.unit)
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


class Where(TypedDict, total=False):
    """What a finding is about: a key that is open once, a release."""

    key: str
    release: Release | None


@transaction.atomic
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
    key, release = about.get("key", ""), about.get("release")
    if key:
        known = Finding.objects.filter(system=system, kind=kind, key=key, closed_at__isnull=True)
        if found := known.first():
            return found
    person = actor if isinstance(actor, User) else None
    finding = Finding.objects.create(
        system=system,
        release=release,
        kind=kind,
        severity=severity,
        key=key[:200],
        words=words[:2_000],
        opened_by=person,
        opened_at=timezone.now(),
    )
    _record_finding(finding, "finding.opened", actor, {"words": finding.words})
    return finding


def _record_finding(finding: Finding, event: str, actor: Actor, data: Mapping[str, Any]) -> None:
    told = {
        "system": finding.system.ref,
        "kind": finding.kind,
        "severity": finding.severity,
        **data,
    }
    record(event, subject=finding, actor=actor, data=told, unit=finding.system.unit_id)


@transaction.atomic
def accept_finding(finding: Finding, *, actor: User, reason: str) -> None:
    """Accept what an evaluation found, so that the review may begin all the same."""
    _decide(finding, actor, reason)
    rows = Finding.objects.filter(pk=finding.pk, accepted_at__isnull=True, closed_at__isnull=True)
    if not rows.update(accepted_at=timezone.now(), accepted_by=actor):
        raise TransitionError("It is accepted or closed already.")
    finding.refresh_from_db()
    _record_finding(finding, "finding.accepted", actor, {"reason": reason})
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
    _record_finding(finding, "finding.closed", actor, {"reason": reason})


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


@transaction.atomic
def say_materiality(
    system: AISystem, *, actor: User, exposure: int, purpose: int, reason: str
) -> Materiality:
    """Return what somebody says a system weighs; votes about another tier count no more."""
    held = AISystem.objects.select_for_update(no_key=True, of=("self",)).get(pk=system.pk)
    require(actor, Capability.CLASSIFY, held.unit)
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
    """Return a line of the conversation about a release; who sees the system may write."""
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


@transaction.atomic
def grant_waiver(
    version: ModelVersion, *, actor: User, reason: str, ends_on: date, seen: str | None = None
) -> Waiver:
    """Allow a version whose model id is not pinned to be proposed, until a last day.

    Raises PermissionDenied unless the actor may decide in the unit and neither proposed nor
    worked on the version; DomainError for a pinned id, an empty reason, or an end in the past
    or further off than a year.
    """
    require(actor, Capability.APPROVE, version.system.unit)
    held = ModelVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.digest != (seen or version.digest):
        raise StaleError(f"{version} changed since you read it. Read it again first.")
    if _had_a_part(actor, version):
        raise SamePersonError("You worked on this version, so somebody else must decide.")
    if not reason.strip():
        raise DomainError("Say why this version may run on an id that is not pinned.")
    pin = pin_of(held.provider, held.model_id)
    if refusal := why_not_waive(timezone.localdate(), ends_on, is_fixed=pin.is_fixed):
        raise DomainError(refusal)
    waiver = Waiver.objects.create(
        version=version, digest=held.digest, reason=reason, granted_by=actor, ends_on=ends_on
    )
    data = {
        "version": version.ref,
        "digest": held.digest,
        "model_id": held.model_id,
        "pin": pin.state.value,
        "reason": reason,
        "ends_on": ends_on.isoformat(),
    }
    record("waiver.granted", subject=waiver, actor=actor, data=data, unit=version.system.unit_id)
    return waiver


def _had_a_part(actor: User, version: ModelVersion) -> bool:
    if version.contributors.filter(user=actor).exists():
        return True
    alive = Release.objects.filter(version=version, status__in=OPEN | LIVE)
    return alive.filter(submitted_by=actor).exists()
