"""The review of a model version, and the waiver for an id that is not pinned."""

from datetime import date

from django.db import models
from django.db.models import F, Q, QuerySet

from governance.accounts.models import User
from governance.approvals.rules import REVIEW_STATES, REVIEW_WORDS, ReviewStatus
from governance.common.states import choices
from inventory.systems.models import AISystem, ModelVersion

IS_OPEN, IS_DECIDED = Q(status=ReviewStatus.SUBMITTED), Q(decided_at__isnull=False)
IS_APPROVED = Q(status=ReviewStatus.APPROVED)
IS_WITHDRAWN = Q(status=ReviewStatus.WITHDRAWN)


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews are seen with their system."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Return the reviews of systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        return self.filter(version__system__in=seen)

    def waiting(self) -> "ReviewQuerySet":
        """Return what waits for a decision, the oldest first."""
        return self.filter(status=ReviewStatus.SUBMITTED).order_by("submitted_at", "pk")

    def decided(self) -> "ReviewQuerySet":
        """Return what is decided or withdrawn, the newest first."""
        return self.exclude(status=ReviewStatus.SUBMITTED).order_by("-decided_at", "-pk")

    def with_all(self) -> "ReviewQuerySet":
        """Return reviews with version, system, unit and people, in the same query."""
        return self.select_related(
            "version__system__unit",
            "version__system__owner",
            "submitted_by",
            "decided_by",
            "assigned_to",
        )


class Review(models.Model):
    """The approval of one model version: submitted, then decided once, by somebody else."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # UPD-001
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="reviews")
    digest = models.CharField(max_length=64)  # of the version, as it was proposed
    status = models.CharField(
        max_length=16, choices=choices(ReviewStatus), default=ReviewStatus.SUBMITTED
    )
    reason = models.TextField(max_length=10_000)  # why it is proposed
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="submitted_reviews"
    )
    submitted_at = models.DateTimeField(auto_now_add=True)
    assigned_to = models.ForeignKey(  # who answers for updates (CHG-01), or stands in; followed
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_reviews"
    )
    decision_reason = models.TextField(blank=True, max_length=10_000)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="decided_reviews"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            models.Index(fields=["submitted_at"], condition=IS_OPEN, name="review_waiting"),
            models.Index(fields=["-decided_at"], condition=IS_DECIDED, name="review_decided_on"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(ReviewStatus)), name="review_known"),
            models.CheckConstraint(condition=IS_OPEN ^ IS_DECIDED, name="review_date"),
            models.CheckConstraint(
                condition=IS_OPEN ^ Q(decided_by__isnull=False), name="review_decider"
            ),
            models.CheckConstraint(
                condition=IS_OPEN | IS_WITHDRAWN | ~Q(decided_by=F("submitted_by")),
                name="review_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReviewStatus.REJECTED) | ~Q(decision_reason=""),
                name="review_rejected_why",
            ),
            models.UniqueConstraint(fields=["version"], condition=IS_OPEN, name="review_one_open"),
            models.UniqueConstraint(
                fields=["version"], condition=IS_APPROVED, name="review_one_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"The update to {self.version}"

    @property
    def is_open(self) -> bool:
        """Return whether a decision is waited for."""
        return self.status == ReviewStatus.SUBMITTED

    @property
    def words(self) -> str:
        """Return the status as people say it."""
        return REVIEW_WORDS[ReviewStatus(self.status)]

    @property
    def state(self) -> str:
        """Return the status as one of the five states of the interface."""
        return REVIEW_STATES[ReviewStatus(self.status)]


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Waivers are seen with their system, and count until their last day."""

    def visible_to(self, user: User) -> QuerySet["Waiver"]:
        """Return the waivers of systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        return self.filter(version__system__in=seen)

    def live(self, version: ModelVersion, day: date) -> QuerySet["Waiver"]:
        """Return the waivers that count for a version as it is, on a day, the longest first."""
        alive = self.filter(version=version, digest=version.digest, ends_on__gte=day)
        return alive.order_by("-ends_on", "-pk")


class Waiver(models.Model):
    """Somebody allowed a version to be proposed although its model id is not pinned."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="waivers")
    digest = models.CharField(max_length=64)  # of the version it was granted for
    reason = models.TextField(max_length=10_000)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="granted_waivers")
    granted_at = models.DateTimeField(auto_now_add=True)
    ends_on = models.DateField()  # last day that counts

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_why"),
        ]

    def __str__(self) -> str:
        return f"Waiver for {self.version} until {self.ends_on}"

    @property
    def ref(self) -> str:
        """Return the version's ref: AIS-014 3.2.1."""
        return self.version.ref
