"""Tokens of the API, and the answers kept for repeated requests."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.states import choices
from governance.rest.rules import Scope


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Own tokens; an administrator of the organisation sees everybody's."""

    def visible_to(self, user: User) -> QuerySet["ApiToken"]:
        """Return the tokens the person may see and revoke."""
        if units_with(user, Capability.CONFIGURE).filter(parent__isnull=True).exists():
            return self
        return self.filter(owner=user)

    def live(self, at: datetime | Greatest) -> QuerySet["ApiToken"]:
        """Return tokens that work at a moment: not revoked, not expired, owner active."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, owner__is_active=True)


class ApiToken(models.Model):
    """A key to the API in a person's name. Only a digest of the secret is kept."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=16, choices=choices(Scope)))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_a_scope"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """Return the public part, which lists and the ledger show."""
        return f"mst_{self.prefix}"

    @property
    def is_live(self) -> bool:
        """Return whether the token works now."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class IdempotentAnswer(models.Model):
    """What a POST with an Idempotency-Key answered, kept for 24 hours."""

    caller = models.CharField(max_length=80)  # the person or token
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the request body
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "route", "key"], name="answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
