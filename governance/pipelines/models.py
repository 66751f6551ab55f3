"""Keys that sign decisions, and what answers in use, as it was reported."""

from django.db import models
from django.db.models import F, Q

from governance.accounts.models import User
from governance.approvals.lifecycle import Environment
from governance.approvals.models import Release
from governance.common.states import choices
from governance.pipelines.echo import Verdict
from governance.pipelines.mlflow_models import (  # part of this stage's tables
    AliasWish,
    MlflowLink,
    MlflowSource,
    MlflowVersion,
)
from governance.pipelines.rollback_models import Breach, MetricPoint, RollbackRule
from inventory.systems.models import AISystem

__all__ = [
    "AliasWish",
    "Breach",
    "MetricPoint",
    "MlflowLink",
    "MlflowSource",
    "MlflowVersion",
    "Observation",
    "RollbackRule",
    "SigningKey",
]


class SigningKey(models.Model):
    """The public half of a key that signs decisions; the private half lies in a file."""

    kid = models.CharField(max_length=43, unique=True)  # its thumbprint (RFC 7638)
    public = models.CharField(max_length=43)  # 32 bytes as base64url
    alg = models.CharField(max_length=8, default="EdDSA")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # signs no more

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alg"], condition=Q(retired_at__isnull=True), name="signing_key_one"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(retired_at__gte=F("made_at")),
                name="signing_key_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.kid


class ObservationQuerySet(models.QuerySet["Observation"]):
    """Observations are seen with their system."""

    def visible_to(self, user: User) -> "ObservationQuerySet":
        """Return the observations of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))


class Observation(models.Model):
    """Which model answered in a period, as the provider's replies said. Append-only."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="observations")
    release = models.ForeignKey(  # what ran there then, and was compared with
        Release, null=True, blank=True, on_delete=models.PROTECT, related_name="observations"
    )
    environment = models.CharField(max_length=16, choices=choices(Environment))
    task = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # what the deployment says it is
    model_id = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=200, blank=True)
    tasks = models.PositiveIntegerField()
    observed_from = models.DateTimeField()
    observed_until = models.DateTimeField()
    verdict = models.CharField(max_length=12, choices=choices(Verdict))
    words = models.CharField(max_length=1_000)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["-observed_until", "-pk"]
        indexes = [models.Index(fields=["system", "-observed_until"], name="observation_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(observed_until__gte=F("observed_from")), name="observation_in_order"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=list(Verdict)), name="observation_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} in {self.system}, {self.environment}"
