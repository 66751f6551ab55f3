"""Registries of MLflow: where they are, which of their models is which system, what came in."""

from django.db import models
from django.db.models import Q, QuerySet

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.lifecycle import Environment
from governance.approvals.models import Release
from governance.common.states import choices
from governance.pipelines.alias import WishState
from inventory.systems.models import AISystem, ModelVersion

IS_DUE = Q(status=WishState.DUE)


class MlflowSourceQuerySet(models.QuerySet["MlflowSource"]):
    """Registries are the organisation's; its administrators keep them."""

    def visible_to(self, user: User) -> QuerySet["MlflowSource"]:
        """Return all to an administrator of the organisation, none to others."""
        return self if may(user, Capability.CONFIGURE, None) else self.none()


class MlflowSource(models.Model):
    """A registry of MLflow that is read. Its token is kept sealed."""

    name = models.CharField(max_length=120, unique=True)
    url = models.URLField(max_length=500)
    token = models.BinaryField(null=True)  # none: the registry asks for none
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mlflow_sources")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()  # when it is read again
    leased_until = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    problem = models.CharField(max_length=300, blank=True)  # of the last try
    row_version = models.PositiveIntegerField(default=1)

    objects = MlflowSourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="mlflow_source_named")]

    def __str__(self) -> str:
        return self.name


class MlflowLink(models.Model):
    """Which registered model is which system, and the alias that says what runs."""

    source = models.ForeignKey(MlflowSource, on_delete=models.PROTECT, related_name="links")
    model = models.CharField(max_length=200)  # as the registry calls it
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="mlflow_links")
    environment = models.CharField(
        max_length=16, choices=choices(Environment), default=Environment.PROD
    )
    task = models.CharField(max_length=60, blank=True)
    alias = models.CharField(max_length=60, default="champion")
    actor = models.ForeignKey(  # in whose name versions are registered
        User, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["model", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "model", "alias"],
                condition=Q(ended_at__isnull=True),
                name="mlflow_link_once",
            ),
            models.CheckConstraint(condition=~Q(model=""), name="mlflow_link_model"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.model}"


class MlflowVersion(models.Model):
    """A version of a registered model that was taken over, or why it was not."""

    link = models.ForeignKey(MlflowLink, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(max_length=20)
    version = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="from_mlflow"
    )
    problem = models.CharField(max_length=1_000, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["link", "number"], name="mlflow_version_once"),
            models.CheckConstraint(
                condition=Q(version__isnull=False) ^ ~Q(problem=""), name="mlflow_version_or_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} {self.number}"


class AliasWish(models.Model):
    """The alias is to point at what became active here: once for each activation."""

    link = models.ForeignKey(MlflowLink, on_delete=models.PROTECT, related_name="wishes")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    activated_at = models.DateTimeField()
    number = models.CharField(max_length=20)  # of the registered model
    status = models.CharField(max_length=12, choices=choices(WishState), default=WishState.DUE)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "alias wishes"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "release", "activated_at"], name="alias_wish_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(WishState)), name="alias_wish_known"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=IS_DUE, name="alias_wish_due")]

    def __str__(self) -> str:
        return f"{self.link}: {self.number}"
