"""Proofs that an address of a person reaches them."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from governance.accounts.models import User

BY_LINK = Q(vouched_by__isnull=True, reason="") & ~Q(digest="")
BY_WORD = Q(vouched_by__isnull=False, digest="", proven_at__isnull=False) & ~Q(reason="")


class AddressProofQuerySet(models.QuerySet["AddressProof"]):
    """A proof counts for the address it names: another address needs another proof."""

    def valid(self) -> "AddressProofQuerySet":
        """Return the proofs of the addresses that their people have today."""
        return self.filter(proven_at__isnull=False, address=F("person__email"))

    def use(self, pk: int, at: datetime) -> bool:
        """Take a link that waits, once; return False when it is used, or has run out."""
        waiting = self.filter(pk=pk, proven_at__isnull=True, expires_at__gt=at)
        return bool(waiting.filter(address=F("person__email")).update(proven_at=at))


class AddressProof(models.Model):
    """One address of one person: a link was mailed to it and used, or somebody vouches for it."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="address_proofs")
    address = models.EmailField()
    digest = models.CharField(max_length=64, blank=True)  # of the secret in the link
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # of a link
    proven_at = models.DateTimeField(null=True)
    vouched_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)  # why somebody vouches

    objects = AddressProofQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(BY_LINK & Q(expires_at__isnull=False))
                | (BY_WORD & Q(expires_at__isnull=True)),
                name="address_proof_is_one_of_two",
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=~Q(digest=""), name="address_proof_digest_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "address"],
                condition=Q(proven_at__isnull=False),
                name="address_proven",
            )
        ]

    def __str__(self) -> str:
        return f"Proof of the address of {self.person}"
