"""Waiving the pinned model id of one version, until a last day."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.errors import SamePersonError
from governance.approvals.lifecycle import LIVE, OPEN
from governance.approvals.models import (
    Release,
    Waiver,
)
from governance.approvals.waiving import why_not_waive
from governance.common.errors import DomainError, StaleError
from governance.ledger.actions import record
from inventory.systems.actions import require_open
from inventory.systems.models import ModelVersion
from inventory.systems.pins.table import pin_of


@transaction.atomic
def grant_waiver(
    version: ModelVersion, *, actor: User, reason: str, ends_on: date, seen: str | None = None
) -> Waiver:
    """Allow a version whose model id is not pinned to be proposed, until a last day.

    Raises PermissionDenied unless the actor may decide in the unit and neither proposed nor
    worked on the version; DomainError for a retired system, a pinned id, an empty reason, or an
    end in the past or further off than a year.
    """
    require(actor, Capability.APPROVE, version.system.unit)
    require_open(version.system)
    held = ModelVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.digest != (seen or version.digest):
        raise StaleError(f"{version} changed since you read it. Read it again first.")
    if _had_a_part(actor, version):
        raise SamePersonError("You worked on this version, so somebody else must decide.")
    if not reason.strip():
        raise DomainError("Say why this version may run on an id that is not pinned.")
    pin = pin_of(held.provider, held.model_id)
    if refusal := why_not_waive(timezone.localdate(), ends_on, is_fixed=pin.is_fixed):
        raise DomainError(refusal)
    waiver = Waiver.objects.create(
        version=version, digest=held.digest, reason=reason, granted_by=actor, ends_on=ends_on
    )
    data = {
        "version": version.ref,
        "digest": held.digest,
        "model_id": held.model_id,
        "pin": pin.state.value,
        "reason": reason,
        "ends_on": ends_on.isoformat(),
    }
    record("waiver.granted", subject=waiver, actor=actor, data=data, unit=version.system.unit_id)
    return waiver


def _had_a_part(actor: User, version: ModelVersion) -> bool:
    if version.contributors.filter(user=actor).exists():
        return True
    alive = Release.objects.filter(version=version, status__in=OPEN | LIVE)
    return alive.filter(submitted_by=actor).exists()
