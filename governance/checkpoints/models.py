"""Keys that sign the record's head, and the heads that were signed."""

from django.db import models
from django.db.models import F, Q

from governance.checkpoints.models_delivery import Delivery as Delivery  # Django reads
from governance.checkpoints.models_delivery import Doubt as Doubt  # this module
from governance.checkpoints.models_delivery import Lateness as Lateness
from governance.checkpoints.models_delivery import Place as Place
from governance.checkpoints.models_delivery import Recovery as Recovery


class SigningKey(models.Model):
    """The public half of a key that signs checkpoints; the private half lies outside.

    A row changes once, when the key retires, and never goes.
    """

    vkey = models.CharField(max_length=400, unique=True)  # C2SP: name+id+base64 of the key
    name = models.CharField(max_length=200)  # the origin of the checkpoints
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # signs no more
    change_note = models.TextField(blank=True)  # signed by the key before and this one

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(retired_at__isnull=True), name="log_key_one"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(retired_at__gte=F("made_at")),
                name="log_key_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.vkey


class Checkpoint(models.Model):
    """A signed head of the record: so many entries, with this root over them. Append-only."""

    size = models.BigIntegerField(unique=True)  # two roots for one size cannot be stored
    root = models.BinaryField()
    note = models.TextField()  # a C2SP signed note
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["size"]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="checkpoint_of_some")]

    def __str__(self) -> str:
        return f"checkpoint over {self.size} entries"

    @property
    def root_hex(self) -> str:
        """Return the root as hexadecimal digits."""
        return bytes(self.root).hex()
