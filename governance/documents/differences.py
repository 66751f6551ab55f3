"""How what a signed document says differs from what it would say today, in words."""

from collections.abc import Mapping
from typing import Any

MOST_LETTERS = 160  # of a value, where a difference is told


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return in words what a document would say otherwise today; nothing when it is the same."""
    told = []
    if before["pack_version"] != now["pack_version"]:
        told.append("The rule pack changed.")
    if before["restricted"] != now["restricted"]:
        told.append(f"Part that is not public: {_or_none(before)} → {_or_none(now)}.")
    if before["system"] != now["system"]:
        told.append(f"Name: was “{before['system']['name']}”, now “{now['system']['name']}”.")
    was, new = _by_key(before), _by_key(now)
    told += [f"{was[key]['label']}: no longer asked for." for key in was if key not in new]
    told += [f"{new[key]['label']}: asked for now." for key in new if key not in was]
    both = ((was[key], new[key]) for key in new if key in was)
    return told + [words for one, other in both if (words := _difference(one, other))]


def _or_none(content: Mapping[str, Any]) -> str:
    return content["restricted"] or "none"


def _by_key(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["key"]: item for section in content["sections"] for item in section["items"]}


def _difference(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    old, new = _told(was), _told(now)
    if old != new:
        if not old:
            return f"{now['label']}: was missing, now “{new}”."
        return f"{now['label']}: was “{old}”, " + (f"now “{new}”." if new else "missing now.")
    if was["values"] != now["values"]:
        return f"{now['label']}: the same words from another source: {_sources(now)}."
    return ""


def _told(item: Mapping[str, Any]) -> str:
    text = " / ".join(value["text"] for value in item["values"])
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _sources(item: Mapping[str, Any]) -> str:
    return "; ".join(dict.fromkeys(value["source"] for value in item["values"]))
