"""Mappings from files: the presets that ship, and those that users write."""

import json
from pathlib import Path
from typing import Any

import yaml

from inventory.imports.mapping import MappingError

PRESETS = Path(__file__).parent / "presets"
MOST_BYTES = 1_000_000


def preset_names() -> list[str]:
    """Return the names of the presets that ship."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def load_preset(name: str) -> dict[str, Any]:
    """Return a preset's data; raises MappingError, naming those there are, for another name."""
    if name not in preset_names():
        known = ", ".join(preset_names())
        raise MappingError(f"There is no preset “{name}”. There are: {known}.")
    return load_file(PRESETS / f"{name}.yaml")


def load_file(path: Path) -> dict[str, Any]:
    """Return the data of a mapping in YAML; raises MappingError when it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise MappingError(f"{path.name} is too large for a mapping.")
        return load_text(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"The mapping {path} cannot be read: {error}.") from error


def load_text(text: str, name: str) -> dict[str, Any]:
    """Return the data of a mapping in YAML text."""
    try:
        data = yaml.load(text, Loader=_PlainLoader)  # noqa: S506, a safe loader without truths
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MappingError(f"{name} is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise MappingError(f"{name} is not a mapping.")
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))  # keys become text
    return plain


class _PlainLoader(yaml.SafeLoader):
    """YAML in which yes, no, on and dates stay the words that they are in a cell."""

    yaml_implicit_resolvers = {
        letter: [
            (tag, pattern) for tag, pattern in rules if not tag.endswith((":bool", ":timestamp"))
        ]
        for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
