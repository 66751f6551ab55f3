"""Every release of a version: votes, evidence, conditions, findings, refused attempts."""

from collections import defaultdict
from collections.abc import Iterable

from governance.approvals.kinds import evidence_table
from governance.approvals.lifecycle import CLASS_WORDS, ChangeClass, Environment
from governance.approvals.models import Condition, Finding, Release, ReleaseEvidence, Vote
from governance.approvals.quorum import SLOT_WORDS, Slot
from governance.approvals.standing import MAY_RUN
from governance.audit_packs.sections import Batch, Facts, iso, names_of
from governance.ledger.models import Entry
from governance.ledger.queries import body

Grouped = dict[int, list[Facts]]
REFUSED = "release.refused"


def releases(batch: Batch, owner: dict[int, int]) -> dict[int, list[Facts]]:
    """Return version id → its releases, the oldest first; `owner` maps a version to its system."""
    if not owner:
        return {}
    people = ("submitted_by", "decided_by", "activated_by", "emergency_second")
    rows = list(
        Release.objects.filter(version__in=owner)
        .select_related(*people, "before", "rollback_target")
        .order_by("submitted_at", "pk")
    )
    for row in rows:
        batch.add("release", row.pk, owner[row.version_id])
    told = {
        "votes": _votes(rows),
        "conditions": _conditions(rows),
        "findings": _findings(rows),
        "refused": _refused(rows),
    }
    proofs = evidence(owner)
    found: dict[int, list[Facts]] = defaultdict(list)
    for row in rows:
        parts = {name: by_release[row.pk] for name, by_release in told.items()}
        found[row.version_id].append(_release(row) | parts | {"evidence": proofs[row.version_id]})
    return found


def _release(row: Release) -> Facts:
    change = ChangeClass(row.change_class) if row.change_class else None
    return {
        "ref": row.ref,
        "status": row.status,
        "words": row.words,
        "may_run": row.state in MAY_RUN and row.environment == Environment.PROD,
        "place": row.place,
        "round": row.round,
        "change_class": row.change_class,
        "class_words": CLASS_WORDS[change] if change else "",
        "class_suggested": row.class_suggested,
        "risk_tier": row.risk_tier,
        "digest": row.digest,
        "evidence_digest": row.evidence_digest,
        "rules_version": row.rules_version,
        "submitted_by": row.submitted_by.name,
        "submitted_at": iso(row.submitted_at),
        "reason": row.reason,
        "gap_addressed": row.gap_addressed,
        "before": row.before.ref if row.before else None,
        "decided_by": row.decided_by.name if row.decided_by else None,
        "decided_at": iso(row.decided_at),
        "decision_reason": row.decision_reason,
        "approved_at": iso(row.approved_at),
        "valid_until": iso(row.valid_until),
        "activated_by": row.activated_by.name if row.activated_by else None,
        "activated_at": iso(row.activated_at),
        "emergency_second": row.emergency_second.name if row.emergency_second else None,
        "emergency_until": iso(row.emergency_until),
        "left_at": iso(row.left_at),
        "rollback_target": row.rollback_target.ref if row.rollback_target else None,
    }


def _votes(rows: list[Release]) -> Grouped:
    found: Grouped = defaultdict(list)
    votes = Vote.objects.filter(release__in=rows)
    for vote in votes.select_related("person", "acting_for").order_by("at", "pk"):
        found[vote.release_id].append(
            {
                "person": vote.person.name,
                "acting_for": vote.acting_for.name if vote.acting_for else None,
                "voice": SLOT_WORDS[Slot(vote.slot)],
                "purpose": vote.purpose,
                "yes": vote.yes,
                "reason": vote.reason,
                "at": iso(vote.at),
                "digest": vote.digest,
                "evidence_digest": vote.evidence_digest,
                "seen": len(vote.seen),
                "proved_by": str(vote.proof.get("method", "")) if vote.proof else "",
                "void_at": iso(vote.void_at),
                "void_because": vote.void_because,
            }
        )
    return found


def _conditions(rows: list[Release]) -> Grouped:
    found: Grouped = defaultdict(list)
    conditions = Condition.objects.filter(release__in=rows)
    for row in conditions.select_related("owner", "set_by", "met_by"):
        found[row.release_id].append(
            {
                "text": row.text,
                "owner": row.owner.name,
                "due_on": iso(row.due_on),
                "blocking": row.blocking,
                "set_by": row.set_by.name,
                "met_at": iso(row.met_at),
                "met_by": row.met_by.name if row.met_by else None,
                "met_how": row.met_how,
            }
        )
    return found


def _findings(rows: list[Release]) -> Grouped:
    found: Grouped = defaultdict(list)
    findings = Finding.objects.filter(release__in=rows)
    for row in findings.select_related("opened_by", "accepted_by", "closed_by"):
        found[row.release_id or 0].append(
            {
                "kind": row.get_kind_display(),
                "severity": row.severity,
                "words": row.words,
                "opened_by": row.opened_by.name if row.opened_by else None,
                "opened_at": iso(row.opened_at),
                "accepted_by": row.accepted_by.name if row.accepted_by else None,
                "closed_by": row.closed_by.name if row.closed_by else None,
                "closed_at": iso(row.closed_at),
                "closed_because": row.closed_because,
            }
        )
    return found


def _refused(rows: list[Release]) -> Grouped:
    """Return what was tried and refused, from the record."""
    found: Grouped = defaultdict(list)
    ids = [str(row.pk) for row in rows]
    entries = Entry.objects.filter(object_type="release", object_id__in=ids, action=REFUSED)
    tried = list(entries.order_by("pk"))
    names = names_of(entry.actor_ref for entry in tried)
    for entry in tried:
        told = body(entry)
        data = told["data"]
        found[int(entry.object_id)].append(
            {
                "at": told["at"],
                "actor": names[entry.actor_ref],
                "reason": data.get("reason", ""),
            }
        )
    return found


def evidence(versions: Iterable[int]) -> Grouped:
    """Return version id → its evidence that stands, in the order of the table of kinds."""
    found: Grouped = defaultdict(list)
    kinds = evidence_table().kinds
    rows = ReleaseEvidence.objects.standing().filter(version__in=list(versions))
    for row in rows.select_related("author", "added_by", "item"):
        kind = kinds.get(row.kind)
        found[row.version_id].append(
            {
                "kind": kind.title if kind else row.kind,
                "item": row.item.ref if row.item else None,
                "statement": row.statement,
                "not_applicable": row.not_applicable,
                "sha256": row.sha256,
                "produced_by": row.produced_by,
                "author": row.author.name if row.author else None,
                "observed_from": iso(row.observed_from),
                "observed_until": iso(row.observed_until),
                "valid_days": row.valid_days,
                "digest_of_version": row.digest_of_version,
                "added_by": row.added_by.name,
                "added_at": iso(row.added_at),
            }
        )
    return found
