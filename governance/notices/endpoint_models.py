"""Addresses of other programs that are told of events."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Endpoints are the organisation's; its administrators keep them."""

    def visible_to(self, user: User) -> QuerySet["Endpoint"]:
        """Return all to an administrator of the organisation, none to others."""
        return self if may(user, Capability.CONFIGURE, None) else self.none()

    def enabled(self) -> QuerySet["Endpoint"]:
        """Return those that are sent to."""
        return self.filter(disabled_at__isnull=True)


class Endpoint(models.Model):
    """An address of another program that is told of events. Secrets are kept sealed."""

    name = models.CharField(max_length=120)
    url = models.URLField(max_length=500)
    events = ArrayField(models.CharField(max_length=80), default=list, blank=True)  # none: all
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="webhook_endpoints")
    secret = models.BinaryField()
    old_secret = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)  # it asked us to wait, or fails again and again
    claimed_until = models.DateTimeField(null=True)  # a sweep talks to it
    row_version = models.PositiveIntegerField(default=1)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="endpoint_named"),
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="endpoint_disabled_why",
            ),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_until__isnull=True)
                | Q(old_secret__isnull=False, old_until__isnull=False),
                name="endpoint_old_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the endpoint."""
        return reverse("notices:endpoint", args=[self.pk])

    @property
    def is_enabled(self) -> bool:
        """Return whether it is sent to."""
        return self.disabled_at is None
