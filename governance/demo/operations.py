"""Who runs the AI systems of the demo organisation."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from governance.accounts.models import BusinessUnit, User
from raci.oncall.models import Schedule
from raci.operations.actions import FunctionWish, set_up
from raci.operations.rules import OpsDuty

Told = dict[str, Any]


def found(told: Told, unit: BusinessUnit, people: Mapping[str, User], today: date) -> None:
    """Set up the AI Ops function, long before the first system was in use."""
    wish = FunctionWish(
        lead=people[told["lead"]],
        set_up_on=today - timedelta(days=told["days"]),
        hours=told["hours"],
        members=tuple(people[key] for key in told["members"]),
        schedule=Schedule.objects.get(name=told["schedule"]),
        charter_title=told["charter_title"],
        charter_link=told["charter_link"],
        duties={OpsDuty(duty): people.get(who, who) for duty, who in told["duties"].items()},
    )
    set_up(unit, actor=people["ines"], wish=wish)
