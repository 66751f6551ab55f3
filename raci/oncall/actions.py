"""Making schedules and their layers: whoever may assign in the unit.

A change never touches the past: a changed layer ends now, and its successor begins now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Personal, record
from raci.oncall.guards import refuse_absent, require_open
from raci.oncall.models import Layer, Member, Schedule
from raci.oncall.roles import roles
from raci.oncall.rules import Every
from raci.oncall.wall_clock import zone_of

MOST_PEOPLE = 50


@dataclass(frozen=True)
class LayerWish:
    """What a layer is to be: who in which order, how often they change, on which hours."""

    name: str
    people: Sequence[User]
    starts_on: date
    handover_at: time
    unit: Every = Every.WEEKS
    every: int = 1
    weekdays: Sequence[int] = ()  # none: all
    begins: time | None = None
    ends: time | None = None


@transaction.atomic
def make_schedule(
    unit: BusinessUnit, *, actor: User, role: str, name: str, zone: str, confirms: bool = False
) -> Schedule:
    """Return a new schedule of a role, for a unit and all below it.

    Raises DomainError for an unknown zone or role, and when the unit has one for the role.
    """
    require(actor, Capability.ASSIGN, unit)
    _refuse_zone(zone)
    known = roles()
    if role not in known:
        raise DomainError(f"Nobody is on call as {role}. Choose one of {', '.join(known)}.")
    try:
        with transaction.atomic():
            made = Schedule.objects.create(
                unit=unit, role=role, name=name, zone=zone, confirms=confirms
            )
    except IntegrityError as error:
        raise DomainError(f"{unit} has a schedule for {known[role]} already.") from error
    data = {"name": name, "role": role, "zone": zone, "confirms": confirms}
    record("oncall.made", subject=made, actor=actor, data=data, unit=unit.pk)
    return made


def _refuse_zone(zone: str) -> None:
    try:
        zone_of(zone)
    except ValueError as error:
        raise DomainError(str(error)) from error


@transaction.atomic
def change_schedule(
    schedule: Schedule, *, actor: User, name: str, confirms: bool, seen: int | None = None
) -> None:
    """Rename a schedule, or say whether its handovers have to be confirmed.

    Raises StaleError when it is newer than `seen`, DomainError when it is closed.
    """
    require_open(schedule, actor)
    wanted = {"name": name, "confirms": confirms}
    before = {key: getattr(schedule, key) for key in wanted}
    changes = {
        key: {"from": before[key], "to": value}
        for key, value in wanted.items()
        if before[key] != value
    }
    if not changes:
        return
    change(schedule, seen=seen, **wanted)
    note("oncall.changed", schedule, actor, {"changes": changes})


@transaction.atomic
def close_schedule(schedule: Schedule, *, actor: User, seen: int | None = None) -> None:
    """Take a schedule out of use from now on; what it said of the past stays."""
    require_open(schedule, actor)
    change(schedule, seen=seen, closed_at=timezone.now())
    note("oncall.closed", schedule, actor, {})


@transaction.atomic
def put_layer(
    schedule: Schedule,
    *,
    actor: User,
    wish: LayerWish,
    replaces: Layer | None = None,
    seen: int | None = None,
) -> Layer:
    """Add a layer above the others, or put one in the place of another; it counts from now on.

    Raises DomainError for a wish without people, or when the other layer has ended already.
    """
    require_open(schedule, actor)
    _check(wish)
    now = timezone.now()
    change(schedule, seen=seen)
    position = _end(replaces, now) if replaces else _next_position(schedule)
    layer = Layer.objects.create(
        schedule=schedule,
        name=wish.name,
        position=position,
        unit=wish.unit,
        every=wish.every,
        starts_on=wish.starts_on,
        handover_at=wish.handover_at,
        weekdays=sorted(set(wish.weekdays)),
        begins=wish.begins,
        ends=wish.ends,
        since=now,
    )
    Member.objects.bulk_create(
        Member(layer=layer, person=person, position=at) for at, person in enumerate(wish.people)
    )
    told = {"layer": layer.name, "replaces": replaces.name if replaces else None, **_told(wish)}
    note("oncall.layer_put", schedule, actor, told)
    return layer


def _check(wish: LayerWish) -> None:
    if not wish.people:
        raise DomainError("A layer needs at least one person.")
    if len(wish.people) > MOST_PEOPLE or len({one.pk for one in wish.people}) < len(wish.people):
        raise DomainError(f"A layer has up to {MOST_PEOPLE} people, each of them once.")
    for person in wish.people:
        refuse_absent(person)
    if (wish.begins is None) != (wish.ends is None):
        raise DomainError("Give both hours, or none.")
    if not set(wish.weekdays) <= set(range(7)) or not 1 <= wish.every <= 999:
        raise DomainError("A rotation is every 1 to 999 hours, days or weeks, on known weekdays.")


def _end(layer: Layer, now: Any) -> int:
    if not Layer.objects.filter(pk=layer.pk, until__isnull=True).update(until=now):
        raise DomainError(f"The layer {layer} was replaced meanwhile. Read the schedule again.")
    return layer.position


def _next_position(schedule: Schedule) -> int:
    rows = schedule.layers.filter(until__isnull=True)
    last: int = rows.aggregate(last=Max("position"))["last"] or 0
    return last + 1


def _told(wish: LayerWish) -> dict[str, Any]:
    return {
        "people": Personal(", ".join(person.name for person in wish.people)),
        "every": f"{wish.every} {wish.unit}",
        "handover": f"{wish.starts_on.isoformat()} {wish.handover_at:%H:%M}",
        "weekdays": sorted(set(wish.weekdays)),
        "hours": f"{wish.begins:%H:%M} to {wish.ends:%H:%M}" if wish.begins and wish.ends else None,
    }


@transaction.atomic
def drop_layer(layer: Layer, *, actor: User, seen: int | None = None) -> None:
    """End a layer now; what it said of the past stays."""
    schedule = layer.schedule
    require_open(schedule, actor)
    change(schedule, seen=seen)
    _end(layer, timezone.now())
    note("oncall.layer_dropped", schedule, actor, {"layer": layer.name})


def note(action: str, schedule: Schedule, actor: User, data: dict[str, Any]) -> None:
    """Record something about a schedule in the ledger, readable in its unit."""
    told = {"name": schedule.name, **data}
    record(action, subject=schedule, actor=actor, data=told, unit=schedule.unit_id)
