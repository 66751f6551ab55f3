"""Asking for a pack together with who gets it once it is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from governance.accounts.models import User
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.sharing_actions import Outside, promise


@dataclass(frozen=True)
class Reader:
    """Somebody who gets a pack when it is sealed, until a day."""

    to: User | Outside
    until: date


@transaction.atomic
def request_for(readers: Sequence[Reader], *, actor: User, **wish: Any) -> EvidencePack:
    """Return a pack that waits to be built for these readers; `wish` is what `request_pack` takes.

    Raises as `request_pack` and `promise` do; then nothing was asked for.
    """
    pack = request_pack(actor=actor, **wish)
    for reader in readers:
        promise(pack, to=reader.to, until=reader.until, actor=actor)
    return pack
