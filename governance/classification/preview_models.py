"""Previews of a change of the law: what was asked for, who runs it, which systems it touches."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.classification.preview import KEPT, LEASE, MOST_ATTEMPTS, PreviewStatus
from governance.common.states import choices
from inventory.systems.models import AISystem


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
