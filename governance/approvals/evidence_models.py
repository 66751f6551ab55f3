"""Evidence of a version, what weighs a system, times without changes, and waivers."""

from datetime import date

from django.db import models
from django.db.models import F, Q, QuerySet

from governance.accounts.models import BusinessUnit, User
from governance.evidence.models import EvidenceItem
from inventory.systems.models import AISystem, ModelVersion


class ReleaseEvidenceQuerySet(models.QuerySet["ReleaseEvidence"]):
    """What stands is what nobody replaced or took away."""

    def standing(self) -> "ReleaseEvidenceQuerySet":
        """Return what counts, if it is fresh."""
        return self.filter(replaced_at__isnull=True)


class ReleaseEvidence(models.Model):
    """Something that shows a property of exactly one bundle. Replaced, never changed."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=40)  # a key of kinds.yaml
    item = models.ForeignKey(  # a file or link of the system; none for a statement
        EvidenceItem, null=True, blank=True, on_delete=models.PROTECT, related_name="proves"
    )
    statement = models.TextField(blank=True, max_length=10_000)
    not_applicable = models.BooleanField(default=False)  # the statement says why
    sha256 = models.CharField(max_length=64)  # of the file, or of the statement's UTF-8 bytes
    produced_by = models.CharField(max_length=200)  # who made it, as they are called
    author = models.ForeignKey(  # the same, where it is one of us: may not decide
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="authored_proofs"
    )
    observed_from = models.DateField(null=True, blank=True)  # the period it is about
    observed_until = models.DateField(null=True, blank=True)
    digest_of_version = models.CharField(max_length=64)
    valid_days = models.PositiveSmallIntegerField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="added_proofs")
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    replaced_because = models.CharField(max_length=500, blank=True)

    objects = ReleaseEvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=True) ^ Q(statement=""), name="release_evidence_either"
            ),
            models.CheckConstraint(
                condition=Q(observed_from__isnull=True)
                | Q(observed_until__isnull=True)
                | Q(observed_until__gte=F("observed_from")),
                name="release_evidence_period",
            ),
            models.UniqueConstraint(
                fields=["version", "kind"],
                condition=Q(replaced_at__isnull=True),
                name="release_evidence_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.version}"


class Materiality(models.Model):
    """How much a system matters: exposure times purpose, as somebody said; the last one counts."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="materialities")
    exposure = models.PositiveSmallIntegerField()  # 1 few, 3 many people or much money
    purpose = models.PositiveSmallIntegerField()  # 1 helps, 3 decides
    reason = models.TextField(max_length=2_000)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["-said_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(exposure__range=(1, 3), purpose__range=(1, 3)), name="materiality_range"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="materiality_why"),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.exposure} × {self.purpose}"


class Freeze(models.Model):
    """A time in which nothing goes live in a unit and below it."""

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="freezes")
    reason = models.CharField(max_length=200)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="freeze_in_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="freeze_why"),
        ]

    def __str__(self) -> str:
        return self.reason


class CanaryReport(models.Model):
    """What a canary showed in a period, as the one who watches it reports. Append-only."""

    release = models.ForeignKey(
        "approvals.Release", on_delete=models.PROTECT, related_name="canary_reports"
    )
    observed_from = models.DateTimeField()
    observed_until = models.DateTimeField()
    tasks = models.PositiveIntegerField()
    metrics = models.JSONField(default=dict)  # name → decimal as text
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["observed_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(observed_until__gt=F("observed_from")), name="canary_report_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tasks} tasks of {self.release.ref}"


class Viewing(models.Model):
    """What one person looked at before deciding: when they opened it, which groups they read."""

    release = models.ForeignKey(
        "approvals.Release", on_delete=models.PROTECT, related_name="viewings"
    )
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    groups = models.JSONField(default=list)  # titles of the groups of the diff
    shown = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "person"], name="viewing_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} read {self.release.ref}"


class Remark(models.Model):
    """A line of the conversation about a release. Append-only."""

    release = models.ForeignKey(
        "approvals.Release", on_delete=models.PROTECT, related_name="remarks"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=10_000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="remark_said")]

    def __str__(self) -> str:
        return self.text


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
