"""Setting a control aside, which takes two people, and looking through a new mapping."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.crosswalk.models import MappingReview, NotApplicable
from governance.crosswalk.reading import catalogue
from governance.crosswalk.rules import Framework
from governance.ledger.actions import record
from inventory.systems.actions import require_still_open
from inventory.systems.models import AISystem

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Aside:
    """Which control does not apply: in one framework or all, for one system or all."""

    control: str
    framework: Framework | None = None
    system: AISystem | None = None

    @property
    def where(self) -> dict[str, object]:
        """Return the fields that make it one row."""
        return {
            "control": self.control,
            "framework": self.framework or "",
            "system": self.system,
        }


@transaction.atomic
def set_aside(aside: Aside, *, actor: User, reason: str, until: date) -> NotApplicable:
    """Propose that a control does not apply, until a last day at most a year from now.

    It counts once a second person agreed. Raises PermissionDenied unless the actor classifies in
    the system's unit, for all systems in the whole organisation; DomainError for a retired
    system, without a reason, for a control or framework that there is not, for a day out of that
    year, and while the same is said already.
    """
    unit = aside.system.unit if aside.system else None
    require(actor, Capability.CLASSIFY, unit)
    if aside.system:
        require_still_open(aside.system)
    today = timezone.localdate()
    _check(aside, reason, until, today)
    _end_what_is_over(aside, actor, today)
    try:
        with transaction.atomic():
            row = NotApplicable.objects.create(
                **aside.where,
                reason=reason.strip(),
                set_by=actor,
                set_at=timezone.now(),
                until=until,
            )
    except IntegrityError as error:
        raise DomainError(f"{aside.control} is set aside there already.") from error
    record("control.aside_proposed", subject=row, actor=actor, data=_told(row), unit=_unit(row))
    return row


@transaction.atomic
def agree(row: NotApplicable, *, actor: User) -> None:
    """Agree that a control does not apply; from now on it counts nowhere that was said.

    Raises PermissionDenied as `set_aside` does, and for whoever proposed it; DomainError when
    somebody was first, it was withdrawn, its last day has passed, or the system was retired.
    """
    require(actor, Capability.CLASSIFY, row.system.unit if row.system else None)
    if row.set_by_id == actor.pk:
        raise PermissionDenied("A second person agrees, not the one who proposed it.")
    if row.system:
        require_still_open(row.system)
    waiting = NotApplicable.objects.filter(
        pk=row.pk,
        agreed_at__isnull=True,
        withdrawn_at__isnull=True,
        until__gte=timezone.localdate(),
    )
    if not waiting.update(agreed_at=timezone.now(), agreed_by=actor):
        raise DomainError(f"This about {row.control} waits for nobody any more.")
    record("control.set_aside", subject=row, actor=actor, data=_told(row), unit=_unit(row))


@transaction.atomic
def withdraw(row: NotApplicable, *, actor: User) -> None:
    """Let a control apply again, or take the proposal back.

    Raises PermissionDenied as `set_aside` does, DomainError when somebody was first.
    """
    require(actor, Capability.CLASSIFY, row.system.unit if row.system else None)
    rows = NotApplicable.objects.filter(pk=row.pk, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=timezone.now(), withdrawn_by=actor):
        raise DomainError(f"{row.control} applies again already.")
    record("control.applies_again", subject=row, actor=actor, data=_told(row), unit=_unit(row))


@transaction.atomic
def review_mapping(*, actor: User, read: str = "") -> MappingReview:
    """Say that the mapping in force was looked through; its changes need no review any more.

    `read` is the digest of the mapping that the actor read, empty where it is not known.
    Raises PermissionDenied unless the actor classifies in the whole organisation, and DomainError
    when another mapping is in force by now, or somebody looked through just this one last.
    """
    require(actor, Capability.CLASSIFY, None)
    known = catalogue()
    if read not in ("", known.sha256):
        raise DomainError(f"Mapping {known.version} came into force since you opened the page.")
    last = MappingReview.objects.select_for_update(of=("self",)).select_related("reviewed_by")
    if (seen := last.first()) and (seen.sha256, seen.digests) == (known.sha256, known.digests):
        raise DomainError(f"{seen.reviewed_by.name} looked through mapping {seen.version} already.")
    row = MappingReview.objects.create(
        version=known.version,
        sha256=known.sha256,
        digests=known.digests,
        reviewed_by=actor,
        reviewed_at=timezone.now(),
    )
    data = {"version": known.version, "sha256": known.sha256, "controls": len(known.controls)}
    record("mapping.reviewed", subject=row, actor=actor, data=data)
    return row


def _check(aside: Aside, reason: str, until: date, today: date) -> None:
    control = catalogue().controls.get(aside.control)
    if control is None:
        raise DomainError(f"There is no control {aside.control}.")
    if aside.framework and aside.framework not in control.refs:
        raise DomainError(f"{aside.control} concerns nothing in {aside.framework}.")
    if not reason.strip():
        raise DomainError("Say why it does not apply.")
    if not today <= until <= today + LONGEST:
        raise DomainError("The last day lies within a year from today.")


def _end_what_is_over(aside: Aside, actor: User, today: date) -> None:
    """Make room for a new statement where the last day of the old one has passed."""
    rows = NotApplicable.objects.filter(**aside.where, withdrawn_at__isnull=True, until__lt=today)
    rows.update(withdrawn_at=timezone.now(), withdrawn_by=actor)


def _told(row: NotApplicable) -> dict[str, object]:
    return {
        "control": row.control,
        "framework": row.framework or "all frameworks",
        "system": row.system.ref if row.system else "all systems",
        "reason": row.reason,
        "until": row.until.isoformat(),
    }


def _unit(row: NotApplicable) -> int | None:
    return row.system.unit_id if row.system else None
