"""Who a pack was given to and for how long, its end, its withdrawal, and looking as an auditor."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.accounts.access import guests_who_left
from governance.accounts.models import User
from governance.audit_packs.sharing_rules import MOST_LETTERS, VIEWING_LASTS

PACK = "audit_packs.EvidencePack"
IS_PERSON = Q(person__isnull=False, name="", email="")
IS_OUTSIDE = Q(person__isnull=True) & ~Q(name="") & ~Q(email="")


class PackRecipientQuerySet(models.QuerySet["PackRecipient"]):
    """Which recipients count today."""

    def live(self) -> Self:
        """Return those whose last day is not over, and from whom it was not taken back.

        What an auditor was given is theirs while one of their roles counts.
        """
        lasting = self.filter(ended_at__isnull=True, until__gte=timezone.localdate())
        return lasting.exclude(person__in=guests_who_left().values("pk"))


class PackRecipient(models.Model):
    """Somebody who gets a pack until a day: a person with an account, or a name outside."""

    pack = models.ForeignKey(PACK, on_delete=models.PROTECT, related_name="recipients")
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="received_packs"
    )
    name = models.CharField(max_length=150, blank=True)  # of somebody without an account
    email = models.EmailField(blank=True)
    until = models.DateField()  # last day that counts
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shared_packs")
    given_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="unshared_packs",
        editable=False,
    )

    objects = PackRecipientQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=IS_PERSON | IS_OUTSIDE, name="recipient_is_somebody"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="recipient_ended_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["pack", "person"],
                condition=Q(ended_at__isnull=True, person__isnull=False),
                name="recipient_person_once",
            ),
            models.UniqueConstraint(
                fields=["pack", "email"],
                condition=Q(ended_at__isnull=True) & ~Q(email=""),
                name="recipient_outside_once",
            ),
        ]

    def __str__(self) -> str:
        return self.person.name if self.person else self.name

    @property
    def is_live(self) -> bool:
        """Return whether the recipient still may have the pack."""
        return self.ended_at is None and self.until >= timezone.localdate()


class PackExpiry(models.Model):
    """Another last day of handing a pack out than the one its purpose brings."""

    pack = models.OneToOneField(PACK, on_delete=models.PROTECT, related_name="expiry")
    expires_on = models.DateField()  # last day that counts
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="expiries")
    set_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.pack} until {self.expires_on}"


class PackWithdrawal(models.Model):
    """That a pack is not to be relied on any more, and why; the pack itself stays as it is."""

    pack = models.OneToOneField(PACK, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=MOST_LETTERS)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="withdrawn_packs")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.pack} withdrawn"


class PackViewingQuerySet(models.QuerySet["PackViewing"]):
    """Which looks as an auditor are still open."""

    def visible_to(self, user: User) -> Self:
        """Return the looks that this person began a short while ago."""
        return self.filter(viewer=user, at__gt=timezone.now() - VIEWING_LASTS)


class PackViewing(models.Model):
    """That somebody looks at the packs as an auditor sees them, for half an hour."""

    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pack_viewings")
    auditor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pack_views_as")
    at = models.DateTimeField(auto_now_add=True)

    objects = PackViewingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(viewer=models.F("auditor")), name="viewing_as_somebody_else"
            )
        ]

    def __str__(self) -> str:
        return f"{self.viewer} as {self.auditor}"
