"""Two classifications of a system side by side, signed or not, in words. Pure.

A frozen result holds its own words, so two compare even when their packs differ.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from governance.classification.explain import in_words, words
from governance.classification.law import Fact

TEXTS = (("amended", "as amended"), ("enacted", "as enacted"), ("amended_formal", "by the letter"))
UNANSWERED = "not answered"


@dataclass(frozen=True)
class Side:
    """One classification as it is compared: facts (null is "not sure"), result and pack."""

    facts: Mapping[str, Any]
    result: Mapping[str, Any]  # as explain() wrote it
    pack_version: str


@dataclass(frozen=True)
class Answer:
    """A question with the answer on either side."""

    fact: str
    ask: str
    before: str
    after: str


@dataclass(frozen=True)
class Named:
    """A rule, exception or duty that stands on one side only."""

    id: str
    words: str
    citation: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A duty, or the tier itself, that begins on another day under one of the texts."""

    id: str
    words: str
    citation: tuple[str, ...]
    text: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Turned:
    """One value that is another: tier, exemption, pack, day of the law."""

    before: str
    after: str

    @property
    def is_same(self) -> bool:
        """Return whether both sides agree."""
        return self.before == self.after

    @property
    def mirrored(self) -> "Turned":
        """Return the pair seen from the other side."""
        return Turned(self.after, self.before)


@dataclass(frozen=True)
class Both:
    """What only the second side has, and what only the first had."""

    gained: tuple[Named, ...]
    lost: tuple[Named, ...]

    @property
    def mirrored(self) -> "Both":
        """Return the pair seen from the other side."""
        return Both(self.lost, self.gained)


@dataclass(frozen=True)
class Difference:
    """Everything in which the second classification is another than the first."""

    tier: Turned
    tier_enacted: Turned
    exemption: Turned
    pack: Turned
    as_of: Turned
    answers: tuple[Answer, ...]
    rules: Both
    exceptions: Both
    roles: Both
    duties: Both
    moved: tuple[Moved, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether the two agree in everything."""
        turned = (self.tier, self.tier_enacted, self.exemption, self.pack, self.as_of)
        both = (self.rules, self.exceptions, self.roles, self.duties)
        return (
            all(one.is_same for one in turned)
            and not any(one.gained or one.lost for one in both)
            and not self.answers
            and not self.moved
        )

    @property
    def mirrored(self) -> "Difference":
        """Return the difference seen from the other side."""
        return Difference(
            tier=self.tier.mirrored,
            tier_enacted=self.tier_enacted.mirrored,
            exemption=self.exemption.mirrored,
            pack=self.pack.mirrored,
            as_of=self.as_of.mirrored,
            answers=tuple(replace(one, before=one.after, after=one.before) for one in self.answers),
            rules=self.rules.mirrored,
            exceptions=self.exceptions.mirrored,
            roles=self.roles.mirrored,
            duties=self.duties.mirrored,
            moved=tuple(replace(one, before=one.after, after=one.before) for one in self.moved),
        )


def diff(before: Side, after: Side, known: Mapping[str, Fact]) -> Difference:
    """Return in what the second side differs; `known` are the questions of today's pack."""
    old, new = before.result, after.result
    return Difference(
        tier=Turned(old["tier"], new["tier"]),
        tier_enacted=Turned(old["tier_enacted"], new["tier_enacted"]),
        exemption=Turned(*(_exemption(result) for result in (old, new))),
        pack=Turned(before.pack_version, after.pack_version),
        as_of=Turned(*(str(result["law"]["as_of"]) for result in (old, new))),
        answers=tuple(_answers(before, after, known)),
        rules=_both(old, new, "why", lambda rule: rule["title"]),
        exceptions=_both(old, new, "why_not", lambda exception: exception["question"]),
        roles=_roles(old, new),
        duties=_both(old, new, "duties", lambda duty: duty["duty"]),
        moved=tuple(sorted([*_tier_moved(old, new), *_duties_moved(old, new)], key=_order)),
    )


def _exemption(result: Mapping[str, Any]) -> str:
    told = result["exemption"]
    reason = f" ({words(told['reason'])})" if told["reason"] else ""
    return f"{words(told['outcome'])}{reason}"


def _answers(before: Side, after: Side, known: Mapping[str, Fact]) -> Iterator[Answer]:
    asked = _asked(before.result) | _asked(after.result)
    for name in sorted({*before.facts, *after.facts}):
        sides = [_comparable(side.facts, name) for side in (before, after)]
        if sides[0] != sides[1]:
            fact = known.get(name)
            told = [_told(fact, side.facts, name) for side in (before, after)]
            yield Answer(name, fact.ask if fact else min(asked.get(name, {name})), *told)


def _asked(result: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the questions that a frozen result tells beside its reasons."""
    found: dict[str, set[str]] = {}
    for rule in (*result["why"], *result["why_not"]):
        for answer in rule["because"]:
            found.setdefault(answer["fact"], set()).add(answer["ask"])
    return found


def _comparable(facts: Mapping[str, Any], name: str) -> Any:
    """Return a value in a form in which 1 and 1.0 agree but 1 and yes do not."""
    value = facts.get(name, UNANSWERED)
    return (isinstance(value, bool), value)


def _told(fact: Fact | None, facts: Mapping[str, Any], name: str) -> str:
    if name not in facts:
        return UNANSWERED
    value = facts[name]
    if fact is None or not _fits(fact, value):
        return "Not sure" if value is None else str(value)
    return str(in_words(fact, value))


def _fits(fact: Fact, value: Any) -> bool:
    kinds = {"list": list | tuple, "number": int | float, "enum": str, "date": str, "bool": bool}
    return value is None or isinstance(value, kinds[fact.type])


def _both(
    old: Mapping[str, Any], new: Mapping[str, Any], part: str, say: Callable[[Any], str]
) -> Both:
    sides = [
        {one["id"]: Named(one["id"], say(one), tuple(one["citation"])) for one in result[part]}
        for result in (old, new)
    ]
    return _of_one_side(*sides)


def _roles(old: Mapping[str, Any], new: Mapping[str, Any]) -> Both:
    sides = [{name: Named(name, words(name), ()) for name in one["roles"]} for one in (old, new)]
    return _of_one_side(*sides)


def _of_one_side(before: Mapping[str, Named], after: Mapping[str, Named]) -> Both:
    return Both(
        gained=tuple(one for name, one in after.items() if name not in before),
        lost=tuple(one for name, one in before.items() if name not in after),
    )


def _duties_moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Moved]:
    after = {duty["id"]: duty for duty in new["duties"]}
    for duty in old["duties"]:
        if now := after.get(duty["id"]):
            latest = max(duty["duty"], now["duty"])
            cited = max(tuple(duty["citation"]), tuple(now["citation"]))
            for text, then, later in _other_days(duty["applies_from"], now["applies_from"]):
                yield Moved(duty["id"], latest, cited, text, then, later)


def _tier_moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Moved]:
    for text, then, later in _other_days(old["dates_here"], new["dates_here"]):
        yield Moved("", "The rule behind the tier", (), text, then, later)


def _other_days(
    old: Mapping[str, str | None], new: Mapping[str, str | None]
) -> Iterator[tuple[str, date | None, date | None]]:
    for name, said in TEXTS:
        if old.get(name) != new.get(name):
            yield said, _day(old.get(name)), _day(new.get(name))


def _day(raw: str | None) -> date | None:
    return date.fromisoformat(raw) if raw else None


def _order(one: Moved) -> tuple[str, str]:
    return one.id, one.text
