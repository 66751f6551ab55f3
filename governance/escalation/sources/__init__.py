"""What falls due now: one small reader for each kind, all facts as `Due` rows, one at a time.

A reader knows nobody's rights and holds a chunk of rows at most. What it yields no more has
resolved itself.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time

from governance.calendars.queries import Calendars
from governance.escalation.kinds import Kind, kinds
from governance.escalation.rules import Due
from governance.escalation.sources import (
    absences,
    agreements,
    approvals,
    classifications,
    credentials,
    duties,
    imports,
    incidents,
    matrices,
    releases,
    rotas,
    seats,
)
from governance.escalation.sources.facts import Asking, Reader, Where
from governance.escalation.sources.people import People

SOURCES: Mapping[str, Reader] = {
    "agreement_ends": agreements.ends,
    "agreement_notice": agreements.notices,
    "attestation": matrices.attestations,
    "classification_stale": classifications.stale,
    "classification_review": classifications.reviews,
    "question_open": classifications.questions,
    "duty_due": duties.due,
    "duty_check": duties.checks,
    "evidence_ends": duties.evidence,
    "review_waiting": approvals.waiting,
    "release_evidence": approvals.unready,
    "matrix_waiting": matrices.reviews,
    "exemption_waiting": duties.exemptions,
    "approval_ends": approvals.ends,
    "waiver_ends": approvals.waivers,
    "condition_due": releases.conditions,
    "emergency_review": releases.emergencies,
    "release_suspended": releases.suspended,
    "model_retires": releases.retiring,
    "incident_report": incidents.reports,
    "absence_uncovered": absences.uncovered,
    "oncall_gap": rotas.gaps,
    "seat_ends": seats.terms,
    "authority_ends": seats.authorities,
    "token_ends": credentials.tokens,
    "access_ends": credentials.access,
    "import_waiting": imports.runs,
    "triage_waiting": imports.triage,
}


def where(now: datetime) -> Where:
    """Return what all readers share: the people and working hours of all units."""
    return Where(now, People(now), Calendars(), time.fromisoformat(kinds().at))


def due_of(kind: Kind, place: Where) -> Iterator[Due]:
    """Yield what is due, or told of already, of one kind."""
    asking = Asking(kind, place)
    for fact in SOURCES[kind.code](asking):
        if due := asking.due_of(fact):
            yield due


def all_due(now: datetime) -> Iterator[Due]:
    """Yield what is due, or told of already, of every kind."""
    place = where(now)
    for kind in kinds().by_code.values():
        yield from due_of(kind, place)
