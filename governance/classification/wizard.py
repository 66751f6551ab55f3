"""Where a person stands in the questions: the page, what it leads to, what is done and left."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from governance.classification.conditions import Condition, RuleFired, leaves
from governance.classification.explain import words
from governance.classification.law import Fact, Obligation, Rule
from governance.classification.queries import (
    Facts,
    Provisional,
    engine,
    outlook,
    provisional_of,
    symbols,
)
from governance.classification.questions import Page, Questions, Section, read_questions
from governance.classification.results import Classification
from governance.classification.rules import NEVER
from governance.classification.unknowns import Outlook, tiers_of
from governance.common.templatetags.ui import tier_words

MOST_LAW = 6
MOST_SAMPLED = 12
MOST_NAMED = 3  # answers that lead to the same, named one by one
SHORT_LABEL = 9
NONE_FORK = "~none"


@cache
def questions() -> Questions:
    """Return the pages of questions of the rule pack in force, read once in a process."""
    return read_questions(engine().pack)


def answered_of(facts: Facts) -> frozenset[str]:
    """Return the facts that somebody answered, if only with "not sure"."""
    return frozenset(facts.values.keys() - facts.from_register) | frozenset(facts.unsure)


def waiting_of(now: Provisional) -> tuple[str, ...]:
    """Return the open facts that nobody answered yet, the most decisive first."""
    unsure = frozenset(now.facts.unsure)
    return tuple(name for name in now.classification.open_questions if name not in unsure)


def next_page(now: Provisional) -> Page | None:
    """Return the page that comes next, None when nothing is left to ask."""
    return questions().following(waiting_of(now), answered_of(now.facts))


def asked_on(page: Page, now: Provisional) -> tuple[str, ...]:
    """Return the facts that a page asks now: those open or answered, or all where none is.

    A screen leaves out what somebody is not sure of: that is asked alone.
    """
    if not page.is_screen:
        return page.facts
    waiting, known = frozenset(waiting_of(now)), now.facts.values
    asked = tuple(fact for fact in page.facts if fact in waiting or fact in known)
    return asked or tuple(fact for fact in page.facts if fact not in now.facts.unsure)


@dataclass(frozen=True)
class Step:
    """One line in the list of pages."""

    page: Page
    state: str  # done, unsure, current, open; optional: it changes neither tier nor duties
    under: bool = False  # asks one box of the page above it alone


@dataclass(frozen=True)
class Steps:
    """The lines of one section."""

    section: Section
    steps: tuple[Step, ...]

    @property
    def is_current(self) -> bool:
        """Return whether the page in hand stands in the section."""
        return any(step.state == "current" for step in self.steps)

    @property
    def state(self) -> str:
        """Return how far the section is: open, unsure or done."""
        states = {step.state for step in self.steps}
        return next((state for state in ("open", "unsure") if state in states), "done")

    @property
    def first(self) -> Page:
        """Return the page to go to: the first that is open, else the first of all."""
        open_ones = (step.page for step in self.steps if step.state in ("open", "unsure"))
        return next(open_ones, self.steps[0].page)


def steps(now: Provisional, current: Page | None) -> list[Steps]:
    """Return the pages done, current and to do, by section; those not reached yet are left out."""
    reader = _Standing(now, current)
    made = (Steps(section, tuple(reader.of(section))) for section in questions().sections)
    return [part for part in made if part.steps]


class _Standing:
    """Says how far each page is."""

    def __init__(self, now: Provisional, current: Page | None) -> None:
        self.current = current
        self.waiting, self.answered = frozenset(waiting_of(now)), answered_of(now.facts)
        self.facts = now.facts

    def of(self, section: Section) -> Iterator[Step]:
        """Yield the lines of a section."""
        for page in section.pages:
            if state := self.state(page):
                yield Step(page, state)
            if page.is_screen:
                yield from self.alone(page)

    def state(self, page: Page) -> str:
        """Return how far a page is, empty when it is not reached."""
        if page == self.current:
            return "current"
        left = [fact for fact in page.facts if fact in self.waiting]
        if not left and any(fact in self.answered for fact in page.facts):
            unsure = not page.is_screen and page.facts[0] in self.facts.unsure
            return "unsure" if unsure else "done"
        begun = any(fact in self.answered for fact in page.facts)
        if not any(fact in engine().variables.places for fact in page.facts):
            return "" if self.current else "optional"
        reached = left and questions().first_open(page, self.waiting) == page
        return ("done" if begun else "open") if reached else ""

    def alone(self, page: Page) -> Iterator[Step]:
        """Yield what is asked, or was answered, of a screen on pages of its own."""
        begun = any(fact in self.answered for fact in page.facts)
        unticked = page.unticked or {}
        for fact in page.facts:
            one = questions().alone(fact)
            value = self.facts.values.get(fact)
            if one == self.current:
                yield Step(one, "current", under=True)
            elif fact in self.facts.unsure:
                yield Step(one, "unsure", under=True)
            elif fact in self.waiting and begun:
                yield Step(one, "open", under=True)
            elif value not in (None, True, False) and value != unticked[fact]:
                yield Step(one, "done", under=True)


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
        yield from ((value, words(value).capitalize(), value) for value in fact.values)
    elif fact.type == "list":
        yield NONE_FORK, "None of these", []
        yield from ((value, words(value).capitalize(), [value]) for value in fact.values)
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
    if len(group) == total and total > 2:
        return "Any answer"
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


@dataclass(frozen=True)
class SoFar:
    """What the answers say so far, typed ones too, for the panel beside the question."""

    now: Provisional
    tier: str
    could_be: tuple[str, ...]
    duties: int
    most_from: date | None  # the day from which most of the duties apply
    most: int
    left: int
    later: tuple[str, ...] = field(default=())  # sections that may be asked yet

    @property
    def spoken(self) -> str:
        """Return the outcome for those who hear the page."""
        return tiers_in_words(self.could_be) if self.could_be else tier_words(self.tier)


def so_far(facts: Facts, page: Page | None = None) -> SoFar:
    """Return what facts say so far."""
    now = provisional_of(facts)
    result = now.classification
    day, most = _most(result)
    return SoFar(
        now=now,
        tier=result.tier,
        could_be=result.possible_tiers,
        duties=len(result.obligations),
        most_from=day,
        most=most,
        left=left(now),
        later=tuple(_later(now, page)),
    )


def left(now: Provisional) -> int:
    """Return how many pages are reached and still to do."""
    waiting, answered = frozenset(waiting_of(now)), answered_of(now.facts)
    count = 0
    for page in questions().pages:
        here = [fact for fact in page.facts if fact in waiting]
        if here and questions().first_open(page, waiting) == page:
            begun = page.is_screen and any(fact in answered for fact in page.facts)
            count += len(here) if begun else 1
    return count


def _most(result: Classification) -> tuple[date | None, int]:
    days = Counter(duty.dates.amended for duty in result.obligations if duty.dates.amended)
    if not days:
        return None, 0
    day, count = max(days.items(), key=lambda item: (item[1], item[0]))
    return day, count


def _later(now: Provisional, page: Page | None) -> Iterator[str]:
    """Yield the titles of sections, other than the page's, with something left to ask."""
    waiting = frozenset(waiting_of(now))
    for section in questions().sections:
        other = page is None or section.id != page.section
        if other and any(fact in waiting for one in section.pages for fact in one.facts):
            yield section.title


def moved(before: Provisional, after: Provisional) -> str:
    """Return in a sentence what changed answers moved, empty where nothing did."""
    parts = [*_tier_moved(before, after), *_counts_moved(before, after)]
    return f"This changed: {', '.join(parts)}." if parts else ""


def _tier_moved(before: Provisional, after: Provisional) -> Iterator[str]:
    was, now = before.classification.tier, after.classification.tier
    if was != now:
        yield f"{tier_words(was).lower()} → {tier_words(now).lower()}"


def _counts_moved(before: Provisional, after: Provisional) -> Iterator[str]:
    was = {duty.id for duty in before.classification.obligations}
    now = {duty.id for duty in after.classification.obligations}
    yield from _some(len(now - was), "duty", "duties", "more")
    yield from _some(len(was - now), "duty", "duties", "fewer")
    asked, asks = set(waiting_of(before)), set(waiting_of(after))
    touched = answered_of(before.facts) | answered_of(after.facts)
    yield from _some(len(asks - asked - touched), "question", "questions", "came back")
    yield from _some(len(asked - asks - touched), "question", "questions", "fell away")


def _some(count: int, one: str, many: str, how: str) -> Iterator[str]:
    if count:
        yield f"{count} {one if count == 1 else many} {how}"
