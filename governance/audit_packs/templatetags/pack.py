"""Words of a pack's pages: days and moments exactly, keys as words, entries as sentences."""

from datetime import UTC, date, datetime
from typing import Any

from django import template

from governance.classification.branches import Tree, tree_of
from governance.classification.deciding import pruned
from governance.ledger.sentences import changes, sentence

register = template.Library()


@register.filter
def words(key: str | None) -> str:
    """Return a key such as special_category as Special category."""
    text = (key or "").replace("_", " ").strip()
    return text[:1].upper() + text[1:]


@register.filter
def listed(keys: list[str]) -> str:
    """Return keys as one line of words: Provider, deployer."""
    return words(", ".join(keys))


@register.filter
def tree(trace: dict[str, Any]) -> Tree | None:
    """Return what decided in a trace as branches with words, as the page of the trace has them."""
    return tree_of(pruned(trace))


@register.filter
def day(value: str | None) -> str:
    """Return a day of the data as 2 December 2027."""
    if not value:
        return ""
    known = date.fromisoformat(value[:10])
    return f"{known.day} {known:%B %Y}"


@register.filter
def moment(value: str | None) -> str:
    """Return a moment of the data as 22 November 2026, 10:04:31 UTC."""
    if not value:
        return ""
    known = datetime.fromisoformat(value).astimezone(UTC)
    return f"{known.day} {known:%B %Y, %H:%M:%S} UTC"


@register.filter
def stamp(value: str) -> str:
    """Return a moment of the data as short as a table wants it: 2026-11-22 10:04:31."""
    return value[:19].replace("T", " ")


@register.filter
def number(value: int) -> str:
    """Return a number with commas between thousands."""
    return f"{value:,}"


@register.filter
def told(entry: dict[str, Any]) -> str:
    """Return what an entry did as a sentence, then what changed from what to what."""
    said = sentence(entry["action"], entry["object"], entry["data"])
    changed = changes(entry["data"])
    if not changed:
        return f"{said[:1].upper()}{said[1:]}."
    steps = "; ".join(f"{change.field}: {change.was} → {change.now}" for change in changed)
    return f"{said[:1].upper()}{said[1:].split(': ')[0]}. {steps}."
