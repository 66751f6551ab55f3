"""What people said of a release: votes, and the conditions they set."""

from django.db import models
from django.db.models import Q

from governance.accounts.models import User
from governance.approvals.quorum import Slot
from governance.common.states import choices


class Vote(models.Model):
    """What one person said about a release. Append-only: a void vote stays, with the reason."""

    class Purpose(models.TextChoices):
        APPROVE = "approve"
        RETRO = "retro"
        RECERTIFY = "recertify"

    release = models.ForeignKey("approvals.Release", on_delete=models.PROTECT, related_name="votes")
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.APPROVE)
    cycle = models.PositiveSmallIntegerField(default=0)
    slot = models.CharField(max_length=8, choices=choices(Slot))
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="votes")
    acting_for = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="votes_by_others"
    )
    yes = models.BooleanField()
    reason = models.TextField(blank=True, max_length=10_000)
    digest = models.CharField(max_length=64)
    evidence_digest = models.CharField(max_length=64)
    rules_version = models.CharField(max_length=64)
    seen = models.JSONField(default=list)  # kind and sha256 of the evidence that was shown
    proof = models.JSONField(default=dict)  # how and when the person proved who they are
    opened_at = models.DateTimeField(null=True, blank=True)  # first look at the page
    groups_viewed = models.PositiveSmallIntegerField(null=True, blank=True)
    groups_shown = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    void_at = models.DateTimeField(null=True, blank=True)
    void_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "purpose", "cycle", "person"],
                condition=Q(void_at__isnull=True),
                name="vote_once",
            ),
            models.UniqueConstraint(
                fields=["release", "purpose", "cycle", "slot"],
                condition=Q(void_at__isnull=True, yes=True),
                name="vote_slot_once",
            ),
            models.CheckConstraint(condition=Q(yes=True) | ~Q(reason=""), name="vote_no_why"),
            models.CheckConstraint(
                condition=Q(void_at__isnull=True) ^ ~Q(void_because=""), name="vote_void_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {'yes' if self.yes else 'no'} to {self.release.ref}"


class Condition(models.Model):
    """What must be done for an approval to hold: by whom, until when, before it runs or after."""

    release = models.ForeignKey(
        "approvals.Release", on_delete=models.PROTECT, related_name="conditions"
    )
    text = models.TextField(max_length=2_000)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="conditions")
    due_on = models.DateField()
    blocking = models.BooleanField(default=True)  # before activation
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    met_how = models.TextField(blank=True, max_length=2_000)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="condition_said"),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) ^ Q(met_by__isnull=False), name="condition_met"
            ),
        ]

    def __str__(self) -> str:
        return self.text
