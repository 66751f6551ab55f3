"""Releases: one version on its way into one place. The stage's other tables are imported here."""

from django.db import models
from django.db.models import F, Q

from governance.accounts.models import User
from governance.approvals.evidence_models import (
    CanaryReport,
    Freeze,
    Materiality,
    ReleaseEvidence,
    Remark,
    Viewing,
    Waiver,
)
from governance.approvals.finding_models import Finding
from governance.approvals.lifecycle import (
    APPROVED,
    DECIDED,
    ENDED,
    LOOKS,
    OPEN,
    RUNNING,
    WORDS,
    ChangeClass,
    Environment,
    State,
    Tier,
)
from governance.approvals.voice_models import Condition, Vote
from governance.common.states import choices
from inventory.systems.models import AISystem, ModelVersion

__all__ = [
    "CanaryReport",
    "Condition",
    "Finding",
    "Freeze",
    "Materiality",
    "Release",
    "ReleaseEvidence",
    "Remark",
    "Viewing",
    "Vote",
    "Waiver",
]
IS_OPEN, IS_RUNNING = Q(status__in=sorted(OPEN)), Q(status__in=sorted(RUNNING))
IS_WAITING = Q(status=State.IN_REVIEW)
HAS_BEEN_APPROVED = Q(approved_at__isnull=False)


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Releases are seen with their system."""

    def visible_to(self, user: User) -> "ReleaseQuerySet":
        """Return the releases of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def waiting(self) -> "ReleaseQuerySet":
        """Return what is proposed and not decided, the oldest first."""
        return self.filter(status__in=OPEN - {State.DRAFT}).order_by("submitted_at", "pk")

    def decided(self) -> "ReleaseQuerySet":
        """Return what is decided or withdrawn, the newest first."""
        return self.filter(status__in=DECIDED).order_by("-decided_at", "-pk")

    def running(self) -> "ReleaseQuerySet":
        """Return what is active, also in an emergency."""
        return self.filter(status__in=RUNNING)

    def with_all(self) -> "ReleaseQuerySet":
        """Return releases with version, system, unit and people, in the same query."""
        people = ("submitted_by", "decided_by", "assigned_to")
        return self.select_related(
            "version__system__unit",
            "version__system__owner",
            "system__unit",
            "system__owner",
            *people,
        )


class Release(models.Model):
    """One version on its way into one environment, for one task of its system."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # UPD-001
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="releases")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="releases")
    environment = models.CharField(
        max_length=16, choices=choices(Environment), default=Environment.PROD
    )
    task = models.CharField(max_length=60, blank=True)  # empty: the system's only one
    round = models.PositiveSmallIntegerField(default=1)  # 2: proposed again after it was sent back
    digest = models.CharField(max_length=64)  # of the version, as it was proposed
    status = models.CharField(max_length=24, choices=choices(State), default=State.DRAFT)
    # What was said of the change when it was proposed, and what it came to.
    reason = models.TextField(max_length=10_000)
    gap_addressed = models.CharField(max_length=200, blank=True)  # which gap this is to mend
    declared = models.JSONField(default=dict)  # facts of the change that no diff shows
    change_class = models.CharField(max_length=1, choices=choices(ChangeClass), blank=True)
    class_suggested = models.CharField(max_length=1, choices=choices(ChangeClass), blank=True)
    class_reasons = models.JSONField(default=list)
    risk_tier = models.CharField(max_length=8, choices=choices(Tier), default=Tier.HIGH)
    before = models.ForeignKey(  # what it was compared with when it was proposed
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="submitted_releases"
    )
    submitted_at = models.DateTimeField()
    assigned_to = models.ForeignKey(  # who answers for updates (CHG-01), or stands in; followed
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_releases"
    )
    # What the votes are about: bundle, evidence, rules. Set when the review begins.
    evidence_digest = models.CharField(max_length=64, blank=True)
    rules_version = models.CharField(max_length=64, blank=True)
    review_began_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="decided_releases"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True, max_length=10_000)
    approved_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    # Its way into the place.
    window_from = models.DateTimeField(null=True, blank=True)
    window_until = models.DateTimeField(null=True, blank=True)
    canary_rule = models.JSONField(default=dict)  # {"tasks": 500, "hours": 24, "metrics": […]}
    canary_since = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="activated_releases"
    )
    left_at = models.DateTimeField(null=True, blank=True)  # superseded, rolled back, ended
    suspended_at = models.DateTimeField(null=True, blank=True)
    emergency_until = models.DateTimeField(null=True, blank=True)
    emergency_second = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    seconded_at = models.DateTimeField(null=True, blank=True)
    cycle = models.PositiveSmallIntegerField(default=0)  # how often it was recertified
    rollback_target = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)
    row_version = models.PositiveIntegerField(default=1)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            models.Index(fields=["submitted_at"], condition=IS_OPEN, name="release_waiting"),
            models.Index(fields=["-decided_at"], name="release_decided_on"),
            models.Index(fields=["valid_until"], condition=IS_RUNNING, name="release_ends"),
            models.Index(fields=["digest"], name="release_digest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(State)), name="release_known"),
            models.CheckConstraint(
                condition=IS_OPEN | Q(decided_at__isnull=False), name="release_decided"
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=[*sorted(APPROVED), State.SCHEDULED, State.ACTIVE, State.CANARY]
                )
                | (Q(valid_until__isnull=False) & HAS_BEEN_APPROVED),
                name="release_approved_before_it_runs",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.EMERGENCY_ACTIVE)
                | Q(
                    emergency_until__isnull=False,
                    emergency_second__isnull=False,
                    activated_by__isnull=False,
                ),
                name="release_emergency_ends",
            ),
            models.CheckConstraint(
                condition=Q(emergency_second__isnull=True) | ~Q(emergency_second=F("activated_by")),
                name="release_emergency_two",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.REJECTED) | ~Q(decision_reason=""),
                name="release_rejected_why",
            ),
            models.UniqueConstraint(
                fields=["system", "environment", "task"],
                condition=IS_RUNNING,
                name="release_one_runs",
            ),
            models.UniqueConstraint(
                fields=["version", "environment", "task"],
                condition=~Q(status__in=sorted(ENDED)),
                name="release_one_alive",
            ),
            models.UniqueConstraint(
                fields=["version", "environment", "task", "round"], name="release_round_once"
            ),
        ]

    def __str__(self) -> str:
        return f"The update to {self.version}"

    @property
    def state(self) -> State:
        """Return the state it is in."""
        return State(self.status)

    @property
    def words(self) -> str:
        """Return the state as people say it."""
        return WORDS[self.state]

    @property
    def look(self) -> str:
        """Return the state as one of the five states of the interface."""
        return LOOKS[self.state]

    @property
    def is_open(self) -> bool:
        """Return whether nobody decided about it yet."""
        return self.state in OPEN

    @property
    def number(self) -> str:
        """Return the version's label; proposed again, with the round: 3.3.0-r2."""
        return self.version.label if self.round == 1 else f"{self.version.label}-r{self.round}"

    @property
    def place(self) -> str:
        """Return where it goes: prod, or prod / triage for one of several tasks."""
        return f"{self.environment} / {self.task}" if self.task else self.environment
