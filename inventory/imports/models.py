"""Runs of an import, the rows they refused, and what a system's source said last."""

from django.db import models
from django.db.models import Q, QuerySet

from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.common.states import choices
from inventory.imports.rules import RunStatus
from inventory.systems.models import AISystem


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Runs are seen by who sees the unit they import into."""

    def visible_to(self, user: User) -> QuerySet["ImportRun"]:
        """Return the runs into units that the person sees."""
        return self.filter(unit__in=visible_units(user).values("pk"))


class ImportRun(models.Model):
    """One file on its way into a unit. The row is the queue, and knows how far it came."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # IMP-001
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="import_runs")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="import_runs")
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(max_length=200)
    file_bytes = models.BigIntegerField()
    file_sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    mapping_sha256 = models.CharField(max_length=64, blank=True)
    header = models.JSONField(default=list)  # of the file, with unique names
    read_notes = models.JSONField(default=list)  # how the file was read
    forecast = models.JSONField(default=dict)  # counts of the dry run
    status = models.CharField(max_length=16, choices=choices(RunStatus), default=RunStatus.UPLOADED)
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)  # the resume cursor
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    units_created = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveBigIntegerField(default=0)  # worked, without waiting
    failure = models.TextField(blank=True)
    claimed_by = models.CharField(max_length=200, blank=True)  # host/process/random
    claimed_until = models.DateTimeField(null=True, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(RunStatus)), name="run_known"),
            models.CheckConstraint(
                condition=Q(status=RunStatus.DONE) ^ Q(finished_at__isnull=True),
                name="run_finished_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.ref}"

    @property
    def percent(self) -> int:
        """Return how much is done, 0 to 100."""
        return 100 * self.rows_done // self.rows if self.rows else 0

    @property
    def seconds(self) -> float:
        """Return the seconds worked."""
        return self.milliseconds / 1000


class ImportRow(models.Model):
    """A row that was refused, or one taken with a note."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="told_rows")
    number = models.PositiveIntegerField()  # as a spreadsheet counts
    is_rejected = models.BooleanField()
    reasons = models.JSONField()  # [[column, reason], …]
    cells = models.JSONField(default=list)  # of a refused row, for the corrected file
    key = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]

    def __str__(self) -> str:
        return f"row {self.number} of {self.run}"


class SourceRow(models.Model):
    """What the source said of a system last: changes are found against this, not the system.

    So a field that a person corrected here stays, until the source itself says something new.
    """

    system = models.OneToOneField(
        AISystem, primary_key=True, on_delete=models.CASCADE, related_name="source_row"
    )
    digest = models.CharField(max_length=64)
    fields = models.JSONField()
    unit_path = models.JSONField()

    def __str__(self) -> str:
        return f"source of {self.system}"
