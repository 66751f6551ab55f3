"""How the PDF of a pack is sealed, and the time that a third party gives the pack."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from governance.audit_packs.seal_rules import (
    STAMP_WORDS,
    SealLevel,
    StampState,
    wait_after,
)
from governance.common.states import choices

LEASE = timedelta(seconds=60)
IS_BESIDE = Q(status=StampState.BESIDE)


class PackSealQuerySet(models.QuerySet["PackSeal"]):
    """Which packs wait for their time stamp, and who asks for it."""

    def due(self) -> Self:
        """Return seals whose stamp is to be asked for now."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
        return self.filter(free, status=StampState.PENDING, next_attempt_at__lte=Now())

    def claim(self, pk: int) -> "PackSeal | None":
        """Return the seal, held until its lease ends, or None if another worker has it."""
        taken = self.due().filter(pk=pk)
        held = taken.update(leased_until=Now() + LEASE, attempts=F("attempts") + 1)
        return self.select_related("pack").get(pk=pk) if held else None

    def postpone(self, seal: "PackSeal", reason: str) -> None:
        """Ask again later, the longer the more often it failed."""
        self.filter(pk=seal.pk, status=StampState.PENDING).update(
            next_attempt_at=Now() + wait_after(seal.attempts),
            leased_until=None,
            result=reason[:300],
        )


class PackSeal(models.Model):
    """The seal of a pack's PDF; a stamp that comes later lies beside the pack and changes nothing.

    `response` is what the service answered about `digest`, the SHA-256 of the pack's file.
    """

    pack = models.OneToOneField(
        "audit_packs.EvidencePack", on_delete=models.PROTECT, related_name="seal"
    )
    level = models.CharField(max_length=8, choices=choices(SealLevel))
    certificate_sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()  # by our own clock
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=choices(StampState))
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    result = models.CharField(max_length=300, blank=True)  # of the last attempt
    response = models.BinaryField(null=True)
    stamped_at = models.DateTimeField(null=True)  # by the service's clock
    authority = models.CharField(max_length=200, blank=True)

    objects = PackSealQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(StampState)), name="pack_seal_stamp_known"
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(SealLevel)), name="pack_seal_level_known"
            ),
            models.CheckConstraint(
                condition=(IS_BESIDE & Q(response__isnull=False, stamped_at__isnull=False))
                | (~IS_BESIDE & Q(response__isnull=True, stamped_at__isnull=True)),
                name="pack_seal_stamp_whole",
            ),
            models.CheckConstraint(
                condition=Q(level=SealLevel.BASIC) ^ Q(status=StampState.IN_SEAL),
                name="pack_seal_level_agrees",
            ),
        ]

    def __str__(self) -> str:
        return f"Seal of {self.pack}"

    @property
    def words(self) -> str:
        """Return what is known of the time, in plain words."""
        return STAMP_WORDS[StampState(self.status)]
