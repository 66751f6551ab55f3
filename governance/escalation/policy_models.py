"""Policies with their levels, and plans as they were when runs began."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from governance.accounts.access import serving_units
from governance.accounts.models import BusinessUnit, User
from governance.calendars.models import Calendar
from governance.common.states import choices
from governance.escalation.rules import (
    DELAYS,
    MOST_LOOPS,
    ClockKind,
    Expiry,
    Plan,
    plan_from,
)
from governance.notices.rules import Channel, Severity


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Policies are seen by all they serve."""

    def visible_to(self, user: User) -> "PolicyQuerySet":
        """Return the policies of units that the person sees, and of all above them."""
        return self.filter(unit__in=serving_units(user))

    def active(self) -> "PolicyQuerySet":
        """Return the policies that new runs begin by."""
        return self.filter(retired_at__isnull=True)


class Policy(models.Model):
    """By which levels items of a unit and all below it climb, where their kind names no steps."""

    name = models.CharField(max_length=120)
    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="escalation_policies"
    )
    severity = models.CharField(max_length=8, choices=choices(Severity), blank=True)  # none: all
    clock = models.CharField(max_length=8, choices=choices(ClockKind), default=ClockKind.BUSINESS)
    calendar = models.ForeignKey(  # none: that of the item's unit
        Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    loops = models.PositiveSmallIntegerField(default=0)  # how often the levels come again
    ack = models.CharField(max_length=4, choices=choices(Expiry), blank=True)  # none: by severity
    retired_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["unit", "severity", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="policy_named"),
            models.CheckConstraint(
                condition=Q(severity__in=["", *Severity]), name="policy_severity_known"
            ),
            models.CheckConstraint(condition=Q(clock__in=list(ClockKind)), name="policy_clock"),
            models.CheckConstraint(condition=Q(ack__in=["", *Expiry]), name="policy_ack_known"),
            models.CheckConstraint(condition=Q(loops__lte=MOST_LOOPS), name="policy_loops"),
            models.UniqueConstraint(
                fields=["unit", "severity"],
                condition=Q(retired_at__isnull=True),
                name="policy_one_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyLevel(models.Model):
    """One level of a policy: who is told how, and how long they have before the next."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="levels")
    position = models.PositiveSmallIntegerField()
    delay = models.PositiveIntegerField()  # minutes of the policy's clock before the next level
    targets = ArrayField(models.CharField(max_length=40))
    channels = ArrayField(models.CharField(max_length=8))

    class Meta:
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="level_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="level_from_one"),
            models.CheckConstraint(condition=Q(delay__range=DELAYS), name="level_delay"),
            models.CheckConstraint(condition=Q(targets__len__gte=1), name="level_tells_somebody"),
            models.CheckConstraint(
                condition=Q(channels__len__gte=1, channels__contained_by=list(Channel)),
                name="level_channels",
            ),
        ]

    def __str__(self) -> str:
        return f"Level {self.position} of {self.policy}"


class FrozenPlan(models.Model):
    """A plan as it was when a run began; runs of the same share it, and it never changes."""

    digest = models.CharField(max_length=64, unique=True)
    data = models.JSONField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="plan_digest"),
        ]

    def __str__(self) -> str:
        return str(self.data["code"])

    @property
    def plan(self) -> Plan:
        """Return the plan."""
        return plan_from(self.data)
