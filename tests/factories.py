"""Plain functions that make things for tests."""

from typing import Any

from governance.accounts.models import BusinessUnit, User
from inventory.systems import actions as systems
from inventory.systems.models import AISystem


def make_system(
    *, actor: User, unit: BusinessUnit, name: str = "Fraud screen", **over: Any
) -> AISystem:
    """Return a registered system."""
    return systems.register(actor=actor, name=name, unit=unit, **over)
