"""Where each answer to a page leads, and the law that asks."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from governance.classification.conditions import Condition, RuleFired, leaves
from governance.classification.law import Fact, Obligation, Rule
from governance.classification.queries import Facts, engine, outlook, symbols
from governance.classification.questions import Page
from governance.classification.rules import NEVER
from governance.classification.unknowns import Outlook, tiers_of
from governance.classification.wording import wording
from governance.common.templatetags.ui import tier_words

MOST_LAW = 6
MOST_SAMPLED = 12
MOST_NAMED = 3  # answers that lead to the same, named one by one
SHORT_LABEL = 9
NONE_FORK = "~none"


@dataclass(frozen=True)
class Fork:
    """One answer, and where it leads."""

    key: str  # the value in the form
    label: str
    leads: str
    tiers: tuple[str, ...]


def forks(page: Page, asked: Collection[str], facts: Facts) -> list[Fork]:
    """Return for each answer to a page where it leads, whatever else is unknown."""
    known = {name: value for name, value in facts.values.items() if name not in page.facts}
    options = list(_options(page, asked))
    look = tiers_of(symbols(), known)
    then = [look.told(told).tiers for _key, _label, told in options]
    if any(tiers != look.tiers for tiers in then):
        return [
            Fork(key, label, _leads(look.tiers, tiers), tiers)
            for (key, label, _told), tiers in zip(options, then, strict=True)
        ]
    return [
        Fork(key, label, words, look.tiers)
        for (key, label, _told), words in zip(
            options, _in_duties(outlook(known), options, look.tiers), strict=True
        )
    ]


Option = tuple[str, str, dict[str, Any]]  # value in the form, in words, facts it tells


def _options(page: Page, asked: Collection[str]) -> Iterator[Option]:
    if page.unticked is not None:
        none = {fact: page.unticked[fact] for fact in asked}
        yield NONE_FORK, page.none, none
        yield from ((fact, page.labels[fact], _ticked(fact)) for fact in asked)
        return
    alone = engine().pack.facts[page.facts[0]]
    yield from ((key, label, {alone.name: value}) for key, label, value in _values(alone))


def _ticked(fact: str) -> dict[str, Any]:
    """Return what one ticked box tells by itself: of an enum or list, nothing yet."""
    return {fact: True} if engine().pack.facts[fact].type == "bool" else {}


def _values(fact: Fact) -> Iterator[tuple[str, str, Any]]:
    if fact.type == "bool":
        yield from (("yes", "Yes", True), ("no", "No", False))
    elif fact.type == "enum":
        yield from ((value, wording().label(fact, value), value) for value in fact.values)
    elif fact.type == "list":
        yield NONE_FORK, "None of these", []
        yield from ((value, wording().label(fact, value), [value]) for value in fact.values)
    elif fact.type == "date":
        yield "~never", "It is new", NEVER
    else:
        for sample in engine().variables.samples(fact.name)[1:MOST_SAMPLED:2]:
            yield "~value", f"Up to {sample:g}", sample
            yield "~value", f"Over {sample:g}", 2 * sample


def tiers_in_words(tiers: Collection[str]) -> str:
    """Return tiers as a list in a sentence: high-risk, limited or minimal."""
    named = [tier_words(tier).lower() for tier in tiers]
    return " or ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _leads(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    if len(after) == 1:
        return f"Then it is {tiers_in_words(after)}."
    out = [tier for tier in before if tier not in after]
    if out:
        return f"Rules out {tiers_in_words(out)}."
    return f"{tiers_in_words(after[:1]).capitalize()} stays possible."


def _in_duties(look: Outlook, options: list[Option], tiers: tuple[str, ...]) -> Iterator[str]:
    """Yield where answers lead that do not move the tier: in duties that are certain then."""
    stays = f"Stays {tiers_in_words(tiers)}" if len(tiers) == 1 else "Tier stays open"
    if len(options) > MOST_SAMPLED:
        yield from (f"{stays}." for _option in options)
        return
    for _key, _label, told in options:
        then = look.told(told)
        sure, maybe = len(then.duties), len(then.possible_duties)
        open_ones = f", {maybe} more possible" if maybe else ""
        yield f"{stays}: {sure} {'duty' if sure == 1 else 'duties'}{open_ones}."


@dataclass(frozen=True)
class Led:
    """Answers that lead to the same, as the panel shows them."""

    label: str
    leads: str
    on: bool  # the chosen answer is among them
    wide: bool  # the label needs a line of its own


def grouped(found: list[Fork], chosen: Collection[str]) -> list[Led]:
    """Return the forks with those that lead to the same together."""
    by_words: dict[str, list[Fork]] = {}
    for fork in found:
        by_words.setdefault(fork.leads, []).append(fork)
    return [
        Led(label, leads, any(fork.key in chosen for fork in group), len(label) > SHORT_LABEL)
        for leads, group in by_words.items()
        for label in [_together(group, len(found))]
    ]


def _together(group: list[Fork], total: int) -> str:
    """Return the answers of a group in words."""
    if len(group) == total and total > 1:
        return "Any answer" if total > 2 else "Either"
    if len(group) == total - 1 and total > 3:
        return "Any other"
    labels = [fork.label for fork in group]
    if len(labels) > MOST_NAMED:
        labels = [*labels[:MOST_NAMED], f"{len(labels) - MOST_NAMED} more"]
    return "; ".join(labels)


@dataclass(frozen=True)
class Law:
    """A rule or duty of the pack that asks for a fact."""

    title: str
    citation: tuple[str, ...]
    text: str


def law_behind(page: Page) -> list[Law]:
    """Return what the pack says that asks for the facts of a page, the first few."""
    found = [_law(part) for part, conditions in _parts() if _asks(conditions, page.facts)]
    return found[:MOST_LAW]


def _parts() -> Iterator[tuple[Rule | Obligation, list[Condition]]]:
    for rule in engine().pack.rules.values():
        yield rule, [rule.when, *(item.when for item in rule.unless)]
    for duty in engine().pack.obligations:
        yield duty, [duty.when]


def _asks(conditions: list[Condition], facts: Collection[str]) -> bool:
    return any(
        not isinstance(leaf, RuleFired) and leaf.fact in facts
        for condition in conditions
        for leaf in leaves(condition)
    )


def _law(part: Rule | Obligation) -> Law:
    if isinstance(part, Rule):
        return Law(part.title, tuple(part.citation), part.question)
    return Law("", tuple(part.citation), part.duty)


def law_count(page: Page) -> int:
    """Return how many rules and duties of the pack ask for the facts of a page."""
    return sum(_asks(conditions, page.facts) for _part, conditions in _parts())
