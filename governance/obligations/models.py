"""Duties of systems as far as people spoke of them, and the links of personal calendars."""

from datetime import date

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from governance.accounts.models import User
from governance.classification.models import Assessment
from governance.common.states import choices
from governance.evidence.models import EvidenceItem
from governance.obligations.rules import DutyState, DutyStatus, Standing, state_of
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage

S = DutyStatus
SETTLED = Q(status__in=[S.MET, S.NOT_APPLICABLE])
PROPOSED = Q(status__in=[S.PROPOSED, S.NOT_APPLICABLE])
ATTACHED = Q(detached_at__isnull=True, detached_by__isnull=True, detached_because="")
DETACHED = Q(detached_at__isnull=False, detached_by__isnull=False) & ~Q(detached_because="")
APPROVED = Q(approved_by__isnull=False, approved_at__isnull=False)


class DutyQuerySet(models.QuerySet["Duty"]):
    """Duties are seen with their system."""

    def visible_to(self, user: User) -> "DutyQuerySet":
        """Return the duties of systems the person sees."""
        return self.filter(system__in=AISystem.objects.visible_to(user).values("pk"))

    def applying(self) -> "DutyQuerySet":
        """Return the duties that the classification which counts now asks for."""
        return self.filter(ended_by__isnull=True)

    def living(self) -> "DutyQuerySet":
        """Return the duties of systems that are not retired; of those nothing is due any more."""
        return self.exclude(system__stage=Stage.RETIRED)

    def in_state(self, state: DutyState, today: date) -> "DutyQuerySet":
        """Return the duties that are in a state on a day; the same rule as `state_of`."""
        if state == DutyState.ENDED:
            return self.filter(ended_by__isnull=False)
        proven = Exists(Proof.objects.standing(today).filter(duty=OuterRef("pk")))
        early = Q(status=S.MISSING) & (Q(applies_on__isnull=True) | Q(applies_on__gt=today))
        bare = Q(status=S.MET) & ~proven
        among = {
            DutyState.MISSING: (Q(status=S.MISSING) & ~early) | Q(status=S.LAPSED) | bare,
            DutyState.WAITING: Q(status__in=[S.WAITING, S.PROPOSED]) | early,
            DutyState.MET: Q(status=S.MET) & Q(proven),
        }
        return self.applying().filter(among.get(state, Q(status=state.value)))

    def with_state(self, today: date) -> "DutyQuerySet":
        """Return duties, each with `is_proven`: whether evidence that counts stands behind it."""
        proofs = Proof.objects.standing(today).filter(duty=OuterRef("pk"))
        return self.annotate(is_proven=Exists(proofs))

    def bare(self, today: date) -> "DutyQuerySet":
        """Return duties said to be met behind which no evidence counts any more.

        Those that ended or whose system is retired are kept as they were.
        """
        met = self.applying().living().filter(status=S.MET)
        return met.filter(~Exists(Proof.objects.standing(today).filter(duty=OuterRef("pk"))))

    def soonest_first(self) -> "DutyQuerySet":
        """Return duties by their due day; those without one last."""
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")


class Duty(models.Model):
    """One obligation of one of our roles about one system, and what people said of it.

    The row is made when a signed classification first asks for it, and never deleted: what a
    later one does not ask for is `ended_by` it, and comes back as it was.
    """

    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="duties")
    role = models.CharField(max_length=40)
    obligation = models.CharField(max_length=40)  # id of the rule pack: art26.2
    assessment = models.ForeignKey(  # the last one that asks for it
        Assessment, on_delete=models.PROTECT, related_name="duties"
    )
    ended_by = models.ForeignKey(  # the first one that does not ask for it any more
        Assessment, null=True, blank=True, on_delete=models.PROTECT, related_name="ended_duties"
    )
    told = models.JSONField()  # as signed: duty, citation, both dates, note, retention
    article = models.CharField(max_length=20, blank=True)  # Art 26
    applies_on = models.DateField(null=True, blank=True)  # under the amended text
    status = models.CharField(max_length=16, choices=choices(DutyStatus), default=S.MISSING)
    waits_for = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True, max_length=10_000)  # why it does not apply
    proposed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    next_check_on = models.DateField(null=True, blank=True)
    evidence = models.ManyToManyField(EvidenceItem, through="Proof", related_name="duties")
    row_version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True, blank=True)  # when a person spoke of it last

    due_on = models.GeneratedField(
        expression=Case(
            When(SETTLED, then=F("next_check_on")),
            default=Coalesce("next_check_on", "applies_on"),
        ),
        output_field=models.DateField(null=True),
        db_persist=True,
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="duty_due"),
            models.Index(fields=["status", "due_on"], name="duty_status"),
            models.Index(fields=["article", "due_on"], name="duty_article"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["system", "role", "obligation"], name="duty_once"),
            models.CheckConstraint(condition=Q(status__in=list(S)), name="duty_status_known"),
            models.CheckConstraint(
                condition=Q(status=S.WAITING) ^ Q(waits_for=""), name="duty_waits_for"
            ),
            models.CheckConstraint(
                condition=(PROPOSED & Q(proposed_by__isnull=False) & ~Q(reason=""))
                | (~PROPOSED & Q(proposed_by__isnull=True, reason="")),
                name="duty_proposal_whole",
            ),
            models.CheckConstraint(
                condition=(Q(status=S.NOT_APPLICABLE) & APPROVED)
                | (
                    ~Q(status=S.NOT_APPLICABLE)
                    & Q(approved_by__isnull=True, approved_at__isnull=True)
                ),
                name="duty_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="duty_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.MET) | Q(next_check_on__isnull=False),
                name="duty_met_is_checked_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citation} for {self.system.ref}"

    def get_absolute_url(self) -> str:
        """Return the address of the duty's page."""
        return reverse("obligations:duty", args=[self.pk])

    @property
    def citation(self) -> str:
        """Return the first article: Art 26(2)."""
        return str((self.told.get("citation") or [self.obligation])[0])

    @property
    def text(self) -> str:
        """Return what the duty asks for, as signed."""
        return str(self.told["duty"])

    @property
    def is_bare(self) -> bool:
        """Return whether a duty that came through `with_state` was met and nothing shows it now."""
        return self.status == S.MET and not self.is_proven  # type: ignore[attr-defined]

    @property
    def check_on(self) -> date | None:
        """Return the next check of a duty that came through `with_state`; none once it is bare."""
        return None if self.is_bare else self.next_check_on

    @property
    def day_due(self) -> date | None:
        """Return when it is due, of a duty that came through `with_state`."""
        return self.applies_on if self.is_bare else self.due_on

    def state_on(self, today: date) -> DutyState:
        """Return the state of a duty that came through `with_state`."""
        standing = Standing(
            status=DutyStatus(self.status),
            applies_on=self.applies_on,
            is_proven=bool(self.is_proven),  # type: ignore[attr-defined]
            has_ended=self.ended_by_id is not None,
        )
        return state_of(standing, today)


class ProofQuerySet(models.QuerySet["Proof"]):
    """Which evidence stands behind which duty."""

    def standing(self, today: date) -> "ProofQuerySet":
        """Return proofs whose evidence counts on a day."""
        valid = Q(item__valid_until__isnull=True) | Q(item__valid_until__gte=today)
        return self.attached().filter(valid, item__withdrawn_at__isnull=True)

    def attached(self) -> "ProofQuerySet":
        """Return proofs that nobody took away from their duty."""
        return self.filter(detached_at__isnull=True)


class Proof(models.Model):
    """A piece of evidence shown for a duty; taken away with a reason, and kept as it was shown."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="proofs")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="proofs")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    detached_at = models.DateTimeField(null=True, blank=True)
    detached_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    detached_because = models.TextField(blank=True, max_length=2_000)

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "item"], condition=Q(detached_at__isnull=True), name="proof_once"
            ),
            models.CheckConstraint(condition=ATTACHED ^ DETACHED, name="proof_detachment_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.item} for {self.duty}"


class FollowedQuerySet(models.QuerySet["Followed"]):
    """How far the duties of systems follow their classifications."""

    def behind(self) -> QuerySet[Assessment]:
        """Return the signed classifications that count and whose duties are not kept yet."""
        kept = Followed.objects.filter(assessment=OuterRef("pk"))
        return Assessment.objects.current().filter(~Exists(kept))


class Followed(models.Model):
    """The classification that the duties of a system follow: a row of the work that is done.

    What is to do are the current assessments without such a row.
    """

    system = models.OneToOneField(
        AISystem, primary_key=True, on_delete=models.PROTECT, related_name="followed"
    )
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="followed")

    objects = FollowedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "followed"

    def __str__(self) -> str:
        return f"Duties of {self.system} by {self.assessment}"


class CalendarLink(models.Model):
    """A secret address under which a calendar program reads a person's days."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_links")
    digest = models.CharField(max_length=64, unique=True)  # of the secret; never the secret
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="calendar_link_one"
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.user}"
