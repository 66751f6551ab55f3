"""To which family the model of a bundle belongs, whatever its provider is called."""

from inventory.systems.pins.families import family_of
from inventory.systems.pins.published import pin_table
from inventory.systems.pins.rules import folded


def provider_key(provider: str) -> str:
    """Return a provider as the table of model ids calls it, whatever the spelling."""
    spelling = folded(provider)
    return pin_table().aliases.get(spelling, spelling)


def family(provider: str, model_id: str) -> str:
    """Return the family of a model: gpt-4o of gpt-4o-2024-08-06."""
    return family_of(provider_key(provider), model_id)
