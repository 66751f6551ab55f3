"""Checkpoints on their way out, what lies outside, and what speaks against the record here."""

from django.db import models
from django.db.models import Q

from governance.accounts.models import User
from governance.checkpoints.delivery_rules import DUE, DeliveryState, DoubtKind
from governance.common.states import choices

IS_SENDING = Q(status=DeliveryState.SENDING)
IS_SENT = Q(status=DeliveryState.SENT)
IDLE = sorted(set(DeliveryState) - {DeliveryState.SENDING, DeliveryState.SENT})


class Delivery(models.Model):
    """One checkpoint on its way to one place; the row is the queue."""

    checkpoint = models.ForeignKey(
        "checkpoints.Checkpoint", on_delete=models.PROTECT, related_name="deliveries"
    )
    sink = models.CharField(max_length=400)  # the key of the place
    status = models.CharField(max_length=12, choices=choices(DeliveryState), default="waiting")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True)
    where = models.CharField(max_length=1_000, blank=True)
    cosignature = models.TextField(blank=True)  # of a witness, checked before it was kept
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "sink"], name="head_delivered_once"),
            models.CheckConstraint(
                condition=(IS_SENDING & Q(leased_until__isnull=False, sent_at__isnull=True))
                | (IS_SENT & Q(leased_until__isnull=True, sent_at__isnull=False))
                | (Q(status__in=IDLE) & Q(leased_until__isnull=True, sent_at__isnull=True)),
                name="head_delivery_fits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(status__in=sorted(DUE)), name="head_delivery_due"
            ),
            models.Index(fields=["sink", "-id"], name="head_delivery_sink"),
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint} to {self.sink}"


class Place(models.Model):
    """What a place outside showed when it was last read, and what is wrong with it."""

    sink = models.CharField(max_length=400, primary_key=True)
    size = models.BigIntegerField(default=0)
    root = models.CharField(max_length=64, blank=True)  # hexadecimal digits
    note = models.TextField(blank=True)
    since = models.DateTimeField(null=True)  # when that checkpoint was first seen there
    read_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["sink"]

    def __str__(self) -> str:
        return self.sink


class Recovery(models.Model):
    """An administrator's signature that the record goes on as it is, and what it leaves behind."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    outside_size = models.BigIntegerField()
    outside_root = models.CharField(max_length=64)
    own_size = models.BigIntegerField()
    own_root = models.CharField(max_length=64)
    lost = models.JSONField(default=list)  # [[size, root] of checkpoints that hold no more]
    left = models.JSONField(default=list)  # keys of witnesses that keep what was before

    class Meta:
        verbose_name_plural = "recoveries"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="recovery_has_a_reason")
        ]

    def __str__(self) -> str:
        return f"recovery of {self.at:%Y-%m-%d %H:%M}"


class Doubt(models.Model):
    """What speaks against the record here, or against its key, until a recovery answers it."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=choices(DoubtKind))
    sink = models.CharField(max_length=400)
    words = models.TextField()
    outside_size = models.BigIntegerField(default=0)
    outside_root = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    own_size = models.BigIntegerField()
    own_root = models.CharField(max_length=64)
    noticed_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sink"], condition=Q(ended_at__isnull=True), name="doubt_open_once"
            ),
            models.CheckConstraint(  # somebody declares a loss; the rest is found
                condition=Q(kind=DoubtKind.KEY) ^ Q(person__isnull=True), name="doubt_declared"
            ),
        ]

    def __str__(self) -> str:
        return self.words


class Lateness(models.Model):
    """A time in which nothing new left this machine for longer than it may."""

    since = models.DateTimeField(unique=True)  # the oldest entry that is not outside
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "latenesses"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="lateness_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"nothing left this machine since {self.since:%Y-%m-%d %H:%M}"
