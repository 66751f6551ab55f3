"""Where a person stands in the questions: the page, what it leads to, what is done and left."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from governance.classification.forks import tiers_in_words
from governance.classification.queries import (
    Facts,
    Provisional,
    engine,
    provisional_of,
)
from governance.classification.questions import Page, Questions, Section, read_questions
from governance.classification.results import Classification
from governance.common.templatetags.ui import tier_words


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
