"""What somebody said by hand shows a control that no table here records."""

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from governance.accounts.access import visible_units
from governance.accounts.models import User
from governance.evidence.models import IS_FILE, IS_LINK, STANDS, WITHDRAWN
from inventory.systems.models import AISystem


def seen_by(user: User) -> Q:
    """Return what a person may see of what is said about a system, or about all of them.

    About a system it is seen with it; the rest by whoever has a role.
    """
    if not visible_units(user).exists():
        return Q(pk__in=[])
    return Q(system__isnull=True) | Q(system__in=AISystem.objects.visible_to(user).values("pk"))


class StatementQuerySet(models.QuerySet["Statement"]):
    """Statements are seen with their system; those about all systems by whoever has a role."""

    def visible_to(self, user: User) -> QuerySet["Statement"]:
        """Return the statements the person may see."""
        return self.filter(seen_by(user))

    def standing(self) -> QuerySet["Statement"]:
        """Return those that nobody withdrew; past their review they count no more, but stand."""
        return self.filter(withdrawn_at__isnull=True)


class Statement(models.Model):
    """A named person says what shows a control, with a file or a link, until a day of review.

    Only a withdrawal may change it afterwards, once; the database sees to it.
    """

    control = models.CharField(max_length=8)
    system = models.ForeignKey(  # none: all systems
        AISystem, null=True, blank=True, on_delete=models.PROTECT, related_name="statements"
    )
    said = models.TextField(max_length=2_000)
    file = models.FileField(upload_to="statements/", max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)  # as the person knew it
    content_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    link = models.URLField(max_length=2_000, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    review_on = models.DateField()  # last day that counts
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True, max_length=2_000)

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["control", "-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=IS_FILE ^ IS_LINK, name="statement_file_or_link"),
            models.CheckConstraint(condition=STANDS ^ WITHDRAWN, name="statement_withdrawal_whole"),
            models.CheckConstraint(condition=~Q(said=""), name="statement_said"),
            models.CheckConstraint(
                condition=Q(control__regex=r"^C[0-9]{2}$"), name="statement_control"
            ),
        ]

    def __str__(self) -> str:
        return f"Statement on {self.control}"

    def get_absolute_url(self) -> str:
        """Return the address of the control's page, where it is read."""
        return f"{reverse('crosswalk:control', args=[self.control])}#{self.ref}"

    @property
    def ref(self) -> str:
        """Return how it is called: C02-S12."""
        return f"{self.control}-S{self.pk}"

    @property
    def is_due(self) -> bool:
        """Return whether its day of review has passed."""
        return self.review_on < timezone.localdate()
