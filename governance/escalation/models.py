"""Items that climb, what happened to them, sweeps, and links of mails."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from governance.escalation.policy_models import FrozenPlan as FrozenPlan  # Django reads
from governance.escalation.policy_models import Policy as Policy  # this module
from governance.escalation.policy_models import PolicyLevel as PolicyLevel
from governance.escalation.rules import (
    OPEN_STATUSES,
    EventKind,
    ItemStatus,
)
from governance.notices.rules import Severity
from inventory.systems.models import AISystem

S = ItemStatus
IS_OPEN = Q(status__in=sorted(OPEN_STATUSES))


class ItemQuerySet(models.QuerySet["Item"]):
    """An item is seen with its system or unit, and by whoever was told of it."""

    def visible_to(self, user: User) -> "ItemQuerySet":
        """Return the items the person may see."""
        return self.filter(
            Q(system__in=AISystem.objects.visible_to(user).values("pk"))
            | Q(system__isnull=True, unit__in=visible_units(user).values("pk"))
            | self._names(user)
        )

    def of(self, user: User) -> "ItemQuerySet":
        """Return the items that wait for the person: responsible, told, or holding it."""
        return self.open().filter(self._names(user))

    def open(self) -> "ItemQuerySet":
        """Return what is not resolved."""
        return self.filter(IS_OPEN)

    @staticmethod
    def _names(user: User) -> Q:
        if not user.is_active:
            return Q(pk__in=())
        return Q(whom__contains=[user.pk]) | Q(told__contains=[user.pk])


class Item(models.Model):
    """Something that falls due and climbs until somebody answers; one open at a time by key."""

    key = models.CharField(max_length=255)  # system:rule:subject
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    system = models.ForeignKey(
        AISystem, null=True, blank=True, on_delete=models.PROTECT, related_name="escalations"
    )
    severity = models.CharField(max_length=8, choices=choices(Severity))
    activity = models.CharField(max_length=16, blank=True)
    due_at = models.DateTimeField()
    since = models.DateTimeField()
    legal_clock_ends = models.DateTimeField(null=True, blank=True)
    whom = ArrayField(models.BigIntegerField(), default=list, blank=True)
    count = models.PositiveIntegerField(default=1)  # how often it came up while it was open

    status = models.CharField(max_length=16, choices=choices(ItemStatus), default=S.OPEN)
    level = models.PositiveSmallIntegerField(default=0)  # that was told last
    plan = models.ForeignKey(FrozenPlan, on_delete=models.PROTECT, related_name="items")
    policy = models.ForeignKey(  # of which the plan was made
        Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    run = models.PositiveIntegerField(default=1)
    loop = models.PositiveIntegerField(default=0)  # of the next step
    position = models.PositiveSmallIntegerField(default=0)  # of the next step, from 0
    people = models.JSONField(default=dict, blank=True)  # by step, when the run began
    told = ArrayField(models.BigIntegerField(), default=list, blank=True)  # in all runs
    next_step_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    begun_at = models.DateTimeField()  # from when overdue days are counted

    acked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acked_at = models.DateTimeField(null=True, blank=True)
    ack_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_reason = models.CharField(max_length=500, blank=True)
    reassigned_to = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(  # none: what it was about is done
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=500, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["next_step_at", "id"],
                condition=Q(next_step_at__isnull=False),
                name="item_next_step",
            ),
            models.Index(fields=["kind", "status"], name="item_kind"),
            models.Index(fields=["due_at", "id"], condition=IS_OPEN, name="item_open_due"),
            models.Index(fields=["url"], condition=IS_OPEN, name="item_open_url"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=IS_OPEN, name="item_one_open"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(title=""), name="item_named"),
            models.CheckConstraint(condition=Q(status__in=list(S)), name="item_status_known"),
            models.CheckConstraint(
                condition=Q(severity__in=list(Severity)), name="item_severity_known"
            ),
            models.CheckConstraint(condition=Q(count__gte=1, run__gte=1), name="item_from_one"),
            models.CheckConstraint(
                condition=Q(status=S.RESOLVED) ^ Q(next_step_at__isnull=False),
                name="item_never_silent",  # what is open has a next step
            ),
            models.CheckConstraint(
                condition=Q(status=S.RESOLVED) ^ Q(resolved_at__isnull=True),
                name="item_resolved_at",
            ),
            models.CheckConstraint(
                condition=(
                    Q(acked_by__isnull=False, acked_at__isnull=False)
                    & Q(ack_until__gt=F("acked_at"))
                )
                | Q(acked_by__isnull=True, acked_at__isnull=True, ack_until__isnull=True),
                name="item_ack_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.ACKNOWLEDGED) | Q(acked_by__isnull=False),
                name="item_ack_needs_person",
            ),
            models.CheckConstraint(
                condition=Q(status=S.SNOOZED, snoozed_by__isnull=False, snoozed_until__isnull=False)
                & ~Q(snooze_reason="")
                | ~Q(status=S.SNOOZED)
                & Q(snoozed_by__isnull=True, snoozed_until__isnull=True, snooze_reason=""),
                name="item_snooze_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        """Return the address of the item's page."""
        return reverse("escalation:item", args=[self.pk])

    @property
    def ref(self) -> str:
        """Return the number that people name it by."""
        return f"ESC-{self.pk:06d}"

    @property
    def notice_key(self) -> str:
        """Return what its notices of this run are told under."""
        return f"item:{self.pk}:{self.run}"

    @property
    def notice_keys(self) -> list[str]:
        """Return what its notices of all runs were told under."""
        return [f"item:{self.pk}:{run}" for run in range(1, self.run + 1)]


class Event(models.Model):
    """One thing that happened to an item; never changed, never deleted."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=choices(EventKind))
    at = models.DateTimeField()
    run = models.PositiveIntegerField()
    loop = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=0)
    actor = models.ForeignKey(  # none: the clock
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(EventKind)), name="event_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=EventKind.ACKED) | Q(actor__isnull=False),
                name="event_ack_needs_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.kind}"


class Sweep(models.Model):
    """One look for what is due."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["-ended_at"], name="sweep_ended")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="sweep_ends_after",
            ),
        ]

    def __str__(self) -> str:
        return f"Sweep of {self.started_at:%Y-%m-%d %H:%M:%S}"


class Silence(models.Model):
    """A time in which no sweep ended; of each, administrators hear once."""

    since = models.DateTimeField(unique=True)  # when the last sweep before it ended
    noticed_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("since")),
                name="silence_ends_after",
            ),
        ]

    def __str__(self) -> str:
        return f"Silence since {self.since:%Y-%m-%d %H:%M:%S}"


class AckLinkQuerySet(models.QuerySet["AckLink"]):
    """Links of mails; only the digest of a secret is kept."""

    def use(self, pk: int, at: datetime) -> bool:
        """Mark a link as used; False when it was used before, or has run out."""
        live = self.filter(pk=pk, used_at__isnull=True, expires_at__gt=at)
        return bool(live.update(used_at=at))


class AckLink(models.Model):
    """A link of a mail by which one person acknowledges one item, once."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="links")
    run = models.PositiveIntegerField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = AckLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="ack_digest"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="ack_link_runs_out"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lte=F("expires_at")),
                name="ack_link_used_in_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Link about {self.item_id}"
