"""What people answered about a system, and the classifications they signed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.preview import KEPT, LEASE, MOST_ATTEMPTS, PreviewStatus
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


class PackPreviewQuerySet(models.QuerySet["PackPreview"]):
    """Who sees a preview of the law, and which wait for a worker."""

    def visible_to(self, user: User) -> "PackPreviewQuerySet":
        """Return all previews to those who may classify somewhere, none to others.

        Which systems of a preview a person sees is asked of its rows.
        """
        return self if units_with(user, Capability.CLASSIFY).exists() else self.none()

    def waiting(self) -> "PackPreviewQuerySet":
        """Return those that are not finished."""
        return self.filter(status__in=[PreviewStatus.QUEUED, PreviewStatus.RUNNING])

    def claimable(self) -> "PackPreviewQuerySet":
        """Return previews that were asked for, or whose worker fell silent."""
        silent = Q(status=PreviewStatus.RUNNING, lease_until__lt=Now())
        return self.filter(Q(status=PreviewStatus.QUEUED) | silent, attempts__lt=MOST_ATTEMPTS)

    def given_up(self) -> "PackPreviewQuerySet":
        """Return previews that took down as many workers as we allow."""
        return self.filter(
            status=PreviewStatus.RUNNING, lease_until__lt=Now(), attempts__gte=MOST_ATTEMPTS
        )

    def claim(self, pk: int, worker: str) -> "PackPreview | None":
        """Return the preview, held by this worker until its lease ends, or None."""
        taken = self.claimable().filter(pk=pk)
        lease = {"worker": worker, "lease_until": Now() + LEASE, "attempts": F("attempts") + 1}
        return self.get(pk=pk) if taken.update(status=PreviewStatus.RUNNING, **lease) else None

    def hold(self, pk: int, worker: str, *, done: int, seen_to: int) -> bool:
        """Renew a worker's lease and note how far it is; False when it lost the preview."""
        held = self.filter(pk=pk, worker=worker, status=PreviewStatus.RUNNING)
        far = {"done": done, "seen_to": seen_to, "total": Greatest("total", done)}
        return bool(held.update(lease_until=Now() + LEASE, **far))

    def release(self, pk: int, worker: str) -> None:
        """End a worker's lease now, so that the next one may try."""
        held = self.filter(pk=pk, worker=worker, status=PreviewStatus.RUNNING)
        held.update(lease_until=Now())


class PackPreview(models.Model):
    """A rule pack held against the one in force, over every system that is not retired.

    It adopts nothing. The systems it would touch are its rows; a worker goes on behind
    `seen_to`, the last system whose row is written.
    """

    title = models.CharField(max_length=200)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    sources = models.JSONField(default=dict)  # file → text; empty: the pack in force itself
    before_text = models.CharField(max_length=8)
    after_text = models.CharField(max_length=8)
    before_version = models.CharField(max_length=64)
    after_version = models.CharField(max_length=64)
    differences = models.JSONField(default=dict)  # see pack_parts()
    duties = models.JSONField(default=dict)  # see duty_words()
    status = models.CharField(
        max_length=16, choices=choices(PreviewStatus), default=PreviewStatus.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    seen_to = models.BigIntegerField(default=0, editable=False)
    done = models.PositiveIntegerField(default=0)  # systems looked at
    total = models.PositiveIntegerField()
    error = models.CharField(max_length=500, blank=True)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = PackPreviewQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(PreviewStatus)), name="preview_status_known"
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="preview_done_of_total"),
            models.CheckConstraint(
                condition=Q(status=PreviewStatus.DONE, finished_at__isnull=False)
                | ~Q(status=PreviewStatus.DONE),
                name="preview_done_when",
            ),
            models.UniqueConstraint(
                fields=["requested_by"],
                condition=Q(status__in=[PreviewStatus.QUEUED, PreviewStatus.RUNNING]),
                name="preview_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"Preview {self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Return whether it still runs or waits for a worker."""
        return self.status in {PreviewStatus.QUEUED, PreviewStatus.RUNNING}

    @property
    def is_forgotten(self) -> bool:
        """Return whether its single systems are kept no longer."""
        return self.finished_at is not None and self.finished_at < timezone.now() - KEPT

    @property
    def percent(self) -> int:
        """Return how many of its systems are looked at, of a hundred."""
        return self.done * 100 // self.total if self.total else 0


class PreviewRowQuerySet(models.QuerySet["PreviewRow"]):
    """Rows are seen with their system."""

    def visible_to(self, user: User) -> "PreviewRowQuerySet":
        """Return the rows of systems the person sees, for those who may classify."""
        if not units_with(user, Capability.CLASSIFY).exists():
            return self.none()
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))


class PreviewRow(models.Model):
    """One system that a preview touches, and how."""

    preview = models.ForeignKey(PackPreview, on_delete=models.CASCADE, related_name="rows")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="+")
    tier_before = models.CharField(max_length=20)
    tier_after = models.CharField(max_length=20)
    gained = models.PositiveSmallIntegerField()
    lost = models.PositiveSmallIntegerField()
    dates = models.PositiveSmallIntegerField()  # that move, the first day of the tier included
    change = models.JSONField()  # see Change.as_json()

    objects = PreviewRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preview", "system"], name="preview_system_once"),
        ]

    def __str__(self) -> str:
        return f"{self.system} in {self.preview}"


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
