"""Every single change of the pack that could go unnoticed, and whether some expectation breaks.

A mutant is the pack with one thing changed: a condition negated, a part or an exception dropped,
"all" and "any" swapped, a value taken out of a list, put into it or replaced, a limit moved to the
next number, a day moved by one or taken away, a role added or removed, a dispute forgotten.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from governance.classification.conditions import (
    All,
    AnyOf,
    Condition,
    FactIn,
    FactIs,
    FactOver,
    Not,
    RuleFired,
    leaves,
)
from governance.classification.law import Dates, Fact, Obligation, Pack, Rule

KINDS = (
    "condition negated", "part dropped", "all and any swapped", "exception dropped",
    "value removed", "value added", "value replaced", "limit moved", "day moved",
    "day taken away", "role removed", "role added", "dispute flipped",
)  # fmt: skip
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mutant:
    """A pack with one change, and where it was made."""

    kind: str
    place: str  # the rule, duty or transitional rule
    at: str
    pack: Pack
    touches: frozenset[str]  # facts that the change depends on


def mutants_of(pack: Pack) -> Iterator[Mutant]:
    """Yield every mutant of a pack."""
    behind = _behind(pack)
    for rule in pack.rules.values():
        for kind, at, changed in _of_rule(rule, pack.facts):
            rules = {**pack.rules, rule.id: changed}
            yield Mutant(kind, rule.id, at, replace(pack, rules=rules), behind[rule.id])
    roles = [rule.id.removeprefix("role.") for rule in pack.rules.values() if rule.kind == "role"]
    for place, duty in enumerate(pack.obligations):
        touches = _facts_behind(duty.when, behind)
        for kind, at, changed in _of_duty(duty, pack.facts, roles):
            duties = (*pack.obligations[:place], changed, *pack.obligations[place + 1 :])
            yield Mutant(kind, duty.id, at, replace(pack, obligations=duties), touches)
    for name, at, rows in _of_transitional(pack.transitional):
        placed = frozenset({"market.first_placed"})
        yield Mutant("day moved", name, at, replace(pack, transitional=rows), placed)


def _behind(pack: Pack) -> dict[str, frozenset[str]]:
    """Return for each rule the facts it finally depends on."""
    found: dict[str, frozenset[str]] = {}

    def of(rule: Rule) -> frozenset[str]:
        if rule.id not in found:
            conditions = [rule.when, *(item.when for item in rule.unless)]
            asked = [leaf for condition in conditions for leaf in leaves(condition)]
            facts = {leaf.fact for leaf in asked if not isinstance(leaf, RuleFired)}
            others = [of(pack.rules[leaf.rule]) for leaf in asked if isinstance(leaf, RuleFired)]
            found[rule.id] = frozenset(facts).union(*others)
        return found[rule.id]

    for rule in pack.rules.values():
        of(rule)
    return found


def _facts_behind(condition: Condition, behind: Mapping[str, frozenset[str]]) -> frozenset[str]:
    parts = [
        behind[leaf.rule] if isinstance(leaf, RuleFired) else frozenset({leaf.fact})
        for leaf in leaves(condition)
    ]
    return frozenset().union(*parts)


def _of_rule(rule: Rule, facts: Mapping[str, Fact]) -> Iterator[tuple[str, str, Rule]]:
    for kind, at, when in changes(rule.when, facts, "when"):
        yield kind, at, replace(rule, when=when)
    for kind, at, dates in _dated(rule.dates, "dates"):
        yield kind, at, replace(rule, dates=dates)
    for place, item in enumerate(rule.unless):
        before, after = rule.unless[:place], rule.unless[place + 1 :]
        yield "exception dropped", item.id, replace(rule, unless=before + after)
        for kind, at, when in changes(item.when, facts, f"{item.id}.when"):
            yield kind, at, replace(rule, unless=(*before, replace(item, when=when), *after))
        for kind, at, dates in _dated(item.dates or Dates(), f"{item.id}.dates"):
            yield kind, at, replace(rule, unless=(*before, replace(item, dates=dates), *after))


def _of_duty(
    duty: Obligation, facts: Mapping[str, Fact], roles: list[str]
) -> Iterator[tuple[str, str, Obligation]]:
    for kind, at, when in changes(duty.when, facts, "when"):
        yield kind, at, replace(duty, when=when)
    for route, pair in duty.dates.items():
        for kind, at, dates in _dated(pair, f"dates.{route}"):
            yield kind, at, replace(duty, dates={**duty.dates, route: dates})
    yield "dispute flipped", "disputed", replace(duty, disputed=not duty.disputed)
    for role in duty.roles:
        rest = tuple(name for name in duty.roles if name != role)
        yield "role removed", role, replace(duty, roles=rest)
    for role in roles:
        if role not in duty.roles:
            yield "role added", role, replace(duty, roles=(*duty.roles, role))


def changes(
    condition: Condition, facts: Mapping[str, Fact], at: str
) -> Iterator[tuple[str, str, Condition]]:
    """Yield every condition that differs from this one in one thing."""
    if isinstance(condition, Not):
        for kind, where, part in changes(condition.part, facts, f"{at}.not"):
            yield kind, where, Not(part)
    elif isinstance(condition, All | AnyOf):
        yield from _of_parts(condition, facts, at)
    else:
        yield "condition negated", f"{at} {_name(condition)}", Not(condition)
        yield from _of_leaf(condition, facts, at)


def _of_parts(
    whole: All | AnyOf, facts: Mapping[str, Fact], at: str
) -> Iterator[tuple[str, str, Condition]]:
    same, other = (All, AnyOf) if isinstance(whole, All) else (AnyOf, All)
    if len(whole.parts) > 1:
        yield "all and any swapped", at, other(whole.parts)
    for place, part in enumerate(whole.parts):
        before, after = whole.parts[:place], whole.parts[place + 1 :]
        if before or after:
            yield "part dropped", f"{at}[{place}]", same(before + after)
        for kind, where, changed in changes(part, facts, f"{at}[{place}]"):
            yield kind, where, same((*before, changed, *after))


def _of_leaf(
    leaf: RuleFired | FactIs | FactIn | FactOver, facts: Mapping[str, Fact], at: str
) -> Iterator[tuple[str, str, Condition]]:
    if isinstance(leaf, FactOver):
        for limit in (math.nextafter(leaf.limit, math.inf), math.nextafter(leaf.limit, 0)):
            yield "limit moved", f"{at} {limit!r}", FactOver(leaf.fact, limit)
    elif isinstance(leaf, FactIs) and facts[leaf.fact].type == "enum":
        for value in facts[leaf.fact].values:
            if value != leaf.value:
                yield "value replaced", f"{at} {value}", FactIs(leaf.fact, value)
    elif isinstance(leaf, FactIn):
        for value in facts[leaf.fact].values:
            kind = "value removed" if value in leaf.values else "value added"
            yield kind, f"{at} {value}", FactIn(leaf.fact, leaf.values ^ {value})


def _name(leaf: RuleFired | FactIs | FactIn | FactOver) -> str:
    return leaf.rule if isinstance(leaf, RuleFired) else leaf.fact


def _dated(dates: Dates, at: str) -> Iterator[tuple[str, str, Dates]]:
    for name in ("enacted", "amended", "amended_formal"):
        day: date | None = getattr(dates, name)
        if day is not None:
            yield "day moved", f"{at}.{name}", replace(dates, **{name: day + DAY})
            yield "day taken away", f"{at}.{name}", replace(dates, **{name: None})


def _of_transitional(
    rows: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[str, str, dict[str, Mapping[str, Any]]]]:
    for name, row in rows.items():
        for at, changed in _days_moved(row, ""):
            yield name, at, {**rows, name: changed}


def _days_moved(row: Mapping[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for field, value in row.items():
        where = f"{at}.{field}".lstrip(".")
        if isinstance(value, Mapping):
            for deeper, changed in _days_moved(value, where):
                yield deeper, {**row, field: changed}
        elif field in ("enacted", "amended", "annex3", "annex1") and value:
            day = date.fromisoformat(str(value)) + DAY
            yield where, {**row, field: day.isoformat()}
