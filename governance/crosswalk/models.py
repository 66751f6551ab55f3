"""What people said of controls: which do not apply, and which mapping they looked through."""

from datetime import date

from django.db import models
from django.db.models import F, Q, QuerySet

from governance.accounts.models import User
from governance.common.states import choices
from governance.crosswalk.rules import Framework
from governance.crosswalk.statement_models import Statement, seen_by
from inventory.systems.models import AISystem

__all__ = ["MappingReview", "NotApplicable", "Statement"]

COUNTS = Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
WITHDRAWN = Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
WAITS = Q(agreed_at__isnull=True, agreed_by__isnull=True)
AGREED = Q(agreed_at__isnull=False, agreed_by__isnull=False) & ~Q(agreed_by=F("set_by"))


class NotApplicableQuerySet(models.QuerySet["NotApplicable"]):
    """What was set aside about a system is seen with it; the rest by whoever has a role."""

    def visible_to(self, user: User) -> QuerySet["NotApplicable"]:
        """Return the rows the person may see."""
        return self.filter(seen_by(user))

    def counting(self, day: date) -> QuerySet["NotApplicable"]:
        """Return what counts on a day: agreed, not withdrawn, and not past its last day."""
        return self.filter(COUNTS, agreed_at__isnull=False, until__gte=day)


class NotApplicable(models.Model):
    """Somebody said that a control does not apply, why, and until when that holds.

    It counts once a second person agreed.
    """

    control = models.CharField(max_length=8)
    framework = models.CharField(max_length=20, choices=choices(Framework), blank=True)  # none: all
    system = models.ForeignKey(  # none: all systems
        AISystem, null=True, blank=True, on_delete=models.PROTECT, related_name="set_aside"
    )
    reason = models.TextField(max_length=2_000)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    until = models.DateField()  # last day that counts
    agreed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = NotApplicableQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "not applicable"
        ordering = ["control", "-set_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["control", "framework", "system"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="not_applicable_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="not_applicable_why"),
            models.CheckConstraint(condition=COUNTS ^ WITHDRAWN, name="not_applicable_withdrawn"),
            models.CheckConstraint(condition=WAITS ^ AGREED, name="not_applicable_two_people"),
            models.CheckConstraint(
                condition=Q(framework__in=["", *Framework]), name="not_applicable_framework"
            ),
            models.CheckConstraint(
                condition=Q(control__regex=r"^C[0-9]{2}$"), name="not_applicable_control"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.control} does not apply"

    @property
    def ref(self) -> str:
        """Return the control's code."""
        return self.control


class MappingReview(models.Model):
    """Somebody looked through the mapping of a version: the digest of every control then."""

    version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    digests = models.JSONField()  # code → digest of the control with all its mappings
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="mapping_review_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"Mapping {self.version}"

    @property
    def ref(self) -> str:
        """Return the version of the mapping."""
        return self.version
