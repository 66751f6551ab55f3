"""Plain functions that make things for tests."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from governance.accounts.models import BusinessUnit, User
from inventory.systems import actions as systems
from inventory.systems.models import AISystem


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
            time.sleep(0.3)
        return second.exception(timeout=30)
