"""Absences and delegations: who is away, and who says that they act for somebody meanwhile.

One enters one's own; whoever may assign in a unit of the person enters them for somebody else.
Nobody acts for another before having accepted it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import now

from governance.accounts.models import User
from governance.calendars.clock import is_zone
from governance.common.errors import DomainError
from governance.common.states import move
from governance.ledger.actions import Personal, record
from raci.people.holding import hold_people
from raci.people.models import Absence, Delegation
from raci.people.queries import home, speaks_for
from raci.people.rules import (
    DELEGATION_TRANSITIONS,
    AbsenceKind,
    DelegationStatus,
    Mandate,
    chain,
)

CHAINED = "{taker} cannot act for {giver}: {why}. One step only."


@dataclass(frozen=True)
class Period:
    """From one moment until another, and the zone in which they were said."""

    start: datetime
    end: datetime
    zone: str = "UTC"


def _require(actor: User, person: User) -> None:
    if not speaks_for(actor, person):
        raise PermissionDenied(f"Only {person}, or who assigns duties there, says this.")


def _check(period: Period) -> None:
    if not is_zone(period.zone):
        raise DomainError("There is no such time zone. Write it like Europe/Berlin.")
    if period.end <= period.start:
        raise DomainError("It must end after it begins.")
    if period.end <= now():
        raise DomainError("This time has passed already.")


@transaction.atomic
def enter_absence(
    person: User,
    *,
    actor: User,
    period: Period,
    kind: AbsenceKind = AbsenceKind.LEAVE,
    delegate: User | None = None,
) -> Absence:
    """Say when a person is away; a delegate is asked to act for them all that time.

    Raises PermissionDenied unless it is the actor's own absence or the actor assigns there,
    and DomainError for a time that cannot be, or a delegate who cannot act.
    """
    _require(actor, person)
    _check(period)
    asked = None
    if delegate:
        reason = f"Away: {AbsenceKind(kind).value}."
        asked = delegate_to(person, taker=delegate, actor=actor, period=period, reason=reason)
    absence = Absence.objects.create(
        person=person,
        starts_at=period.start,
        ends_at=period.end,
        zone=period.zone,
        kind=kind,
        delegation=asked,
        entered_by=actor,
    )
    _record("absence.entered", absence, person, actor, _when(period))
    return absence


@transaction.atomic
def cancel_absence(absence: Absence, *, actor: User) -> None:
    """End an absence now, and with it the delegation that came with it.

    Raises DomainError for one that has ended or was cancelled.
    """
    _require(actor, absence.person)
    rows = Absence.objects.ahead().filter(pk=absence.pk)
    if not rows.update(cancelled_at=now()):
        raise DomainError("This absence has ended already.")
    absence.refresh_from_db()
    live = (DelegationStatus.PROPOSED, DelegationStatus.ACCEPTED)
    if absence.delegation and absence.delegation.status in live:
        withdraw(absence.delegation, actor=actor)
    _record("absence.cancelled", absence, absence.person, actor, {})


@transaction.atomic
def delegate_to(
    giver: User,
    *,
    taker: User,
    actor: User,
    period: Period,
    reason: str,
    activities: Iterable[str] = (),
) -> Delegation:
    """Ask somebody to act for a person for a time, in some activities or, named none, in all.

    It counts once they accept it. Raises DomainError for somebody who has left, oneself, or
    a delegation of what was delegated.
    """
    _require(actor, giver)
    _check(period)
    if not taker.is_active or taker.is_service or taker == giver:
        raise DomainError(f"{taker} cannot act for {giver}.")
    if not reason.strip():
        raise DomainError("Say why.")
    hold_people(giver, taker)
    delegation = Delegation(
        giver=giver,
        taker=taker,
        activities=sorted(set(activities)),
        starts_at=period.start,
        ends_at=period.end,
        reason=reason.strip(),
        proposed_by=actor,
    )
    _refuse_chain(delegation)
    delegation.save(force_insert=True)
    data = {**_when(period), "activities": delegation.activities, "to": Personal(taker.name)}
    _record("delegation.proposed", delegation, giver, actor, data)
    return delegation


@transaction.atomic
def accept(delegation: Delegation, *, actor: User) -> None:
    """Accept to act for somebody; it counts from now on.

    Raises PermissionDenied for anybody but the one who was asked, TransitionError when it is
    not proposed any more, DomainError when it would pass on what was passed on.
    """
    _require_taker(delegation, actor)
    hold_people(delegation.giver, delegation.taker)
    _refuse_chain(delegation)
    if delegation.ends_at <= now():
        raise DomainError("The time in question has passed.")
    move(delegation, DelegationStatus.ACCEPTED, DELEGATION_TRANSITIONS, accepted_at=now())
    _record("delegation.accepted", delegation, delegation.giver, actor, {})


@transaction.atomic
def refuse(delegation: Delegation, *, actor: User) -> None:
    """Refuse to act for somebody. Raises as `accept` does."""
    _require_taker(delegation, actor)
    move(delegation, DelegationStatus.REFUSED, DELEGATION_TRANSITIONS, refused_at=now())
    _record("delegation.refused", delegation, delegation.giver, actor, {})


@transaction.atomic
def withdraw(delegation: Delegation, *, actor: User) -> None:
    """Take a delegation back; what was done under it stays done.

    The taker may give it back too. Raises TransitionError when it was refused or withdrawn.
    """
    if actor != delegation.taker:
        _require(actor, delegation.giver)
    move(delegation, DelegationStatus.WITHDRAWN, DELEGATION_TRANSITIONS, withdrawn_at=now())
    _record("delegation.withdrawn", delegation, delegation.giver, actor, {})


def _require_taker(delegation: Delegation, actor: User) -> None:
    if actor != delegation.taker:
        raise PermissionDenied(f"Only {delegation.taker} can say whether they do it.")


def _refuse_chain(delegation: Delegation) -> None:
    """Refuse to pass on what was passed on; both people are held, so no other comes between."""
    both = [delegation.giver_id, delegation.taker_id]
    accepted = Delegation.objects.filter(status=DelegationStatus.ACCEPTED)
    others = accepted.filter(giver__in=both) | accepted.filter(taker__in=both)
    why = chain(_mandate(delegation), map(_mandate, others.exclude(pk=delegation.pk)))
    if why:
        words = {"taker": delegation.taker, "giver": delegation.giver, "why": why}
        raise DomainError(CHAINED.format(**words))


def _mandate(row: Delegation) -> Mandate:
    return Mandate(
        str(row.giver_id),
        str(row.taker_id),
        row.starts_at,
        row.ends_at,
        row.accepted_at or row.starts_at,
        frozenset(row.activities),
    )


def _when(period: Period) -> dict[str, str]:
    said = {"from": period.start.isoformat(), "until": period.end.isoformat()}
    return said | {"zone": period.zone}


def _record(
    action: str, subject: Absence | Delegation, person: User, actor: User, data: dict[str, Any]
) -> None:
    about = {"person": Personal(person.name), **data}
    record(action, subject=subject, actor=actor, data=about, unit=home(person))
