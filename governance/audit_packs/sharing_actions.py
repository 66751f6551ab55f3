"""Giving a sealed pack to people, ending that, its last day, and withdrawing it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.access import in_turn
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_sharing import (
    PackExpiry,
    PackRecipient,
    PackViewing,
    PackWithdrawal,
)
from governance.audit_packs.rules import PackStatus
from governance.audit_packs.sharing_queries import (
    auditors_for,
    left_on,
    may_everywhere,
    purpose_of,
    standing,
)
from governance.audit_packs.sharing_rules import VIEWING_IS_THE_SAME, last_day
from governance.audit_packs.telling import tell_recipient, tell_withdrawal
from governance.common.dates import short_day
from governance.common.errors import DomainError
from governance.ledger.actions import Personal, record


@dataclass(frozen=True)
class Outside:
    """Somebody without an account, who is handed the file by other ways."""

    name: str
    email: str


@transaction.atomic
def share(pack: EvidencePack, *, to: User | Outside, until: date, actor: User) -> PackRecipient:
    """Give a sealed pack to somebody until a day, and tell who has an account.

    Raises PermissionDenied unless the actor hands packs out in all units of this one, and
    DomainError when it is not sealed, expired or withdrawn, for a day that is over or after
    the pack's last one, for a closed account, and for who has it already.
    """
    _require_hand_out(pack, actor)
    _require_current(pack)
    _check_until(pack, until)
    made = _given(pack, to, until, actor)
    tell_recipient(made)
    return made


@transaction.atomic
def promise(pack: EvidencePack, *, to: User | Outside, until: date, actor: User) -> PackRecipient:
    """Give a pack that is still to be built to somebody, from its seal until a day.

    Raises as `share` does, and DomainError when the pack waits no more.
    """
    _require_hand_out(pack, actor)
    pack = EvidencePack.objects.select_for_update(no_key=True).get(pk=pack.pk)
    if not pack.is_waiting:
        raise DomainError(f"{pack} is not to be built any more.")
    _check_day(pack, until, last_day(purpose_of(pack), timezone.localdate()))
    return _given(pack, to, until, actor)


def hand_out_promised(pack: EvidencePack) -> None:
    """Tell who was named beforehand that the pack is sealed and theirs.

    It does not go to whom somebody named who may not hand it out any more, as when a system has
    moved to another unit since.
    """
    for row in pack.recipients.live().select_related("person", "given_by"):
        if may_everywhere(row.given_by, Capability.HAND_OUT, pack):
            tell_recipient(row)
        else:
            _take_back(row, actor=row.given_by)


@transaction.atomic
def unshare(recipient: PackRecipient, *, actor: User) -> None:
    """Take a pack back from somebody; that they had it stays on record.

    Raises PermissionDenied as `share` does, and DomainError when it was taken back before.
    """
    pack = recipient.pack
    _require_hand_out(pack, actor)
    _take_back(recipient, actor=actor)


@transaction.atomic
def set_expiry(pack: EvidencePack, *, on: date, actor: User) -> PackExpiry:
    """Set the last day on which a sealed pack is handed out.

    Raises PermissionDenied as `share` does, and DomainError when it is not sealed or was
    withdrawn, or the day is before its seal or stands already.
    """
    _require_hand_out(pack, actor)
    before = _require_current(pack, expired=True)
    if pack.sealed_at and on < timezone.localdate(pack.sealed_at):
        raise DomainError(f"{pack} was sealed after that day.")
    if before == on:
        raise DomainError(f"{short_day(on)} is the last day of {pack} already.")
    expiry, _ = PackExpiry.objects.update_or_create(
        pack=pack, defaults={"expires_on": on, "set_by": actor}
    )
    pack.expiry = expiry
    told = {"from": before and before.isoformat(), "to": on.isoformat()}
    data = {"pack": pack.ref, "changes": {"expires_on": told}}
    record("pack.expiry_set", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    return expiry


@transaction.atomic
def withdraw(pack: EvidencePack, *, reason: str, actor: User) -> PackWithdrawal:
    """Say that a sealed pack is not to be relied on; nobody downloads it any more.

    Whoever has an account, and the pack or a copy of it, is told.
    The pack, its entry and copies that are out stay: checking one says that it was withdrawn.
    Raises PermissionDenied unless the actor may withdraw packs in all its units, and
    DomainError when it is not sealed or was withdrawn before.
    """
    if not may_everywhere(actor, Capability.WITHDRAW, pack):
        raise PermissionDenied("A compliance officer of all its units withdraws a pack.")
    _require_current(pack, expired=True)
    try:
        with transaction.atomic():
            made = PackWithdrawal.objects.create(pack=pack, reason=reason, by=actor)
    except IntegrityError as error:
        raise DomainError(f"{pack} was withdrawn already.") from error
    data = {"pack": pack.ref, "sha256": pack.sha256, "reason": reason}
    record("pack.withdrawn", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    tell_withdrawal(made)
    return made


@transaction.atomic
def look_as(auditor: User, *, actor: User) -> PackViewing:
    """Begin to look at the packs as an auditor sees them, for half an hour, only reading.

    Pressed again within a minute it is the same look. Raises PermissionDenied unless the actor
    hands packs out wherever the auditor has a role.
    """
    if not auditors_for(actor).filter(pk=auditor.pk).exists():
        raise PermissionDenied("You may look as auditors whose every unit you hand packs out in.")
    in_turn(actor)
    same = {"viewer": actor, "auditor": auditor, "at__gt": timezone.now() - VIEWING_IS_THE_SAME}
    if again := PackViewing.objects.filter(**same).first():
        return again
    made = PackViewing.objects.create(viewer=actor, auditor=auditor)
    data = {"person": auditor.handle, "name": Personal(auditor.name)}
    unit = auditor.memberships.order_by("pk").values_list("unit_id", flat=True).first()
    record("pack.viewed_as", subject=made, actor=actor, data=data, unit=unit)
    return made


def _given(pack: EvidencePack, to: User | Outside, until: date, actor: User) -> PackRecipient:
    """Write down who gets a pack; raises DomainError for a closed account and who has it."""
    if isinstance(to, User):
        _require_present(to)
    fields: dict[str, Any] = {"person": to} if isinstance(to, User) else vars(to)
    _end_lapsed(pack, to, actor)
    try:
        with transaction.atomic():
            made = PackRecipient.objects.create(pack=pack, until=until, given_by=actor, **fields)
    except IntegrityError as error:
        raise DomainError(f"{to.name} has {pack} already.") from error
    data = {**_somebody(made), "pack": pack.ref, "until": until.isoformat()}
    record("pack.shared", subject=pack, actor=actor, data=data, unit=pack.unit_id)
    return made


def _require_present(person: User) -> None:
    """Raise DomainError for who would never see the pack: a closed account, an auditor who left."""
    if not person.is_active:
        raise DomainError(f"The account of {person} is closed.")
    if left := left_on(person):
        raise DomainError(
            f"{person} was let in until {short_day(left)} and sees nothing here any more. "
            "An administrator can let them in again."
        )


def _take_back(recipient: PackRecipient, *, actor: User) -> None:
    pack = recipient.pack
    rows = PackRecipient.objects.filter(pk=recipient.pk, ended_at__isnull=True)
    if not rows.update(ended_at=timezone.now(), ended_by=actor):
        raise DomainError(f"{pack} was taken back from {recipient} already.")
    recipient.refresh_from_db()
    data = {**_somebody(recipient), "pack": pack.ref}
    record("pack.unshared", subject=pack, actor=actor, data=data, unit=pack.unit_id)


def _require_hand_out(pack: EvidencePack, actor: User) -> None:
    if not may_everywhere(actor, Capability.HAND_OUT, pack):
        raise PermissionDenied(
            "A compliance officer or administrator of all its units decides who gets a pack."
        )


def _require_current(pack: EvidencePack, *, expired: bool = False) -> date | None:
    """Return the last day of a pack that is handed out, or may be once more.

    Nobody else ends it or hands it out until this transaction ends.
    """
    pack = EvidencePack.objects.select_for_update(no_key=True).get(pk=pack.pk)
    if pack.status != PackStatus.SEALED:
        raise DomainError(f"{pack} is not sealed; there is nothing to hand out.")
    now = standing(pack)
    if now.withdrawal:
        raise DomainError(f"{pack} was withdrawn.")
    if now.is_expired and not expired:
        raise DomainError(f"{pack} is not handed out any more. Set another last day first.")
    return now.expires_on


def _end_lapsed(pack: EvidencePack, to: User | Outside, actor: User) -> None:
    """Let one whose day went by leave the place to the new one, whatever they are called now."""
    same = {"person": to} if isinstance(to, User) else {"email": to.email}
    lapsed = PackRecipient.objects.filter(
        pack=pack, ended_at__isnull=True, until__lt=timezone.localdate(), **same
    )
    lapsed.update(ended_at=timezone.now(), ended_by=actor)


def _check_until(pack: EvidencePack, until: date) -> None:
    now = standing(EvidencePack.objects.select_related("expiry").get(pk=pack.pk))
    _check_day(pack, until, now.expires_on)


def _check_day(pack: EvidencePack, until: date, last: date | None) -> None:
    if until < timezone.localdate():
        raise DomainError("That day is over.")
    if last and until > last:
        raise DomainError(f"{pack} is handed out until {short_day(last)}; choose a day up to it.")


def _somebody(recipient: PackRecipient) -> dict[str, Any]:
    if recipient.person:
        return {"person": recipient.person.handle, "name": Personal(recipient.person.name)}
    return {"name": Personal(recipient.name), "email": Personal(recipient.email)}
