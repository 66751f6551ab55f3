"""Naming who holds a role, who stands in, and who may do what: Capability.ASSIGN in the unit."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django.utils.timezone import now

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.ledger.actions import Personal, record
from raci.people.holding import hold
from raci.people.models import Authority, RoleHolder
from raci.people.rules import Rank
from raci.people.vocabulary import vocabulary


@dataclass(frozen=True)
class Term:
    """From when until when somebody holds a role, and with how much of their time."""

    since: datetime | None = None  # None: now
    until: datetime | None = None  # the first moment after; None: until somebody else is named
    fte_share: Decimal | None = None
    delivery_only: bool = False


FROM_NOW_ON = Term()


@dataclass(frozen=True)
class Grant:
    """Up to what amount an authority goes, and until when."""

    limit: Decimal | None = None
    currency: str = ""
    until: datetime | None = None


UNLIMITED = Grant()


@transaction.atomic
def name_holder(
    unit: BusinessUnit,
    *,
    role: str,
    person: User | None,
    actor: User,
    term: Term = FROM_NOW_ON,
) -> None:
    """Let a person hold a role in a unit and all below it for a term; None leaves it vacant.

    Whoever held it before holds it until the term begins. Raises DomainError for a role that
    there is not, a person who has left, or a term in which somebody else is named already.
    """
    since = _checked(unit, role, person, actor, term)
    seats = RoleHolder.objects.filter(unit=unit, role=role, rank=Rank.PRIMARY)
    overlapping = seats.filter(Q(until__isnull=True) | Q(until__gt=since))
    before = overlapping.filter(since__lte=since).select_related("person").first()
    if before and before.person == person and term == FROM_NOW_ON:
        return
    _refuse_later(overlapping.filter(since__gt=since), term.until)
    overlapping.filter(since__lte=since).update(until=since)
    subject: Model = unit
    if person:
        subject = _seat(unit, role, person, Rank.PRIMARY, term, since)
    names = {
        "from": Personal(before.person.name) if before else None,
        "to": Personal(person.name) if person else None,
    }
    data = {"role": role, **_said(term, since), "changes": {"holder": names}}
    record("role_holder.named", subject=subject, actor=actor, data=data, unit=unit.pk)


def _checked(
    unit: BusinessUnit, role: str, person: User | None, actor: User, term: Term
) -> datetime:
    """Return when the term begins; refuse who may not name, and what cannot be."""
    require(actor, Capability.ASSIGN, unit)
    if role not in vocabulary().roles:
        raise DomainError(f"There is no role {role}.")
    refuse_absent(person)
    hold(unit)
    since = term.since or now()
    if term.until and term.until <= max(since, now()):
        raise DomainError("The term must end in the future, and after it begins.")
    if term.since and term.since < now():
        raise DomainError("A term begins today or later; who held a role before stays as it was.")
    return since


def _refuse_later(later: Any, until: datetime | None) -> None:
    meeting = later.filter(since__lt=until) if until else later
    if seat := meeting.select_related("person").order_by("since").first():
        raise DomainError(f"{seat.person} is named from {seat.since:%Y-%m-%d} on. End that first.")


def _seat(
    unit: BusinessUnit, role: str, person: User, rank: Rank, term: Term, since: datetime
) -> RoleHolder:
    return RoleHolder.objects.create(
        unit=unit, role=role, person=person, rank=rank, since=since, until=term.until,
        fte_share=term.fte_share, delivery_only=term.delivery_only,
    )  # fmt: skip


def _said(term: Term, since: datetime) -> dict[str, Any]:
    """Return a term as the record has it; nothing for one that begins now and has no end."""
    told = {
        "since": since.isoformat() if term.since else None,
        "until": term.until.isoformat() if term.until else None,
        "fte_share": str(term.fte_share) if term.fte_share else None,
        "delivery_only": term.delivery_only or None,
    }
    return {name: value for name, value in told.items() if value is not None}


@transaction.atomic
def name_deputy(
    unit: BusinessUnit, *, role: str, person: User, actor: User, term: Term = FROM_NOW_ON
) -> RoleHolder:
    """Let a person stand in for whoever holds a role in a unit and all below it.

    Raises DomainError for a role that there is not, a person who has left, or one who stands
    in for it already.
    """
    since = _checked(unit, role, person, actor, term)
    seats = RoleHolder.objects.filter(unit=unit, role=role, person=person, rank=Rank.DEPUTY)
    if seats.filter(Q(until__isnull=True) | Q(until__gt=since)).exists():
        raise DomainError(f"{person} is a deputy for this role already.")
    seat = _seat(unit, role, person, Rank.DEPUTY, term, since)
    data = {"role": role, **_said(term, since), "person": Personal(person.name)}
    record("deputy.named", subject=seat, actor=actor, data=data, unit=unit.pk)
    return seat


@transaction.atomic
def end_seat(seat: RoleHolder, *, actor: User, at: datetime | None = None) -> None:
    """End a term, at once or at a moment to come; a term that has ended stays as it was.

    Raises DomainError for a moment that has passed, or a term that has ended.
    """
    require(actor, Capability.ASSIGN, seat.unit)
    hold(seat.unit)
    seat.refresh_from_db()
    moment = at or now()
    if seat.until and seat.until <= now():
        raise DomainError("This term has ended already.")
    if at and at <= now():
        raise DomainError("Choose a moment to come.")
    before, seat.until = seat.until, max(moment, seat.since)
    seat.save(update_fields=["until"])
    changes = {"until": {"from": before and before.isoformat(), "to": seat.until.isoformat()}}
    data = {"role": seat.role, "person": Personal(seat.person.name), "changes": changes}
    record("role_holder.ended", subject=seat, actor=actor, data=data, unit=seat.unit_id)


def refuse_absent(person: User | None) -> None:
    """Raise DomainError for somebody who has left, and for a service account."""
    if person and (not person.is_active or person.is_service):
        raise DomainError(f"{person} is not somebody who can hold this today.")


@transaction.atomic
def empower(
    unit: BusinessUnit,
    *,
    person: User,
    kind: str,
    actor: User,
    holds: bool = True,
    grant: Grant = UNLIMITED,
) -> None:
    """Give a person an authority in a unit and all below it, or take it away.

    Giving it again with another limit or end replaces it. Raises DomainError for an authority
    that there is not, a person who has left, a limit without its currency, or an end that has
    passed.
    """
    require(actor, Capability.ASSIGN, unit)
    if kind not in vocabulary().authorities:
        raise DomainError(f"There is no authority {kind}.")
    _check(grant)
    hold(unit)
    given = Authority.objects.now().filter(unit=unit, person=person, kind=kind)
    wanted = {"limit": grant.limit, "currency": grant.currency, "until": grant.until}
    if given.filter(**wanted).exists() if holds else not given.exists():
        return
    given.update(until=now())
    if holds:
        refuse_absent(person)
        Authority.objects.create(unit=unit, person=person, kind=kind, granted_by=actor, **wanted)
    data = {"authority": kind, "person": Personal(person.name), "holds": holds, **_amount(grant)}
    record("authority.changed", subject=unit, actor=actor, data=data, unit=unit.pk)


def _check(grant: Grant) -> None:
    if (grant.limit is None) != (not grant.currency):
        raise DomainError("A limit needs its currency, and a currency its limit.")
    if grant.limit is not None and grant.limit <= 0:
        raise DomainError("A limit is more than nothing.")
    if grant.until and grant.until <= now():
        raise DomainError("The authority would have ended already.")


def _amount(grant: Grant) -> dict[str, str]:
    told = {"limit": f"{grant.limit} {grant.currency}"} if grant.limit is not None else {}
    return told | ({"until": grant.until.isoformat()} if grant.until else {})
