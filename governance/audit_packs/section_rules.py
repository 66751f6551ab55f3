"""The sections of a pack that may be chosen, and how many pages each fills. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from math import ceil
from typing import Any


class Section(StrEnum):
    """What a pack may tell of each system; its card, and what is missing, are always there."""

    CLASSIFICATION = "classification"
    OBLIGATIONS = "obligations"
    RACI = "raci"
    AGREEMENTS = "agreements"
    VERSIONS = "versions"
    INCIDENTS = "incidents"
    ESCALATIONS = "escalations"
    DOCUMENTS = "documents"
    QUESTIONS = "questions"
    FRAMEWORKS = "frameworks"
    TIMELINE = "timeline"
    FILES = "files"


SECTION_WORDS = {
    Section.CLASSIFICATION: "Classification, with its reasons",
    Section.OBLIGATIONS: "Obligations and their evidence",
    Section.RACI: "Responsibilities",
    Section.AGREEMENTS: "Agreements",
    Section.VERSIONS: "Versions, evaluations and approvals",
    Section.INCIDENTS: "Serious incidents",
    Section.ESCALATIONS: "Escalations",
    Section.DOCUMENTS: "Documents of the AI Act",
    Section.QUESTIONS: "Questions and answers",
    Section.FRAMEWORKS: "Frameworks, control by control",
    Section.TIMELINE: "Timeline with ledger numbers",
    Section.FILES: "Files of evidence, handed out as they are",
}
# Rows of a page that one thing fills; a page holds ROWS of them. Read off the demo organisation's
# packs of 1, 10 and 51 systems, section by section, as docs/bench.md tells.
ROWS = 44
CARD_ROWS, OWN_ROWS = 21, 3  # of a system; of a section that is there but empty
WHOLE = 20  # systems up to which a classification is told with its whole trace
TRACE_ROWS = 150.0  # more of each classification then
THING_ROWS = {
    Section.CLASSIFICATION: 31.0,
    Section.OBLIGATIONS: 3.3,
    Section.RACI: 85.0,
    Section.AGREEMENTS: 2.6,
    Section.VERSIONS: 48.0,
    Section.INCIDENTS: 15.0,
    Section.ESCALATIONS: 7.0,
    Section.DOCUMENTS: 60.0,
    Section.QUESTIONS: 5.0,
    Section.FRAMEWORKS: 0.0,  # told once for the whole pack
    Section.TIMELINE: 1.4,
    Section.FILES: 0.0,  # beside the pages
}
IF_ANY = frozenset(
    {
        *(Section.INCIDENTS, Section.ESCALATIONS, Section.QUESTIONS),
        *(Section.FRAMEWORKS, Section.FILES),
    }
)  # nothing is printed where there is none
NOTHING: dict[str, list[Any]] = {
    name: [] for name in ("agreements", "versions", "incidents", "documents")
}
FRAMEWORK_PAGES, MORE_FRAMEWORK_PAGES = 20, 15  # of one system; at most more, one for each
FRONT_PAGES = 4  # cover, how to check, at a glance, scope
INDEXED = 40  # systems on a page of what is missing and of the index by Annex IV
WITH_SECTIONS = 20  # systems up to which the table of contents names their sections
CLOSE_TOGETHER = 100  # systems; above, they no longer begin a page each
SMALLER = 0.75


def chosen(scope: Mapping[str, Any]) -> frozenset[Section]:
    """Return the sections that a pack holds, by how its systems were chosen; all when unsaid."""
    told = scope.get("sections")
    return frozenset(Section) if told is None else frozenset(Section(one) for one in told)


def kept(facts: dict[str, Any], sections: Collection[str]) -> dict[str, Any]:
    """Return what is told of a system without the sections that were not chosen."""
    left_out = {section.value for section in Section} - set(sections)
    return {name: value for name, value in facts.items() if name not in left_out}


def whole(system: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a system with nothing in place of what was left out."""
    return {"classification": {}, "obligations": {"duties": []}, **NOTHING, **system}


def tells(systems: Sequence[Mapping[str, Any]], *sections: str) -> bool:
    """Return whether these sections were chosen, by what is told of the systems."""
    return all(section in system for system in systems[:1] for section in sections)


def pages(systems: int, things: Mapping[Section, int]) -> dict[Section, int]:
    """Return about how many pages each chosen section fills over all systems."""
    return {section: ceil(_pages(section, count, systems)) for section, count in things.items()}


def total_pages(systems: int, things: Mapping[Section, int]) -> int:
    """Return about how many pages a pack of these systems has."""
    lines = 1 + (len(things) if systems <= WITH_SECTIONS else 0)
    front = FRONT_PAGES + ceil(systems * lines / ROWS) + systems // INDEXED
    body = systems * CARD_ROWS * _size(systems) / ROWS
    body += sum(_pages(section, count, systems) for section, count in things.items())
    if systems <= CLOSE_TOGETHER:
        body += systems / 2  # each begins a page: half of one stays empty
    return front + ceil(body)


def _pages(section: Section, count: int, systems: int) -> float:
    if section == Section.FRAMEWORKS:
        return FRAMEWORK_PAGES + min(systems, MORE_FRAMEWORK_PAGES)
    rows = count * THING_ROWS[section]
    if section == Section.CLASSIFICATION and systems <= WHOLE:
        rows += count * TRACE_ROWS
    if section not in IF_ANY:
        rows += systems * OWN_ROWS
    return rows * _size(systems) / ROWS


def _size(systems: int) -> float:
    return SMALLER if systems > CLOSE_TOGETHER else 1.0
