"""Evidence about a system: files and links, kept for good."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from governance.accounts.models import User
from governance.evidence.rules import Standing, standing
from inventory.systems.models import AISystem

IS_FILE = Q(link="", size_bytes__gt=0) & ~Q(file="") & ~Q(file_name="") & ~Q(sha256="")
IS_LINK = Q(file="", file_name="", sha256="", size_bytes__isnull=True, link__startswith="https://")
STANDS = Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
WITHDRAWN = Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")


class EvidenceQuerySet(models.QuerySet["EvidenceItem"]):
    """Evidence is seen with its system."""

    def visible_to(self, user: User) -> "EvidenceQuerySet":
        """Return the evidence about systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def standing(self, today: date) -> "EvidenceQuerySet":
        """Return what counts on a day: not withdrawn, and not past its validity."""
        valid = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
        return self.filter(valid, withdrawn_at__isnull=True)


class EvidenceItem(models.Model):
    """A file or a link that shows something about a system.

    Only a withdrawal may change it afterwards, once; the database sees to it.
    """

    ref = models.CharField(max_length=16, unique=True, editable=False)  # EV-001
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True, max_length=10_000)
    file = models.FileField(upload_to="evidence/", max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)  # as the person knew it
    content_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    link = models.URLField(max_length=2_000, blank=True)
    observed_from = models.DateField(null=True, blank=True)  # the period it shows
    observed_until = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)  # last day on which it counts
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="added_evidence")
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True, max_length=2_000)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=IS_FILE ^ IS_LINK, name="evidence_file_or_link"),
            models.CheckConstraint(condition=STANDS ^ WITHDRAWN, name="evidence_withdrawal_whole"),
            models.CheckConstraint(condition=~Q(title=""), name="evidence_titled"),
            models.CheckConstraint(
                condition=Q(observed_from__isnull=True)
                | Q(observed_until__isnull=True)
                | Q(observed_until__gte=F("observed_from")),
                name="evidence_period",
            ),
            models.UniqueConstraint(
                fields=["system", "sha256"],
                condition=~Q(sha256="") & Q(withdrawn_at__isnull=True),
                name="evidence_content_once",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        """Return the address of the item in its system's list."""
        return f"{reverse('evidence:on_system', args=[self.system.ref])}#{self.ref}"

    def standing_on(self, today: date) -> Standing:
        """Return whether the item counts on a day."""
        gone = self.withdrawn_at is not None
        return standing(withdrawn=gone, valid_until=self.valid_until, today=today)
