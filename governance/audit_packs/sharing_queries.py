"""Whether a pack is still handed out, and who keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from governance.accounts.access import counting, guests_who_left, units_with
from governance.accounts.models import Membership, User
from governance.accounts.rules import Capability, Role, roles_with
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_sharing import PackRecipient, PackWithdrawal
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.sharing_rules import last_day
from governance.common.dates import short_day
from governance.common.errors import GoneError


@dataclass(frozen=True)
class Standing:
    """Until when a pack is handed out, and whether it was withdrawn."""

    expires_on: date | None  # None before it is sealed
    is_expired: bool
    withdrawal: PackWithdrawal | None

    @property
    def is_handed_out(self) -> bool:
        """Return whether whoever sees the pack may download it."""
        return not self.is_expired and self.withdrawal is None


def standing(pack: EvidencePack) -> Standing:
    """Return where a pack stands; read with `expiry` and `withdrawal` it asks nothing."""
    expiry, withdrawal = getattr(pack, "expiry", None), getattr(pack, "withdrawal", None)
    expires_on: date | None = None
    if pack.sealed_at:
        sealed_on = timezone.localdate(pack.sealed_at)
        expires_on = expiry.expires_on if expiry else last_day(purpose_of(pack), sealed_on)
    is_expired = expires_on is not None and expires_on < timezone.localdate()
    return Standing(expires_on, is_expired, withdrawal)


def purpose_of(pack: EvidencePack) -> str:
    """Return what a pack is for; empty for one that was asked for before purposes were."""
    return str(pack.scope.get("for", ""))


def may_everywhere(user: User, capability: Capability, pack: EvidencePack) -> bool:
    """Return whether the person may do this in every unit that the pack tells of."""
    allowed = units_with(user, capability).filter(pk__in=pack.unit_ids)
    return allowed.count() == len(set(pack.unit_ids))


def require_download(pack: EvidencePack, user: User) -> None:
    """Raise GoneError, in words, when the person does not get the file any more.

    What was withdrawn nobody gets; what expired only who hands packs of these units out.
    """
    now = standing(pack)
    if now.withdrawal:
        day = short_day(timezone.localdate(now.withdrawal.at))
        raise GoneError(
            f"{pack} was withdrawn on {day} by {now.withdrawal.by}: {now.withdrawal.reason}"
        )
    if now.is_expired and now.expires_on and not may_everywhere(user, Capability.HAND_OUT, pack):
        raise GoneError(
            f"{pack} was handed out until {short_day(now.expires_on)}. Ask a compliance officer "
            "for a pack that tells how things stand now."
        )


def visible_recipients(user: User) -> QuerySet[PackRecipient]:
    """Return who got the packs whose every unit the person sees, and what they got themselves."""
    whole = EvidencePack.objects.known_whole(user).values("pk")
    sealed = PackRecipient.objects.live().filter(pack__status=PackStatus.SEALED)
    mine = sealed.filter(person=user).values("pk")
    return PackRecipient.objects.filter(Q(pack__in=whole) | Q(pk__in=mine))


def keepers(units: Iterable[int]) -> QuerySet[User]:
    """Return who answers for packs in any of these units: who may ask for them there."""
    live = Membership.objects.filter(
        counting(), unit__in=list(units), role__in=roles_with(Capability.PACK)
    )
    people = User.objects.filter(pk__in=live.values("user"), is_active=True, is_service=False)
    return people.order_by("name", "pk")


def left_on(person: User) -> date | None:
    """Return the last day of an auditor all of whose roles are over; None for anybody else."""
    if not guests_who_left().filter(pk=person.pk).exists():
        return None
    last = person.memberships.aggregate(last=Max("ends_on"))["last"]
    return last if last and last < timezone.localdate() else None


def auditors_for(viewer: User) -> QuerySet[User]:
    """Return the auditors as whom a person may look: all their roles lie where it hands out."""
    units = units_with(viewer, Capability.HAND_OUT).order_by().values("pk")
    live = Membership.objects.filter(counting())
    outside = live.exclude(unit__in=units)
    audits = live.filter(role=Role.AUDITOR)
    people = User.objects.filter(pk__in=audits.values("user"), is_active=True)
    return people.exclude(pk__in=outside.values("user")).exclude(pk=viewer.pk).order_by("name")
