"""The verbs of evaluations: write a suite down, add a run, withdraw one."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.evaluations.counting import counted, metrics_to_keep, slices_to_keep
from governance.evaluations.models import Run, Suite
from governance.evaluations.readers.report import Report, Result
from governance.evaluations.rules import Source
from governance.evaluations.suite_actions import SuiteWish, suite_for
from governance.evidence.rules import content_type, kept_name
from governance.ledger.actions import record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem, ModelVersion

COPY = "COPY evaluations_caseresult (run_id, key, passed, score, slices, message) FROM STDIN"
AHEAD = timedelta(minutes=5)  # how far the clock of whoever ran it may be before ours


class ForeignDigestError(DomainError):
    """The run belongs to another version than the one it was sent for."""

    code = "foreign-digest"


@dataclass(frozen=True)
class About:
    """What is said of a run besides its cases."""

    produced_by: str
    observed_from: datetime | None = None  # nothing: as the file says
    observed_until: datetime | None = None
    tool: str = ""
    digest: str = ""  # of the version that ran, as whoever ran it knows it


@dataclass(frozen=True)
class CameIn:
    """The bytes that came in, and how."""

    content: bytes
    name: str
    source: Source

    @property
    def sha256(self) -> str:
        """Return the digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Added:
    """A run, and whether it is new: the same bytes are the same run."""

    run: Run
    is_new: bool


@transaction.atomic
def add_run(
    version: ModelVersion,
    *,
    actor: User,
    report: Report,
    file: CameIn,
    about: About,
    suite: SuiteWish,
) -> Added:
    """Keep a run of a suite against a version, with all its cases and the bytes that came in.

    The same bytes for the same suite and version are the run that is there already. Raises
    PermissionDenied unless the actor may propose versions in the system's unit, and DomainError
    for a retired system, another version's digest, a period that cannot be, or a suite that has
    other cases and is not to be revised.
    """
    system = version.system
    require(actor, Capability.SUBMIT, system.unit)
    require_open(system)
    AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)  # one run at a time
    version.refresh_from_db(fields=["digest"])
    _refuse_foreign(version, about.digest, report.digest)
    revision = suite_for(system, actor=actor, wish=suite, keys=[one.key for one in report.results])
    if known := _known(revision, version, file.sha256):
        return Added(known, is_new=False)
    run = _keep(revision, version, actor, report, file, about)
    _keep_results(run, report.results)
    record("evaluation.added", subject=run, actor=actor, data=_told(run), unit=system.unit_id)
    return Added(run, is_new=True)


@transaction.atomic
def withdraw_run(run: Run, *, actor: User, reason: str) -> None:
    """Let a run that came in by mistake count no more; it stays readable, with the reason.

    Raises PermissionDenied unless the actor may propose versions in the system's unit, and
    DomainError without a reason or when somebody withdrew it already.
    """
    system = run.version.system
    require(actor, Capability.SUBMIT, system.unit)
    if not reason.strip():
        raise DomainError("Say why it counts no more: an auditor will read it.")
    standing = Run.objects.filter(pk=run.pk, withdrawn_at__isnull=True)
    said = {"withdrawn_by": actor, "withdrawn_because": reason.strip()}
    if not standing.update(withdrawn_at=timezone.now(), **said):
        raise DomainError(f"{run.ref} was withdrawn already.")
    run.refresh_from_db()
    data = {"version": run.version.ref, "reason": reason.strip(), "sha256": run.sha256}
    record("evaluation.withdrawn", subject=run, actor=actor, data=data, unit=system.unit_id)


def _refuse_foreign(version: ModelVersion, *digests: str) -> None:
    for digest in digests:
        if digest and digest.strip().lower() != version.digest:
            raise ForeignDigestError(
                f"The run names the digest {digest.strip()[:12]}…; {version.ref} has "
                f"{version.digest[:12]}…. It ran something else, so it shows nothing of this "
                "version. Send it for the version that ran."
            )


def _period(about: About, report: Report) -> tuple[datetime, datetime]:
    since = about.observed_from or report.observed_from
    until = about.observed_until or report.observed_until
    if since is None or until is None:
        raise DomainError("Say from when until when it ran: the file does not.")
    if until < since:
        raise DomainError("The run ends before it begins.")
    if until > timezone.now() + AHEAD:
        raise DomainError("The run ends in the future. Send it when it is done.")
    return since, until


def _known(suite: Suite, version: ModelVersion, sha256: str) -> Run | None:
    same = Run.objects.with_all().filter(suite=suite, version=version, sha256=sha256)
    return same.filter(withdrawn_at__isnull=True).first()


def _keep(
    suite: Suite, version: ModelVersion, actor: User, report: Report, file: CameIn, about: About
) -> Run:
    name = kept_name(file.name)
    since, until = _period(about, report)
    run = Run(
        ref=_next_ref(),
        suite=suite,
        version=version,
        digest_of_version=version.digest,
        observed_from=since,
        observed_until=until,
        produced_by=about.produced_by.strip(),
        tool=(about.tool or report.tool).strip(),
        source=file.source,
        sha256=file.sha256,
        file_name=name,
        content_type=content_type(name),
        size_bytes=len(file.content),
        added_by=actor,
        added_at=timezone.now(),
        **_counts(report),
    )
    path = f"evaluations/{version.system.ref}/{secrets.token_hex(16)}{PurePath(name).suffix[:10]}"
    run.file.name = run.file.storage.save(path, ContentFile(file.content))
    run.save(force_insert=True)
    return run


def _counts(report: Report) -> dict[str, Any]:
    outcome = counted(report.results, report.metrics)
    return {
        "passed": outcome.passed,
        "failed": outcome.failed,
        "skipped": outcome.skipped,
        "metrics": metrics_to_keep(outcome),
        "slices": slices_to_keep(outcome),
    }


def _keep_results(run: Run, results: tuple[Result, ...]) -> None:
    """Write all results by one COPY: 100,000 rows as statements take several times as long."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for one in results:
            row = (run.pk, one.key, one.passed, one.score, list(one.slices), one.message)
            copy.write_row(row)


def _told(run: Run) -> dict[str, Any]:
    """Return what the record keeps of a run; the digest is what proves the bytes later."""
    return {
        "system": run.version.system.ref,
        "version": run.version.ref,
        "digest": run.digest_of_version,
        "suite": run.suite.ref,
        "sha256": run.sha256,
        "observed_from": run.observed_from.isoformat(),
        "observed_until": run.observed_until.isoformat(),
        "passed": run.passed,
        "total": run.total,
        "skipped": run.skipped,
        "metrics": run.metrics,
    }


def _next_ref() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('evaluation_run_ref')")
        row = cursor.fetchone()
    return f"RUN-{row[0]:03d}"
