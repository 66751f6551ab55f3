"""The table of model ids as it is today: what was published, with the rows of our own."""

import re
from dataclasses import replace
from fnmatch import translate

from django.utils import timezone

from inventory.systems.pin_models import PinPattern
from inventory.systems.pins.published import document, pin_table
from inventory.systems.pins.rules import OwnRule, Pin, PinRule, PinState, PinTable, classify_pin

__all__ = ["current_table", "document", "pin_of", "pin_table"]


def current_table() -> PinTable:
    """Return the table with the patterns of our own, in one query."""
    rows = PinPattern.objects.in_force().order_by("pk")
    found = rows.values_list("provider", "pattern", "state", "why")
    own = tuple(
        OwnRule(provider, PinRule(PinState(state), re.compile(translate(pattern)), why))
        for provider, pattern, state, why in found
    )
    return replace(pin_table(), own=own, today=timezone.localdate().isoformat())


def pin_of(provider: str, model_id: str, table: PinTable | None = None) -> Pin:
    """Return what the table says about a provider's model id.

    A list gives the `table` that it read once; without one it is read now.
    """
    return classify_pin(provider, model_id, table or current_table())
