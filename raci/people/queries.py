"""Loading what decides who answers: holders, absences, delegations, authorities."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.ledger.models import Entry
from raci.people.models import Absence, Authority, Delegation, RoleHolder
from raci.people.rules import (
    Away,
    Cover,
    DelegationStatus,
    Mandate,
    Money,
    Person,
    Power,
    Rank,
    Seat,
    cover,
)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
DECIDED = [DelegationStatus.ACCEPTED, DelegationStatus.WITHDRAWN]


def cover_of(units: Iterable[int], named: Iterable[int] = ()) -> Cover:
    """Return all about people that counts for these units, past and future, in six queries.

    `units` are the ids of all units on the paths; `named` those of people who are named
    without a role.
    """
    seats = list(RoleHolder.objects.filter(unit__in=set(units)).order_by())
    powers = list(Authority.objects.filter(unit__in=set(units)).order_by())
    known = {row.person_id for row in seats} | {row.person_id for row in powers} | set(named)
    given = Delegation.objects.filter(status__in=DECIDED, accepted_at__isnull=False)
    mandates = list(given.filter(giver__in=known).order_by())
    # Of the takers too: what they passed on themselves is a finding, never an answer.
    taken = {row.taker_id for row in mandates} - known
    mandates += list(given.filter(giver__in=taken).order_by())
    known |= taken | {row.taker_id for row in mandates}
    keys = dict(User.objects.filter(pk__in=known).values_list("pk", "handle"))
    return cover(
        people(known),
        (_seat(row, keys) for row in seats),
        _absences(known, keys),
        (_mandate(row, keys) for row in mandates),
        (_power(row, keys) for row in powers),
    )


def people(known: Iterable[int]) -> list[Person]:
    """Return people as the rules see them, by their ids."""
    rows = list(User.objects.filter(pk__in=set(known)).order_by())
    closed = _closed(row.pk for row in rows if not row.is_active)
    return [person_as_seen(row, closed.get(str(row.pk))) for row in rows]


def person_as_seen(user: User, closed_at: datetime | None = None) -> Person:
    """Return a user as the rules see them; of whom has left, nobody knows when: long ago."""
    left = None if user.is_active else closed_at or LONG_AGO
    return Person(user.handle, user.name, left, user.is_service, user.email)


def _closed(ids: Iterable[int]) -> dict[str, datetime]:
    """Return when accounts were closed last, as the record has it."""
    wanted = [str(pk) for pk in ids]
    if not wanted:
        return {}
    closed = Entry.objects.filter(
        action="person.deactivated", object_type="user", object_id__in=wanted
    )
    return dict(closed.order_by().values_list("object_id").annotate(Max("at")))


def _absences(known: set[int], keys: dict[int, str]) -> list[Away]:
    rows = Absence.objects.filter(person__in=known).order_by()
    return [
        Away(keys[row.person_id], row.starts_at, min(row.ends_at, row.cancelled_at or row.ends_at))
        for row in rows
    ]


def _seat(row: RoleHolder, keys: dict[int, str]) -> Seat:
    person, rank = keys[row.person_id], Rank(row.rank)
    return Seat(row.role, row.unit_id, person, rank, row.since, row.until, row.delivery_only)


def _power(row: Authority, keys: dict[int, str]) -> Power:
    limit = Money(row.limit, row.currency) if row.limit is not None else None
    return Power(keys[row.person_id], row.unit_id, row.kind, row.since, row.until, limit)


def _mandate(row: Delegation, keys: dict[int, str]) -> Mandate:
    assert row.accepted_at is not None  # noqa: S101 - by the filter
    return Mandate(
        keys[row.giver_id],
        keys[row.taker_id],
        row.starts_at,
        row.ends_at,
        row.accepted_at,
        frozenset(row.activities),
        row.withdrawn_at,
    )


def home(person: User) -> int | None:
    """Return the unit whose people may read about a person: the first of their roles."""
    found = person.memberships.order_by("unit__path__len", "pk").values_list("unit", flat=True)
    return found.first()


def speaks_for(actor: User, person: User) -> bool:
    """Return whether somebody may say when a person is away: themselves, or who assigns there."""
    mine = units_with(actor, Capability.ASSIGN).values("pk")
    theirs = BusinessUnit.objects.filter(memberships__user=person) | BusinessUnit.objects.filter(
        role_holders__person=person
    )
    return actor == person or theirs.filter(pk__in=mine).exists()


def spoken_for(user: User, activities: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the roles that a person speaks for now, each with its unit's id; one query.

    `activities` names for each role the activity that a mandate must cover. Their own roles count
    while they are there; of who is away or has left, those that they are deputy for or act in.
    """
    now = timezone.now()
    held = RoleHolder.objects.at(now).filter(role__in=list(activities))
    here = Q(person__is_active=True) & ~Exists(_away(OuterRef("person"), now))
    same = held.filter(unit=OuterRef("unit"), role=OuterRef("role"), rank=Rank.PRIMARY)
    primary, deputy = Q(rank=Rank.PRIMARY), Q(rank=Rank.DEPUTY, person=user)
    mine = (primary & Q(person=user) & here) | (deputy & here & ~Exists(same.filter(here)))
    for activity in set(activities.values()):
        roles = [role for role, one in activities.items() if one == activity]
        givers = _mandates(user, activity, now).values("giver")
        mine |= primary & ~here & Q(role__in=roles, person__in=givers)
    return list(held.filter(mine).order_by("pk").values_list("role", "unit_id"))


def _mandates(taker: User, activity: str, now: datetime) -> QuerySet[Delegation]:
    covered = Q(activities=[]) | Q(activities__contains=[activity])
    running = Delegation.objects.filter(starts_at__lte=now, ends_at__gt=now)
    return running.filter(covered, taker=taker, status=DelegationStatus.ACCEPTED)


def _away(person: Any, now: datetime) -> QuerySet[Absence]:
    running = Absence.objects.filter(starts_at__lte=now, ends_at__gt=now)
    return running.filter(person=person, cancelled_at__isnull=True)
