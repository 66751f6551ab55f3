"""Making and revoking the secret address of a person's calendar."""

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.ledger.actions import record
from governance.obligations.models import CalendarLink
from governance.rest.rules import token_digest


def calendar_digest(token: str) -> str:
    """Return what is stored of a secret."""
    return token_digest(f"calendar {token}", settings.TOKEN_PEPPER)


@transaction.atomic
def make_calendar_link(*, actor: User) -> str:
    """Return the secret of a new address of one's own; the one before is revoked.

    It is shown once: only its digest is stored.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    replaced = _revoke(actor)
    token = secrets.token_urlsafe(32)
    digest = calendar_digest(token)
    link = CalendarLink.objects.create(user=actor, digest=digest, made_at=timezone.now())
    record("calendar.made", subject=link, actor=actor, data={"replaces_another": bool(replaced)})
    return token


@transaction.atomic
def revoke_calendar_link(*, actor: User) -> None:
    """Make one's own address useless at once; DomainError when there is none."""
    link = CalendarLink.objects.filter(user=actor, revoked_at__isnull=True).first()
    if link is None or not _revoke(actor):
        raise DomainError("There is no address to revoke.")
    record("calendar.revoked", subject=link, actor=actor)


def _revoke(user: User) -> int:
    live = CalendarLink.objects.filter(user=user, revoked_at__isnull=True)
    return live.update(revoked_at=timezone.now())
