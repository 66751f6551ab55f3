"""Suites of cases, runs of them against a version, and how each case went: never changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from governance.accounts.models import User
from governance.common.states import choices
from governance.evaluations.rules import (
    LONGEST_KEY,
    LONGEST_MESSAGE,
    LONGEST_SLICE,
    SOURCE_WORDS,
    Source,
    SuiteKind,
)
from inventory.systems.models import AISystem, ModelVersion

STANDS = Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
WITHDRAWN = Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")
WITHOUT_CASES = Q(cases=0, cases_digest="")
WITH_CASES = Q(cases__gt=0) & ~Q(cases_digest="")


class SuiteQuerySet(models.QuerySet["Suite"]):
    """Suites are seen with their system."""

    def visible_to(self, user: User) -> "SuiteQuerySet":
        """Return the suites of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def current(self) -> "SuiteQuerySet":
        """Return the newest revision of each suite."""
        newer = Suite.objects.filter(
            system=models.OuterRef("system"),
            key=models.OuterRef("key"),
            revision__gt=models.OuterRef("revision"),
        )
        return self.filter(~models.Exists(newer))


class Suite(models.Model):
    """One revision of a list of cases with criteria; other cases or criteria are another one.

    A revision that was written down before anybody ran it has no cases yet: its first run
    fixes them, once.
    """

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="suites")
    key = models.SlugField(max_length=80)
    revision = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=choices(SuiteKind))
    cases = models.PositiveIntegerField(default=0)
    cases_digest = models.CharField(max_length=64, blank=True)  # over the sorted keys of its cases
    criteria = models.JSONField(default=list, blank=True)  # as rules.Criterion.as_data() gives them
    reason = models.TextField(blank=True, max_length=2_000)  # why there is another revision
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="added_suites")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = SuiteQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "key", "revision"], name="suite_revision_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(SuiteKind)), name="suite_kind_known"),
            models.CheckConstraint(
                condition=Q(revision__gte=1) & ~Q(key="") & ~Q(title=""), name="suite_named"
            ),
            models.CheckConstraint(condition=WITHOUT_CASES ^ WITH_CASES, name="suite_cases_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.title} (revision {self.revision})"

    @property
    def ref(self) -> str:
        """Return the suite's key with its revision: triage-regression r3."""
        return f"{self.key} r{self.revision}"


class RunQuerySet(models.QuerySet["Run"]):
    """Runs are seen with their system."""

    def visible_to(self, user: User) -> "RunQuerySet":
        """Return the runs of systems the person sees."""
        seen = AISystem.objects.visible_to(user).values("pk")
        return self.filter(version__system__in=seen)

    def standing(self) -> "RunQuerySet":
        """Return what counts: not withdrawn, and of the version as it is."""
        return self.filter(withdrawn_at__isnull=True, digest_of_version=F("version__digest"))

    def with_all(self) -> "RunQuerySet":
        """Return runs with suite, version, system, unit and people, in the same query."""
        return self.select_related(
            "suite", "version__system__unit", "added_by", "withdrawn_by", "version__system__owner"
        )


class Run(models.Model):
    """A suite was run against a version. Only a withdrawal may change it afterwards, once."""

    ref = models.CharField(max_length=16, unique=True, editable=False)  # RUN-001
    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="evaluation_runs"
    )
    digest_of_version = models.CharField(max_length=64)  # as it was when the run came in
    observed_from = models.DateTimeField()  # when it ran, apart from when it came in
    observed_until = models.DateTimeField()
    produced_by = models.CharField(max_length=200)  # who or what ran it: "CI job 4711"
    tool = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=8, choices=choices(Source))
    sha256 = models.CharField(max_length=64)  # of the bytes that came in
    file = models.FileField(upload_to="evaluations/", max_length=200)
    file_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField(default=0)
    metrics = models.JSONField(default=dict)  # name: decimal as text
    slices = models.JSONField(default=list)  # [{"name", "n", "passed", "mean_score"}, …] by name
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="added_runs")
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True, max_length=2_000)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-observed_until", "-pk"]
        indexes = [
            models.Index(fields=["version", "-observed_until"], name="run_of_version"),
            models.Index(fields=["suite", "-observed_until"], name="run_of_suite"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=list(Source)), name="run_source_known"),
            models.CheckConstraint(condition=STANDS ^ WITHDRAWN, name="run_withdrawal_whole"),
            models.CheckConstraint(
                condition=Q(observed_until__gte=F("observed_from")), name="run_period"
            ),
            models.CheckConstraint(
                condition=Q(passed__gt=0) | Q(failed__gt=0), name="run_has_results"
            ),
            models.CheckConstraint(
                condition=~Q(produced_by="") & ~Q(sha256="") & ~Q(digest_of_version=""),
                name="run_told",
            ),
            models.UniqueConstraint(
                fields=["suite", "version", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="run_content_once",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        """Return the address of the run's page."""
        return reverse("evaluations:run", args=[self.ref])

    @property
    def total(self) -> int:
        """Return how many cases count: those that passed or failed."""
        return self.passed + self.failed

    @property
    def source_words(self) -> str:
        """Return how the run came in, as people say it."""
        return SOURCE_WORDS[Source(self.source)]

    @property
    def is_withdrawn(self) -> bool:
        """Return whether the run counts no more."""
        return self.withdrawn_at is not None


class CaseResultQuerySet(models.QuerySet["CaseResult"]):
    """Results are seen with their run."""

    def visible_to(self, user: User) -> "CaseResultQuerySet":
        """Return the results of runs the person sees."""
        return self.filter(run__in=Run.objects.visible_to(user).values("pk"))


class CaseResult(models.Model):
    """How one case went in one run."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="results")
    key = models.CharField(max_length=LONGEST_KEY)
    passed = models.BooleanField(null=True)  # nothing: skipped, so it does not count
    score = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    slices = ArrayField(models.CharField(max_length=LONGEST_SLICE), default=list, blank=True)
    message = models.CharField(max_length=LONGEST_MESSAGE, blank=True)

    objects = CaseResultQuerySet.as_manager()

    class Meta:
        ordering = ["run", "key"]
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="result_case_once")]

    def __str__(self) -> str:
        return self.key
