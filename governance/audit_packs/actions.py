"""Asking for an evidence pack, and sealing what was built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.audit_packs.models import EvidencePack, PackDownload, PackSystem
from governance.audit_packs.pdf_seal import SealInfo
from governance.audit_packs.rules import (
    MOST_PURPOSE,
    MOST_SYSTEMS,
    PACK_TRANSITIONS,
    PackStatus,
    ScopeKind,
    subject_of,
)
from governance.audit_packs.seal_actions import keep_seal
from governance.audit_packs.sharing_actions import hand_out_promised
from governance.audit_packs.sharing_queries import require_download
from governance.common.canonical import digest
from governance.common.errors import DomainError, TransitionError
from governance.common.states import move
from governance.ledger.actions import record
from governance.ledger.rules import CLOCK
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Period:
    """The days whose events a pack tells; both count, None leaves that side open.

    `zone` says whose days they are; empty, the organisation's.
    """

    first: date | None = None
    last: date | None = None
    zone: str = ""


@dataclass(frozen=True)
class Sealed:
    """The finished file of a pack, and the record it was read at."""

    file: str  # below the storage folder
    sha256: str
    size_bytes: int
    pdf_sha256: str
    pdf_bytes: int
    pages: int
    sealed_at: datetime  # as the signed statement says
    head: Mapping[str, Any]  # of its data: what was read, and where
    seal: SealInfo | None = None  # of the PDF

    def columns(self) -> dict[str, Any]:
        """Return what the row of the pack keeps of it."""
        ledger, earlier = self.head["ledger"], self.head["previous"]
        own = {name: value for name, value in vars(self).items() if name not in {"head", "seal"}}
        return own | {
            "ledger_size": ledger["size"],
            "ledger_root": ledger["root"],
            "previous_size": earlier["size"] if earlier else None,
            "entries": ledger["entries"],
            "break_glass": self.head["break_glass"],
            "software": self.head["software"]["version"],
        }


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
    purpose: str = "",
) -> EvidencePack:
    """Return a pack that waits to be built; its list of systems is frozen now.

    `systems` are ones the actor sees, `scope` is how they were chosen; a unit whose key stands
    there is the pack's home. Raises PermissionDenied unless the actor may ask for
    packs in the unit of each of them, and DomainError for none or too many systems.
    """
    _require_scope(actor, kind, systems)
    span = _checked(period or Period())
    home = _home(scope or {}, [system.unit for system in systems])
    pack = EvidencePack.objects.create(
        ref=next_ref(),
        kind=kind,
        unit=home,
        subject=subject_of(kind, [system.name for system in systems], home.name),
        unit_ids=sorted({system.unit_id for system in systems}),
        purpose=" ".join(purpose.split())[:MOST_PURPOSE],
        scope=scope or {},
        period_from=span.first,
        period_to=span.last,
        zone=span.zone or settings.TIME_ZONE,
        requested_by=actor,
        total=len(systems),
    )
    PackSystem.objects.bulk_create(PackSystem(pack=pack, system=system) for system in systems)
    data = _wish(pack, systems)
    record("pack.requested", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    return pack


def _wish(pack: EvidencePack, systems: Sequence[AISystem]) -> dict[str, Any]:
    """Return what the record keeps of a request."""
    return {
        "name": pack.subject,
        "kind": ScopeKind(pack.kind).value,
        "purpose": pack.purpose,
        "scope": pack.scope,
        "systems": len(systems),
        "refs_sha256": digest(sorted(system.ref for system in systems)),
        "period": {
            "from": _written(pack.period_from),
            "to": _written(pack.period_to),
            "zone": pack.zone,
        },
    }


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
    only who sees that unit too sees the pack. Nobody does this but Muster itself: who asked for
    the pack is in the entry of that.
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
        done=pack.total,
        lease_until=None,
        worker="",
        error="",
        **sealed.columns(),
    )
    if sealed.seal:
        keep_seal(pack, sealed.seal, digest=sealed.sha256)
    data = _sealed(pack, sealed.seal)
    record("pack.sealed", subject=pack, actor=CLOCK, data=data, unit=pack.unit_id)
    hand_out_promised(pack)


def _sealed(pack: EvidencePack, info: SealInfo | None) -> dict[str, Any]:
    """Return what the record keeps of a sealed pack."""
    return {
        "pack": pack.ref,
        "sha256": pack.sha256,
        "bytes": pack.size_bytes,
        "pdf": {"sha256": pack.pdf_sha256, "bytes": pack.pdf_bytes},
        "pages": pack.pages,
        "systems": pack.total,
        "entries": pack.entries,
        "ledger": {"size": pack.ledger_size, "root": pack.ledger_root},
        "previous": pack.previous_size,
        "software": pack.software,
        "seal": info and {"level": info.level.value, "certificate": info.certificate_sha256},
    }


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
    record("pack.failed", subject=pack, actor=CLOCK, data=data, unit=pack.unit_id)


@transaction.atomic
def note_download(pack: EvidencePack, *, actor: User) -> PackDownload:
    """Record that somebody fetches the file of a sealed pack.

    Looks at the pack anew, and lets nobody end it meanwhile. Raises DomainError when it is not
    sealed, or the person does not get it any more.
    """
    pack = EvidencePack.objects.select_for_update(no_key=True).get(pk=pack.pk)
    require_download(pack, actor)
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


def _home(scope: Mapping[str, Any], units: Sequence[BusinessUnit]) -> BusinessUnit:
    """Return the unit that the scope names, else the lowest one that all of them lie in."""
    if "unit" in scope:
        return BusinessUnit.objects.get(pk=scope["unit"])
    shared = set(units[0].path).intersection(*(unit.path for unit in units[1:]))
    lowest = [pk for pk in units[0].path if pk in shared][-1]
    return BusinessUnit.objects.get(pk=lowest)
