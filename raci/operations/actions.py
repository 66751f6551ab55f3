"""Setting up the AI Ops function of a unit, and changing it: Capability.ASSIGN in the unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import Personal, record
from raci.oncall.models import Schedule
from raci.operations.models import AIOpsFunction, FunctionDuty, FunctionMember
from raci.operations.rules import OpsDuty
from raci.people.actions import refuse_absent
from raci.people.vocabulary import vocabulary


@dataclass(frozen=True)
class FunctionWish:
    """All that a function is to be."""

    lead: User
    set_up_on: date
    hours: str
    members: tuple[User, ...] = ()
    schedule: Schedule | None = None
    charter_title: str = ""
    charter_link: str = ""
    duties: Mapping[OpsDuty, User | str] = field(default_factory=dict)  # a person, or a role's code


@transaction.atomic
def set_up(unit: BusinessUnit, *, actor: User, wish: FunctionWish) -> AIOpsFunction:
    """Return the new function of a unit and all below it.

    Raises DomainError when the unit has one, or when the wish names who is not here, a role
    that there is not, a closed schedule, or a day to come.
    """
    require(actor, Capability.ASSIGN, unit)
    _check(wish, unit)
    try:
        with transaction.atomic():
            function = AIOpsFunction.objects.create(unit=unit, created_by=actor, **_fields(wish))
    except IntegrityError as error:
        raise DomainError(f"{unit} has an AI Ops function already. Change that one.") from error
    _write(function, wish)
    data = _told(wish)
    record("ops_function.set_up", subject=function, actor=actor, data=data, unit=unit.pk)
    return function


@transaction.atomic
def change_function(
    function: AIOpsFunction, *, actor: User, wish: FunctionWish, seen: int | None = None
) -> None:
    """Write all of a function anew.

    Raises as `set_up` does, and StaleError when somebody else changed it meanwhile. The day it
    was set up stays: whether it came too late is no matter of a later edit.
    """
    require(actor, Capability.ASSIGN, function.unit)
    _check(wish, function.unit)
    if wish.set_up_on != function.set_up_on:
        raise DomainError(f"It was set up on {function.set_up_on}; that day stays.")
    before = _told(wish_of(function))
    change(function, seen=seen, **_fields(wish))
    _write(function, wish)
    after = _told(wish)
    changed = {
        name: {"from": before[name], "to": value}
        for name, value in after.items()
        if before[name] != value
    }
    record(
        "ops_function.changed",
        subject=function,
        actor=actor,
        data={"changes": changed},
        unit=function.unit_id,
    )


def wish_of(function: AIOpsFunction) -> FunctionWish:
    """Return what a function is today, to change it."""
    return FunctionWish(
        lead=function.lead,
        set_up_on=function.set_up_on,
        hours=function.hours,
        members=tuple(row.person for row in function.members.select_related("person")),
        schedule=function.schedule,
        charter_title=function.charter_title,
        charter_link=function.charter_link,
        duties={
            OpsDuty(row.duty): row.person or row.role
            for row in function.duties.select_related("person")
        },
    )


def _fields(wish: FunctionWish) -> dict[str, Any]:
    names = ("lead", "set_up_on", "hours", "schedule", "charter_title", "charter_link")
    return {name: getattr(wish, name) for name in names}


def _check(wish: FunctionWish, unit: BusinessUnit) -> None:
    given = [one for one in wish.duties.values() if isinstance(one, User)]
    for person in {wish.lead, *wish.members, *given}:
        refuse_absent(person)
    roles = {one for one in wish.duties.values() if isinstance(one, str)}
    if unknown := sorted(roles - set(vocabulary().roles)):
        raise DomainError(f"There is no role {unknown[0]}.")
    if wish.set_up_on > timezone.localdate():
        raise DomainError("The day it was set up cannot lie ahead.")
    if not wish.hours.strip():
        raise DomainError("Say which hours the function covers.")
    if wish.charter_link and not (wish.charter_title and wish.charter_link.startswith("https://")):
        raise DomainError("A charter needs a title, and a link that begins with https://.")
    if wish.schedule and (wish.schedule.closed_at or wish.schedule.unit_id not in unit.path):
        raise DomainError("Choose an open schedule of the unit, or of one above it.")


def _write(function: AIOpsFunction, wish: FunctionWish) -> None:
    function.members.all().delete()
    function.duties.all().delete()
    FunctionMember.objects.bulk_create(
        FunctionMember(function=function, person=person) for person in dict.fromkeys(wish.members)
    )
    FunctionDuty.objects.bulk_create(
        FunctionDuty(
            function=function,
            duty=duty,
            person=one if isinstance(one, User) else None,
            role=one if isinstance(one, str) else "",
        )
        for duty, one in wish.duties.items()
    )


def _told(wish: FunctionWish) -> dict[str, Any]:
    """Return a function as the record has it."""
    duties = {
        str(duty): Personal(one.name) if isinstance(one, User) else one
        for duty, one in wish.duties.items()
    }
    return {
        "lead": Personal(wish.lead.name),
        "members": Personal(", ".join(sorted(person.name for person in wish.members))),
        "set_up_on": wish.set_up_on.isoformat(),
        "hours": wish.hours,
        "schedule": wish.schedule.name if wish.schedule else None,
        "charter": wish.charter_title,
        "charter_link": wish.charter_link,
        **{f"duty {duty}": duties.get(duty) for duty in OpsDuty},
    }
