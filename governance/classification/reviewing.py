"""What stands at the end of the questions: what is open, who is asked, what was answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from governance.classification import wizard
from governance.classification.answering import notes_of, why_of
from governance.classification.asking import people_to_ask
from governance.classification.models import AnswerNote, FactRequest
from governance.classification.queries import Gap, Provisional, engine
from governance.classification.questions import Page, Section
from governance.classification.wording import wording
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Given:
    """One answer in words, who gave it and why."""

    fact: str
    ask: str
    answer: str
    page: str
    note: AnswerNote | None
    is_usual: bool  # the answer that ordinary systems give
    from_register: bool


@dataclass(frozen=True)
class Shared:
    """Usual answers of one page, with what was said for all of them at once."""

    page: Page
    note: AnswerNote
    given: tuple[Given, ...]


@dataclass(frozen=True)
class Part:
    """The answers of one section."""

    section: Section
    given: tuple[Given, ...]

    @property
    def told(self) -> tuple[Given, ...]:
        """Return the answers that ordinary systems do not give, or that say why for themselves."""
        shared = {one.fact for group in self.shared for one in group.given}
        return tuple(
            one for one in self.given
            if one.fact not in shared and (not one.is_usual or _explained(one.note))
        )  # fmt: skip

    @cached_property
    def shared(self) -> tuple[Shared, ...]:
        """Return the usual answers that were explained together, as the boxes of a screen are."""
        groups: dict[tuple[Any, ...], list[Given]] = {}
        for one in self.given:
            if one.is_usual and one.note and _explained(one.note):
                home = wizard.questions().home[one.fact].id
                groups.setdefault((home, why_of(one.note).key, one.note.by_id), []).append(one)
        return tuple(
            Shared(wizard.questions().by_id[home], group[0].note, tuple(group))
            for (home, _why, _by), group in groups.items()
            if len(group) > 1 and group[0].note
        )

    @property
    def usual(self) -> tuple[Given, ...]:
        """Return the others."""
        shown = {one.fact for one in self.told}
        shown |= {one.fact for group in self.shared for one in group.given}
        return tuple(one for one in self.given if one.fact not in shown)


def _explained(note: AnswerNote | None) -> bool:
    return note is not None and bool(note.because or note.evidence.all())


@dataclass(frozen=True)
class Unsure:
    """An answer that nobody is sure of, and who is asked."""

    ask: str
    page: str
    request: FactRequest | None
    may_answer: bool  # whether who is asked may still answer


@dataclass(frozen=True)
class Review:
    """Everything that the last page shows of the questions."""

    open_pages: tuple[Page, ...]  # the most decisive first
    unsure: tuple[Unsure, ...]
    parts: tuple[Part, ...]


def review_of(system: AISystem, now: Provisional) -> Review:
    """Return what is open, asked and answered about a system: four queries at most."""
    return Review(
        open_pages=tuple(_open_pages(now)),
        unsure=tuple(_unsure(system, now)) if now.facts.unsure else (),
        parts=tuple(_parts(now, notes_of(system))),
    )


def in_pages(gap: Gap, review: Review) -> Gap:
    """Return a gap that counts open questions as the page does that lists them."""
    if gap.kind != "open" or not review.open_pages:
        return gap
    count = len(review.open_pages)
    words = "1 open question" if count == 1 else f"{count} open questions"
    return replace(gap, words=f"{words} can still change the result, and may lead to others.")


def _unsure(system: AISystem, now: Provisional) -> Iterator[Unsure]:
    rows = FactRequest.objects.waiting().filter(system=system).select_related("asked", "asked_by")
    requests, known = {row.fact: row for row in rows}, engine().pack.facts
    asked = {row.asked_id for row in requests.values()}
    able = set(people_to_ask(system).filter(pk__in=asked).values_list("pk", flat=True))
    for name in now.facts.unsure:
        page, request = wizard.questions().alone(name), requests.get(name)
        may_answer = request is not None and request.asked_id in able
        yield Unsure(wording().ask(known[name]), page.id, request, may_answer)


def _open_pages(now: Provisional) -> Iterator[Page]:
    """Yield the pages that can be asked now, each once."""
    waiting, answered = wizard.waiting_of(now), wizard.answered_of(now.facts)
    seen: set[str] = set()
    for fact in waiting:
        home = wizard.questions().first_open(wizard.questions().home[fact], waiting)
        page = wizard.questions().shown(home, waiting, answered)
        if page.id not in seen:
            seen.add(page.id)
            yield page


def _parts(now: Provisional, notes: Mapping[str, AnswerNote]) -> Iterator[Part]:
    for section in wizard.questions().sections:
        names = [fact for page in section.pages for fact in page.facts]
        given = tuple(
            _given(name, now.facts.values[name], notes.get(name), now)
            for name in names
            if name in now.facts.values
        )
        if given:
            yield Part(section, given)


def _given(name: str, value: Any, note: AnswerNote | None, now: Provisional) -> Given:
    fact = engine().pack.facts[name]
    return Given(
        fact=name,
        ask=wording().ask(fact),
        answer=wording().answer(fact, value),
        page=wizard.questions().alone(name).id,
        note=note,
        is_usual=value == engine().defaults[name] or value == "",
        from_register=name in now.facts.from_register,
    )
