"""What an incident and a step must say before they are kept; refusals in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.evidence.models import EvidenceItem
from governance.incidents import rules
from governance.incidents.models import Incident
from governance.incidents.queries import CORRECTED, may_work_on
from governance.incidents.rules import Effect

CLOCK_SKEW = timedelta(minutes=5)  # what another clock may be ahead of ours
LIMITS = {"title": 200, "description": 10_000, "sectoral_route": 2_000}


def check_fields(fields: Mapping[str, Any]) -> None:
    """Raise DomainError unless the incident says what it must."""
    for name in ("title", "description"):
        if not str(fields.get(name) or "").strip():
            raise DomainError(f"Give the incident a {name}.")
    for name, most in LIMITS.items():
        if len(str(fields.get(name) or "")) > most:
            raise DomainError(f"The {name.replace('_', ' ')} is longer than {most:,} letters.")
    effects, widespread = fields.get("effects") or [], bool(fields.get("widespread"))
    if not rules.is_serious([Effect(one) for one in effects], widespread=widespread):
        raise DomainError(
            "Choose what happened or may have happened; it can be assessed as not serious later."
        )
    _check_zone(str(fields.get("zone") or ""))
    _check_moments(fields)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DomainError("There is no such time zone. Write it like Europe/Berlin.") from error


def _check_moments(fields: Mapping[str, Any]) -> None:
    aware, begin = fields.get("aware_at"), fields.get("occurred_from")
    end = fields.get("occurred_until")
    if not isinstance(aware, datetime) or timezone.is_naive(aware):
        raise DomainError("Say when somebody of ours became aware, with the time zone.")
    if not all(rules.is_reckoned(moment) for moment in (aware, begin, end) if moment):
        raise DomainError("Look at the years of these moments again.")
    if aware > timezone.now() + CLOCK_SKEW:
        raise DomainError("Awareness lies in the past: the clock starts there.")
    if begin and end and end < begin:
        raise DomainError("It cannot have ended before it began.")
    if begin and begin > aware:
        raise DomainError("Nobody is aware of what has not happened yet.")


def check_order(incident: Incident, aware_at: datetime) -> None:
    """Raise DomainError when something was done about it before anybody knew."""
    done = incident.steps.exclude(kind=CORRECTED)
    if done.filter(done_at__lt=aware_at).exists():
        raise DomainError("A step was done before that moment: somebody knew by then.")


def check_step(
    incident: Incident,
    step: rules.Step,
    done_at: datetime,
    evidence: Iterable[EvidenceItem],
    said: Mapping[str, str],
) -> None:
    """Raise DomainError unless the step can be so."""
    if timezone.is_naive(done_at) or done_at > timezone.now() + CLOCK_SKEW:
        raise DomainError("A step is recorded once it is done.")
    if done_at < incident.aware_at:
        raise DomainError("This lies before the moment of awareness. Correct that one first.")
    if step.reports and not said.get("authority", "").strip():
        raise DomainError("Say who got the report: the authority, or the provider.")
    for item in evidence:
        if item.system_id != incident.system_id:
            raise DomainError(f"{item.ref} is evidence about another system.")
        if item.withdrawn_at:
            raise DomainError(f"{item.ref} was withdrawn and shows nothing any more.")


def require_work(actor: User, incident: Incident) -> None:
    """Raise PermissionDenied unless the person may record steps."""
    if not may_work_on(actor, incident):
        raise PermissionDenied(
            "Only who may change the system, or is accountable for reporting, works on this."
        )


def require_running(incident: Incident) -> None:
    """Raise DomainError for an incident that has ended."""
    if not incident.is_running:
        raise DomainError(f"{incident} is {incident.get_status_display().lower()} already.")
