"""Issuing and revoking tokens; forgetting old answers."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.ledger.actions import record
from governance.rest.models import ApiToken, IdempotentAnswer
from governance.rest.rules import LONGEST_DAYS, Scope, token_digest

KEEP_ANSWERS = timedelta(hours=24)


@transaction.atomic
def issue_token(
    *, actor: User, name: str, scopes: list[Scope], days: int = 90
) -> tuple[ApiToken, str]:
    """Return a new token of the actor and its text, which is never shown again.

    Raises DomainError for no scope or a life outside 1 to 365 days.
    """
    if not scopes:
        raise DomainError("A token needs at least one scope.")
    if not 1 <= days <= LONGEST_DAYS:
        raise DomainError(f"A token lives between 1 and {LONGEST_DAYS} days.")
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        owner=actor,
        name=name,
        prefix=prefix,
        secret_digest=token_digest(secret, settings.TOKEN_PEPPER),
        scopes=sorted(scope.value for scope in scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    data = {"name": name, "scopes": token.scopes, "days": days}
    record("token.issued", subject=token, actor=actor, data=data)
    return token, f"mst_{prefix}.{secret}"


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User) -> None:
    """Make a token useless at once.

    Raises PermissionDenied unless it is the actor's own or the actor administers the
    organisation, and DomainError when it was revoked before.
    """
    if not ApiToken.objects.visible_to(actor).filter(pk=token.pk).exists():
        raise PermissionDenied("Only its owner or an administrator revokes a token.")
    rows = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if not rows.update(revoked_at=timezone.now()):
        raise DomainError("This token was revoked already.")
    token.refresh_from_db()
    record("token.revoked", subject=token, actor=actor, data={"name": token.name})


def forget_answers() -> int:
    """Delete answers older than 24 hours by the database's clock; return how many."""
    old = IdempotentAnswer.objects.filter(created_at__lt=Now() - KEEP_ANSWERS)
    return old.delete()[0]
