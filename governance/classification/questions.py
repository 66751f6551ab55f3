"""The pages of questions as data: which facts are asked together, and which page comes next. Pure.

A page asks one question. A page of one fact has an answer to choose; a page of several facts is a
screen of boxes to tick, each the gate to further questions. "Not sure" about one of them, and
whatever a ticked box leaves open, is asked on a page of that fact alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from governance.classification.law import Fact, Pack
from governance.classification.wording import Wording, read_wording

FILE = Path(__file__).with_suffix("") / "eu_ai_act.yaml"
GATES = ("bool", "enum", "list")
SECTION_FIELDS = {"id", "title", "pages"}
PAGE_FIELDS = {"id", "short", "question", "hint", "none", "after", "unticked", "facts"}
NO_VALUE = "none"  # of an enum: what a box left empty says


class QuestionsError(ValueError):
    """Pages of questions that do not fit the rule pack; the words name page and field."""


@dataclass(frozen=True)
class Page:
    """One question on a page of its own."""

    id: str  # as in the address
    section: str
    short: str  # for the list of pages
    question: str
    hint: str
    facts: tuple[str, ...]
    labels: Mapping[str, str]
    after: tuple[str, ...] = ()
    none: str = "None of these"
    unticked: Mapping[str, Any] | None = None  # of a screen: what each box left empty says
    home: str = ""  # of the page of one fact: the screen it stands on

    @property
    def is_screen(self) -> bool:
        """Return whether it is a screen of boxes to tick."""
        return len(self.facts) > 1


@dataclass(frozen=True)
class Section:
    """Pages that belong together."""

    id: str
    title: str
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Questions:
    """All pages, in the order of the file."""

    sections: tuple[Section, ...]
    by_id: Mapping[str, Page]  # the pages of the file, and for each fact the one that asks it alone
    home: Mapping[str, Page]  # fact → the page of the file that it stands on

    @property
    def pages(self) -> Iterator[Page]:
        """Yield the pages of the file."""
        return (page for section in self.sections for page in section.pages)

    def alone(self, fact: str) -> Page:
        """Return the page that asks this fact alone."""
        return self.by_id[fact]

    def first_open(self, page: Page, waiting: Collection[str]) -> Page:
        """Return the page that comes first of a page and those it stands behind."""
        for name in page.after:
            before = self.by_id[name]
            if any(fact in waiting for fact in before.facts):
                return self.first_open(before, waiting)
        return page

    def following(self, waiting: Sequence[str], answered: Collection[str]) -> Page | None:
        """Return the next page: the one of the most decisive waiting fact, None without any.

        `waiting` are the open facts that nobody answered, the most decisive first. Of a screen
        that was answered already the rest is asked one by one.
        """
        if not waiting:
            return None
        return self.shown(self.first_open(self.home[waiting[0]], waiting), waiting, answered)

    def shown(self, page: Page, waiting: Collection[str], answered: Collection[str]) -> Page:
        """Return how a page is asked: whole, or the first of its waiting facts alone."""
        left = [fact for fact in page.facts if fact in waiting]
        one_by_one = len(left) == 1 or any(fact in answered for fact in page.facts)
        return self.alone(left[0]) if page.is_screen and left and one_by_one else page


def read_questions(pack: Pack, file: Path = FILE) -> Questions:
    """Return the pages of a file, checked: every fact of the pack stands on exactly one page.

    Raises QuestionsError for a field nobody reads, an unknown or a missing fact, a page named
    twice or not at all, and pages that wait for each other.
    """
    raw, words = yaml.safe_load(file.read_text(encoding="utf-8")), read_wording(pack)
    sections = tuple(_section(pack, words, entry) for entry in raw["sections"])
    pages = [page for section in sections for page in section.pages]
    _require_once([page.id for page in pages], "page")
    _require_once([fact for page in pages for fact in page.facts], "fact")
    home = {fact: page for page in pages for fact in page.facts}
    if missing := sorted(pack.facts.keys() - home.keys()):
        raise QuestionsError(f"No page asks {', '.join(missing)}.")
    by_id = {page.id: page for page in pages}
    _require_order(by_id)
    return Questions(sections, by_id | dict(_alone(pack, words, pages)), home)


def _section(pack: Pack, words: Wording, raw: Mapping[str, Any]) -> Section:
    _require_fields(raw, SECTION_FIELDS, "section")
    pages = tuple(_page(pack, words, raw["id"], entry) for entry in raw["pages"])
    return Section(raw["id"], raw["title"], pages)


def _page(pack: Pack, words: Wording, section: str, raw: Mapping[str, Any]) -> Page:
    name = str(raw.get("id", "?"))
    _require_fields(raw, PAGE_FIELDS, f"page {name}")
    labels, unticked = raw["facts"], raw.get("unticked", {})
    if unknown := sorted(labels.keys() - pack.facts.keys()):
        raise QuestionsError(f"page {name}: there is no fact {', '.join(unknown)}.")
    screen, first = len(labels) > 1, pack.facts[next(iter(labels))]
    if screen and not all((raw.get("question"), *labels.values())):
        raise QuestionsError(f"page {name}: a screen needs a question, and words for each box.")
    return Page(
        id=name,
        section=section,
        short=raw["short"],
        question=raw.get("question") or words.ask(first),
        hint=raw.get("hint") or ("" if screen else words.hint(first)),
        facts=tuple(labels),
        labels=labels if screen else {},
        after=tuple(raw.get("after", ())),
        none=raw.get("none", "None of these"),
        unticked={
            fact: unticked[fact] if fact in unticked else _negative(pack.facts[fact], name)
            for fact in labels
        } if screen else None,
    )  # fmt: skip


def _negative(fact: Fact, page: str) -> Any:
    """Return what a box left empty says of a fact."""
    if fact.type == "bool":
        return False
    if fact.type == "list":
        return []
    if fact.type == "enum" and NO_VALUE in fact.values:
        return NO_VALUE
    raise QuestionsError(f"page {page}: {fact.name} has no answer for a box left empty.")


def _alone(pack: Pack, words: Wording, pages: Sequence[Page]) -> Iterator[tuple[str, Page]]:
    """Yield, for each fact, the page that asks it alone."""
    for page in pages:
        for fact in page.facts:
            yield fact, _one_of(page, pack.facts[fact], words) if page.is_screen else page


def _one_of(page: Page, fact: Fact, words: Wording) -> Page:
    return Page(
        id=fact.name,
        section=page.section,
        short=page.labels[fact.name],
        question=words.ask(fact),
        hint=words.hint(fact),
        facts=(fact.name,),
        labels={},
        home=page.id,
    )


def _require_fields(raw: Mapping[str, Any], known: Collection[str], where: str) -> None:
    if unknown := sorted(raw.keys() - set(known)):
        raise QuestionsError(f"{where}: nobody reads {', '.join(unknown)}.")
    if missing := sorted({"id", "short", "facts"} & set(known) - raw.keys()):
        raise QuestionsError(f"{where}: {', '.join(missing)} is missing.")


def _require_once(names: Sequence[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise QuestionsError(f"The {what} {', '.join(twice)} stands there twice.")


def _require_order(by_id: Mapping[str, Page]) -> None:
    """Refuse pages that wait for themselves, or for a page that is not there."""
    done: set[str] = set()

    def visit(page: Page, above: tuple[str, ...]) -> None:
        for name in page.after:
            if name not in by_id or name in above:
                raise QuestionsError(f"page {page.id}: it cannot come after {name}.")
            if name not in done:
                visit(by_id[name], (*above, name))
        done.add(page.id)

    for page in by_id.values():
        visit(page, (page.id,))
