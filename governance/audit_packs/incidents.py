"""The serious incidents of each system in a pack, with their clock and every step."""

from collections import defaultdict
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from governance.audit_packs.sections import Batch, Facts, iso
from governance.incidents.law import law_behind, laws_of
from governance.incidents.models import Incident, IncidentStep
from governance.incidents.queries import all_steps, clock_of
from governance.incidents.rules import ClockState


def incidents(batch: Batch) -> dict[int, list[Facts]]:
    """Return each system's incidents, the oldest first; the clock as it stands now."""
    steps = Prefetch(
        "steps", IncidentStep.objects.select_related("done_by").prefetch_related("evidence")
    )
    people = ("system", "registered_by", "doubted_by", "ended_by")
    rows = Incident.objects.filter(system__in=batch.ids).select_related(*people)
    laws = laws_of(batch.systems)
    found: dict[int, list[Facts]] = defaultdict(list)
    for incident in rows.prefetch_related(steps).order_by("aware_at", "pk"):
        found[incident.system_id].append(
            _told(incident, reports="provider" in laws[incident.system_id].roles)
        )
        batch.add("incident", incident.pk, incident.system_id)
    return found


def _told(incident: Incident, *, reports: bool) -> Facts:
    clock = clock_of(incident, timezone.now())
    overdue = reports and incident.is_running and clock.state == ClockState.OVERDUE
    return {
        "ref": incident.ref,
        "title": incident.title,
        "description": incident.description,
        "status": incident.status,
        "effects": list(incident.effects),
        "widespread": incident.widespread,
        "regime": incident.regime,
        "sectoral_route": incident.sectoral_route,
        "occurred_from": iso(incident.occurred_from),
        "occurred_until": iso(incident.occurred_until),
        "aware_at": iso(incident.aware_at),
        "zone": incident.zone,
        "reported_at": iso(incident.reported_at),
        "clock": clock.words if reports else "the provider's",
        "overdue": overdue,
        "deadlines": [
            {"days": due.days, "citation": list(due.citation), "ends_at": iso(due.ends_at)}
            for due in clock.dues
        ],
        "registered_by": incident.registered_by.name,
        "doubted_by": incident.doubted_by and incident.doubted_by.name,
        "doubted_because": incident.doubted_because,
        "ended_by": incident.ended_by and incident.ended_by.name,
        "ended_at": iso(incident.ended_at),
        "steps": [_step(step) for step in incident.steps.all()],
    }


def _citation(kind: str) -> str:
    """Return the article behind a step; a correction has none."""
    return next((law_behind(step.law)[0] for step in all_steps() if step.kind == kind), "")


def _step(step: IncidentStep) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "citation": _citation(step.kind),
        "done_at": iso(step.done_at),
        "done_by": step.done_by.name,
        "authority": step.authority,
        "number": step.number,
        "note": step.note,
        "changes": step.changes,
        "evidence": [item.ref for item in step.evidence.all()],
        "evidence_sha256": [item.sha256 for item in step.evidence.all() if item.sha256],
    }
