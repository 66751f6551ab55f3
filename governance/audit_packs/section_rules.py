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
# Rows of a page that one thing fills, read off printed packs; a page holds ROWS of them.
ROWS = 44
CARD_ROWS, OWN_ROWS = 18, 3  # of a system; of a section that is there but empty
THING_ROWS = {
    Section.CLASSIFICATION: 20.0,
    Section.OBLIGATIONS: 3.0,
    Section.RACI: 14.0,
    Section.AGREEMENTS: 2.0,
    Section.VERSIONS: 9.0,
    Section.INCIDENTS: 14.0,
    Section.ESCALATIONS: 5.0,
    Section.DOCUMENTS: 8.0,
    Section.QUESTIONS: 5.0,
    Section.FRAMEWORKS: 0.0,  # told once for the whole pack
    Section.TIMELINE: 1.6,
    Section.FILES: 0.0,  # beside the pages
}
NOTHING: dict[str, list[Any]] = {
    name: [] for name in ("agreements", "versions", "incidents", "documents")
}
FRAMEWORK_PAGES = 10
FRONT_PAGES = 3
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
    smaller = SMALLER if systems > CLOSE_TOGETHER else 1.0
    found = {
        section: ceil((count * THING_ROWS[section] + systems * OWN_ROWS) * smaller / ROWS)
        for section, count in things.items()
    }
    if Section.FRAMEWORKS in things:
        found[Section.FRAMEWORKS] = FRAMEWORK_PAGES
    if Section.FILES in things:
        found[Section.FILES] = 0
    return found


def total_pages(systems: int, things: Mapping[Section, int]) -> int:
    """Return about how many pages a pack of these systems has."""
    smaller = SMALLER if systems > CLOSE_TOGETHER else 1.0
    cards = ceil(systems * CARD_ROWS * smaller / ROWS)
    table = ceil(systems * (1 + (len(things) if systems <= CLOSE_TOGETHER else 0)) / ROWS)
    body = cards + sum(pages(systems, things).values())
    if systems <= CLOSE_TOGETHER:
        body += systems // 2  # each begins a page: half of one stays empty
    return FRONT_PAGES + table + body
