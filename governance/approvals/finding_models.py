"""What is wrong about what runs or is to run."""

from django.db import models
from django.db.models import Q

from governance.accounts.models import User
from inventory.systems.models import AISystem


class Finding(models.Model):
    """Something wrong about what runs or is to run; open until somebody says how it ended."""

    class Kind(models.TextChoices):
        EVALUATION = "evaluation", "Evaluation failed"
        MISMATCH = "model_mismatch", "Another model answers"
        CONDITION = "condition_overdue", "Condition overdue"
        ROLLBACK = "rollback", "Rolled back"
        SUSPENSION = "suspension", "Suspended"
        ALIAS = "alias_moved", "Alias moved without approval"

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="findings")
    release = models.ForeignKey(
        "approvals.Release",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="findings",
    )
    kind = models.CharField(max_length=24, choices=Kind)
    severity = models.PositiveSmallIntegerField()  # 1 the worst, to 3
    key = models.CharField(max_length=200, blank=True)  # open findings absorb the same key
    words = models.TextField(max_length=2_000)
    opened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_because = models.TextField(blank=True, max_length=2_000)

    class Meta:
        ordering = ["severity", "-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="finding_severity"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) ^ ~Q(closed_because=""), name="finding_closed"
            ),
            models.UniqueConstraint(
                fields=["system", "kind", "key"],
                condition=Q(closed_at__isnull=True) & ~Q(key=""),
                name="finding_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.words
