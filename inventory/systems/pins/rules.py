"""Whether a model id is pinned: a pure function over a table of patterns."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from inventory.systems.pins.families import family_of


class PinState(StrEnum):
    PINNED = "pinned"
    FLOATING = "floating"
    UNTIL_RETIREMENT = "until_retirement"
    UNKNOWN = "unknown"


MOST_OFFERED = 5
# What may be proposed without a recorded waiver.
FIXED = frozenset({PinState.PINNED, PinState.UNTIL_RETIREMENT})


@dataclass(frozen=True)
class PinRule:
    """One pattern, what it says about ids that match, and why."""

    state: PinState
    pattern: re.Pattern[str]
    why: str


@dataclass(frozen=True)
class PinProvider:
    """A provider whose ids the table knows how to read."""

    key: str
    name: str
    rules: tuple[PinRule, ...]
    how: str  # how to name a model of theirs so that it is pinned


@dataclass(frozen=True)
class Known:
    """An id that a provider published, and the ISO day on which it ends, where there is one."""

    id: str
    state: PinState
    retires_on: str = ""


@dataclass(frozen=True)
class OwnRule:
    """A row that people here added; an empty provider means any."""

    provider: str
    rule: PinRule


@dataclass(frozen=True)
class PinTable:
    """The rules for every provider; `aliases` gives a folded spelling its provider."""

    anywhere: tuple[PinRule, ...]
    providers: Mapping[str, PinProvider]
    aliases: Mapping[str, str]
    known: Mapping[str, tuple[Known, ...]]
    own: tuple[OwnRule, ...] = ()
    today: str = ""  # ISO day; ids that ended by then are offered to nobody


@dataclass(frozen=True)
class Pin:
    """What the table says about one model id."""

    state: PinState
    reason: str
    provider: str  # as the table calls it, or as it was given
    retires_on: str = ""  # ISO day, where one was published
    alternatives: tuple[str, ...] = ()  # pinned ids of the same family, for one that is not fixed
    how: str = ""  # how to name it so that it is pinned, for one that is not fixed

    @property
    def is_fixed(self) -> bool:
        """Return whether the id keeps its meaning until it retires."""
        return self.state in FIXED

    @property
    def words(self) -> str:
        """Return the reason as sentences, with what would do instead of a floating id."""
        told = [_sentence(self.reason)]
        if self.alternatives:
            told.append(f"Pinned instead: {', '.join(self.alternatives)}.")
        elif self.how:
            told.append(self.how)
        return " ".join(told)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def folded(provider: str) -> str:
    """Return a provider's spelling as the table writes keys: small, words joined by _."""
    return "_".join(re.findall(r"[a-z0-9]+", provider.casefold()))


def classify_pin(provider: str, model_id: str, table: PinTable) -> Pin:
    """Return whether the id is pinned, and the reason; the first matching rule decides.

    Rules for any provider come first: a content hash is fixed whoever serves it. Then come the
    rows of our own, then the provider's. A provider that the table does not know gives unknown
    otherwise. An id that is not fixed comes with those that would be.
    """
    spelling, exact = folded(provider), model_id.strip()
    key = table.aliases.get(spelling, spelling)
    known = table.providers.get(key)
    name = known.name if known else provider
    for rule in _rules_for(key, table):
        if rule.pattern.search(exact):
            return _told(Pin(rule.state, rule.why, name), key, exact, table)
    if known:
        reason = f"No rule for {name} fits this id."
        return _told(Pin(PinState.UNKNOWN, reason, name), key, exact, table)
    whose = (
        "models of our own" if spelling == "own" else f"the provider {provider.strip() or '(none)'}"
    )
    return Pin(PinState.UNKNOWN, f"No rule speaks about {whose}.", provider)


def _rules_for(key: str, table: PinTable) -> Iterator[PinRule]:
    yield from table.anywhere
    yield from (own.rule for own in table.own if own.provider in ("", key))
    if known := table.providers.get(key):
        yield from known.rules


def _told(pin: Pin, key: str, exact: str, table: PinTable) -> Pin:
    """Return the finding with the day on which the id ends, or with what would be pinned."""
    ends = next((one.retires_on for one in table.known.get(key, ()) if one.id == exact), "")
    if pin.is_fixed or key not in table.providers:
        return replace(pin, retires_on=ends)
    family = family_of(key, exact)
    instead = [
        one.id
        for one in table.known.get(key, ())
        if one.state == PinState.PINNED
        and family_of(key, one.id) == family
        and not (one.retires_on and one.retires_on <= table.today)
    ]
    best = tuple(sorted(instead, reverse=True)[:MOST_OFFERED])
    return replace(pin, retires_on=ends, alternatives=best, how=table.providers[key].how)
