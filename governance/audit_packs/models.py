"""Evidence packs: what was asked for, who builds it, and what was sealed."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from governance.accounts.access import visible_units
from governance.accounts.models import BusinessUnit, User
from governance.audit_packs.models_seal import PackSeal as PackSeal
from governance.audit_packs.models_sharing import PackExpiry as PackExpiry  # Django reads
from governance.audit_packs.models_sharing import PackRecipient as PackRecipient  # this module
from governance.audit_packs.models_sharing import PackViewing as PackViewing
from governance.audit_packs.models_sharing import PackWithdrawal as PackWithdrawal
from governance.audit_packs.rules import (
    LEASE,
    MOST_ATTEMPTS,
    UNSIGNED_WAIT,
    PackFormat,
    PackStatus,
    ScopeKind,
)
from governance.common.states import choices
from inventory.systems.models import AISystem

CLAIMING = 0x5041434B  # "PACK": the advisory lock under which places are counted
IS_SEALED = Q(status=PackStatus.SEALED)


def _whole(user: User) -> Q:
    units = visible_units(user).order_by().values("pk")
    return Q(unit_ids__contained_by=ArraySubquery(units))


class EvidencePackQuerySet(models.QuerySet["EvidencePack"]):
    """Who sees which pack, and which packs wait for a worker."""

    def visible_to(self, user: User) -> Self:
        """Return the packs whose every unit the person sees, those of one system they see, and
        sealed ones that were given to them until a day that is not over.
        """
        if not user.is_active:
            return self.none()
        single = PackSystem.objects.filter(
            pack__kind=ScopeKind.SYSTEM,
            system__in=AISystem.objects.visible_to(user).values("pk"),
        )
        given = PackRecipient.objects.live().filter(person=user, pack__status=PackStatus.SEALED)
        return self.filter(
            _whole(user) | Q(pk__in=single.values("pack_id")) | Q(pk__in=given.values("pack_id"))
        )

    def known_whole(self, user: User) -> Self:
        """Return the packs whose every unit the person sees: of these, also who got them."""
        return self.filter(_whole(user)) if user.is_active else self.none()

    def claimable(self) -> Self:
        """Return packs that were asked for, or whose worker fell silent."""
        silent = Q(status=PackStatus.BUILDING, lease_until__lt=Now())
        return self.filter(Q(status=PackStatus.REQUESTED) | silent, attempts__lt=MOST_ATTEMPTS)

    def to_start(self) -> Self:
        """Return the claimable packs to start now: of those that wait to be signed the first.

        When that one can be signed the others go on, too; until then a signing process that hangs
        holds up one worker and not all of them.
        """
        free = self.claimable()
        first = free.exclude(error="").order_by("pk").values("pk")[:1]
        return free.filter(Q(error="") | Q(pk__in=first)).order_by("pk")

    def given_up(self) -> Self:
        """Return packs that took down as many workers as we allow."""
        return self.filter(
            status=PackStatus.BUILDING, lease_until__lt=Now(), attempts__gte=MOST_ATTEMPTS
        )

    def in_hand(self) -> Self:
        """Return the packs that a worker builds now; what waits to be signed is in nobody's."""
        return self.filter(status=PackStatus.BUILDING, lease_until__gte=Now()).exclude(worker="")

    @transaction.atomic
    def claim(self, pk: int, worker: str) -> "EvidencePack | None":
        """Return the pack, held by this worker until its lease ends.

        None when another worker has it, or as many are in hand as are built at once.
        """
        with connection.cursor() as cursor:  # two claims would else both see the last free place
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMING])
        if self.in_hand().count() >= settings.PACKS_AT_ONCE:
            return None
        taken = (
            self.claimable()
            .filter(pk=pk)
            .update(
                status=PackStatus.BUILDING,
                worker=worker,
                lease_until=Now() + LEASE,
                attempts=F("attempts") + 1,
                done=0,
            )
        )
        return self.get(pk=pk) if taken else None

    def hold(self, pk: int, worker: str, done: int) -> bool:
        """Renew a worker's lease and note its progress; False when it lost the pack."""
        held = self._held_by(pk, worker)
        return bool(held.update(done=done, lease_until=Now() + LEASE, error=""))

    def release(self, pk: int, worker: str) -> None:
        """End a worker's lease now, so that the next one may try."""
        self._held_by(pk, worker).update(lease_until=Now(), error="")

    def postpone(self, pk: int, worker: str, reason: str) -> bool:
        """Let a pack wait that cannot be signed now; False when this worker lost it.

        That is no attempt, and there may be any number: nothing is wrong with the pack.
        """
        held = self._held_by(pk, worker).update(
            worker="",
            lease_until=Now() + UNSIGNED_WAIT,
            attempts=F("attempts") - 1,
            done=0,
            error=reason[:500],
        )
        return bool(held)

    def let_go_on(self) -> None:
        """End the wait of every pack that could not be signed: now it can."""
        waiting = self.filter(status=PackStatus.BUILDING, worker="").exclude(error="")
        waiting.update(lease_until=Now(), error="")

    def _held_by(self, pk: int, worker: str) -> Self:
        return self.filter(pk=pk, worker=worker, status=PackStatus.BUILDING)


class EvidencePack(models.Model):
    """A sealed file about systems as they stood at one moment of the record.

    Packs are bags: zips with the PDF, its data, ledger entries and their proofs. The first ones
    were a PDF alone.
    """

    ref = models.CharField(max_length=16, unique=True, editable=False)  # EP-001
    kind = models.CharField(max_length=16, choices=choices(ScopeKind))
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="packs")
    unit_ids = ArrayField(
        models.BigIntegerField(), editable=False
    )  # of its systems: when asked, when sealed
    subject = models.CharField(max_length=400)  # what it is about, as its title says it
    purpose = models.CharField(max_length=400, blank=True)  # what it was asked for
    scope = models.JSONField(default=dict, blank=True)  # how the systems were chosen
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)  # both days count
    zone = models.CharField(max_length=64, default="UTC")  # whose days they are
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="packs")
    requested_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(
        max_length=16, choices=choices(PackStatus), default=PackStatus.REQUESTED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    done = models.PositiveIntegerField(default=0)  # systems rendered
    total = models.PositiveIntegerField()
    error = models.CharField(max_length=500, blank=True)
    sealed_at = models.DateTimeField(null=True, editable=False)
    format = models.CharField(
        max_length=8, choices=choices(PackFormat), default=PackFormat.BAG, editable=False
    )
    file = models.CharField(max_length=200, blank=True, editable=False)  # below the storage folder
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    size_bytes = models.BigIntegerField(null=True, editable=False)
    pdf_sha256 = models.CharField(max_length=64, blank=True, editable=False)  # of the PDF in a bag
    pdf_bytes = models.BigIntegerField(null=True, editable=False)
    pages = models.PositiveIntegerField(null=True, editable=False)
    ledger_size = models.BigIntegerField(null=True, editable=False)
    ledger_root = models.CharField(max_length=64, blank=True, editable=False)
    previous_size = models.BigIntegerField(null=True, editable=False)  # checkpoint it leads on from
    entries = models.PositiveIntegerField(null=True, editable=False)  # of the ledger, with proofs
    break_glass = models.BooleanField(default=False, editable=False)  # tells of an emergency
    software = models.CharField(max_length=40, blank=True, editable=False)
    systems = models.ManyToManyField(AISystem, through="PackSystem", related_name="packs")

    objects = EvidencePackQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [GinIndex(fields=["unit_ids"], name="pack_units")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(PackStatus)), name="pack_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(ScopeKind)), name="pack_kind_known"),
            models.CheckConstraint(
                condition=Q(format__in=list(PackFormat)), name="pack_format_known"
            ),
            models.CheckConstraint(
                condition=(
                    IS_SEALED
                    & Q(sealed_at__isnull=False, ledger_size__isnull=False)
                    & ~Q(file="")
                    & ~Q(sha256="")
                    & ~Q(ledger_root="")
                )
                | (~IS_SEALED & Q(sealed_at__isnull=True, file="", sha256="")),
                name="pack_sealed_whole",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True)
                | Q(period_to__isnull=True)
                | Q(period_to__gte=F("period_from")),
                name="pack_period_in_order",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="pack_done_of_total"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_bag(self) -> bool:
        """Return whether the file is a bag, and not one of the first packs, a PDF alone."""
        return self.format == PackFormat.BAG

    @property
    def file_name(self) -> str:
        """Return what the file is called when it is handed out."""
        return f"{self.ref}.zip" if self.is_bag else f"{self.ref}.pdf"

    @property
    def is_waiting(self) -> bool:
        """Return whether the pack is still to be built, or being built."""
        return self.status in {PackStatus.REQUESTED, PackStatus.BUILDING}

    @property
    def is_unsigned(self) -> bool:
        """Return whether the pack waits until it can be signed; `error` says for what."""
        return self.status == PackStatus.BUILDING and bool(self.error)

    @property
    def percent(self) -> int:
        """Return how many of its systems are printed, of a hundred."""
        return self.done * 100 // self.total


class PackSystem(models.Model):
    """One system of a pack, frozen when the pack was asked for."""

    pack = models.ForeignKey(EvidencePack, on_delete=models.CASCADE, related_name="rows")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="pack_rows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "system"], name="pack_system_once")]

    def __str__(self) -> str:
        return f"{self.system} in {self.pack}"


class PackDownload(models.Model):
    """One time that somebody fetched a sealed pack."""

    pack = models.ForeignKey(EvidencePack, on_delete=models.PROTECT, related_name="downloads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pack_downloads")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pack} by {self.user}"
