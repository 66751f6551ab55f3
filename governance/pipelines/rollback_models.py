"""Rules that ask for a rollback, the measurements they look at, and what was decided."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from governance.accounts.models import User
from governance.approvals.lifecycle import Environment
from governance.approvals.models import Release
from governance.common.states import choices
from governance.pipelines.rollback import Action, Comparator, Decided, Rule
from inventory.systems.models import AISystem

IS_OPEN = Q(decided_at__isnull=True)


class RollbackRuleQuerySet(models.QuerySet["RollbackRule"]):
    """Rules are seen with their system."""

    def visible_to(self, user: User) -> QuerySet["RollbackRule"]:
        """Return the rules of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def in_force(self) -> QuerySet["RollbackRule"]:
        """Return the rules that nobody ended."""
        return self.filter(ended_at__isnull=True)


class RollbackRule(models.Model):
    """When what runs is bad enough that somebody must decide about going back. Never changed:
    ended, and set anew."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="rollback_rules")
    environment = models.CharField(max_length=16, choices=choices(Environment))
    task = models.CharField(max_length=60, blank=True)
    metric = models.CharField(max_length=80)
    comparator = models.CharField(max_length=2, choices=choices(Comparator))
    value = models.DecimalField(max_digits=20, decimal_places=6)
    window_minutes = models.PositiveIntegerField()
    min_samples = models.PositiveIntegerField()
    action = models.CharField(max_length=12, choices=choices(Action))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    objects = RollbackRuleQuerySet.as_manager()

    class Meta:
        ordering = ["system_id", "environment", "task", "metric", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(window_minutes__range=(1, 10_080)), name="rollback_rule_window"
            ),
            models.CheckConstraint(condition=Q(min_samples__gte=1), name="rollback_rule_samples"),
            models.CheckConstraint(condition=~Q(metric=""), name="rollback_rule_metric"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) ^ Q(ended_by__isnull=False),
                name="rollback_rule_ended_by",
            ),
        ]

    def __str__(self) -> str:
        return self.rule.words

    @property
    def ref(self) -> str:
        """Return the ref of its system."""
        return self.system.ref

    @property
    def rule(self) -> Rule:
        """Return the rule as a value."""
        return Rule(
            metric=self.metric,
            comparator=Comparator(self.comparator),
            value=self.value,
            window=timedelta(minutes=self.window_minutes),
            min_samples=self.min_samples,
            action=Action(self.action),
        )


class MetricPoint(models.Model):
    """One measurement of what runs in a place: a mean over some samples. Kept for some days."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="+")
    environment = models.CharField(max_length=16, choices=choices(Environment))
    task = models.CharField(max_length=60, blank=True)
    metric = models.CharField(max_length=80)
    at = models.DateTimeField()
    value = models.DecimalField(max_digits=20, decimal_places=6)
    samples = models.PositiveIntegerField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "environment", "task", "metric", "at"], name="metric_point_once"
            ),
            models.CheckConstraint(condition=Q(samples__gte=1), name="metric_point_samples"),
        ]
        indexes = [models.Index(fields=["at"], name="metric_point_at")]

    def __str__(self) -> str:
        return f"{self.metric} {self.value} at {self.at:%Y-%m-%d %H:%M:%S}"


class BreachQuerySet(models.QuerySet["Breach"]):
    """Breaches are seen with their system."""

    def visible_to(self, user: User) -> QuerySet["Breach"]:
        """Return the breaches in systems the person sees."""
        return self.filter(rule__system__in=AISystem.objects.visible_to(user).values("pk"))


class Breach(models.Model):
    """A rule was broken by what ran: who was asked, what was decided, and how long it took."""

    rule = models.ForeignKey(RollbackRule, on_delete=models.PROTECT, related_name="breaches")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="breaches")
    value = models.DecimalField(max_digits=20, decimal_places=6)
    samples = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    opened_at = models.DateTimeField()
    decider = models.ForeignKey(  # who answers for going back (CHG-05), or stands in
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="breaches"
    )
    decision = models.CharField(max_length=12, choices=choices(Decided), blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, max_length=2_000)
    refusal = models.TextField(blank=True, max_length=2_000)  # why it did not go back by itself
    row_version = models.PositiveIntegerField(default=1)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "breaches"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "release"], condition=IS_OPEN, name="breach_open_once"
            ),
            models.CheckConstraint(condition=IS_OPEN ^ ~Q(decision=""), name="breach_decided"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("opened_at")),
                name="breach_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.release.ref})"

    def get_absolute_url(self) -> str:
        """Return the page on which it is decided."""
        return reverse("pipelines:breach", args=[self.pk])

    @property
    def ref(self) -> str:
        """Return the ref of the release."""
        return self.release.ref

    @property
    def latency(self) -> timedelta | None:
        """Return how long the decision took; None while it is open."""
        return self.decided_at - self.opened_at if self.decided_at else None
