"""Asking for an evidence pack, and sealing what was built."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.audit_packs.models import EvidencePack, PackDownload, PackSystem
from governance.audit_packs.rules import (
    MOST_SYSTEMS,
    PACK_TRANSITIONS,
    PackStatus,
    ScopeKind,
    subject_of,
)
from governance.common.canonical import digest
from governance.common.errors import DomainError, TransitionError
from governance.common.states import move
from governance.ledger.actions import record
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Period:
    """The days whose events a pack tells; both count, None leaves that side open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Sealed:
    """The finished file of a pack, and the record it was read at."""

    file: str  # below the storage folder
    sha256: str
    size_bytes: int
    pages: int
    ledger_size: int
    ledger_root: str
    software: str


def next_ref() -> str:
    """Return the next short id, EP-001 and on; a refused transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('pack_ref')")
        row = cursor.fetchone()
    return f"EP-{row[0]:03d}"


@transaction.atomic
def request_pack(
    *,
    actor: User,
    kind: ScopeKind,
    systems: Sequence[AISystem],
    scope: dict[str, Any] | None = None,
    period: Period | None = None,
    unit: BusinessUnit | None = None,
) -> EvidencePack:
    """Return a pack that waits to be built; its list of systems is frozen now.

    `systems` are ones the actor sees. Raises PermissionDenied unless the actor may ask for
    packs in the unit of each of them, and DomainError for none or too many systems.
    """
    _require_scope(actor, kind, systems)
    span = _checked(period or Period())
    home = unit or _common_unit([system.unit for system in systems])
    pack = EvidencePack.objects.create(
        ref=next_ref(),
        kind=kind,
        unit=home,
        subject=subject_of(kind, [system.name for system in systems], home.name),
        unit_ids=sorted({system.unit_id for system in systems}),
        scope=scope or {},
        period_from=span.first,
        period_to=span.last,
        requested_by=actor,
        total=len(systems),
    )
    PackSystem.objects.bulk_create(PackSystem(pack=pack, system=system) for system in systems)
    data = {
        "name": pack.subject,
        "kind": kind.value,
        "scope": pack.scope,
        "systems": len(systems),
        "refs_sha256": digest(sorted(system.ref for system in systems)),
        "period": {"from": _written(span.first), "to": _written(span.last)},
    }
    record("pack.requested", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    return pack


def _checked(period: Period) -> Period:
    if period.first and period.last and period.last < period.first:
        raise DomainError("The period ends before it begins.")
    return period


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


@transaction.atomic
def seal(pack: EvidencePack, *, worker: str, sealed: Sealed) -> None:
    """Register the finished file under its SHA-256; row and ledger entry commit together.

    A system that moved since the pack was asked for is told as it stands in its new unit, so
    only who sees that unit too sees the pack.
    Raises TransitionError when the worker's lease was lost to another one.
    """
    held = EvidencePack.objects.select_for_update().filter(
        pk=pack.pk, status=PackStatus.BUILDING, worker=worker
    )
    if not held.exists():
        raise TransitionError(f"{pack} is not this worker's any more.")
    units = set(pack.systems.order_by().values_list("unit_id", flat=True))
    move(
        pack,
        PackStatus.SEALED,
        PACK_TRANSITIONS,
        unit_ids=sorted(units.union(pack.unit_ids)),
        sealed_at=timezone.now(),
        done=pack.total,
        lease_until=None,
        worker="",
        error="",
        **vars(sealed),
    )
    data = {
        "pack": pack.ref,
        "sha256": sealed.sha256,
        "bytes": sealed.size_bytes,
        "pages": sealed.pages,
        "systems": pack.total,
        "ledger": {"size": sealed.ledger_size, "root": sealed.ledger_root},
        "software": sealed.software,
    }
    record("pack.sealed", subject=pack, actor=pack.requested_by, data=data, unit=pack.unit_id)


@transaction.atomic
def fail(pack: EvidencePack, *, reason: str) -> None:
    """Give a pack up, with words for the person who asked."""
    move(
        pack,
        PackStatus.FAILED,
        PACK_TRANSITIONS,
        error=reason[:500],
        lease_until=None,
        worker="",
    )
    data = {"pack": pack.ref, "reason": reason[:500], "attempts": pack.attempts}
    record("pack.failed", subject=pack, actor=pack.requested_by, data=data, unit=pack.unit_id)


@transaction.atomic
def note_download(pack: EvidencePack, *, actor: User) -> PackDownload:
    """Record that somebody fetched the file of a sealed pack."""
    if pack.status != PackStatus.SEALED:
        raise DomainError(f"{pack} is not sealed yet; there is nothing to download.")
    download = PackDownload.objects.create(pack=pack, user=actor)
    data = {"pack": pack.ref, "sha256": pack.sha256}
    record("pack.downloaded", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    return download


def _require_scope(actor: User, kind: ScopeKind, systems: Sequence[AISystem]) -> None:
    if not systems:
        raise DomainError("No system fits this scope; an evidence pack needs at least one.")
    if len(systems) > MOST_SYSTEMS:
        raise DomainError(
            f"{len(systems):,} systems are too many for one pack; ask for at most "
            f"{MOST_SYSTEMS:,}, for example unit by unit."
        )
    if kind == ScopeKind.SYSTEM and len(systems) != 1:
        raise DomainError("A pack about one system holds exactly one.")
    units = {system.unit_id for system in systems}
    if units - set(units_with(actor, Capability.PACK).values_list("pk", flat=True)):
        raise PermissionDenied("Your role does not let you ask for packs about these systems.")


def _common_unit(units: Sequence[BusinessUnit]) -> BusinessUnit:
    """Return the lowest unit that all of them lie in."""
    shared = set(units[0].path).intersection(*(unit.path for unit in units[1:]))
    lowest = [pk for pk in units[0].path if pk in shared][-1]
    return BusinessUnit.objects.get(pk=lowest)
