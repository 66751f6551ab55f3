"""The verbs of vendors and agreements: every change recorded."""

import secrets
from collections.abc import Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import connection, models, transaction

from governance.accounts.access import require, units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import record
from inventory.vendors.documents import READ_BYTES, check_size, kind_of, sha256_of
from inventory.vendors.models import Agreement, Vendor
from inventory.vendors.rules import AgreementState

NAMES_LOCK = 0x5645_4E44  # "VEND"
MOST_NOTICE_DAYS = 3_650


def next_number(sequence: str, prefix: str) -> str:
    """Return the next short id of a sequence, VEN-001 and on; refusals leave gaps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        row = cursor.fetchone()
    return f"{prefix}-{row[0]:03d}"


def may_keep_vendors(user: User) -> bool:
    """Return whether the person may add and change vendors: a role that registers or imports."""
    return any(
        units_with(user, capability).exists()
        for capability in (Capability.REGISTER, Capability.IMPORT)
    )


@transaction.atomic
def add_vendor(*, actor: User, **fields: Any) -> Vendor:
    """Return a new vendor; `fields` are those of VENDOR_FIELDS, with `name` at least.

    Raises PermissionDenied unless the actor may register somewhere, and DomainError when there
    is a vendor of that name.
    """
    _require_keeper(actor)
    _hold_names()
    if Vendor.objects.filter(name__iexact=fields["name"]).exists():
        raise DomainError(f"There is a vendor called {fields['name']} already.")
    vendor = Vendor.objects.create(ref=next_number("vendor_ref", "VEN"), **fields)
    data = {name: plain(value) for name, value in fields.items() if value}
    record("vendor.registered", subject=vendor, actor=actor, data=data)
    return vendor


@transaction.atomic
def change_vendor(vendor: Vendor, *, actor: User, seen: int | None = None, **fields: Any) -> bool:
    """Write the fields that differ, and return whether any did.

    Raises StaleError when the stored row is newer than `seen`, and DomainError when another
    vendor has the new name.
    """
    _require_keeper(actor)
    changes = _differences(vendor, fields)
    if not changes:
        return False
    if "name" in changes:
        _hold_names()
        others = Vendor.objects.exclude(pk=vendor.pk)
        if others.filter(name__iexact=fields["name"]).exists():
            raise DomainError(f"There is a vendor called {fields['name']} already.")
    change(vendor, seen=seen, **{name: fields[name] for name in changes})
    record("vendor.changed", subject=vendor, actor=actor, data={"changes": changes})
    return True


@transaction.atomic
def add_agreement(*, actor: User, **fields: Any) -> Agreement:
    """Return a new agreement; `fields` are those of AGREEMENT_FIELDS.

    Raises PermissionDenied unless the actor keeps agreements in the unit, and DomainError for
    days that are not in order.
    """
    unit = fields["unit"]
    require(actor, Capability.AGREE, unit)
    _check_days(fields)
    agreement = Agreement.objects.create(ref=next_number("agreement_ref", "AGR"), **fields)
    data = {name: plain(value) for name, value in fields.items() if value not in ("", None)}
    record("agreement.registered", subject=agreement, actor=actor, data=data, unit=unit.pk)
    return agreement


@transaction.atomic
def change_agreement(
    agreement: Agreement, *, actor: User, seen: int | None = None, **fields: Any
) -> bool:
    """Write the fields that differ, and return whether any did.

    Raises DomainError once the agreement has ended, and StaleError when the stored row is
    newer than `seen`.
    """
    require(actor, Capability.AGREE, agreement.unit)
    if "unit" in fields:
        require(actor, Capability.AGREE, fields["unit"])
    changes = _differences(agreement, fields)
    if not changes:
        return False
    _require_running(agreement)
    whole = {name: getattr(agreement, name) for name in ("signed_on", *DAYS)} | fields
    _check_days(whole)
    change(agreement, seen=seen, **{name: fields[name] for name in changes})
    data = {"changes": changes}
    record("agreement.changed", subject=agreement, actor=actor, data=data, unit=agreement.unit_id)
    return True


@transaction.atomic
def sign(
    agreement: Agreement,
    *,
    actor: User,
    signed_on: date,
    effective_from: date | None = None,
    seen: int | None = None,
) -> None:
    """Note that both parties signed, and from when it holds: that day unless told."""
    require(actor, Capability.AGREE, agreement.unit)
    if agreement.signed_on is not None:
        raise DomainError(f"{agreement.ref} was signed on {agreement.signed_on}.")
    days = {"signed_on": signed_on, "effective_from": effective_from or signed_on}
    _check_days({"expires_on": agreement.expires_on} | days)
    change(agreement, seen=seen, **days)
    data = {name: plain(value) for name, value in days.items()}
    record("agreement.signed", subject=agreement, actor=actor, data=data, unit=agreement.unit_id)


@transaction.atomic
def end(
    agreement: Agreement, *, actor: User, on: date, reason: str, seen: int | None = None
) -> None:
    """End an agreement before its last day, with the reason."""
    require(actor, Capability.AGREE, agreement.unit)
    _require_running(agreement)
    if not reason.strip():
        raise DomainError("Say why the agreement ends.")
    change(agreement, seen=seen, ended_on=on)
    data = {"on": on.isoformat(), "reason": reason}
    record("agreement.ended", subject=agreement, actor=actor, data=data, unit=agreement.unit_id)


@transaction.atomic
def attach_document(agreement: Agreement, *, actor: User, upload: File) -> str:
    """Keep the document of an agreement and return its SHA-256.

    Raises DomainError for a file over 25 MiB, of another kind than PDF, DOCX, PNG, JPG or TXT,
    or one whose content is not what its name says. An earlier document stays in the storage.
    """
    require(actor, Capability.AGREE, agreement.unit)
    name = PurePath(str(upload.name)).name
    check_size(upload.size)
    upload.seek(0)
    kind = kind_of(name, upload.read(READ_BYTES))
    upload.seek(0)
    digest = sha256_of(upload.chunks())
    upload.seek(0)
    path = f"agreements/{agreement.ref}/{secrets.token_hex(16)}{kind.endings[0]}"
    stored = agreement.document.storage.save(path, upload)
    before = agreement.document_sha256
    change(agreement, seen=None, document=stored, document_sha256=digest)
    data = {"name": name, "bytes": upload.size, "sha256": digest, "replaces": before}
    record("agreement.attached", subject=agreement, actor=actor, data=data, unit=agreement.unit_id)
    return digest


DAYS = ("effective_from", "expires_on")


def plain(value: Any) -> Any:
    """Return a field's value as ledger JSON."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, models.Model):
        return {"id": value.pk, "ref": str(getattr(value, "ref", "")), "name": str(value)}
    return str(value)


def _differences(row: models.Model, fields: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {"from": plain(getattr(row, name)), "to": plain(value)}
        for name, value in fields.items()
        if getattr(row, name) != value
    }


def _check_days(days: Mapping[str, Any]) -> None:
    begin, last = days.get("effective_from"), days.get("expires_on")
    if begin and last and last < begin:
        raise DomainError("The last day in force lies before the first.")
    if (days.get("notice_days") or 0) > MOST_NOTICE_DAYS:
        raise DomainError(f"A notice is at most {MOST_NOTICE_DAYS:,} days.")
    if begin and not days.get("signed_on"):
        raise DomainError("An agreement that holds from a day needs the day it was signed.")


def _hold_names() -> None:
    """Let one transaction at a time give a vendor a name, so that names stay apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMES_LOCK])


def _require_keeper(actor: User) -> None:
    if not may_keep_vendors(actor):
        raise PermissionDenied("Your role does not let you keep vendors.")


def _require_running(agreement: Agreement) -> None:
    if agreement.ended_on is not None or agreement.state() == AgreementState.ENDED:
        raise DomainError(f"{agreement.ref} has ended. Add the agreement that follows it.")
