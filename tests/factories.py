"""Plain functions that make things for tests."""

import time as clock
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from inventory.systems import actions as systems
from inventory.systems.models import AISystem
from raci.oncall.actions import LayerWish, make_schedule, put_layer
from raci.oncall.models import Schedule
from raci.people.actions import name_holder
from raci.people.vocabulary import vocabulary


def make_system(
    *, actor: User, unit: BusinessUnit, name: str = "Fraud screen", **over: Any
) -> AISystem:
    """Return a registered system."""
    return systems.register(actor=actor, name=name, unit=unit, **over)


def refusal_of_the_later(act: Callable[[], object]) -> BaseException | None:
    """Do a thing twice, the second time while the first is not committed; return its refusal."""

    def later() -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            act()
            second = pool.submit(later)
            clock.sleep(0.3)
        return second.exception(timeout=30)


def make_rota(
    unit: BusinessUnit, *, actor: User, people: Iterable[User], role: str = "OC"
) -> Schedule:
    """Return a schedule in which these people are on call in turn, a week each, without a gap."""
    schedule = make_schedule(unit, actor=actor, role=role, name="Nights", zone="Europe/Berlin")
    starts_on = timezone.localdate() - timedelta(days=7)
    wish = LayerWish("Rota", tuple(people), starts_on, time(9))
    put_layer(schedule, actor=actor, wish=wish)
    return schedule


def staff(unit: BusinessUnit, *, actor: User, people: Mapping[str, User], others: User) -> None:
    """Name a holder for every role that one person can hold, and put the on-call role on a rota."""
    for role in vocabulary().roles:
        if role not in {"PO", *vocabulary().groups}:
            name_holder(unit, role=role, person=people.get(role, others), actor=actor)
    make_rota(unit, actor=actor, people=[people.get("OC", others)])
