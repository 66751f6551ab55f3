"""Taking note of what model answers, and opening a finding when it is another than approved."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.finding_actions import open_finding
from governance.approvals.lifecycle import LIVE
from governance.approvals.models import Finding, Release
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.ledger.actions import record
from governance.pipelines.echo import Approved, Heard, Reported, Verdict, hear
from governance.pipelines.models import Observation
from inventory.systems.bundles.rules import Bundle
from inventory.systems.models import AISystem

AHEAD = timedelta(minutes=5)  # by which the clock of whoever reports may be wrong
SEVERITY = 2


class Period(TypedDict):
    """When it was observed."""

    observed_from: datetime
    observed_until: datetime


@transaction.atomic
def report_observation(
    system: AISystem,
    reported: Reported,
    *,
    actor: User,
    environment: str,
    task: str = "",
    **period: Unpack[Period],
) -> Observation:
    """Return what was observed, held against what is approved to run there.

    Another model opens one finding for each id that it calls itself, and closes none. Raises
    PermissionDenied unless the actor may report for the system's unit, and DomainError for a
    period that lies in the future or ends before it begins.
    """
    require(actor, Capability.SUBMIT, system.unit)
    now = database_now()
    _check_period(period, now)
    running = _running(system, environment, task)
    heard = hear(reported, tuple(approved(release) for release in running))
    release = _about(reported, running)
    row = Observation.objects.create(
        system=system,
        release=release,
        environment=environment,
        task=task,
        digest=reported.digest,
        model_id=reported.model_id,
        fingerprint=reported.fingerprint,
        tasks=reported.tasks,
        verdict=heard.verdict,
        words=heard.words[:1_000],
        reported_by=actor,
        reported_at=now,
        **period,
    )
    _tell(row, actor)
    if heard.verdict == Verdict.OTHER:
        _find(system, heard, release, actor)
    return row


def _check_period(period: Period, now: datetime) -> None:
    since, until = period["observed_from"], period["observed_until"]
    if until < since or until > now + AHEAD:
        raise DomainError("The period must end after it begins, and not in the future.")


def _running(system: AISystem, environment: str, task: str) -> list[Release]:
    """Return what runs in a place: the active release, and a canary."""
    rows = Release.objects.filter(system=system, environment=environment, task=task)
    return list(rows.filter(status__in=LIVE).select_related("version").order_by("pk"))


def approved(release: Release) -> Approved:
    """Return what a release's bundle says of its model."""
    bundle = Bundle.of(release.version.bundle)
    return Approved(
        model_id=bundle.model_id,
        model_version=str(bundle.part("deployment").get("model_version", "")),
        fingerprint=str(bundle.shape.get("provider_fingerprint", "")),
        digest=release.digest,
    )


def _about(reported: Reported, running: list[Release]) -> Release | None:
    """Return the release that an observation is about: the one of its digest, else the active."""
    named = [one for one in running if one.digest == reported.digest]
    active = [one for one in running if one.state.value != "canary"]
    return next(iter(named or active or running), None)


def _tell(row: Observation, actor: User) -> None:
    data = {
        "system": row.system.ref,
        "environment": row.environment,
        "task": row.task,
        "model_id": row.model_id,
        "tasks": row.tasks,
        "verdict": row.verdict,
        "release": row.release.ref if row.release else "",
    }
    unit = row.system.unit_id
    record("observation.reported", subject=row, actor=actor, data=data, unit=unit)


def _find(system: AISystem, heard: Heard, release: Release | None, actor: User) -> None:
    AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)  # one finding at a time
    open_finding(
        system,
        actor=actor,
        kind=Finding.Kind.MISMATCH,
        severity=SEVERITY,
        words=heard.words,
        key=heard.key,
        release=release,
    )
