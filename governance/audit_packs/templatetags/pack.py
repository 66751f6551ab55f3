"""Words of a pack's pages: days and moments exactly, keys as words, entries as sentences."""

from datetime import UTC, date, datetime
from typing import Any

from django import template

from governance.classification.branches import Tree, tree_of
from governance.classification.deciding import pruned
from governance.classification.queries import engine
from governance.ledger.sentences import changes, sentence
from governance.ledger.sentences import words as said_as
from inventory.systems.bundles.problems import dotted
from inventory.systems.bundles.rules import Bundle

register = template.Library()
ANSWERED = "facts.changed"
MOST_CHANGES = 6  # of one entry, told one by one
MOST_OPEN = 8  # questions, told one by one


@register.filter
def words(key: str | None) -> str:
    """Return a key such as special_category as Special category."""
    text = (key or "").replace("_", " ").strip()
    return text[:1].upper() + text[1:]


@register.filter
def plain(key: str | None) -> str:
    """Return a key such as social_scoring in the middle of a sentence: social scoring."""
    return (key or "").replace("_", " ").strip()


@register.filter
def ask(fact: str) -> str:
    """Return the question behind the name of a fact."""
    known = engine().pack.facts.get(fact)
    return known.ask if known else plain(fact)


@register.filter
def many_open(classification: dict[str, Any]) -> bool:
    """Return whether more questions are open than the pages tell one by one."""
    return len(classification["result"].get("open_questions") or ()) > MOST_OPEN


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
    """Return what an entry did as a sentence, then what changed from what to what.

    Of many changes only their number is told: `data.json` has each of them.
    """
    said = sentence(entry["action"], entry["object"], entry["data"])
    said = f"{said[:1].upper()}{said[1:]}"
    changed = changes(entry["data"])
    if not changed:
        return ended(said)
    opening = said.split(": ")[0]
    if len(changed) > MOST_CHANGES:
        things = "answers" if entry["action"] == ANSWERED else "values"
        return f"{opening}: {len(changed)} {things}, each with what it was in data.json."
    if entry["action"] == ANSWERED:
        steps = _answers(entry["data"]["changes"])
    else:
        steps = [f"{change.field}: {change.was} → {change.now}" for change in changed]
    told_all = "; ".join(steps)
    return f"{ended(opening)} {ended(told_all[:1].upper() + told_all[1:])}"


@register.filter
def deed(entry: dict[str, Any]) -> str:
    """Return what an entry did in a few words, without what it changed."""
    if "data" in entry:
        said = sentence(entry["action"], entry["object"], entry["data"]).split(": ")[0]
    else:
        said = f"{plain(entry['action'].replace('.', ', '))}: {entry['object']}"
    return ended(f"{said[:1].upper()}{said[1:]}")


@register.filter
def running(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what runs or may run in production: the release, its version, and who agreed to it."""
    return [
        {
            "version": version,
            "release": release,
            "agreed": [vote["person"] for vote in release["votes"] if counts(vote)],
        }
        for version in versions
        for release in version["releases"]
        if release["may_run"]
    ]


def counts(vote: dict[str, Any]) -> bool:
    """Return whether a vote said yes and counts still."""
    return bool(vote["yes"] and not vote["void_at"])


@register.filter
def leaves(bundle: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return each value of a release bundle with its path: prompts.system, 32877e…"""
    return [(dotted(path), value) for path, value in Bundle.of(bundle).leaves.items()]


def _answers(changed: dict[str, Any]) -> list[str]:
    """Return changed answers with their questions; None is an answer: not sure."""

    def answer(value: Any) -> str:
        return "not sure" if value is None else "none" if value == [] else said_as(value)

    return [
        f"{ask(fact).rstrip('?')}: {answer(both['from'])} → {answer(both['to'])}"
        for fact, both in changed.items()
    ]


@register.filter
def ended(text: str) -> str:
    """Return a text that ends as a sentence does, with one stop."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
