"""The verbs of patterns of model ids: add one, withdraw one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.ledger.actions import record
from inventory.systems.bundles.families import provider_key
from inventory.systems.pin_models import PinPattern
from inventory.systems.pins.rules import PinState

WILD = "*?[]!"
LEAST_KNOWN = 3  # characters of a pattern that are no wildcards


def may_keep(user: User) -> bool:
    """Return whether the person may say which model ids are pinned, for the organisation."""
    return any(may(user, one, None) for one in (Capability.CONFIGURE, Capability.CLASSIFY))


@transaction.atomic
def add_pattern(*, actor: User, pattern: str, state: str, why: str, **fields: Any) -> PinPattern:
    """Return a new pattern (a glob) of ids; `fields` are provider (empty: any) and source.

    Raises PermissionDenied unless the actor is compliance officer or administrator of the whole
    organisation; DomainError for a pattern that fits nearly anything, one that is there
    already, and one without a reason.
    """
    require_keeper(actor)
    pattern, provider = pattern.strip(), fields.get("provider", "").strip()
    if sum(letter not in WILD for letter in pattern) < LEAST_KNOWN:
        raise DomainError(f"Name at least {LEAST_KNOWN} characters that are no wildcards.")
    if not why.strip():
        raise DomainError("Say why these ids are so.")
    values = {
        "provider": provider_key(provider) if provider else "",
        "pattern": pattern,
        "state": PinState(state),
        "why": why.strip(),
        "source": fields.get("source", ""),
    }
    try:
        with transaction.atomic():
            row = PinPattern.objects.create(added_by=actor, **values)
    except IntegrityError as error:
        if "pin_pattern_once" not in str(error):
            raise
        raise DomainError("This pattern is there already. Withdraw it first.") from error
    record("pin_pattern.added", subject=row, actor=actor, data=values)
    return row


@transaction.atomic
def withdraw_pattern(row: PinPattern, *, actor: User, reason: str) -> None:
    """Let a pattern count no longer; it stays to be read.

    Raises DomainError without a reason, and when it is withdrawn already.
    """
    require_keeper(actor)
    if not reason.strip():
        raise DomainError("Say why it counts no longer.")
    gone = {"withdrawn_at": timezone.now(), "withdrawn_by": actor}
    alive = PinPattern.objects.in_force().filter(pk=row.pk)
    if not alive.update(**gone, withdrawn_because=reason.strip()):
        raise DomainError(f"{row} is withdrawn already.")
    row.refresh_from_db()
    data = {"provider": row.provider, "pattern": row.pattern, "reason": reason.strip()}
    record("pin_pattern.withdrawn", subject=row, actor=actor, data=data)


def require_keeper(user: User) -> None:
    """Raise PermissionDenied, in words, unless the person may keep the patterns."""
    if not may_keep(user):
        words = "A compliance officer or administrator of the whole organisation says which ids"
        raise PermissionDenied(f"{words} are pinned.")
