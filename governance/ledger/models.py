"""The append-only record. It has no foreign key: it names things as text."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One thing that was done. `body` holds the RFC 8785 bytes that were hashed.

    The other columns repeat what the body says, so that lists can be filtered.
    """

    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    object_ref = models.CharField(max_length=200, blank=True)
    object_version = models.PositiveIntegerField(null=True)
    action = models.CharField(max_length=64)
    actor_ref = models.CharField(max_length=64)
    unit_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    schema = models.CharField(max_length=32)
    body = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="entry_object"),
            models.Index(fields=["unit_id", "-id"], name="entry_unit"),
            models.Index(fields=["actor_ref", "-id"], name="entry_actor"),
            BrinIndex(fields=["at"], name="entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.object_ref or self.object_id}"


class Personal(models.Model):
    """A personal value behind a commitment. The one ledger table whose rows may go: see Erased."""

    entry_id = models.BigIntegerField()
    path = models.CharField(max_length=500)  # a JSON pointer into the data
    salt = models.BinaryField()
    value = models.JSONField()

    class Meta:
        verbose_name_plural = "personal values"
        constraints = [models.UniqueConstraint(fields=["entry_id", "path"], name="personal_once")]

    def __str__(self) -> str:
        return f"{self.path} of entry {self.entry_id}"


class Erased(models.Model):
    """A personal value that is gone, and the entry that says so. Append-only.

    A row here takes the value away, in the database itself; nothing else can. The row is
    refused unless its entry is a `personal.erased` that names the value.
    """

    entry_id = models.BigIntegerField()
    path = models.CharField(max_length=500)
    erasure_id = models.BigIntegerField()  # the entry that says so

    class Meta:
        verbose_name_plural = "erased"
        constraints = [models.UniqueConstraint(fields=["entry_id", "path"], name="erased_once")]

    def __str__(self) -> str:
        return f"{self.path} of entry {self.entry_id} is erased"


class Pending(models.Model):
    """Work list of the sequencer, filled by a trigger; can be rebuilt by an anti-join."""

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name_plural = "pending"

    def __str__(self) -> str:
        return f"entry {self.entry_id} waits for its number"


class LeafSequence(models.Model):
    """The dense order of the tree's leaves, from 0."""

    seq = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    leaf = models.BinaryField()

    class Meta:
        ordering = ["seq"]
        constraints = [models.CheckConstraint(condition=Q(seq__gte=0), name="leaf_from_zero")]

    def __str__(self) -> str:
        return f"#{self.seq}"


class Tile(models.Model):
    """A full tile of the tree: 256 hashes side by side (C2SP tlog-tiles). Derived from leaves.

    Narrower tiles are not kept: they are the leaves behind the last full tile, or the roots of
    the full tiles below.
    """

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()  # over the hashes: what the tile above holds of this one

    class Meta:
        ordering = ["level", "index"]
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="tile_once"),
            models.CheckConstraint(condition=Q(index__gte=0), name="tile_from_zero"),
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"
