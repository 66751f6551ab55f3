"""Asking for a pack together with who gets it once it is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from governance.accounts.access import in_turn
from governance.accounts.models import User
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.sharing_actions import Outside, promise
from governance.common.errors import DomainError


@dataclass(frozen=True)
class Reader:
    """Somebody who gets a pack when it is sealed, until a day."""

    to: User | Outside
    until: date


@transaction.atomic
def request_for(readers: Sequence[Reader], *, actor: User, **wish: Any) -> EvidencePack:
    """Return a pack that waits to be built for these readers; `wish` is what `request_pack` takes.

    Raises as `request_pack` and `promise` do, and DomainError while a pack about just the same
    is still to be built for the actor; then nothing was asked for.
    """
    in_turn(actor)
    pack = request_pack(actor=actor, **wish)
    if same := _like(pack):
        raise DomainError(f"{same} is about just this, and being built already.")
    for reader in readers:
        promise(pack, to=reader.to, until=reader.until, actor=actor)
    return pack


def _like(pack: EvidencePack) -> EvidencePack | None:
    """Return another pack that the person asked for in the same words, and that waits as well."""
    named = ("kind", "subject", "purpose", "scope", "period_from", "period_to", "zone", "total")
    alike = {name: getattr(pack, name) for name in named}
    waiting = EvidencePack.objects.filter(
        **alike,
        requested_by=pack.requested_by,
        status__in=[PackStatus.REQUESTED, PackStatus.BUILDING],
    )
    among = set(pack.rows.values_list("system", flat=True))
    others = waiting.exclude(pk=pack.pk)
    return next(
        (it for it in others if set(it.rows.values_list("system", flat=True)) == among), None
    )
