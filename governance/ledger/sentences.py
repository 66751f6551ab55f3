"""What an entry says in plain words, to stand behind the name of who did it. Django-free.

The sentences are in `phrases`. An action that has none there reads as its own words:
"vendor.renamed" becomes "renamed the vendor Acme".
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from governance.ledger.phrases import SENTENCES

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOST_NAMES = 4  # of changed fields in one sentence
SHOWN_LETTERS = 120


@dataclass(frozen=True)
class Change:
    """One field's old and new value, in words."""

    field: str
    was: str
    now: str


class _Fields(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(action: str, ref: str, data: Any) -> str:
    """Return what was done, without the name of who did it: "changed AIS-014: name, owner"."""
    noun, _, verb = action.partition(".")
    fields = data if isinstance(data, Mapping) else {}
    shown = {str(key): words(value) for key, value in fields.items()}
    known = SENTENCES.get(action) or f"{words(verb or 'noted')} the {words(noun)} {{ref}}"
    said = known.format_map(_Fields(shown | {"ref": ref})).strip()
    changed = fields.get("changes")
    if isinstance(changed, Mapping) and changed:
        said += ": " + _names(list(changed))
    return said


def _names(names: list[str]) -> str:
    """Return the first names; the others are counted."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(words(name) for name in names[:MOST_NAMES]) + more


def changes(data: Any) -> list[Change]:
    """Return the changed fields of an entry's data, with both values in words."""
    changed = data.get("changes") if isinstance(data, Mapping) else None
    if not isinstance(changed, Mapping):
        return []
    return [
        Change(words(name), words(both.get("from")), words(both.get("to")))
        for name, both in changed.items()
        if isinstance(both, Mapping)
    ]


def words(value: Any) -> str:
    """Return a value of an entry in words; a value that was erased says so."""
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _thing(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Iterable):
        return _short(", ".join(words(item) for item in value))
    return str(value)


def _text(value: str) -> str:
    if INSTANT.fullmatch(value):
        return f"{datetime.fromisoformat(value).astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    if DAY.fullmatch(value):
        with suppress(ValueError):  # it only looks like one
            return f"{date.fromisoformat(value):%-d %B %Y}"
    return _short(value.replace("_", " ") if value.isidentifier() else value)


def _thing(value: Mapping[str, Any]) -> str:
    if set(value) == {"c"}:
        return "(erased)"
    if "erased" in value and set(value) <= {"erased", "ground"}:
        why = f": {value['ground']}" if value.get("ground") else ""
        return f"(erased on {datetime.fromisoformat(value['erased']):%-d %B %Y}{why})"
    if "name" in value:
        return words(value["name"])
    return _short(", ".join(f"{key}: {words(item)}" for key, item in value.items()))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else text[: SHOWN_LETTERS - 1] + "…"
