"""A signed classification as its page shows it: the answers by section, its ledger entry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from governance.classification.explain import in_words
from governance.classification.models import Assessment
from governance.classification.queries import engine
from governance.classification.wizard import questions
from governance.ledger.models import Entry

ELSEWHERE = "Asked by the rules of then"  # questions that no page asks any more


@dataclass(frozen=True)
class Frozen:
    """One answer as it was signed."""

    ask: str
    answer: str
    is_usual: bool  # what ordinary systems answer, without a reason or anything that shows it
    because: str = ""
    evidence: tuple[Mapping[str, Any], ...] = ()
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class FrozenPart:
    """The answers of one section."""

    title: str
    told: tuple[Frozen, ...]
    usual: tuple[Frozen, ...]


@dataclass(frozen=True)
class FrozenAnswers:
    """All answers of a signed classification. `by` gave every one of them, if one person did."""

    parts: tuple[FrozenPart, ...]
    count: int
    by: str


def answers_of(assessment: Assessment) -> FrozenAnswers:
    """Return the answers of a signed classification, each in the words it was signed in."""
    told = assessment.answers or _from_facts(assessment.facts)
    given = {one["fact"]: _frozen(one, assessment.facts.get(one["fact"])) for one in told}
    people = {one.by for one in given.values()}
    only = next(iter(people)) if len(people) == 1 else ""
    if only:
        given = {fact: replace(one, by="", at=None) for fact, one in given.items()}
    return FrozenAnswers(tuple(_parts(given)), len(given), only)


def entry_of(assessment: Assessment) -> int | None:
    """Return the number in the ledger under which a classification was signed."""
    about = Entry.objects.filter(object_type="aisystem", object_id=str(assessment.system_id))
    signed = about.filter(action="assessment.signed").order_by("pk").values_list("pk", flat=True)
    return next(iter(signed[assessment.number - 1 : assessment.number]), None)


def _frozen(told: Mapping[str, Any], value: Any) -> Frozen:
    usual = engine().defaults
    shown_by = tuple(told.get("evidence", ()))
    because = told.get("because", "")
    same = told["fact"] in usual and (value == usual[told["fact"]] or value == "")
    return Frozen(
        ask=told["ask"],
        answer=told["answer"],
        is_usual=same and not because and not shown_by,
        because=because,
        evidence=shown_by,
        by=told.get("by", ""),
        at=datetime.fromisoformat(told["at"]) if told.get("at") else None,
    )


def _parts(given: Mapping[str, Frozen]) -> list[FrozenPart]:
    """Return the answers in the order in which they are asked today, then all others."""
    sections = [
        (section.title, [fact for page in section.pages for fact in page.facts])
        for section in questions().sections
    ]
    asked = {fact for _, facts in sections for fact in facts}
    sections.append((ELSEWHERE, [fact for fact in given if fact not in asked]))
    found = []
    for title, facts in sections:
        if some := [given[fact] for fact in facts if fact in given]:
            told = tuple(one for one in some if not one.is_usual)
            found.append(FrozenPart(title, told, tuple(one for one in some if one.is_usual)))
    return found


def _from_facts(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return facts as questions and answers in words; of a fact the pack dropped, its name."""
    known = engine().pack.facts
    return [
        {
            "fact": name,
            "ask": known[name].ask if name in known else name,
            "answer": in_words(known[name], value) if name in known else str(value),
        }
        for name, value in facts.items()
    ]
