"""What people answered about a system, and the classifications they signed."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet

from governance.accounts.models import User
from governance.classification.preview_models import PackPreview as PackPreview  # Django reads
from governance.classification.preview_models import PreviewRow as PreviewRow  # this module
from governance.classification.rules import Tier
from governance.common.states import choices
from governance.evidence.models import EvidenceItem
from inventory.systems.models import AISystem

CURRENT = Q(superseded_at__isnull=True)
WAITING = Q(answered_at__isnull=True, withdrawn_at__isnull=True)


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


class AnswerNote(models.Model):
    """Who answered one question about a system last, when, and what made them say so."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="answer_notes")
    fact = models.CharField(max_length=100)
    because = models.TextField(blank=True, max_length=2_000)
    evidence = models.ManyToManyField(EvidenceItem, related_name="answers")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)  # of the fact sheet, with this answer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "fact"], name="answer_note_once"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} of {self.system}"


class FactRequestQuerySet(models.QuerySet["FactRequest"]):
    """Questions put to people are seen with their system."""

    def visible_to(self, user: User) -> "FactRequestQuerySet":
        """Return the requests about systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def waiting(self) -> "FactRequestQuerySet":
        """Return those that nobody answered or took back."""
        return self.filter(WAITING)


class FactRequest(models.Model):
    """A question that somebody was not sure of, put to a person until a day."""

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="fact_requests")
    fact = models.CharField(max_length=100)
    asked = models.ForeignKey(User, on_delete=models.PROTECT, related_name="fact_requests")
    due_on = models.DateField()
    note = models.TextField(blank=True, max_length=2_000)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = FactRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "fact"], condition=WAITING, name="fact_request_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="fact_request_one_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} of {self.system} to {self.asked}"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Signed classifications are seen with their system."""

    def visible_to(self, user: User) -> "AssessmentQuerySet":
        """Return the assessments of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def current(self) -> "AssessmentQuerySet":
        """Return those that no later one has replaced."""
        return self.filter(CURRENT)


WholeManager = models.Manager.from_queryset(AssessmentQuerySet)


class AssessmentManager(WholeManager["Assessment"]):
    """Leaves the trace, by far the largest column, where it is until somebody asks for it."""

    def get_queryset(self) -> QuerySet["Assessment"]:
        """Return the rows without their trace."""
        return super().get_queryset().defer("trace")


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
    trace = models.JSONField(default=dict)  # see traced(): the way to the result
    answers = models.JSONField(default=list)  # see told_answers(): by whom, when and why
    duty_days = ArrayField(models.DateField(), default=list)  # days on which its duties begin
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assessments")
    reason = models.TextField(max_length=10_000)
    signed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentManager()

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

    @property
    def law_as_of(self) -> date:
        """Return the day as of which its rule pack read the law."""
        return date.fromisoformat(self.result["law"]["as_of"])


class TriageScore(models.Model):
    """The place of a system in the order of where to look first.

    Derived from the system's texts and kept only for sorting: it says nothing about a tier.
    """

    system = models.OneToOneField(AISystem, on_delete=models.CASCADE, related_name="triage")
    score = models.PositiveSmallIntegerField()  # 0 to 1,000
    system_version = models.PositiveIntegerField()  # row version of the system that was read
    lexicon_version = models.CharField(max_length=64)
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-score", "system"], name="triage_order")]

    def __str__(self) -> str:
        return f"{self.system}: {self.score}"
