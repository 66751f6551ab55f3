"""Who is on call in the demo organisation."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from raci.oncall import actions, cover_actions
from raci.oncall.models import Schedule
from raci.oncall.queries import roster_of
from raci.oncall.rules import Every, Shift
from raci.oncall.wall_clock import resolve, zone_of

Told = dict[str, Any]
LOOK_AHEAD = 40  # shifts


def fill(rows: Sequence[Told], unit: BusinessUnit, people: Mapping[str, User], by: User) -> None:
    """Make the schedules of a unit, with their layers, overrides and swaps."""
    for row in rows:
        schedule = actions.make_schedule(
            unit, actor=by, role=row["role"], name=row["name"], zone=row["zone"]
        )
        for layer in row["layers"]:
            actions.put_layer(schedule, actor=by, wish=_wish(layer, people))
        if "override" in row:
            _override(schedule, row["override"], people, by)
        if "swap" in row:
            _swap(schedule, row["swap"], people)


def _wish(told: Told, people: Mapping[str, User]) -> actions.LayerWish:
    today = timezone.localdate()
    return actions.LayerWish(
        name=told["name"],
        people=[people[key] for key in told["people"]],
        starts_on=today - timedelta(days=today.weekday() + 7),  # Monday of the week before
        handover_at=time.fromisoformat(told["handover"]),
        unit=Every(told["unit"]),
        weekdays=told.get("weekdays", ()),
    )


def _override(schedule: Schedule, told: Told, people: Mapping[str, User], by: User) -> None:
    today = timezone.localdate()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    cover_actions.add_override(
        schedule,
        actor=by,
        person=people[told["person"]],
        times=(
            _midnight(schedule, saturday),
            _midnight(schedule, saturday + timedelta(days=told["days"])),
        ),
        reason=told["reason"],
    )


def _midnight(schedule: Schedule, day: date) -> datetime:
    return resolve(datetime.combine(day, time()), zone_of(schedule.zone)).at


def _swap(schedule: Schedule, told: Told, people: Mapping[str, User]) -> None:
    giver, taker = people[told["giver"]], people[told["taker"]]
    begins = _next_turn(schedule, giver).since
    swap = cover_actions.ask_swap(
        schedule,
        actor=giver,
        taker=taker,
        times=(begins, begins + timedelta(days=2)),
        reason=told["reason"],
    )
    cover_actions.accept_swap(swap, actor=taker)


def _next_turn(schedule: Schedule, person: User) -> Shift:
    """Return the next shift of a person that has not begun."""
    roster = roster_of(schedule)
    found = roster.planned(roster.now)
    for _ in range(LOOK_AHEAD):
        found = roster.planned(found.until)
        if isinstance(found, Shift) and found.person == person.pk:
            return found
    raise LookupError(f"{person} has no turn in {schedule}.")
