"""Registering, correcting and settling an incident: every step recorded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change, move
from governance.evidence.actions import keep_evidence
from governance.evidence.models import EvidenceItem
from governance.evidence.rules import kept_name
from governance.incidents import rules
from governance.incidents.checks import (
    check_fields,
    check_order,
    check_step,
    require_running,
    require_work,
)
from governance.incidents.law import law_of
from governance.incidents.models import Incident, IncidentStep, StepProof
from governance.incidents.queries import CORRECTED, all_steps, clock_of, dues_of, on_incident
from governance.incidents.rules import IncidentStatus
from governance.incidents.telling import kept_as, ordered, plain, said_of
from governance.ledger.actions import Personal, record
from inventory.systems.actions import require_edit
from inventory.systems.models import AISystem

FIELDS = (
    "title", "description", "effects", "widespread", "regime", "sectoral_route",
    "occurred_from", "occurred_until", "aware_at", "zone",
)  # fmt: skip


@transaction.atomic
def register_incident(system: AISystem, *, actor: User, **fields: Any) -> Incident:
    """Return a new incident; its clock runs from `aware_at`.

    Raises PermissionDenied unless the actor may change the system, and DomainError without a
    title, a description or a ground, for an unknown zone, or for moments that cannot be.
    """
    require_edit(actor, system)
    given = {"zone": timezone.get_default_timezone_name()} | fields
    check_fields(given)
    incident = Incident.objects.create(
        ref=_next_ref(),
        system=system,
        registered_by=actor,
        registered_at=timezone.now(),
        **given,
    )
    data = said_of(given) | {"system": system.ref, "due": _due(incident)}
    record("incident.registered", subject=incident, actor=actor, data=data, unit=system.unit_id)
    return incident


@transaction.atomic
def correct_incident(
    incident: Incident, *, reason: str, actor: User, seen: int | None = None, **fields: Any
) -> bool:
    """Write what differs, with the reason, and so set the clock anew; return whether any did.

    Raises PermissionDenied unless the actor may work on it, StaleError when somebody changed it
    meanwhile, and DomainError without a reason or when it is closed.
    """
    require_work(actor, incident)
    _lock(incident)
    require_running(incident)
    if not reason.strip():
        raise DomainError("Say why this is corrected: the authority may ask.")
    whole = {name: fields.get(name, getattr(incident, name)) for name in FIELDS}
    check_fields(whole)
    check_order(incident, whole["aware_at"])
    if whole["effects"] is not None:
        whole["effects"] = ordered(whole["effects"])
    differ = {name: value for name, value in whole.items() if value != getattr(incident, name)}
    if not differ:
        return False
    changes = _written(incident, differ, seen)
    IncidentStep.objects.create(
        incident=incident,
        kind=CORRECTED,
        done_at=timezone.now(),
        done_by=actor,
        note=reason.strip(),
        changes=changes,
    )
    kept = {
        name: {side: kept_as(name, value) for side, value in both.items()}
        for name, both in changes.items()
    }
    _record("incident.corrected", incident, actor, {"changes": kept, "reason": reason.strip()})
    return True


@transaction.atomic
def record_step(
    incident: Incident,
    *,
    kind: str,
    done_at: datetime,
    actor: User,
    evidence: Iterable[EvidenceItem] = (),
    uploads: Iterable[File] = (),
    **said: str,
) -> IncidentStep:
    """Return the step, kept for good; a report moves the incident on and stops the clock.

    `said` is authority, number and note; files are kept as evidence about the system. Raises
    PermissionDenied unless the actor may work on it, and DomainError for an unknown step, a
    moment to come or before awareness, a report without its addressee, or evidence about another
    system.
    """
    require_work(actor, incident)
    _lock(incident)
    require_running(incident)
    step = _known_step(kind)
    shown = list(evidence)
    check_step(incident, step, done_at, shown, said)
    done = set(incident.steps.values_list("kind", flat=True))
    row = IncidentStep.objects.create(
        incident=incident, kind=kind, done_at=done_at, done_by=actor, **said
    )
    _show(row, shown + [_keep(incident, step, upload, actor) for upload in uploads])
    _move_on(incident, step, done, done_at)
    data = {
        "step": kind,
        "done_at": done_at.isoformat(),
        "authority": said.get("authority", ""),
        "number": said.get("number", ""),
        "evidence": [proof.item.ref for proof in row.proofs.select_related("item")],
        "clock": clock_of(incident, timezone.now()).words,
        "note": Personal(said.get("note", "")),
    }
    _record("incident.step_done", incident, actor, data)
    return row


def _known_step(kind: str) -> rules.Step:
    step = next((one for one in all_steps() if one.kind == kind), None)
    if step is None:
        raise DomainError("There is no such step.")
    return step


def _keep(incident: Incident, step: rules.Step, upload: File, actor: User) -> EvidenceItem:
    title = f"{incident.ref}, {step.title}: {kept_name(str(upload.name))}"
    return keep_evidence(incident.system, title=title[:200], upload=upload, actor=actor)


def _show(row: IncidentStep, items: Iterable[EvidenceItem]) -> None:
    """Keep the evidence of a step; the same file twice is once."""
    once = {item.pk: item for item in items}.values()
    StepProof.objects.bulk_create(StepProof(step=row, item=item) for item in once)


@transaction.atomic
def doubt_incident(incident: Incident, *, reason: str, actor: User) -> None:
    """Say that the incident is not serious; it counts only once a second person agrees.

    The clock runs on. Raises PermissionDenied unless the actor may work on it, and DomainError
    without a reason, once it was reported, or when somebody said so already.
    """
    require_work(actor, incident)
    _lock(incident)
    if not reason.strip():
        raise DomainError("Say why it is not serious: an auditor will read it.")
    if incident.status != IncidentStatus.OPEN:
        raise DomainError(f"{incident} is {incident.get_status_display().lower()} already.")
    if incident.doubted_by_id:
        raise DomainError(f"{incident.doubted_by} said so already; a second person decides.")
    said = {"doubted_by": actor, "doubted_at": timezone.now(), "doubted_because": reason.strip()}
    change(incident, seen=None, **said)
    _record("incident.doubted", incident, actor, {"reason": reason.strip()})


@transaction.atomic
def agree_not_serious(incident: Incident, *, actor: User) -> None:
    """End an incident that somebody else assessed as not serious.

    Raises PermissionDenied unless the actor may sign classifications in the unit and is not the
    one who assessed it, and DomainError while nobody has.
    """
    require(actor, Capability.CLASSIFY, incident.system.unit)
    _lock(incident)
    require_running(incident)
    if not incident.doubted_by_id:
        raise DomainError("Nobody has assessed it as not serious yet.")
    if incident.doubted_by_id == actor.pk:
        raise PermissionDenied("A second person decides: you assessed it yourself.")
    _end(incident, IncidentStatus.NOT_SERIOUS, actor)
    _record("incident.not_serious", incident, actor, {"reason": incident.doubted_because})


@transaction.atomic
def keep_serious(incident: Incident, *, reason: str, actor: User) -> None:
    """Set aside the assessment that an incident is not serious; it goes on as before."""
    require(actor, Capability.CLASSIFY, incident.system.unit)
    _lock(incident)
    require_running(incident)
    if not incident.doubted_by_id or not reason.strip():
        raise DomainError("Say why it stays serious; somebody must have doubted it first.")
    data = {"doubted_because": incident.doubted_because, "reason": reason.strip()}
    change(incident, seen=None, doubted_by=None, doubted_at=None, doubted_because="")
    _record("incident.kept_serious", incident, actor, data)


@transaction.atomic
def close_incident(incident: Incident, *, reason: str, actor: User) -> None:
    """Close an incident about which everything is done that has to be.

    Raises PermissionDenied unless the actor may work on it, and DomainError, naming what is
    missing, while a report or the route under another regime is.
    """
    require_work(actor, incident)
    _lock(incident)
    require_running(incident)
    if not reason.strip():
        raise DomainError("Say in a sentence how it ended.")
    if lacks := on_incident(incident, timezone.now()).lacks:
        raise DomainError(f"Before it can be closed: {'; '.join(lacks)}.")
    _end(incident, IncidentStatus.CLOSED, actor)
    _record("incident.closed", incident, actor, {"reason": reason.strip()})


def _written(
    incident: Incident, differ: Mapping[str, Any], seen: int | None
) -> dict[str, dict[str, Any]]:
    """Write the fields and return each from and to, with the deadline where it moved."""
    before = {name: getattr(incident, name) for name in differ} | {"due": _due(incident)}
    change(incident, seen=seen, **differ)
    after = {**differ, "due": _due(incident)}
    return {
        name: {"from": plain(before[name]), "to": plain(value)}
        for name, value in after.items()
        if value != before[name]
    }


def _lock(incident: Incident) -> None:
    """Wait for whoever changes it now, and read it as they left it."""
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    incident.refresh_from_db()


def _end(incident: Incident, to: IncidentStatus, actor: User) -> None:
    ended = {"ended_at": timezone.now(), "ended_by": actor}
    move(incident, to, rules.TRANSITIONS, row_version=F("row_version") + 1, **ended)


def _move_on(incident: Incident, step: rules.Step, done: set[str], done_at: datetime) -> None:
    """Move to what a report brings; the first report's moment is kept."""
    roles, first = law_of(incident.system).roles, incident.reported_at
    to = rules.status_after(step, roles, done)
    if rules.meets_clock(step, roles) and (first is None or done_at < first):
        first = done_at
    change(incident, seen=None, reported_at=first)
    if to and to != incident.status and to in rules.TRANSITIONS[IncidentStatus(incident.status)]:
        move(incident, to, rules.TRANSITIONS)


def _record(action: str, incident: Incident, actor: User, data: Mapping[str, Any]) -> None:
    unit = incident.system.unit_id
    record(action, subject=incident, actor=actor, data=data, unit=unit)


def _due(incident: Incident) -> str:
    """Return the last minute in which a report is in time, as text; empty without one."""
    found = dues_of(incident)
    return found[0].last_moment(incident.clock_zone).isoformat() if found else ""


def _next_ref() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('incident_ref')")
        row = cursor.fetchone()
    return f"INC-{row[0]:03d}"
