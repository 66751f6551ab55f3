"""What people answered about a system, and the classifications they signed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet

from governance.accounts.models import User
from governance.classification.rules import Tier
from governance.common.states import choices
from inventory.systems.models import AISystem

CURRENT = Q(superseded_at__isnull=True)


class FactSheetQuerySet(models.QuerySet["FactSheet"]):
    """Facts are seen with their system."""

    def visible_to(self, user: User) -> QuerySet["FactSheet"]:
        """Return the fact sheets of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))


class FactSheet(models.Model):
    """The answers given about one system; null as a value says "not sure"."""

    system = models.OneToOneField(AISystem, on_delete=models.PROTECT, related_name="fact_sheet")
    facts = models.JSONField(default=dict)  # fact name → value in normal form
    row_version = models.PositiveIntegerField(default=0)  # 0: nobody has answered yet
    changed_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FactSheetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Facts of {self.system}"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Signed classifications are seen with their system."""

    def visible_to(self, user: User) -> "AssessmentQuerySet":
        """Return the assessments of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def current(self) -> "AssessmentQuerySet":
        """Return those that no later one has replaced."""
        return self.filter(CURRENT)


class Assessment(models.Model):
    """A classification somebody signed: frozen, with the facts and the law it rests on.

    Only `superseded_at` may change afterwards, once; the database sees to it.
    """

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField()  # counts within the system, from 1
    tier = models.CharField(max_length=20, choices=choices(Tier))
    tier_enacted = models.CharField(max_length=20, choices=choices(Tier))
    facts = models.JSONField()
    facts_digest = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=64)
    result = models.JSONField()  # see explain(): rules, exceptions and duties with citations
    duty_days = ArrayField(models.DateField(), default=list)  # days on which its duties begin
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assessments")
    reason = models.TextField(max_length=10_000)
    signed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-pk"]
        indexes = [
            models.Index(fields=["tier", "system"], condition=CURRENT, name="assessment_tier"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="assessment_number_once"),
            models.UniqueConstraint(
                fields=["system"], condition=CURRENT, name="assessment_one_current"
            ),
            models.CheckConstraint(condition=Q(tier__in=list(Tier)), name="assessment_tier_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="assessment_has_reason"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Return the system's ref with the number: AIS-014 C2."""
        return f"{self.system.ref} C{self.number}"
