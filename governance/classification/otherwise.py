"""What would change it: for each fact, the other answers and where they would lead."""

from collections.abc import Iterator, Mapping
from typing import Any

from governance.classification.law import Fact, Pack
from governance.classification.results import Classification, as_json_dates
from governance.classification.rules import Engine, classify, fired_by, moves, texts_part
from governance.classification.symbols import Symbols
from governance.classification.unknowns import Outlook, tiers_of

Change = dict[str, Any]


def otherwise(
    engine: Engine, facts: Mapping[str, Any], now: Classification, text: str = "amended"
) -> list[Change]:
    """Return, where every fact is known, the other answers that would change the result.

    Each names the fact, the other answers that lead to the same, the tier under both texts, the
    duties gained, lost and moved to other days, and the first days. Strongest changes first: those
    of the tier, then those of duties.
    """
    found: list[Change] = []
    fired, _exceptions = fired_by(engine, facts, text)
    known = {**engine.defaults, **facts}
    part = text == "amended" and texts_part(engine, fired, known)
    for fact, answers in _asked(engine):
        value = known[fact.name]
        for other in alternatives(fact, value, answers):
            if not part and not moves(engine, {**known, fact.name: other}, fired, fact.name, text):
                continue
            change = _change(now, classify(engine, {**facts, fact.name: other}, text))
            if change:
                _note(found, fact.name, value, other, change)
    return sorted(found, key=lambda change: change["tier"] == str(now.tier))


def _asked(engine: Engine) -> Iterator[tuple[Fact, list[Any]]]:
    """Yield the facts that some rule asks, with samples of numbers and days."""
    variables = engine.variables
    for name in variables.places:
        yield engine.pack.facts[name], variables.samples(name)


def alternatives(fact: Fact, value: Any, samples: list[Any]) -> Iterator[Any]:
    """Yield the other answers to a fact; of a list, one item more or less, or none."""
    if fact.type == "bool":
        yield not value
    elif fact.type == "enum":
        yield from (other for other in fact.values if other != value)
    elif fact.type == "list":
        for item in fact.values:
            if item in value:
                yield [one for one in value if one != item]
            else:
                yield [one for one in fact.values if one in value or one == item]
        if len(value) > 1:
            yield []
    else:
        yield from (other for other in samples if other != value)


def _change(now: Classification, then: Classification) -> Change:
    """Return what differs in tier, duties or dates, empty where nothing does."""
    before = {duty.id: duty for duty in now.obligations}
    after = {duty.id: duty for duty in then.obligations}
    moved = [name for name in before if name in after and before[name] != after[name]]
    change = {
        "tier": str(then.tier),
        "tier_enacted": str(then.tier_enacted),
        "possible_tiers": [str(then.tier)],
        "gained": [name for name in after if name not in before],
        "lost": [name for name in before if name not in after],
        "moved": moved,
        "dates": as_json_dates(then.dates),
    }
    same = (then.tier, then.tier_enacted, then.dates) == (now.tier, now.tier_enacted, now.dates)
    return {} if same and before == after else change


def _note(found: list[Change], fact: str, value: Any, other: Any, change: Change) -> None:
    """Add a change; answers that lead to the same stand together."""
    last = found[-1] if found else {}
    if last.get("fact") == fact and {key: last[key] for key in change} == change:
        last["instead"].append(other)
    else:
        found.append({"fact": fact, "answer": value, "instead": [other]} | change)


def tiers_otherwise(symbols: Symbols, pack: Pack, facts: Mapping[str, Any]) -> list[Change]:
    """Return, where answers are missing, the known facts whose other answer would move the tier.

    Each names the fact, the other answers, and the tiers then possible.
    """
    found: list[Change] = []
    now = tiers_of(symbols, facts)
    for name in (name for name in symbols.variables.places if name in facts):
        without = tiers_of(symbols, {key: facts[key] for key in facts if key != name})
        if name not in without.decides_tier:
            continue
        fact, samples = pack.facts[name], symbols.variables.samples(name)
        for other in alternatives(fact, facts[name], samples):
            then = without.told({name: other})
            if (then.tiers, then.tiers_enacted) != (now.tiers, now.tiers_enacted):
                _note(found, name, facts[name], other, _tiers(then))
    return found


def _tiers(outlook: Outlook) -> Change:
    return {
        "tier": str(outlook.tier),
        "tier_enacted": str(outlook.tier_enacted),
        "possible_tiers": [str(tier) for tier in outlook.tiers],
    }
