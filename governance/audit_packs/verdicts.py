"""What people decided about a system: classification, responsibilities, versions."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from governance.approvals.models import Waiver
from governance.audit_packs.notes import noted
from governance.audit_packs.releases import releases
from governance.audit_packs.sections import Batch, Facts, exact, iso
from governance.audit_packs.traces import trace_told
from governance.classification.models import Assessment, FactSheet
from governance.classification.queries import engine, facts_from, provisional_of
from inventory.systems.models import AISystem, ModelVersion, VersionContributor
from inventory.systems.pins.rules import Pin
from inventory.systems.pins.table import current_table, pin_of
from raci.matrices import rules as raci
from raci.matrices.checking import situation, surroundings
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import ACCOUNTABLE, RESPONSIBLE, Letter
from raci.matrices.situation import Situation
from raci.matrices.validation import findings

LETTERS = {
    "accountable": ACCOUNTABLE,
    "responsible": RESPONSIBLE,
    "consulted": (Letter.C,),
    "informed": (Letter.I,),
}


def classifications(batch: Batch) -> dict[int, Facts]:
    """Return each system's classification: the signed one, or what the facts say unsigned."""
    sheets = {sheet.system_id: sheet for sheet in FactSheet.objects.filter(system__in=batch.ids)}
    signed: dict[int, list[Assessment]] = defaultdict(list)
    rows = Assessment.objects.filter(system__in=batch.ids).select_related("signed_by")
    for assessment in rows.order_by("-number"):
        signed[assessment.system_id].append(assessment)
    for sheet in sheets.values():
        batch.add("factsheet", sheet.pk, sheet.system_id)
    notes = noted({pk: sheet for pk, sheet in sheets.items() if not signed[pk]})
    return {
        system.pk: _classification(system, sheets.get(system.pk), signed[system.pk], batch.whole)
        | ({"explained": notes[system.pk]} if system.pk in notes else {})
        for system in batch.systems
    }


def _classification(
    system: AISystem, sheet: FactSheet | None, signed: list[Assessment], whole: bool
) -> Facts:
    facts = facts_from(system, sheet)
    told = {"unsure": list(facts.unsure), "earlier": [_earlier(old) for old in signed[1:]]}
    if signed:
        last = signed[0]
        return told | {
            "status": "signed",
            "number": last.number,
            "signed_by": last.signed_by.name,
            "signed_at": iso(last.signed_at),
            "reason": last.reason,
            "facts": exact(last.facts),
            "explained": [one for one in last.answers if one.get("because") or one.get("evidence")],
            "facts_digest": last.facts_digest,
            "facts_changed": last.facts_digest != facts.digest,
            "pack_changed": last.pack_version != engine().pack.version,
            "result": exact(last.result),
        }
    if facts.row_version == 0:
        return told | {"status": "unanswered"}
    now = provisional_of(facts)
    return told | {
        "status": "provisional",
        "could_be": list(now.could_be),
        "facts": exact(dict(facts.values)),
        "facts_digest": facts.digest,
        "result": exact(now.result),
        **(trace_told(now.trace, whole) if whole else {}),
    }


def _earlier(assessment: Assessment) -> Facts:
    return {
        "number": assessment.number,
        "tier": assessment.tier,
        "pack_version": assessment.pack_version,
        "signed_by": assessment.signed_by.name,
        "signed_at": iso(assessment.signed_at),
        "superseded_at": iso(assessment.superseded_at),
    }


def matrices(batch: Batch) -> dict[int, Facts]:
    """Return each system's responsibility matrix with findings: the active one, else the draft."""
    rows = Matrix.objects.with_grid().filter(system__in=batch.ids).select_related("activated_by")
    found: dict[int, list[Matrix]] = defaultdict(list)
    for matrix in rows.order_by("status"):  # active before draft before superseded
        if matrix.system_id is not None:
            batch.add("matrix", matrix.pk, matrix.system_id)
            if matrix.status != MatrixStatus.SUPERSEDED:
                found[matrix.system_id].append(matrix)
    around = surroundings(matrix for both in found.values() for matrix in both)
    return {pk: _matrix(both, situation(both[0], around)) for pk, both in found.items()}


def _matrix(both: list[Matrix], seen: Situation) -> Facts:
    shown = both[0]
    return {
        "version": shown.version,
        "status": shown.status,
        "activated_by": shown.activated_by.name if shown.activated_by else None,
        "activated_at": iso(shown.activated_at),
        "draft_waits": len(both) > 1,
        "rows": [_row(row) for row in seen.rows],
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity.value,
                "row": finding.row,
                "reason": finding.reason,
                "fix": finding.fix,
            }
            for finding in findings(seen)
        ],
    }


def _row(row: raci.Row) -> Facts:
    return {
        "code": row.activity.code,
        "title": row.activity.title,
        "phase": row.activity.phase,
        "law": row.activity.law,
    } | {
        word: sorted(party.name for party, letter in row.cells if letter in letters)
        for word, letters in LETTERS.items()
    }


def versions(batch: Batch) -> dict[int, list[Facts]]:
    """Return each system's model versions, newest first, with who made and who decided them."""
    rows = ModelVersion.objects.filter(system__in=batch.ids).order_by("-created_at", "-pk")
    rows = rows.select_related("parent")
    owner = {version.pk: version.system_id for version in rows}
    told, waivers = releases(batch, owner), _waivers(batch, owner)
    makers: dict[int, list[str]] = defaultdict(list)
    made = VersionContributor.objects.filter(version__in=owner).values_list(
        "version_id", "user__name"
    )
    for pk, name in made.order_by("user__name", "pk"):
        makers[pk].append(name)
    found: dict[int, list[Facts]] = defaultdict(list)
    table = current_table()
    for version in rows:
        batch.add("modelversion", version.pk, version.system_id)
        found[version.system_id].append(
            _version(version, pin_of(version.provider, version.model_id, table))
            | {
                "made_by": makers[version.pk],
                "releases": told.get(version.pk, []),
                "waivers": waivers[version.pk],
            }
        )
    return found


def _version(version: ModelVersion, pin: Pin) -> Facts:
    return {
        "label": version.label,
        "parent": version.parent.label if version.parent else None,
        "provider": version.provider,
        "model_id": version.model_id,
        "pinned": pin.is_fixed,
        "pin_reason": pin.reason,
        "region": version.region,
        "prompt_sha256": version.prompt_sha256,
        "notes": version.notes,
        "bundle": version.bundle,
        "digest": version.digest,
        "proposed_at": iso(version.frozen_at),
        "created_at": iso(version.created_at),
    }


def _waivers(batch: Batch, owner: dict[int, int]) -> dict[int, list[Facts]]:
    found: dict[int, list[Facts]] = defaultdict(list)
    rows: Iterable[Any] = Waiver.objects.filter(version__in=owner).select_related("granted_by")
    for waiver in rows:
        batch.add("waiver", waiver.pk, owner[waiver.version_id])
        found[waiver.version_id].append(
            {
                "reason": waiver.reason,
                "granted_by": waiver.granted_by.name,
                "granted_at": iso(waiver.granted_at),
                "ends_on": iso(waiver.ends_on),
            }
        )
    return found
