"""Making and revoking secret addresses of calendars of shifts."""

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.ledger.actions import record
from governance.rest.rules import token_digest
from raci.oncall.models import OnCallLink, Schedule


def link_digest(token: str) -> str:
    """Return what is stored of a secret."""
    return token_digest(f"oncall {token}", settings.TOKEN_PEPPER)


@transaction.atomic
def make_link(*, actor: User, schedule: Schedule | None = None) -> str:
    """Return the secret of a new address; the one before is revoked.

    With a schedule it shows all its shifts, else one's own. It is shown once: only its digest
    is stored.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    _revoke(actor, schedule)
    token = secrets.token_urlsafe(32)
    link = OnCallLink.objects.create(
        user=actor, schedule=schedule, digest=link_digest(token), made_at=timezone.now()
    )
    told = {"schedule": schedule.name if schedule else None}
    record("oncall.calendar_made", subject=link, actor=actor, data=told)
    return token


@transaction.atomic
def revoke_link(*, actor: User, schedule: Schedule | None = None) -> None:
    """Make one's own address useless at once; DomainError when there is none."""
    link = OnCallLink.objects.filter(user=actor, schedule=schedule, revoked_at=None).first()
    if link is None or not _revoke(actor, schedule):
        raise DomainError("There is no address to revoke.")
    record("oncall.calendar_revoked", subject=link, actor=actor)


def _revoke(user: User, schedule: Schedule | None) -> int:
    live = OnCallLink.objects.filter(user=user, schedule=schedule, revoked_at__isnull=True)
    return live.update(revoked_at=timezone.now())
