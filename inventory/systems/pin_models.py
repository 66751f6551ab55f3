"""What people here say about model ids."""

from django.db import models
from django.db.models import Q, QuerySet

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.common.states import choices
from inventory.systems.pins.rules import PinState


class PinPatternQuerySet(models.QuerySet["PinPattern"]):
    """Patterns belong to the whole organisation."""

    def visible_to(self, user: User) -> QuerySet["PinPattern"]:
        """Return the patterns for anybody who has a role."""
        return self.all() if visible_units(user).exists() else self.none()

    def in_force(self) -> QuerySet["PinPattern"]:
        """Return the patterns that count."""
        return self.filter(withdrawn_at__isnull=True)


class PinPattern(models.Model):
    """What people here say about model ids that the published table does not know."""

    provider = models.CharField(max_length=40, blank=True)  # as the table's keys; empty: any
    pattern = models.CharField(max_length=200)  # a glob: triage-*-frozen
    state = models.CharField(max_length=20, choices=choices(PinState))
    why = models.CharField(max_length=500)
    source = models.URLField(max_length=500)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="added_patterns")
    added_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="withdrawn_patterns"
    )
    withdrawn_because = models.CharField(max_length=500, blank=True)

    objects = PinPatternQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "pattern", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "pattern"],
                condition=Q(withdrawn_at__isnull=True),
                name="pin_pattern_once",
            ),
            models.CheckConstraint(condition=Q(state__in=list(PinState)), name="pin_state_known"),
            models.CheckConstraint(condition=~Q(pattern="") & ~Q(why=""), name="pin_pattern_said"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="pin_pattern_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider or 'any provider'}: {self.pattern}"

    @property
    def ref(self) -> str:
        """Return the pattern, as it is called in the record."""
        return self.pattern
